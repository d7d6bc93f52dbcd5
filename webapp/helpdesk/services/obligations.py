"""What a ticket leaves owed, kept in step with its state (FL-12.7)."""

from sqlalchemy.orm import Session

from webapp.clock import Clock
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.commitments import calendar_named, terms_of
from webapp.helpdesk.models import Obligation, Ticket
from webapp.helpdesk.queries.reports import last_obligation
from webapp.helpdesk.rules.owed import Owed, report_due
from webapp.helpdesk.rules.states import ENDED, State


def keep_owed(session: Session, clock: Clock, ticket: Ticket) -> Obligation | None:
    """Bring the ticket's obligation to report in step with its state, and return it; asked twice, it does nothing more.

    A confirmed interruption that is closed owes a report, due ``report_days`` business days of its own calendar after closing. Opened
    again, it owes none until the next closing, which starts another count. The caller holds the ticket's row.
    """
    last: Obligation | None = last_obligation(session, ticket.id, Owed.REPORT)
    if ticket.state not in ENDED and last is not None and last.is_open:
        last.is_open, last.cancelled_at = False, moment(clock)
        session.flush()
    merged = ticket.merged_into_id is not None  # the other ticket owes the report of both
    if ticket.state is not State.CLOSED or merged or ticket.confirmed_at is None or ticket.closed_at is None:
        return None
    if last is not None and (last.is_open or last.created_at == ticket.closed_at):
        return last
    owed = Obligation(
        organisation_id=ticket.organisation_id,
        ticket_id=ticket.id,
        kind=Owed.REPORT,
        created_at=ticket.closed_at,
        due_at=report_due(calendar_named(ticket.calendar), ticket.closed_at, terms_of(session, ticket.level_version_id).report_days),
        is_open=True,
    )
    session.add(owed)
    session.flush()
    return owed
