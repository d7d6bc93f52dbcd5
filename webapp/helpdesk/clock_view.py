"""What the pages show of a ticket's clock, site by site, and of its pauses: read from the explanation, nothing computed anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.helpdesk import policies
from webapp.helpdesk.commitments import calendar_named, calendar_words
from webapp.helpdesk.explanation import Explanation, SiteExplanation
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.account import Piece
from webapp.helpdesk.rules.clock import Reason
from webapp.helpdesk.rules.contests import Suspension, contest_due
from webapp.helpdesk.rules.states import NOT_INTERRUPTIONS, Facts
from webapp.helpdesk.site_time import zone_of
from webapp.helpdesk.texts import CAUSES
from webapp.texts import mark as _m


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One site as the pages show it. ``state`` is restored, paused, running or stopped; ``late``: restored after its deadline.

    ``zone`` names its time zone where it is not that of Paris, in which everything else is said; empty otherwise.
    """

    site_id: int | None
    name: str
    calendar: str
    zone: str
    state: str
    due_at: datetime | None
    restored_at: datetime | None
    late: bool
    elapsed: timedelta
    business: timedelta
    paused: timedelta
    total: timedelta
    started_at: datetime
    until: datetime
    pieces: Sequence[tuple[Piece, str]]


@dataclass(frozen=True, slots=True)
class PauseLine:
    """One suspension as its client sees it."""

    event_id: int
    words: str
    where: str
    since: datetime
    until: datetime | None
    asked_by: str
    evidence: str
    annulled: bool
    upheld: bool
    contested_by: str
    contested_at: datetime | None
    contest: str
    answer: str
    answered_by: str
    answer_due_at: datetime | None
    may_contest: bool
    may_answer: bool


_WORDS = {Reason.SITE_ACCESS: _m("accès au site demandé"), Reason.PLANNED: _m("interruption programmée")}


def site_lines(ticket: Ticket, told: Explanation, *, with_pieces: bool = False) -> list[SiteLine]:
    """Return the sites of a ticket, by name; ``with_pieces`` adds its calendar and each segment with its reason, in words."""
    return [_site_line(ticket, site, with_pieces=with_pieces) for site in told.sites]


def _site_line(ticket: Ticket, site: SiteExplanation, *, with_pieces: bool) -> SiteLine:
    sums = site.durations
    return SiteLine(
        site_id=site.site_id,
        name=site.name,
        calendar=calendar_words(site.calendar.version) if with_pieces else "",
        zone=zone_of(site.calendar.version),
        state=_state(ticket, site),
        due_at=site.due_at,
        restored_at=site.restored_at,
        late=site.restored_at is not None and site.due_at is not None and site.restored_at > site.due_at,
        elapsed=sums.elapsed,
        business=sums.business,
        paused=sums.paused,
        total=sums.total,
        started_at=site.account.started_at,
        until=site.account.until,
        pieces=[(piece, _(CAUSES[piece.cause])) for piece in site.account.pieces] if with_pieces else [],
    )


def _state(ticket: Ticket, site: SiteExplanation) -> str:
    if site.restored_at is not None:
        return "restored"
    if ticket.state in NOT_INTERRUPTIONS or not ticket.is_open:
        return "stopped"
    return "paused" if site.due_at is None else "running"


def pause_lines(actor: Actor, ticket: Ticket, facts: Facts, told: Explanation) -> list[PauseLine]:
    """Return every suspension of the ticket, oldest first, with what this reader may do about it."""
    calendar, found = calendar_named(ticket.calendar), []
    for pause in told.suspensions:
        due = contest_due(calendar, pause.contest.at) if pause.contest else None
        found.append(_pause_line(actor, facts, pause, told.names, due))
    return found


def _pause_line(actor: Actor, facts: Facts, pause: Suspension, names: dict[int | None, str], due: datetime | None) -> PauseLine:
    event, contest, answer = pause.event, pause.contest, pause.answer
    return PauseLine(
        event_id=event.id,
        words=_(_WORDS.get(event.reason or Reason.SITE_ACCESS, _WORDS[Reason.SITE_ACCESS])),
        where=names.get(event.site_id, "") if event.site_id is not None else "",
        since=pause.since,
        until=pause.until,
        asked_by=event.asked_by,
        evidence=event.evidence,
        annulled=pause.annulled,
        upheld=answer is not None and not pause.annulled,
        contested_by=contest.asked_by if contest else "",
        contested_at=contest.at if contest else None,
        contest=contest.evidence if contest else "",
        answer=answer.evidence if answer else "",
        answered_by=answer.asked_by if answer else "",
        answer_due_at=due if pause.awaits_answer else None,
        may_contest=policies.may_contest(actor, facts, pause),
        may_answer=policies.may_answer(actor, pause),
    )
