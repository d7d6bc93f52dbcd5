"""What an act changes on a ticket: its columns before and after, and the rows that it adds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from webapp.db import UtcDateTime
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketMessage

#: Columns that undoing leaves alone: the ticket's identity, its version, and counters that other acts keep.
_OWN = frozenset({"id", "organisation_id", "reference", "year", "counter", "version", "link_count", "attachment_count", "watcher_count"})
_COLUMNS = tuple(column for column in Ticket.__table__.columns if column.key not in _OWN)
_KEYS = tuple(column.key for column in _COLUMNS)


def columns_of(ticket: Ticket) -> dict[str, Any]:
    """Return what the ticket's columns hold now."""
    held = inspect(ticket).dict  # what is loaded, without asking each attribute
    return {key: held[key] if key in held else getattr(ticket, key) for key in _KEYS}


def changed(before: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    """Return, as plain JSON values, what the columns that have changed since ``before`` held then."""
    now = columns_of(ticket)
    return {key: _plain(value) for key, value in before.items() if now[key] != value}


def put_back(ticket: Ticket, before: dict[str, Any]) -> None:
    """Give the ticket's columns the values that ``changed`` kept."""
    for column in _COLUMNS:
        if column.key in before:
            setattr(ticket, column.key, _value(column, before[column.key]))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _value(column: Any, plain: Any) -> Any:
    if plain is None:
        return None
    kind = getattr(column.type, "enum_class", None)
    if kind is not None:
        return kind(plain)
    return datetime.fromisoformat(plain) if isinstance(column.type, UtcDateTime) else plain


@dataclass(slots=True)
class Made:
    """Rows added to tickets while it watches."""

    rows: list[TicketClockEvent | TicketMessage] = field(default_factory=list)

    def take(self) -> dict[str, list[int]]:
        """Return the numbers of the rows added since the last call."""
        events = [row.id for row in self.rows if isinstance(row, TicketClockEvent)]
        messages = [row.id for row in self.rows if isinstance(row, TicketMessage)]
        self.rows = []
        return {"events": events, "messages": messages}


@contextmanager
def watching(session: Session) -> Iterator[Made]:
    """Note the clock events and messages that any verb adds inside."""
    made = Made()

    def note(_session: Session, row: object) -> None:
        if isinstance(row, TicketClockEvent | TicketMessage):
            made.rows.append(row)

    event.listen(session, "transient_to_pending", note)
    try:
        yield made
    finally:
        event.remove(session, "transient_to_pending", note)
