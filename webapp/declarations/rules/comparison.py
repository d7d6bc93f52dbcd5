"""What changed between two submissions of a return, cell by cell, from their frozen snapshots alone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp.declarations.rules.document import DrawnCell, DrawnSection, tables_of


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A cell before and after. `asked` says that an agent had marked it; `difference` is after minus before, when both are figures."""

    code: str
    label: str
    table: str
    before: str
    after: str
    asked: bool
    difference: Decimal | None = None

    @property
    def changed(self) -> bool:
        """Whether the two submissions differ there."""
        return self.before != self.after or bool(self.difference)


def compare(before: Sequence[DrawnSection], after: Sequence[DrawnSection], asked: Collection[str] = ()) -> list[ChangedCell]:
    """Every cell that differs and every cell that was asked for, changed or not, in the order of the form; lines that ended come last."""
    old, new = _cells(before), _cells(after)
    found = []
    for code in (*new, *(code for code in old if code not in new)):
        label, table, now = new.get(code) or (*old[code][:2], DrawnCell(code))
        then = old[code][2] if code in old else DrawnCell(code)
        cell = ChangedCell(code, label, table, then.text, now.text, code in asked, _difference(then, now))
        if cell.changed or cell.asked:
            found.append(cell)
    return found


def _cells(sections: Sequence[DrawnSection]) -> dict[str, tuple[str, str, DrawnCell]]:
    """Label, table and drawing of each cell, by its code."""
    return {
        cell.code: (table.label(row, index), table.code, cell)
        for table in tables_of(sections)
        for row in table.rows
        for index, cell in enumerate(row.cells)
    }


def _difference(then: DrawnCell, now: DrawnCell) -> Decimal | None:
    if then.figure is None or now.figure is None:
        return None
    return now.figure - then.figure
