"""A submission as every reader draws it: page, PDF, workbook and comparison come from the frozen snapshot alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp.declarations.rules.values import NIL, Unit, ValueKind, format_number


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """One cell: the text that people read, and the exact figure when there is one. No text: nothing was answered."""

    code: str
    text: str = ""
    figure: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A line of a table, with a cell for each column; where the form has none the cell is empty."""

    code: str
    label: str
    is_total: bool
    cells: Sequence[DrawnCell]


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table with the words of its heading; units stand in the headings, or in the lines that have units of their own."""

    code: str
    number: str
    title: str
    columns: Sequence[tuple[str, str]]
    """Code and label of each column."""
    rows: Sequence[DrawnRow]

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number} · {self.title}"

    def label(self, row: DrawnRow, index: int) -> str:
        """A cell as people name it: table number, line, column."""
        return f"{self.number} · {row.label} · {self.columns[index][1]}"


@dataclass(frozen=True, slots=True)
class DrawnSection:
    """A part of the form."""

    title: str
    tables: Sequence[DrawnTable]


def sections_of(content: Mapping[str, Any], form: Sequence[Mapping[str, Any]]) -> list[DrawnSection]:
    """Draw the figures of a snapshot over the words of its form (``content["form"]``; those of format 1 hold none)."""
    return [DrawnSection(section["title"], [_table(content, table) for table in section["tables"]]) for section in form]


def tables_of(sections: Sequence[DrawnSection]) -> Iterator[DrawnTable]:
    """Every table, in the order of the form."""
    for section in sections:
        yield from section.tables


def _table(content: Mapping[str, Any], table: Mapping[str, Any]) -> DrawnTable:
    columns = [(column["code"], _with_unit(column["label"], column["unit"])) for column in table["columns"]]
    rows = [
        DrawnRow(
            row["code"],
            _with_unit(row["label"], row["unit"]),
            row["total"],
            [_cell(content, table, row, column) for column in table["columns"]],
        )
        for row in table["rows"]
    ]
    return DrawnTable(table["code"], table["number"], table["title"], columns, rows)


def _with_unit(label: str, unit: str) -> str:
    return f"{label} ({Unit(unit).symbol})" if unit and Unit(unit).symbol else label


def _cell(content: Mapping[str, Any], table: Mapping[str, Any], row: Mapping[str, Any], column: Mapping[str, Any]) -> DrawnCell:
    crossing = f"{row['code']}.{column['code']}"
    code = f"{table['code']}.{crossing}"
    entered = content["entered"].get(code)
    value = content["computed"].get(code) if entered is None else entered.get("value")
    if entered is not None and entered["kind"] == ValueKind.NIL.value:
        return DrawnCell(code, NIL.raw, NIL.value)
    if value is not None:
        figure, unit = Decimal(value), Unit(column["unit"] or row["unit"])
        return DrawnCell(code, format_number(figure, table["decimals"].get(crossing, unit.default_decimals)), figure)
    if entered is None or entered["kind"] == ValueKind.EMPTY.value:
        return DrawnCell(code)
    return DrawnCell(code, entered["raw"])
