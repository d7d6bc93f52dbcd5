"""Named reads of the help desk: one ticket with its names, its messages and events, and the lists of the client's side.

The desk reads every organisation's tickets; everybody else those of their own, said in each query besides the session's own guard.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, true
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Account, Organisation
from webapp.actor import Actor
from webapp.contracts.models import Contract, ServiceLevel, ServiceLevelVersion
from webapp.db import Rows, plain_rows
from webapp.errors import NotFound
from webapp.helpdesk.models import Team, Ticket, TicketMessage
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.rules.reference import ReferenceProblem, parse_reference
from webapp.service_status.models import Notice
from webapp.service_status.rules import Kind
from webapp.service_status.rules import State as NoticeState


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """A planned interruption that has taken place."""

    id: int
    title: str
    start: datetime
    end: datetime


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Ticket`` that the policy ``may_see`` states for one ticket."""
    return true() if _reaches_all(actor) else Ticket.organisation_id == actor.organisation_id


def _reaches_all(actor: Actor) -> bool:
    return works_the_desk(actor) or actor.account_id is None


def get_ticket(session: Session, actor: Actor, reference: str, *, lock: bool = False) -> Ticket:
    """Load and authorise in one call: somebody else's ticket, or none, is ``NotFound``.

    ``lock`` holds the row until the transaction ends (PostgreSQL; SQLite writers are alone already).
    """
    statement = select(Ticket).where(Ticket.reference == canonical(reference), within_reach(actor))
    ticket = session.scalar(statement.with_for_update() if lock else statement)
    if ticket is None:
        raise NotFound
    return ticket


def get_ticket_with_names(session: Session, actor: Actor, reference: str) -> Any:
    """Return a ticket and its names for a page, or raise ``NotFound``.

    The row is (Ticket, client, assignee, team, contract_number, level_label, level_number, warning_minutes).
    """
    mine = {} if _reaches_all(actor) else {"organisation": actor.organisation_id}
    row = session.execute(_with_names(own=bool(mine)), {"reference": canonical(reference), **mine}).first()
    if row is None:
        raise NotFound
    return row


@cache
def _with_names(*, own: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement of a ticket (``own``: of one organisation's) and its names, built once: each reading of a ticket sends it."""
    assignee = aliased(Account)
    found = (
        select(
            Ticket,
            Organisation.name.label("client"),
            assignee.full_name.label("assignee"),
            Team.name.label("team"),
            Contract.number.label("contract_number"),
            ServiceLevel.label.label("level_label"),
            ServiceLevelVersion.number.label("level_number"),
            ServiceLevelVersion.warning_minutes,
        )
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(Team, Team.id == Ticket.team_id)
        .outerjoin(Contract, Contract.id == Ticket.contract_id)
        .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
        .outerjoin(ServiceLevel, ServiceLevel.id == ServiceLevelVersion.service_level_id)
        .where(Ticket.reference == bindparam("reference"))
    )
    return found.where(Ticket.organisation_id == bindparam("organisation")) if own else found


def canonical(reference: str) -> str:
    """Return the stored spelling of a reference, or the text itself (which finds nothing) when it is none."""
    try:
        return str(parse_reference(reference))
    except ReferenceProblem:
        return reference


# Read by every showing of a ticket, so it is built once.
_MESSAGES = (
    select(
        TicketMessage.id,
        TicketMessage.at,
        TicketMessage.internal,
        TicketMessage.from_desk,
        TicketMessage.author_name,
        TicketMessage.body,
        TicketMessage.withdrawn_at,
    )
    .where(TicketMessage.ticket_id == bindparam("ticket"))
    .order_by(TicketMessage.id)
)
_WITHOUT_NOTES = _MESSAGES.where(TicketMessage.internal.is_(False))


def messages_of(session: Session, ticket_id: int, *, with_notes: bool) -> Rows:
    """Return the ticket's messages, oldest first; internal notes only for the desk."""
    return plain_rows(session, _MESSAGES if with_notes else _WITHOUT_NOTES, {"ticket": ticket_id}).all()


def planned_windows(session: Session, since: datetime, until: datetime) -> list[PlannedWindow]:
    """Return the planned interruptions that are over and met the time between two instants (FL-12.8), oldest first."""
    end = func.coalesce(Notice.ended_at, Notice.expected_end_at)
    rows = session.execute(
        select(Notice.id, Notice.title, Notice.starts_at, Notice.ended_at, Notice.expected_end_at)
        .where(Notice.kind == Kind.PLANNED, Notice.state != NoticeState.CANCELLED, Notice.starts_at < until, end > since, end <= until)
        .order_by(Notice.starts_at, Notice.id)
    ).all()
    return [PlannedWindow(row.id, row.title, row.starts_at, row.ended_at or row.expected_end_at or row.starts_at) for row in rows]
