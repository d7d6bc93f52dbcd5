"""A return's figures at work: what was entered, the computed cells over it, and the findings of the controls.

Everything computed here is a pure function of the form model and the entries; a change recomputes only what reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from webapp.declarations.controls import Finding, Verdict, run_control
from webapp.declarations.evaluation import Figure, Missing, figures, number, rounded
from webapp.declarations.formula import CellKey
from webapp.declarations.model import FormModel, Severity, Table
from webapp.declarations.values import EMPTY, Entry, ValueKind

_MISSING = {
    ValueKind.EMPTY: Missing.EMPTY,
    ValueKind.NOT_COMMUNICATED: Missing.NOT_COMMUNICATED,
    ValueKind.INVALID: Missing.INVALID,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table is: cells answered (a figure or NC), unreadable, and to fill in all told."""

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


def figure_of(entry: Entry) -> Figure:
    """The figure of an entered cell, or why it has none."""
    return entry.value if entry.value is not None else _MISSING[entry.kind]


class Sheet:
    """Entries and computed figures of one return, or of what one table of it needs (`table`: the rest is not computed)."""

    def __init__(self, model: FormModel, entries: Mapping[CellKey, Entry], table: Table | None = None) -> None:
        self.model = model
        self.entries: dict[CellKey, Entry] = {
            key: entry for key, entry in entries.items() if (cell := model.cells.get(key)) is not None and cell.formula is None
        }
        self.figures: dict[CellKey, Figure] = {key: figure_of(entry) for key, entry in self.entries.items()}
        self._compute(model.scope_of(table).order if table else model.order)

    def entry(self, key: CellKey) -> Entry:
        """What was entered in a cell."""
        return self.entries.get(key, EMPTY)

    def figure(self, key: CellKey) -> Figure:
        """The figure of any cell, entered or computed."""
        return self.figures.get(key, Missing.EMPTY)

    def change(self, entries: Mapping[CellKey, Entry]) -> tuple[CellKey, ...]:
        """Take new entries; returns the computed cells whose figure changed, in the order of the form."""
        for key, entry in entries.items():
            cell = self.model.cells[key]
            if cell.formula is not None:
                raise KeyError(key)
            self.entries[key] = entry
            self.figures[key] = figure_of(entry)
        return self._compute(self.model.computed_after(entries))

    def findings(self, keys: Iterable[CellKey] | None = None) -> list[Finding]:
        """The result of each control, or only of those that read one of `keys`."""
        controls = self.model.controls if keys is None else self.model.controls_reading(keys)
        lookup = figures(self.figures)
        return [run_control(control, lookup) for control in controls]

    def findings_for(self, table: Table) -> list[Finding]:
        """The result of the controls that read a cell of the table."""
        return self.findings(cell.key for cell in table.cells.values())

    def progress(self, table: Table) -> Progress:
        """How far the table is."""
        answered = invalid = expected = 0
        for cell in table.entry_cells:
            entry = self.entry(cell.key)
            expected += 1
            answered += entry.is_filled
            invalid += entry.kind is ValueKind.INVALID
        return Progress(answered, invalid, expected)

    def invalid_cells(self) -> list[CellKey]:
        """The cells that hold something unreadable, in the order of the form."""
        return [
            cell.key for table in self.model.tables.values() for cell in table.entry_cells if self.entry(cell.key).kind is ValueKind.INVALID
        ]

    def unanswered_tables(self) -> list[Table]:
        """The compulsory tables in which nothing was answered."""
        return [table for table in self.model.tables.values() if not table.optional and self.progress(table).answered == 0]

    def blockers(self) -> list[Finding]:
        """The blocking controls that fail."""
        return [
            finding for finding in self.findings() if finding.verdict is Verdict.FALSE and finding.control.severity is Severity.BLOCKING
        ]

    def may_be_submitted(self) -> bool:
        """Whether nothing stands against the submission."""
        return not (self.invalid_cells() or self.unanswered_tables() or self.blockers())

    def _compute(self, keys: Iterable[CellKey]) -> tuple[CellKey, ...]:
        lookup = figures(self.figures)
        changed = []
        for key in keys:
            cell = self.model.cells[key]
            assert cell.formula is not None
            figure = rounded(number(cell.formula, lookup), cell.decimals)
            if self.figures.get(key) != figure:
                changed.append(key)
            self.figures[key] = figure
        return tuple(changed)
