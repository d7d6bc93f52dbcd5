"""The structure of a form model once read and checked: sections, tables, cells, controls, and who depends on whom.

A cell is named by three codes (table, row, column). Everything here is immutable and shared by all requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from webapp.declarations.formula import CellKey, Expression, cells_of
from webapp.declarations.values import Unit


class Severity(StrEnum):
    """What a failed control does to the submission."""

    INFORMATION = "information"
    WARNING = "warning"
    BLOCKING = "blocking"


class MissingPolicy(StrEnum):
    """What a cell without a figure means to a control."""

    SKIP_ANY = "skip_any"
    SKIP_ALL = "skip_all"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    code: str
    label: str
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `unit` is None where its lines have units of their own."""

    code: str
    label: str
    unit: Unit | None
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that exists in the form. `formula` is None for a cell that people fill in."""

    key: CellKey
    unit: Unit
    decimals: int
    signed: bool
    formula: Expression | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows, columns, and the cells at their crossings (some crossings hold none)."""

    code: str
    number: str
    title: str
    help: str
    optional: bool
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, str], Cell]

    @property
    def entry_cells(self) -> Iterator[Cell]:
        """The cells that people fill in, line by line."""
        for row in self.rows:
            for column in self.columns:
                cell = self.cells.get((row.code, column.code))
                if cell is not None and cell.formula is None:
                    yield cell


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form."""

    code: str
    title: str
    help: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """left operator right, within a tolerance, under a condition; what to say when it fails, and which text asks for it."""

    code: str
    left: Expression
    operator: str
    right: Expression
    missing: MissingPolicy
    tolerance: Decimal
    tolerance_percent: Decimal
    severity: Severity
    when: Expression | None
    message: str
    legal: str
    unit: Unit
    cells: tuple[CellKey, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the page of one table depends on: the tables whose entries it reads, and the cells to compute, in order."""

    tables: frozenset[str]
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
    order: tuple[CellKey, ...]
    """Computed cells, each after the computed cells that it reads."""
    tables: Mapping[str, Table] = field(init=False)
    cells: Mapping[CellKey, Cell] = field(init=False)
    entry_count: int = field(init=False)
    _readers: Mapping[CellKey, frozenset[CellKey]] = field(init=False, repr=False)
    _controls_by_cell: Mapping[CellKey, tuple[int, ...]] = field(init=False, repr=False)
    _scopes: dict[str, Scope] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        tables = {table.code: table for section in self.sections for table in section.tables}
        cells = {cell.key: cell for table in tables.values() for cell in table.cells.values()}
        readers: dict[CellKey, set[CellKey]] = {}
        for key in self.order:
            formula = cells[key].formula
            assert formula is not None
            for read in cells_of(formula):
                readers.setdefault(read, set()).add(key)
        by_cell: dict[CellKey, list[int]] = {}
        for index, control in enumerate(self.controls):
            read_by_control = dict.fromkeys((*control.cells, *(cells_of(control.when) if control.when else ())))
            for key in read_by_control:
                by_cell.setdefault(key, []).append(index)
        object.__setattr__(self, "tables", tables)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "entry_count", sum(1 for cell in cells.values() if cell.formula is None))
        object.__setattr__(self, "_readers", {key: frozenset(found) for key, found in readers.items()})
        object.__setattr__(self, "_controls_by_cell", {key: tuple(found) for key, found in by_cell.items()})

    def computed_after(self, touched: Iterable[CellKey]) -> tuple[CellKey, ...]:
        """The computed cells that may change when `touched` do, in the order in which to compute them."""
        pending, reached = list(touched), set[CellKey]()
        while pending:
            for reader in self._readers.get(pending.pop(), ()):
                if reader not in reached:
                    reached.add(reader)
                    pending.append(reader)
        return tuple(key for key in self.order if key in reached) if reached else ()

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
        own = [cell.key for cell in table.cells.values()]
        controls = self.controls_reading(own)
        pending = [*own, *(key for control in controls for key in control.cells)]
        pending += [key for control in controls if control.when for key in cells_of(control.when)]
        reached: set[CellKey] = set()
        while pending:
            key = pending.pop()
            if key not in reached:
                reached.add(key)
                formula = self.cells[key].formula
                pending += cells_of(formula) if formula else ()
        section = next(section for section in self.sections if table in section.tables)
        tables = {other.code for other in section.tables} | {key[0] for key in reached}
        return Scope(frozenset(tables), tuple(key for key in self.order if key in reached))

    def label(self, key: CellKey) -> str:
        """A cell as people name it: table number, line, column."""
        table = self.tables[key[0]]
        row = next(row.label for row in table.rows if row.code == key[1])
        column = next(column.label for column in table.columns if column.code == key[2])
        return f"{table.number} · {row} · {column}"
