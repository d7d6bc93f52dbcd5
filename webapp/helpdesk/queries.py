"""Named reads of the help desk: one ticket with its names, its messages and events, and the lists of the client's side.

The desk reads every organisation's tickets; everybody else those of their own, said in each query besides the session's own guard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Account, Organisation
from webapp.actor import Actor
from webapp.contracts.models import Contract, ServiceLevel, ServiceLevelVersion
from webapp.db import Rows
from webapp.errors import NotFound
from webapp.folding import like
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.rules.reference import ReferenceProblem, parse_reference
from webapp.service_status.models import Notice
from webapp.service_status.rules import Kind
from webapp.service_status.rules import State as NoticeState
from webapp.web.rows import FoundRow


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """A planned interruption that has taken place."""

    id: int
    title: str
    start: datetime
    end: datetime


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Ticket`` that the policy ``may_see`` states for one ticket."""
    return true() if works_the_desk(actor) or actor.account_id is None else Ticket.organisation_id == actor.organisation_id


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
    """Return (Ticket, client, assignee, contract_number, level_label, level_number, warning_minutes) for a page, or raise ``NotFound``."""
    assignee = aliased(Account)
    row = session.execute(
        select(
            Ticket,
            Organisation.name.label("client"),
            assignee.full_name.label("assignee"),
            Contract.number.label("contract_number"),
            ServiceLevel.label.label("level_label"),
            ServiceLevelVersion.number.label("level_number"),
            ServiceLevelVersion.warning_minutes,
        )
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(Contract, Contract.id == Ticket.contract_id)
        .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
        .outerjoin(ServiceLevel, ServiceLevel.id == ServiceLevelVersion.service_level_id)
        .where(Ticket.reference == canonical(reference), within_reach(actor))
    ).first()
    if row is None:
        raise NotFound
    return row


def canonical(reference: str) -> str:
    """Return the stored spelling of a reference, or the text itself (which finds nothing) when it is none."""
    try:
        return str(parse_reference(reference))
    except ReferenceProblem:
        return reference


def messages_of(session: Session, ticket_id: int, *, with_notes: bool) -> Rows:
    """Return the ticket's messages, oldest first; internal notes only for the desk."""
    condition = true() if with_notes else TicketMessage.internal.is_(False)
    return session.execute(
        select(
            TicketMessage.id,
            TicketMessage.at,
            TicketMessage.internal,
            TicketMessage.from_desk,
            TicketMessage.author_name,
            TicketMessage.body,
        )
        .where(TicketMessage.ticket_id == ticket_id, condition)
        .order_by(TicketMessage.id)
    ).all()


def matching(folded_words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return one condition a word, all of which a ticket must meet."""
    return [Ticket.search_text.like(like(word), escape="\\") for word in folded_words]


def search(session: Session, actor: Actor, folded_words: Sequence[str], limit: int = 10) -> list[FoundRow]:
    """Return tickets whose number, names or text hold every word, newest first, for the portal-wide search."""
    if not folded_words:
        return []
    rows = session.execute(
        select(Ticket.reference, Ticket.title, Organisation.name)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .where(within_reach(actor), *_reference_or_words(folded_words))
        .order_by(Ticket.notified_at.desc(), Ticket.id.desc())
        .limit(limit)
    ).all()
    return [FoundRow(row.title, "helpdesk.ticket", {"reference": row.reference}, f"{row.reference} · {row.name}") for row in rows]


def _reference_or_words(folded_words: Sequence[str]) -> list[ColumnElement[bool]]:
    """A whole reference, however it is spelled, is looked up as such."""
    try:
        return [Ticket.reference == str(parse_reference(" ".join(folded_words)))]
    except ReferenceProblem:
        return matching(folded_words)


def planned_windows(session: Session, since: datetime, until: datetime) -> list[PlannedWindow]:
    """Return the planned interruptions that are over and met the time between two instants (FL-12.8), oldest first."""
    end = func.coalesce(Notice.ended_at, Notice.expected_end_at)
    rows = session.execute(
        select(Notice.id, Notice.title, Notice.starts_at, Notice.ended_at, Notice.expected_end_at)
        .where(Notice.kind == Kind.PLANNED, Notice.state != NoticeState.CANCELLED, Notice.starts_at < until, end > since, end <= until)
        .order_by(Notice.starts_at, Notice.id)
    ).all()
    return [PlannedWindow(row.id, row.title, row.starts_at, row.ended_at or row.expected_end_at or row.starts_at) for row in rows]
