"""Filling several cells of a table at once: a pasted block, a value copied down, an answer for the empty cells. Pure: texts by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.declarations.rules.form_models.model import Cell, Table
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import ValueKind, display


@dataclass(frozen=True, slots=True)
class Block:
    """A pasted block laid over a table: the text of each cell that people fill in, and how many texts fall outside the table."""

    texts: Mapping[CellKey, str]
    outside: int


def lay(sheet: Sheet, table: Table, block: Mapping[int, Sequence[str | None]], row: str, column: str) -> Block:
    """Lay a block from a cell on, to the right and down, over the lines and columns that are asked for: its lines by their place, from 0.

    What falls on computed cells is passed over, for a block copied from a spreadsheet has its totals; so do texts on crossings without
    a cell. An empty text empties its cell, None leaves it. Raises KeyError for a line or a column that the table has not.
    """
    rows = [known.code for known in table.rows if sheet.asks(table, known)]
    columns = [known.code for known in sheet.shown_columns(table)]
    if row not in rows or column not in columns:
        raise KeyError((row, column))
    top, left = rows.index(row), columns.index(column)
    texts: dict[CellKey, str] = {}
    outside = 0
    for down, line in block.items():
        for right, text in enumerate(line):
            if text is None:
                continue
            if top + down >= len(rows) or left + right >= len(columns):
                outside += bool(text.strip())
                continue
            cell = table.cells.get((rows[top + down], columns[left + right]))
            if cell is not None and _is_entered(cell, sheet):
                texts[cell.key] = text
    return Block(texts, outside)


def copy_down(sheet: Sheet, table: Table, column: str, first: str, last: str) -> dict[CellKey, str]:
    """The text of a cell for those below it in its column, to the line `last`. Raises KeyError for a line or a column unknown."""
    rows = [row.code for row in sheet.shown_rows(table)]
    if first not in rows or last not in rows or (first, column) not in table.cells:
        raise KeyError((first, last, column))
    source = table.cells[first, column]
    text = display(sheet.entry(source.key), source.decimals)
    below = (table.cells.get((row, column)) for row in rows[rows.index(first) + 1 : rows.index(last) + 1])
    return {cell.key: text for cell in below if cell is not None and _is_entered(cell, sheet)}


def blanks(sheet: Sheet, table: Table) -> list[CellKey]:
    """The cells of figures that are asked for and empty; of lines that people add, those of the lines begun."""
    unused = {row.code for row in table.rows if row.repeated and not sheet.uses(table, row)}
    return [
        cell.key
        for cell in table.entry_cells
        if cell.unit.is_figure
        and cell.key[1] not in unused
        and not sheet.is_hidden(cell.key)
        and sheet.entry(cell.key).kind is ValueKind.EMPTY
    ]


def _is_entered(cell: Cell, sheet: Sheet) -> bool:
    return cell.formula is None and not sheet.is_hidden(cell.key)
