"""Reading for many tickets at once what a verb reads for one, and numbering new rows before they are written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from webapp.contracts.models import Site
from webapp.helpdesk.models import Obligation, Ticket, TicketClockEvent, TicketMessage, TicketSite
from webapp.helpdesk.queries.sites import NAMED
from webapp.helpdesk.rules.owed import Owed

Ahead = dict[tuple[str, Any], Any]
#: What the verbs add to tickets.
NUMBERED = (Obligation, TicketClockEvent, TicketMessage)
#: Numbers taken from a sequence at a time.
_BLOCK = 500


def read(session: Session, ahead: Ahead, tickets: Sequence[Ticket]) -> None:
    """Read clocks, sites and obligations of the tickets: four statements."""
    ids = [ticket.id for ticket in tickets]
    events = select(TicketClockEvent).where(TicketClockEvent.ticket_id.in_(ids)).order_by(TicketClockEvent.id)
    sites = select(TicketSite).where(TicketSite.ticket_id.in_(ids)).order_by(TicketSite.site_id)
    named = (
        select(*NAMED, TicketSite.ticket_id)
        .join(Site, Site.id == TicketSite.site_id)
        .where(TicketSite.ticket_id.in_(ids))
        .order_by(Site.name, Site.id)
    )
    owed = select(Obligation).where(Obligation.ticket_id.in_(ids), Obligation.kind == Owed.REPORT).order_by(Obligation.id)
    for what, rows in (("events", session.scalars(events)), ("sites", session.scalars(sites)), ("named_sites", session.execute(named))):
        by_ticket: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            by_ticket[row.ticket_id].append(row)
        ahead |= {(what, identifier): by_ticket[identifier] for identifier in ids}
    last = {row.ticket_id: row for row in session.scalars(owed)}
    ahead |= {("obligation", (identifier, Owed.REPORT)): last.get(identifier) for identifier in ids}


@contextmanager
def numbering(session: Session, ahead: Ahead) -> Iterator[None]:
    """Give new rows their numbers as soon as they are added (numbered rows are written together), and show clock events to readers."""
    numbers: dict[type[object], Iterator[int]] = {kind: _numbers(session, kind) for kind in NUMBERED}

    def number(_session: Session, row: Any) -> None:
        if type(row) in numbers and row.id is None:
            row.id = next(numbers[type(row)])
        if isinstance(row, TicketClockEvent):
            ahead["events", row.ticket_id].append(row)

    event.listen(session, "transient_to_pending", number)
    try:
        yield
    finally:
        event.remove(session, "transient_to_pending", number)


def _numbers(session: Session, kind: Any) -> Iterator[int]:
    """Yield the numbers that the next rows take: SQLite's writer is alone, PostgreSQL's sequence is asked for some at a time."""
    if session.get_bind().dialect.name != "postgresql":
        yield from count((session.scalar(select(func.max(kind.id))) or 0) + 1)
    while True:
        block = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :size)")
        yield from session.scalars(block, {"name": kind.__tablename__, "size": _BLOCK}).all()
