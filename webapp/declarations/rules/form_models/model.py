"""A form model once read and checked, and who depends on whom in it.

A cell is named by three codes (table, row, column). Everything here is immutable and shared by all requests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from webapp.declarations.rules.form_models.parts import (
    Cell,
    Column,
    Control,
    Document,
    Former,
    MissingPolicy,
    RecordField,
    Row,
    Section,
    Severity,
    Table,
    Tolerance,
)
from webapp.declarations.rules.language.expressions import is_previous, present_key
from webapp.declarations.rules.language.formula import CellKey, cells_of

__all__ = [
    "Cell",
    "Column",
    "Control",
    "Document",
    "FormModel",
    "Former",
    "MissingPolicy",
    "RecordField",
    "Row",
    "Scope",
    "Section",
    "Severity",
    "Table",
    "Tolerance",
]


@dataclass(frozen=True, slots=True)
class Scope:
    """What one table depends on: the tables whose entries it and its controls read, and the cells to work out, in order.

    `around` are those tables and the rest of its section, whose progress its page shows.
    """

    tables: frozenset[str]
    around: frozenset[str]
    order: tuple[CellKey, ...]


@dataclass(frozen=True)
class FormModel:
    """A form model: a version of a form, for a kind of return and a kind of declarant."""

    code: str
    version: str
    kind: str
    audience: str
    years: tuple[int, ...]
    title: str
    notice: str
    sections: tuple[Section, ...]
    controls: tuple[Control, ...]
    schedule: tuple[CellKey, ...]
    """Cells to work out, computed or shown under a condition, each after those that it reads."""
    former: Former | None = None
    order: tuple[CellKey, ...] = field(init=False)
    """Computed cells, each after the computed cells that it reads."""
    tables: Mapping[str, Table] = field(init=False)
    cells: Mapping[CellKey, Cell] = field(init=False)
    documents: Mapping[str, Document] = field(init=False)
    """The documents expected beside the figures, in the order of the form."""
    entry_count: int = field(init=False)
    """Cells to fill in, those of lines that people may add left out."""
    _readers: Mapping[CellKey, frozenset[CellKey]] = field(init=False, repr=False)
    _controls_by_cell: Mapping[CellKey, tuple[int, ...]] = field(init=False, repr=False)
    _place: Mapping[CellKey, int] = field(init=False, repr=False)
    _scopes: dict[str, Scope] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        tables = {table.code: table for section in self.sections for table in section.tables}
        cells = {cell.key: cell for table in tables.values() for cell in table.cells.values()}
        readers: dict[CellKey, set[CellKey]] = {}
        for key in self.schedule:
            for read in cells[key].reads:
                readers.setdefault(read, set()).add(key)
        by_cell: dict[CellKey, list[int]] = {}
        for index, control in enumerate(self.controls):
            for key in control.reads:
                by_cell.setdefault(key, []).append(index)
        object.__setattr__(self, "order", tuple(key for key in self.schedule if cells[key].formula is not None))
        object.__setattr__(self, "_place", {key: place for place, key in enumerate(self.schedule)})
        object.__setattr__(self, "tables", tables)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "documents", {document.code: document for section in self.sections for document in section.documents})
        added = {(table.code, row.code) for table in tables.values() for row in table.rows if row.repeated}
        expected = sum(1 for cell in cells.values() if cell.formula is None and cell.key[:2] not in added)
        object.__setattr__(self, "entry_count", expected)
        object.__setattr__(self, "_readers", {key: frozenset(found) for key, found in readers.items()})
        object.__setattr__(self, "_controls_by_cell", {key: tuple(found) for key, found in by_cell.items()})

    def in_force(self, year: int, switched_off: Collection[str] = ()) -> FormModel:
        """The same form with the controls that hold for an exercise: those of their dates, less those that were switched off."""
        last_day = date(year, 12, 31)
        kept = tuple(control for control in self.controls if control.stands_on(last_day) and control.code not in switched_off)
        return self if len(kept) == len(self.controls) else replace(self, controls=kept)

    def worked_out_after(self, touched: Iterable[CellKey]) -> tuple[CellKey, ...]:
        """The cells to work out again when `touched` have changed, in order; among them those of `touched` that may be hidden."""
        pending = list(touched)
        reached = {key for key in pending if key in self._place}
        while pending:
            for reader in self._readers.get(pending.pop(), ()):
                if reader not in reached:
                    reached.add(reader)
                    pending.append(reader)
        return tuple(sorted(reached, key=self._place.__getitem__)) if reached else ()

    def computed_after(self, touched: Iterable[CellKey]) -> tuple[CellKey, ...]:
        """The computed cells that may change when `touched` do, in the order in which to compute them."""
        return tuple(key for key in self.worked_out_after(touched) if self.cells[key].formula is not None)

    def controls_reading(self, keys: Iterable[CellKey]) -> tuple[Control, ...]:
        """The controls that read one of the cells, in the order of the form."""
        indexes = {index for key in keys for index in self._controls_by_cell.get(key, ())}
        return tuple(self.controls[index] for index in sorted(indexes))

    def scope_of(self, table: Table) -> Scope:
        """What is needed to draw a table with its controls and the progress of its section, and nothing more."""
        if table.code not in self._scopes:
            self._scopes[table.code] = self._find_scope(table)
        return self._scopes[table.code]

    def _find_scope(self, table: Table) -> Scope:
        section = next(section for section in self.sections if table in section.tables)
        own = [cell.key for cell in table.cells.values()]
        read = self._reached([*own, *(key for control in self.controls_reading(own) for key in control.reads)])
        conditions = [cell.key for other in section.tables for cell in other.cells.values() if cell.visible is not None]
        conditions += [read for cell in self.cells.values() if cell.visible is not None for read in cells_of(cell.visible)]
        reached = read | self._reached(conditions)
        around = {other.code for other in section.tables} | {key[0] for key in reached}
        return Scope(frozenset(key[0] for key in read), frozenset(around), tuple(key for key in self.schedule if key in reached))

    def _reached(self, keys: Iterable[CellKey]) -> set[CellKey]:
        """The cells of this year that `keys` depend on, themselves included."""
        reached: set[CellKey] = set()
        pending = list(keys)
        while pending:
            key = pending.pop()
            if key not in reached and not is_previous(key):
                reached.add(key)
                pending += self.cells[key].reads
        return reached

    def label(self, key: CellKey) -> str:
        """A cell as people name it: table number, line, column, and the year when it is the one before."""
        table = self.tables[present_key(key)[0]]
        row = next(row.label for row in table.rows if row.code == key[1])
        column = next(column.label for column in table.columns if column.code == key[2])
        year = " (exercice précédent)" if is_previous(key) else ""
        return f"{table.number} · {row} · {column}{year}"
