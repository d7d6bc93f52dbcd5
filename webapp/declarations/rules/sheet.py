"""A return's figures at work: what was entered, the computed cells over it, and the findings of the controls.

Everything computed here is a pure function of the form model and the entries; a change recomputes only what reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from webapp.declarations.rules.answers import code_of, day_of
from webapp.declarations.rules.controls import Finding, Verdict, run_control
from webapp.declarations.rules.form_models.model import Cell, Column, Document, FormModel, Row, Severity, Table
from webapp.declarations.rules.language.evaluation import Figure, Lookup, Missing, Value, condition, figures, number, rounded
from webapp.declarations.rules.language.expressions import is_previous
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.values import EMPTY, Entry, Unit, ValueKind

SPARE_ROWS = 3
"""Empty lines shown after the last one filled in, in a table to which people add lines."""

_MISSING = {
    ValueKind.EMPTY: Missing.EMPTY,
    ValueKind.NOT_COMMUNICATED: Missing.NOT_COMMUNICATED,
    ValueKind.INVALID: Missing.INVALID,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table is: cells answered (a figure, "néant" or NC), unreadable, and to fill in all told."""

    answered: int
    invalid: int
    expected: int

    @property
    def is_complete(self) -> bool:
        """Whether every cell has an answer that can be read."""
        return self.answered == self.expected

    @property
    def percent(self) -> int:
        """Share answered, rounded down so that 100 means all."""
        return 100 * self.answered // self.expected if self.expected else 100


def value_of(cell: Cell, entry: Entry) -> Value:
    """What an entered cell is worth: a figure, the number of a day, a choice's code, a text; or why it has none."""
    if entry.kind in _MISSING:
        return _MISSING[entry.kind]
    if entry.value is not None:
        return entry.value
    if cell.unit is Unit.DATE:
        day = day_of(entry.raw)
        return Decimal(day.toordinal()) if day else Missing.INVALID
    if cell.unit is Unit.CHOICE:
        return code_of(entry.raw, cell.choices) or Missing.INVALID
    return Missing.INVALID if cell.unit.is_figure else entry.raw


