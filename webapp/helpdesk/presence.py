"""The people of a ticket as its page shows them: who is there, one's own drafts, followers, time spent by each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.clock import PARIS
from webapp.db import GuichetSession, Rows
from webapp.helpdesk import policies
from webapp.helpdesk.forms.talk import SCORES, RatingForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.talk import Offers, offers_of, people_of, rating_of
from webapp.helpdesk.rules.states import ENDED
from webapp.presence import PRESENT_FOR
from webapp.web.i18n import business_duration, short

#: Somebody whose draft changed so recently is writing.
WRITING_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Draft:
    """What one person has typed and not sent, and when they last did."""

    reply: str
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class Presence:
    """Sentences about the colleagues who are there, and a mark that changes with them."""

    here: list[str]
    mark: str


def people_panel(session: GuichetSession, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return what the ticket's page shows of its people; one statement for a client, two for the desk."""
    desk = policies.works_the_desk(actor)
    rows = people_of(session, ticket.id, actor.account_id)
    own = next((row for row in rows if row.account_id == actor.account_id), None)
    return {
        "presence": presence_of(rows, actor, now) if desk else None,
        "draft": Draft(own.reply_draft, own.note_draft, time_words(own.drafted_at, now)) if own else Draft("", "", ""),
        "follows": own is not None and own.watching,
        "followers": [row.full_name for row in rows if row.watching and (desk or not row.from_desk)],
        "spent": [(row.full_name, minutes_words(row.minutes)) for row in rows if row.minutes] if desk else [],
        "spent_total": minutes_words(ticket.minutes_spent) if desk and ticket.minutes_spent else "",
        "offers": offers_of(session, actor) if desk else Offers([], []),
        "focus": "",
    }


def presence_of(rows: Rows, actor: Actor, now: datetime, newer: str = "") -> Presence:
    """Say who else of the desk has the ticket on the screen, and who writes; ``newer`` is part of the mark."""
    here = []
    for row in rows:
        if row.account_id == actor.account_id or not row.from_desk:
            continue
        if row.writing_at is not None and now - row.writing_at < WRITING_FOR:
            here.append(_("%(name)s écrit une réponse", name=row.full_name))
        elif row.seen_at is not None and now - row.seen_at < PRESENT_FOR:
            here.append(_("%(name)s lit ce ticket", name=row.full_name))
    return Presence(here, sha256("\n".join([*here, newer]).encode()).hexdigest()[:12])


def satisfaction_panel(session: GuichetSession, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:
    """Return the client's answer and whether this person may give or change it. A duplicate is judged where it goes on."""
    if ticket.state not in ENDED or ticket.merged_into_id is not None:
        return None
    answer, client = rating_of(session, ticket.id), not policies.works_the_desk(actor)
    if answer is None and not client:
        return None
    given = {"score": str(answer.score), "comment": answer.comment} if answer else {}
    return {
        "rating": answer,
        "rating_words": SCORES[answer.score] if answer else "",
        "rating_form": RatingForm(formdata=None, data=given),
        "rating_refused": "",
        "may_rate_now": client and (answer is None or policies.may_change_rating(ticket, answer, now)),
    }


def time_words(at: datetime | None, now: datetime) -> str:
    """Say when in a few characters: the time of day, with the day when it is another one; "" for None."""
    if at is None:
        return ""
    local = at.astimezone(PARIS)
    return f"{local:%H:%M}" if local.date() == now.astimezone(PARIS).date() else short(at)


def minutes_words(minutes: int) -> str:
    """Say minutes as people do: « 1 h 30 », « −45 min »."""
    words = business_duration(timedelta(minutes=minutes)) if minutes else _("0 min")
    return f"−{words}" if minutes < 0 else words
