"""The clock of a stored ticket: appending its events, and what they make of its deadlines and durations."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.clock import Clock
from webapp.helpdesk.ahead import remembered
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketSite
from webapp.helpdesk.rules.account import Account, Durations, account
from webapp.helpdesk.rules.clock import ClockEvent, EventKind, Reason, check_next, replay_sites
from webapp.helpdesk.rules.deadlines import Target, next_due
from webapp.helpdesk.rules.reckoning import Counted, Reckoning, reckon
from webapp.helpdesk.rules.states import NOT_INTERRUPTIONS, OFF_CLOCK, OPEN, Facts, State, standing

#: As much of the text that shows a fact as an event keeps; the whole is in the message that goes with it.
LONGEST_EVIDENCE = 500


def moment(clock: Clock) -> datetime:
    """Return the present instant to the second: what a ticket's clock is told in."""
    return clock.now().replace(microsecond=0)


def targets(ticket: Ticket) -> tuple[Target, Target]:
    """Return the ticket's first-response and restoration targets."""
    return (
        Target(ticket.response_days, timedelta(seconds=ticket.response_seconds), day_rule=ticket.day_rule),
        Target(ticket.restoration_days, timedelta(seconds=ticket.restoration_seconds), ticket.restoration_elapsed, ticket.day_rule),
    )


# Read at every act on a ticket, so both are built once.
_SITES = select(TicketSite).where(TicketSite.ticket_id == bindparam("ticket")).order_by(TicketSite.site_id)
_EVENTS = select(TicketClockEvent).where(TicketClockEvent.ticket_id == bindparam("ticket")).order_by(TicketClockEvent.id)


def stored_events(session: Session, ticket_id: int) -> Sequence[TicketClockEvent]:
    """Return the ticket's clock events, in the order in which they were recorded."""
    return remembered(session, "events", ticket_id, lambda: session.scalars(_EVENTS, {"ticket": ticket_id}).all())


def stored_sites(session: Session, ticket_id: int) -> Sequence[TicketSite]:
    """Return the sites of a ticket, each with the calendar it is counted on."""
    return remembered(session, "sites", ticket_id, lambda: session.scalars(_SITES, {"ticket": ticket_id}).all())


def as_events(rows: Sequence[TicketClockEvent]) -> list[ClockEvent]:
    """Return stored events as the values that the rules work on."""
    return [
        ClockEvent(row.kind, row.at, row.reason, row.asked_by, row.since, row.until, row.site_id, row.evidence, row.about_id, row.id or 0)
        for row in rows
    ]


def counted_of(ticket: Ticket, sites: Iterable[Any]) -> list[Counted]:
    """Return what is counted: each site (anything with ``site_id`` and ``calendar``), or the ticket as a whole when it has none.

    A site stored before sites had their calendars counts on the ticket's.
    """
    places = [Counted(site.site_id, calendar_named(site.calendar or ticket.calendar)) for site in sites]
    return places or [Counted(None, calendar_named(ticket.calendar))]


def append(
    session: Session,
    ticket: Ticket,
    kind: EventKind,
    at: datetime,
    *,
    reason: Reason | None = None,
    asked_by: str = "",
    stretch: tuple[datetime, datetime] | None = None,
    account_id: int | None = None,
    site_ids: Sequence[int] = (),
    evidence: str = "",
    about_id: int | None = None,
) -> TicketClockEvent:
    """Add one event and bring the ticket's figures up to date with all of them; return it (the last, when several sites are named).

    ``site_ids`` are the sites concerned, none for all of them. ``stretch`` bounds an excluded time, ``evidence`` (at most 500
    characters are kept) says what shows the fact, ``about_id`` names the event that this one answers. Raises ``ClockError`` when the
    event contradicts those before it.
    """
    rows, sites = list(stored_events(session, ticket.id)), stored_sites(session, ticket.id)
    for site_id in site_ids or (None,):
        row = TicketClockEvent(
            organisation_id=ticket.organisation_id,
            ticket_id=ticket.id,
            kind=kind,
            at=at,
            reason=reason,
            asked_by=asked_by,
            since=stretch[0] if stretch else None,
            until=stretch[1] if stretch else None,
            account_id=account_id,
            site_id=site_id,
            evidence=evidence[:LONGEST_EVIDENCE],
            about_id=about_id,
        )
        if rows:
            check_next(as_events(rows), [site.site_id for site in sites], as_events([row])[0])
        session.add(row)
        rows.append(row)
    session.flush()
    refresh(ticket, as_events(rows), sites)
    return row


