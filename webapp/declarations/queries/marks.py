"""Marked cells of a return and what was said of it: an agent sees every mark, a declarant those that were sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from webapp.db import UtcDateTime, plain_rows
from webapp.declarations.models import CellMark, ReturnMessage
from webapp.declarations.rules.language.formula import CellKey

_MARK = (
    literal(False).label("is_message"),
    CellMark.id,
    CellMark.id.label("mark_id"),
    CellMark.rank,
    CellMark.table_code,
    CellMark.row_code,
    CellMark.column_code,
    CellMark.label,
    CellMark.note.label("text"),
    CellMark.by_name,
    CellMark.at,
    CellMark.sent_at,
    CellMark.settled_at,
    CellMark.settled_by_name,
    literal(True).label("from_agent"),
)
#: The same columns of a message, so that one statement reads both.
_MESSAGE = (
    literal(True).label("is_message"),
    ReturnMessage.id,
    ReturnMessage.mark_id,
    literal(0).label("rank"),
    *(literal("").label(name) for name in ("table_code", "row_code", "column_code", "label")),
    ReturnMessage.body.label("text"),
    ReturnMessage.by_name,
    ReturnMessage.at,
    cast(null(), UtcDateTime).label("sent_at"),
    cast(null(), UtcDateTime).label("settled_at"),
    literal("").label("settled_by_name"),
    ReturnMessage.from_agent,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    mark_id: int | None
    body: str
    by: str
    from_agent: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked cell with what was said of it, oldest first."""

    id: int
    rank: int
    key: CellKey
    label: str
    note: str
    by: str
    at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    settled_by: str
    said: list[Said] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The cell as snapshots name it."""
        return ".".join(self.key)

    @property
    def is_open(self) -> bool:
        """Whether the declarant still owes a correction."""
        return self.sent_at is not None and self.settled_at is None

    def was_asked(self, rank: int, at: datetime) -> bool:
        """Whether the correction was owed after the submission of that rank, made at that instant."""
        return self.sent_at is not None and self.rank <= rank and (self.settled_at is None or self.settled_at > at)


@dataclass(frozen=True, slots=True)
class Exchange:
    """The marks of a return (of one table of it) and what was said of the return as a whole, oldest first."""

    marks: Sequence[Marked]
    said: Sequence[Said]

    @property
    def open(self) -> list[Marked]:
        """Marks that the declarant still owes."""
        return [mark for mark in self.marks if mark.is_open]

    @property
    def pending(self) -> list[Marked]:
        """Marks that agents prepared and did not send."""
        return [mark for mark in self.marks if mark.sent_at is None]

    def of_table(self, code: str) -> Exchange:
        """The marks of one table, and nothing of the whole."""
        return Exchange([mark for mark in self.marks if mark.key[0] == code], ())


@cache
def _exchange(*, agent: bool) -> Any:
    """The statement of what was marked and said of a return (``file``), made once: making it takes longer than running it."""
    file: Any = bindparam("file")
    seen = (CellMark.return_id == file,) if agent else (CellMark.return_id == file, CellMark.sent_at.is_not(None))
    both = union_all(select(*_MARK).where(*seen), select(*_MESSAGE).where(ReturnMessage.return_id == file)).subquery()
    return select(both).order_by(both.c.is_message, both.c.at, both.c.id)


def exchange(session: Session, return_id: int, *, agent: bool) -> Exchange:
    """What was marked and said of a return that was found for the actor: one statement."""
    marks: dict[int, Marked] = {}
    whole: list[Said] = []
    for row in plain_rows(session, _exchange(agent=agent), {"file": return_id}):
        if not row.is_message:
            key = (row.table_code, row.row_code, row.column_code)
            ends = (row.sent_at, row.settled_at, row.settled_by_name)
            marks[row.id] = Marked(row.id, row.rank, key, row.label, row.text, row.by_name, row.at, *ends)
        else:
            said = Said(row.mark_id, row.text, row.by_name, row.from_agent, row.at)
            (marks[row.mark_id].said if row.mark_id in marks else whole).append(said)
    return Exchange([*marks.values()], whole)
