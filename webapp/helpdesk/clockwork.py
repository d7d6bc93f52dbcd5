"""The clock of a stored ticket: appending its events, and what they make of its deadlines and durations."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.clock import Clock
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket, TicketClockEvent
from webapp.helpdesk.rules.account import Account, Durations, account
from webapp.helpdesk.rules.clock import ClockEvent, ClockInputs, EventKind, Reason, replay
from webapp.helpdesk.rules.deadlines import Target, next_due, restoration_due
from webapp.helpdesk.rules.states import OPEN, State


def moment(clock: Clock) -> datetime:
    """Return the present instant to the second: what a ticket's clock is told in."""
    return clock.now().replace(microsecond=0)


def targets(ticket: Ticket) -> tuple[Target, Target]:
    """Return the ticket's first-response and restoration targets."""
    return (
        Target(ticket.response_days, timedelta(seconds=ticket.response_seconds)),
        Target(ticket.restoration_days, timedelta(seconds=ticket.restoration_seconds), ticket.restoration_elapsed),
    )


def stored_events(session: Session, ticket_id: int) -> Sequence[TicketClockEvent]:
    """Return the ticket's clock events, in the order in which they were recorded."""
    return session.scalars(select(TicketClockEvent).where(TicketClockEvent.ticket_id == ticket_id).order_by(TicketClockEvent.id)).all()


def as_events(rows: Sequence[TicketClockEvent]) -> list[ClockEvent]:
    """Return stored events as the values that the rules work on."""
    return [ClockEvent(row.kind, row.at, row.reason, row.asked_by, row.since, row.until) for row in rows]


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
) -> ClockInputs:
    """Add one event and bring the ticket's deadlines and durations up to date with all of them; ``stretch`` bounds an excluded time."""
    session.add(
        TicketClockEvent(
            organisation_id=ticket.organisation_id,
            ticket_id=ticket.id,
            kind=kind,
            at=at,
            reason=reason,
            asked_by=asked_by,
            since=stretch[0] if stretch else None,
            until=stretch[1] if stretch else None,
            account_id=account_id,
        )
    )
    session.flush()
    inputs = replay(as_events(stored_events(session, ticket.id)))
    refresh(ticket, inputs)
    return inputs


def refresh(ticket: Ticket, inputs: ClockInputs) -> None:
    """Store what the events make of the deadlines; fix or clear the durations as the ticket is closed or not."""
    calendar = calendar_named(ticket.calendar)
    ticket.restoration_due_at = restoration_due(calendar, inputs, targets(ticket)[1])
    ticket.due_at = next_due(
        ticket.first_response_due_at,
        ticket.restoration_due_at,
        responded=ticket.first_responded_at is not None,
        ended=ticket.state not in OPEN,
    )
    if ticket.state is State.CLOSED and inputs.stopped_at is not None:
        fix(ticket, account(calendar, inputs, inputs.stopped_at).durations())
    elif ticket.is_open:
        ticket.elapsed_seconds = ticket.business_seconds = ticket.paused_seconds = None


def fix(ticket: Ticket, durations: Durations) -> None:
    """Store the durations of a closed interruption (FL-12.7)."""
    ticket.elapsed_seconds = int(durations.elapsed.total_seconds())
    ticket.business_seconds = int(durations.business.total_seconds())
    ticket.paused_seconds = int(durations.paused.total_seconds())


def tell(ticket: Ticket, rows: Sequence[TicketClockEvent], at: datetime) -> Account:
    """Explain the ticket's time until ``at`` or its restoration."""
    return account(calendar_named(ticket.calendar), replay(as_events(rows)), at)