def recount(session: Session, ticket: Ticket) -> Reckoning:
    """Bring the ticket's figures, and those of its sites, up to date with its events, targets and calendars."""
    return refresh(ticket, as_events(stored_events(session, ticket.id)), stored_sites(session, ticket.id))


def refresh(ticket: Ticket, events: Sequence[ClockEvent], sites: Sequence[TicketSite] = ()) -> Reckoning:
    """Store what the events make of the deadlines and durations, of the ticket and of each of its ``sites`` (all of them).

    A site's durations are kept as soon as it is restored; the ticket's are fixed by its closing: those of its worst site (see
    ``Reckoning.durations``). A ticket that waits for access while none of its sites is suspended any more goes back to work.
    """
    told = reckon(events, counted_of(ticket, sites), targets(ticket)[1])
    interruption = ticket.state not in NOT_INTERRUPTIONS
    for site, figures in zip(sites, told.sites, strict=bool(sites)):
        site.restoration_due_at = figures.due_at
        site.restored_at = figures.inputs.stopped_at if interruption else None
        fix(site, figures.durations if interruption else None)
    if ticket.state is State.WAITING_ACCESS and not told.paused:
        ticket.state = standing(Facts(ticket.state, qualified=ticket.qualified_at is not None, confirmed=ticket.confirmed_at is not None))
    ticket.restoration_due_at = told.due_at
    ticket.due_at = next_due(
        ticket.first_response_due_at,
        ticket.restoration_due_at,
        responded=ticket.first_responded_at is not None,
        ended=ticket.state not in OPEN - OFF_CLOCK,
    )
    if ticket.state is State.CLOSED and told.stopped_at is not None:
        fix(ticket, told.durations)
    elif ticket.is_open:
        fix(ticket, None)
    return told


def fix(row: Ticket | TicketSite, durations: Durations | None) -> None:
    """Store the durations of an interruption (FL-12.7), or that there are none."""
    row.elapsed_seconds = int(durations.elapsed.total_seconds()) if durations else None
    row.business_seconds = int(durations.business.total_seconds()) if durations else None
    row.paused_seconds = int(durations.paused.total_seconds()) if durations else None


def tell_sites(ticket: Ticket, rows: Sequence[TicketClockEvent], sites: Iterable[Any], at: datetime) -> dict[int | None, Account]:
    """Explain the time of each site of the ticket until ``at`` or its restoration; of the whole ticket (None) when it has no site."""
    places = counted_of(ticket, sites)
    inputs = replay_sites(as_events(rows), [place.site_id for place in places])
    return {place.site_id: account(place.calendar, inputs[place.site_id], at) for place in places}


def worst(accounts: dict[int | None, Account], *, elapsed: bool) -> int | None:
    """Return the key of the account with the longest contractual duration (``elapsed`` or in business hours), the first when several."""

    def weight(key: int | None) -> tuple[timedelta, timedelta]:
        sums = accounts[key].durations()
        return (sums.elapsed, sums.business) if elapsed else (sums.business, sums.elapsed)

    return max(accounts, key=weight)


def tell(ticket: Ticket, rows: Sequence[TicketClockEvent], at: datetime, sites: Iterable[Any] = ()) -> Account:
    """Explain the ticket's time until ``at`` or its restoration: that of the worst of its ``sites`` (see ``worst``)."""
    accounts = tell_sites(ticket, rows, sites, at)
    return accounts[worst(accounts, elapsed=ticket.restoration_elapsed)]
