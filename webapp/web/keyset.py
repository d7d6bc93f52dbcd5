"""Pages by key: the next page begins after the last row of this one, so that the thousandth page costs what the first does.

A list is sorted by some columns, the last of which is unique. Its cursor is the values of a row in those columns, as they stand in the
URL (``apres`` or ``avant``); what does not read as such values is refused by ``CursorProblem``. Unknown values (NULL) come last
in both directions of the sort.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, literal, or_, tuple_

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Numbers that every database can compare with a column, and that ``timedelta`` can hold.
_LARGEST = 2**53
AFTER, BEFORE = "apres", "avant"


class CursorProblem(ValueError):
    """The text is no cursor of this list."""


@dataclass(frozen=True, slots=True)
class Key:
    """One column of the order. ``name`` is the attribute of a row; ``kind`` is ``int`` or ``datetime`` (aware)."""

    name: str
    column: Any
    kind: type = int
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after a row (``backward``: it ends before it). No ``values``: at the beginning."""

    values: tuple[Any, ...] = ()
    backward: bool = False


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """One page of rows, and the cursors of its neighbours ("" where there is none)."""

    rows: Sequence[Any]
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list: its keys, the last one unique, all in one direction."""

    keys: tuple[Key, ...]
    descending: bool = False

    def order(self, *, backward: bool = False) -> tuple[Any, ...]:
        """Return the SQL order; ``backward`` turns it round, unknown values included."""
        down = self.descending != backward
        ordered = []
        for key in self.keys:
            column = key.column.desc() if down else key.column.asc()
            if key.nullable:
                column = column.nulls_first() if backward else column.nulls_last()
            ordered.append(column)
        return tuple(ordered)

    def beyond(self, cursor: Cursor) -> ColumnElement[bool] | None:
        """Return the condition that a row lies beyond the cursor in its direction; None without one."""
        if not cursor.values:
            return None
        down = self.descending != cursor.backward
        if not any(key.nullable for key in self.keys):  # one comparison of rows is one range of an index
            here = tuple_(*(key.column for key in self.keys))
            there = tuple_(*(literal(value, key.column.type) for key, value in zip(self.keys, cursor.values, strict=True)))
            return here < there if down else here > there
        ways: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for key, value in zip(self.keys, cursor.values, strict=True):
            ways.append(and_(*same, _beyond(key, value, down=down, backward=cursor.backward)))
            same.append(key.column.is_(None) if value is None else key.column == value)
        return or_(*ways)

    def write(self, row: Any) -> str:
        """Return the cursor of a row as it stands in the URL."""
        return "~".join(_written(getattr(row, key.name)) for key in self.keys)

    def read(self, text: str) -> tuple[Any, ...]:
        """Return the values of a cursor; raise ``CursorProblem`` for anything else."""
        parts = text.split("~")
        if len(parts) != len(self.keys):
            raise CursorProblem(text)
        return tuple(_read(key, part) for key, part in zip(self.keys, parts, strict=True))

    def cursor(self, values: Mapping[str, str]) -> Cursor:
        """Return the cursor that the URL's values name (``apres`` before ``avant``), or the beginning."""
        for name in (AFTER, BEFORE):
            if values.get(name):
                return Cursor(self.read(values[name]), backward=name == BEFORE)
        return Cursor()

    def limited(self, statement: Select[*tuple[Any, ...]], cursor: Cursor, limit: int) -> Select[*tuple[Any, ...]]:
        """Return the statement of one page, plus one row that tells whether there is more."""
        beyond = self.beyond(cursor)
        narrowed = statement if beyond is None else statement.where(beyond)
        return narrowed.order_by(*self.order(backward=cursor.backward)).limit(limit + 1)

    def page(self, rows: Sequence[Any], cursor: Cursor, limit: int) -> KeysetPage:
        """Make a page of what ``limited`` gave: in the list's order, with the cursors of the pages around it."""
        more, shown = len(rows) > limit, list(rows[:limit])
        if cursor.backward:
            shown.reverse()
        if not shown:
            return KeysetPage(shown, "", "")
        before = more if cursor.backward else bool(cursor.values)
        after = bool(cursor.values) if cursor.backward else more
        return KeysetPage(shown, self.write(shown[0]) if before else "", self.write(shown[-1]) if after else "")

    def turned(self, *, descending: bool) -> "Keyset":
        """Return the same keys in the asked direction."""
        return replace(self, descending=descending)


def _beyond(key: Key, value: Any, *, down: bool, backward: bool) -> ColumnElement[bool]:
    if value is None:  # going on, nothing comes after the unknown values; going back, every known one
        known: ColumnElement[bool] = key.column.is_not(None)
        return known if backward else false()
    further: ColumnElement[bool] = key.column < value if down else key.column > value
    return or_(further, key.column.is_(None)) if key.nullable and not backward else further


def _written(value: Any) -> str:
    if value is None:
        return ""
    return str((value - _EPOCH) // _MICROSECOND) if isinstance(value, datetime) else str(int(value))


def _read(key: Key, part: str) -> Any:
    if not part and key.nullable:
        return None
    digits = part.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 16 and int(digits) <= _LARGEST):
        raise CursorProblem(part)
    if key.kind is not datetime:
        if int(digits) >= 2**31:
            raise CursorProblem(part)
        return int(part)
    return _EPOCH + int(part) * _MICROSECOND