class Sheet:
    """Entries and computed figures of one return, or of what one table of it needs (`table`: the rest is not worked out).

    `previous` holds last year's figures under this year's codes (:func:`webapp.declarations.series.previous_figures`). A cell whose
    condition of visibility does not hold counts as empty everywhere; what was typed in it is kept, and comes back with it.
    """

    def __init__(
        self,
        model: FormModel,
        entries: Mapping[CellKey, Entry],
        table: Table | None = None,
        previous: Mapping[CellKey, Figure] | None = None,
    ) -> None:
        self.model = model
        self._typed: dict[CellKey, Entry] = {
            key: entry for key, entry in entries.items() if (cell := model.cells.get(key)) is not None and cell.formula is None
        }
        self.figures: dict[CellKey, Value] = {key: value_of(model.cells[key], entry) for key, entry in self._typed.items()}
        self.previous = {key: figure for key, figure in (previous or {}).items() if is_previous(key)}
        self.beside: Mapping[CellKey, Figure] = self.previous
        """Last year's figures as people read them beside; no formula reads those."""
        self.figures.update(self.previous)
        self._hidden: set[CellKey] = set()
        self._work_out(model.scope_of(table).order if table else model.schedule)

    @property
    def entries(self) -> dict[CellKey, Entry]:
        """What was entered in the cells that are asked for."""
        return {key: entry for key, entry in self._typed.items() if key not in self._hidden} if self._hidden else self._typed

    def entry(self, key: CellKey) -> Entry:
        """What was entered in a cell, asked for or not."""
        return self._typed.get(key, EMPTY)

    def figure(self, key: CellKey) -> Figure:
        """The figure of any cell, entered or computed; a text has none."""
        value = self.figures.get(key, Missing.EMPTY)
        return Missing.EMPTY if isinstance(value, str) else value

    def is_hidden(self, key: CellKey) -> bool:
        """Whether the cell is not asked for."""
        return key in self._hidden

    def shows(self, table: Table) -> bool:
        """Whether anything of the table is asked for."""
        return not self._hidden or any(cell.key not in self._hidden for cell in table.cells.values())

    def shown_rows(self, table: Table) -> list[Row]:
        """The lines that are asked for; of those that people add, the ones filled in and a few more."""
        filled = [place for place, row in enumerate(table.rows) if row.repeated and self.uses(table, row)]
        first_spare = next((place for place, row in enumerate(table.rows) if row.repeated), 0)
        last = (max(filled) + 1 if filled else first_spare) + SPARE_ROWS
        return [row for place, row in enumerate(table.rows) if (place < last or not row.repeated) and self.asks(table, row)]

    def shown_columns(self, table: Table) -> list[Column]:
        """The columns that are asked for; all of them when the whole table is not."""
        if not self._hidden:
            return list(table.columns)
        shown = [column for column in table.columns if any(self._is_crossing_asked(table, row, column) for row in table.rows)]
        return shown or list(table.columns)

    def _is_crossing_asked(self, table: Table, row: Row, column: Column) -> bool:
        cell = table.cells.get((row.code, column.code))
        return cell is not None and cell.key not in self._hidden

    def change(self, entries: Mapping[CellKey, Entry]) -> tuple[CellKey, ...]:
        """Take new entries; returns the computed cells whose figure changed, in the order of the form."""
        for key, entry in entries.items():
            cell = self.model.cells[key]
            if cell.formula is not None:
                raise KeyError(key)
            self._typed[key] = entry
            self.figures[key] = value_of(cell, entry)
        changed = self._work_out(self.model.worked_out_after(entries))
        return tuple(key for key in changed if self.model.cells[key].formula is not None)

    def findings(self, keys: Iterable[CellKey] | None = None) -> list[Finding]:
        """The result of each control, or only of those that read one of `keys`."""
        controls = self.model.controls if keys is None else self.model.controls_reading(keys)
        lookup = figures(self.figures)
        return [run_control(control, lookup, self.model.cells) for control in controls]

    def findings_for(self, table: Table) -> list[Finding]:
        """The result of the controls that read a cell of the table."""
        return self.findings(cell.key for cell in table.cells.values())

    def progress(self, table: Table) -> Progress:
        """How far the table is."""
        answered = invalid = expected = 0
        unused = {row.code for row in table.rows if row.repeated and not self.uses(table, row)}
        hidden, typed = self._hidden, self._typed
        for cell in table.entry_cells:
            key = cell.key
            if key in hidden or key[1] in unused:
                continue
            entry = typed.get(key, EMPTY)
            expected += 1
            answered += entry.is_filled
            invalid += entry.kind is ValueKind.INVALID
        return Progress(answered, invalid, expected)

    def progress_of(self, tables: Iterable[Table]) -> Progress:
        """How far several tables are together: a section, or the whole form."""
        parts = [self.progress(table) for table in tables]
        return Progress(sum(part.answered for part in parts), sum(part.invalid for part in parts), sum(part.expected for part in parts))

    def invalid_cells(self) -> list[CellKey]:
        """The cells that hold something unreadable, in the order of the form."""
        return [
            cell.key
            for table in self.model.tables.values()
            for cell in table.entry_cells
            if self.entry(cell.key).kind is ValueKind.INVALID and cell.key not in self._hidden
        ]

    def unanswered_tables(self) -> list[Table]:
        """The compulsory tables in which nothing was answered."""
        return [
            table for table in self.model.tables.values() if not table.optional and self.shows(table) and self.progress(table).answered == 0
        ]

    def expected_documents(self) -> list[Document]:
        """The documents to attach, those shown under a condition only while it holds."""
        lookup = figures(self.figures)
        return [
            document
            for document in self.model.documents.values()
            if document.visible is None or condition(document.visible, lookup) is True
        ]

    def blockers(self) -> list[Finding]:
        """The blocking controls that fail."""
        return [
            finding for finding in self.findings() if finding.verdict is Verdict.FALSE and finding.control.severity is Severity.BLOCKING
        ]

    def may_be_submitted(self) -> bool:
        """Whether nothing stands against the submission."""
        return not (self.invalid_cells() or self.unanswered_tables() or self.blockers())

    def uses(self, table: Table, row: Row) -> bool:
        """Whether anything was entered in a line."""
        cells = (table.cells.get((row.code, column.code)) for column in table.columns)
        return any(self.entry(cell.key).kind is not ValueKind.EMPTY for cell in cells if cell is not None and cell.formula is None)

    def asks(self, table: Table, row: Row) -> bool:
        """Whether anything of a line is asked for."""
        cells = [cell for column in table.columns if (cell := table.cells.get((row.code, column.code))) is not None]
        return any(cell.key not in self._hidden for cell in cells) or not cells

    def _work_out(self, keys: Iterable[CellKey]) -> tuple[CellKey, ...]:
        lookup = figures(self.figures)
        changed = []
        for key in keys:
            cell = self.model.cells[key]
            figure = self._worth(cell, lookup)
            if self.figures.get(key) != figure:
                changed.append(key)
            self.figures[key] = figure
        return tuple(changed)

    def _worth(self, cell: Cell, lookup: Lookup) -> Value:
        if cell.visible is not None:
            if condition(cell.visible, lookup) is not True:
                self._hidden.add(cell.key)
                return Missing.EMPTY
            self._hidden.discard(cell.key)
        if cell.formula is None:
            return value_of(cell, self.entry(cell.key))
        return rounded(number(cell.formula, lookup), cell.decimals)
