"""Named reads of contests: which wait for the desk's answer, and until when (FL-12.6b)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Account, Organisation
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket, TicketClockEvent
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.contests import contest_due


@dataclass(frozen=True, slots=True)
class OpenContest:
    """A contest that the desk has not answered. ``pause_id`` is the event contested: the answer's page is named by it."""

    reference: str
    title: str
    client: str
    ticket_id: int
    assignee_id: int | None
    assignee: str
    calendar: str
    pause_id: int
    contested_at: datetime
    contested_by: str
    due_at: datetime


def open_contests(session: Session, *, assignee_id: int | None = None) -> list[OpenContest]:
    """Return the contests that wait for an answer, soonest due first; ``assignee_id``: those of one agent's tickets. One statement."""
    contest, answer = aliased(TicketClockEvent), aliased(TicketClockEvent)
    answered = (
        select(answer.id)
        .where(answer.ticket_id == contest.ticket_id, answer.about_id == contest.id, answer.kind == EventKind.CONTEST_ANSWERED)
        .exists()
    )
    # Written into the statement, or the database would not know that its index of contests serves.
    contested = bindparam("contested", EventKind.CONTESTED, type_=contest.kind.type, literal_execute=True)
    statement = (
        select(
            Ticket.reference,
            Ticket.title,
            Organisation.name.label("client"),
            Ticket.id.label("ticket_id"),
            Ticket.assignee_id,
            Account.full_name.label("assignee"),
            Ticket.calendar,
            contest.about_id.label("pause_id"),
            contest.at,
            contest.asked_by,
        )
        .select_from(contest)
        .join(Ticket, Ticket.id == contest.ticket_id)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .where(contest.kind == contested, ~answered)
        .order_by(contest.at, contest.id)
    )
    if assignee_id is not None:
        statement = statement.where(Ticket.assignee_id == assignee_id)
    found = [
        OpenContest(
            reference=row.reference,
            title=row.title,
            client=row.client,
            ticket_id=row.ticket_id,
            assignee_id=row.assignee_id,
            assignee=row.assignee or "",
            calendar=row.calendar,
            pause_id=row.pause_id,
            contested_at=row.at,
            contested_by=row.asked_by,
            due_at=contest_due(calendar_named(row.calendar), row.at),
        )
        for row in session.execute(statement)
    ]
    return sorted(found, key=lambda contest: (contest.due_at, contest.pause_id))
