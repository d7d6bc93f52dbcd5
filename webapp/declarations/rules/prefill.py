"""What a return may begin with: last year's figures and the body's record, offered for the cells that are still empty. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.declarations.rules.form_models.model import Cell, RecordField, Table
from webapp.declarations.rules.language.evaluation import Missing, figures, number, rounded
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import Entry, ValueKind, format_number


def prefills(sheet: Sheet, table: Table, record: Mapping[RecordField, str]) -> dict[CellKey, Entry]:
    """The entry that each empty cell of a table may begin with, as somebody would have typed it; only those that can be read."""
    found: dict[CellKey, Entry] = {}
    for cell in table.entry_cells:
        if cell.prefill is None or sheet.is_hidden(cell.key) or sheet.entry(cell.key).kind is not ValueKind.EMPTY:
            continue
        entry = cell.read(_text(cell, sheet, record))
        if entry.kind is ValueKind.VALUE:
            found[cell.key] = entry
    return found


def _text(cell: Cell, sheet: Sheet, record: Mapping[RecordField, str]) -> str:
    if isinstance(cell.prefill, RecordField):
        return record.get(cell.prefill, "")
    assert cell.prefill is not None
    figure = rounded(number(cell.prefill, figures(sheet.figures)), cell.decimals)
    return "" if isinstance(figure, Missing) else format_number(figure, cell.decimals)
