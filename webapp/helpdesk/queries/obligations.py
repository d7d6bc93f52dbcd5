"""Named reads of what the desk owes: counts, and the condition that a ticket has something open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Organisation
from webapp.helpdesk.models import IncidentReportDraft, Obligation, Ticket
from webapp.helpdesk.queries.contests import open_contests
from webapp.helpdesk.rules.owed import Owed


def owed_counts(session: Session) -> dict[Owed, int]:
    """Return how many obligations of each kind are open, contests apart: one statement over an index."""
    rows = session.execute(
        select(Obligation.kind, func.count().label("number"))
        .where(Obligation.is_open.is_(True))
        .group_by(Obligation.kind)
        .order_by(Obligation.kind)
    ).all()
    return {row.kind: row.number for row in rows}


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One thing owed, with what its line shows. ``calendar`` is the one it is counted on."""

    kind: Owed
    due_at: datetime
    reference: str
    title: str
    client: str
    assignee: str
    assignee_id: int | None
    calendar: str
    ticket_id: int
    begun: bool = False
    event_id: int | None = None

    @property
    def place(self) -> dict[str, Any]:
        """What names the page where it is done, besides its endpoint."""
        return {"reference": self.reference} if self.event_id is None else {"reference": self.reference, "event_id": self.event_id}


def owed_rows(
    session: Session, *, kind: Owed | None = None, assignee_id: int | None = None, limit: int = 50, offset: int = 0
) -> list[OwedRow]:
    """Return what is owed, soonest first: of one kind, or of those whose ticket this agent follows, when asked. One statement a source."""
    upto = offset + limit
    found = [row for source, kinds in SOURCES if kind is None or kind in kinds for row in source(session, kind, assignee_id, upto)]
    return sorted(found, key=lambda row: (row.due_at, row.reference, row.kind))[offset:upto]


def _obligations(session: Session, kind: Owed | None, assignee_id: int | None, limit: int) -> list[OwedRow]:
    statement = (
        select(
            Obligation.kind,
            Obligation.due_at,
            Ticket.reference,
            Ticket.title,
            Organisation.name.label("client"),
            Account.full_name.label("assignee"),
            Ticket.assignee_id,
            Ticket.calendar,
            Ticket.id.label("ticket_id"),
            IncidentReportDraft.version.label("draft"),
        )
        .join(Ticket, Ticket.id == Obligation.ticket_id)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .outerjoin(IncidentReportDraft, IncidentReportDraft.ticket_id == Ticket.id)
        .where(Obligation.is_open.is_(True), *_narrowed(kind, assignee_id))
        .order_by(Obligation.due_at, Obligation.id)
        .limit(limit)
    )
    return [
        OwedRow(
            row.kind,
            row.due_at,
            row.reference,
            row.title,
            row.client,
            row.assignee or "",
            row.assignee_id,
            row.calendar,
            row.ticket_id,
            begun=row.draft is not None,
        )
        for row in session.execute(statement)
    ]


def _contests(session: Session, _kind: Owed | None, assignee_id: int | None, limit: int) -> list[OwedRow]:
    return [
        OwedRow(
            Owed.CONTEST,
            found.due_at,
            found.reference,
            found.title,
            found.client,
            found.assignee,
            found.assignee_id,
            found.calendar,
            found.ticket_id,
            event_id=found.pause_id,
        )
        for found in open_contests(session, assignee_id=assignee_id)[:limit]
    ]


def _narrowed(kind: Owed | None, assignee_id: int | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if kind is not None:
        conditions.append(Obligation.kind == kind)
    if assignee_id is not None:
        conditions.append(Ticket.assignee_id == assignee_id)
    return conditions


#: Where each kind is read: (session, kind or None for all, assignee or None, how many) → rows, soonest first.
Source = Callable[[Session, Owed | None, int | None, int], list[OwedRow]]
SOURCES: tuple[tuple[Source, frozenset[Owed]], ...] = ((_obligations, frozenset({Owed.REPORT})), (_contests, frozenset({Owed.CONTEST})))
