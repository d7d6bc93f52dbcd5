"""The client contests a pause, and the desk answers: both are events of the clock, messages and evidence (FL-12.6b)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import append, as_events, moment, stored_events
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.mails import contests as mails
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.contests import Suspension, contest_due, suspensions
from webapp.helpdesk.services.common import authorise, check_unchanged, facts_of, note_act, send, telling_clock_errors
from webapp.helpdesk.services.messages import add_message
from webapp.helpdesk.services.notices import tell_assignee


def find_suspension(session: Session, actor: Actor, ticket: Ticket, event_id: int) -> Suspension:
    """Return the pause or exclusion that the event began; one of another ticket, or none, is ``NotFound``."""
    authorise(actor, ticket)
    for found in suspensions(as_events(stored_events(session, ticket.id))):
        if found.event.id == event_id:
            return found
    raise NotFound


def contest(session: Session, actor: Actor, clock: Clock, ticket: Ticket, event_id: int, text: str, *, public_url: str) -> None:
    """Contest a pause, once, with one's reasons: the agent in charge is told, and an answer is owed within two business days.

    Raises ``Forbidden`` for the desk, ``Invalid`` without reasons, ``Conflict`` when it is contested already or the time for it is over
    (that of reopening).
    """
    found = find_suspension(session, actor, ticket, event_id)
    now = moment(clock)
    if policies.works_the_desk(actor):
        raise Forbidden
    if found.contest is not None:
        raise Conflict(_("Cette suspension est déjà contestée."))
    if not policies.may_contest(actor, facts_of(ticket, now), found):
        raise Conflict(_("Le délai pour contester est passé."))
    if not text.strip():
        raise Invalid({"body": _("Dites pourquoi ce temps devrait compter.")})
    message = add_message(session, actor, clock, ticket, text)
    with telling_clock_errors():
        append(
            session,
            ticket,
            EventKind.CONTESTED,
            now,
            asked_by=actor.name,
            account_id=actor.account_id,
            evidence=text.strip(),
            about_id=event_id,
        )
    due = contest_due(calendar_named(ticket.calendar), now)
    detail = {"pause": event_id, "message": str(message.id), "answer_due_at": due.isoformat(), "clause": "FL-12.6b"}
    note_act(session, actor, clock, ticket, "ticket.pause_contested", detail)
    send(session, clock, ticket, mails.contested(ticket, public_url, due), f"contest:{event_id}")
    tell_assignee(session, clock, ticket, mails.CONTESTED, public_url)


def answer(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    event_id: int,
    *,
    upheld: bool,
    text: str,
    public_url: str,
    seen_version: int | None = None,
) -> None:
    """Answer a contest: the pause is upheld, or annulled, and then its time counts again as if it had never been.

    Annulling is one more event, never a deletion. Raises ``Forbidden`` for the client, ``Conflict`` when nothing waits for an answer,
    ``Invalid`` without reasons.
    """
    found = find_suspension(session, actor, ticket, event_id)
    if not policies.works_the_desk(actor):
        raise Forbidden
    check_unchanged(ticket, seen_version)
    if found.contest is None or not found.awaits_answer:
        raise Conflict(_("Cette contestation a déjà sa réponse."), stale=True)
    if not text.strip():
        raise Invalid({"body": _("Donnez les raisons de votre réponse : le client les lira.")})
    before = ticket.restoration_due_at
    message = add_message(session, actor, clock, ticket, text)
    _append_answer(session, actor, clock, ticket, found.contest.id, upheld=upheld, text=text)
    detail = {
        "pause": event_id,
        "upheld": upheld,
        "message": str(message.id),
        "restoration_due_at": {"before": _iso(before), "after": _iso(ticket.restoration_due_at)},
        "clause": "FL-12.6b",
    }
    note_act(session, actor, clock, ticket, "ticket.contest_answered", detail)
    send(session, clock, ticket, mails.answered(ticket, public_url, upheld=upheld), f"contest:{event_id}:answer")


def _append_answer(session: Session, actor: Actor, clock: Clock, ticket: Ticket, contest_id: int, *, upheld: bool, text: str) -> None:
    """Add the answer to the events of the clock, which counts the time of an annulled pause again."""
    with telling_clock_errors():
        append(
            session,
            ticket,
            EventKind.CONTEST_ANSWERED,
            moment(clock),
            reason=Reason.UPHELD if upheld else Reason.ANNULLED,
            asked_by=actor.name,
            account_id=actor.account_id,
            evidence=text.strip(),
            about_id=contest_id,
        )


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
