"""Forms as protected workbooks: fields to fill in, the rest locked, and hidden codes around each table by which it is read again.

With ``spreadsheet`` the one seam to XlsxWriter, by the same rules: text never becomes a formula, and the same content gives the same bytes.
The codes stand on all four sides of a table, so that cells shifted within it are found out: a side moves with them, its opposite does not.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby, zip_longest
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from webapp.spreadsheet import EPOCH, FORMATS, LISTS, Cell, clean, sheet_name

#: The hidden corners of a table: its own code follows the first mark.
BEGINS, ENDS = "guichet:", "guichet"
TEXT, DAY = "@", FORMATS[date]
LABEL_WIDTH, FIELD_WIDTH, INTRODUCTION_WIDTH = 44, 18, 110
#: What people may do with a protected sheet besides filling it in: widen columns, copy cells.
_ALLOWED = {"select_locked_cells": True, "select_unlocked_cells": True, "format_columns": True, "format_rows": True}


@dataclass(frozen=True, slots=True)
class Field:
    """A cell to fill in: what stands in it, the format of its numbers, the answers offered, the words that a field of numbers takes too."""

    value: Cell = None
    pattern: str = TEXT
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def rule(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the spreadsheet holds it to."""
        return self.choices, self.words


@dataclass(frozen=True, slots=True)
class Locked:
    """A cell that is shown and cannot be changed."""

    value: Cell = None
    pattern: str = TEXT


Item = Field | Locked | None


@dataclass(frozen=True, slots=True)
class FormRow:
    """A line: its hidden code, its label, and a cell for each column (None: the form has none there)."""

    code: str
    label: str
    items: Sequence[Item]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class FormTable:
    """One sheet: its name, its code, its title and hints, the hidden codes and the headings of its columns, its lines."""

    name: str
    code: str
    title: str
    hints: Sequence[str]
    columns: Sequence[tuple[str, str]]
    rows: Sequence[FormRow]


@dataclass(frozen=True, slots=True)
class FormBook:
    """A workbook: how to use it, its tables, and a sheet that only machines read (its name and its rows)."""

    title: str
    introduction: tuple[str, Sequence[str]]
    tables: Sequence[FormTable]
    record: tuple[str, Iterable[Sequence[Cell]]]


class _Locked(xlsxwriter.Workbook):
    """A workbook whose sheets can be neither added, removed, renamed nor shown: XlsxWriter has no call for it."""

    def _write_book_views(self) -> None:
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


@dataclass(slots=True)
class _Press:
    """A workbook being written: its formats, made once each, and the answers offered, which stand in a sheet of their own."""

    book: Any
    formats: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)

    def format(self, **properties: object) -> Any:
        """Return a format, the same one for the same properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def source(self, choices: tuple[str, ...]) -> str:
        """Return where the answers offered stand."""
        place = self.lists.setdefault(choices, xl_col_to_name(len(self.lists)))
        return f"={LISTS}!${place}$1:${place}${len(choices)}"


def cell_name(row: int, column: int) -> str:
    """Return a cell as spreadsheets name it: row and column from 0 → « C7 »."""
    return str(xl_rowcol_to_cell(row, column))


def form_book(form: FormBook) -> bytes:
    """Return the workbook of a form: structure locked, sheets protected without a password, fields alone open."""
    held = io.BytesIO()
    book = _Locked(held, {"strings_to_urls": False})
    book.set_properties({"title": clean(form.title), "author": "Guichet", "created": EPOCH})
    press, names = _Press(book), {LISTS, form.record[0].lower()}
    _introduce(press, book.add_worksheet(sheet_name(form.introduction[0], names)), form)
    for table in form.tables:
        _draw(press, book.add_worksheet(sheet_name(table.name, names)), table)
    _hide(book.add_worksheet(form.record[0]), form.record[1])
    if press.lists:
        _hide(book.add_worksheet(LISTS), zip_longest(*press.lists))
    book.close()
    return held.getvalue()


def _introduce(press: _Press, page: Any, form: FormBook) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, INTRODUCTION_WIDTH)
    page.write_string(0, 0, clean(form.title), press.format(bold=True, font_size=14))
    for number, line in enumerate(form.introduction[1], 2):
        page.write_string(number, 0, clean(line), press.format(text_wrap=True, valign="top"))
    page.protect("", _ALLOWED)


def _hide(page: Any, rows: Iterable[Sequence[Cell]]) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            _put(page, number, column, value, None)
    page.protect()
    page.very_hidden()


def _draw(press: _Press, page: Any, table: FormTable) -> None:
    """Write a table: codes in the first and last row and column, hidden; labels and fields between them."""
    first, right = 3 + len(table.hints), 2 + len(table.columns)
    last = first + len(table.rows)
    page.set_column(1, 1, LABEL_WIDTH)
    page.set_column(2, right - 1, FIELD_WIDTH)
    page.write_string(1, 1, clean(table.title), press.format(bold=True, font_size=13))
    for number, hint in enumerate(table.hints, 2):
        page.write_string(number, 1, clean(hint), press.format(italic=True))
    for column, (_code, label) in enumerate(table.columns, 2):
        page.write_string(first - 1, column, clean(label), press.format(bold=True, text_wrap=True, valign="top", border=1))
    for number, row in enumerate(table.rows, first):
        page.write_string(number, 1, clean(row.label), press.format(bold=row.strong, text_wrap=True, border=1))
        for column, item in enumerate(row.items, 2):
            _fill(press, page, number, column, item, strong=row.strong)
    _restrict(press, page, table, first)
    _frame(page, table, first, last, right)
    page.freeze_panes(first, 2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.protect("", _ALLOWED)


def _frame(page: Any, table: FormTable, first: int, last: int, right: int) -> None:
    """Write the codes on the four sides of a table, and hide them."""
    hidden = {"hidden": True}
    for side in (0, last):
        for column, (code, _label) in enumerate(table.columns, 2):
            page.write_string(side, column, code)
        page.set_row(side, None, None, hidden)
    for side in (0, right):
        for number, row in enumerate(table.rows, first):
            page.write_string(number, side, row.code)
        page.set_column(side, side, None, None, hidden)
    page.write_string(0, 0, BEGINS + table.code)
    for number, column in ((0, right), (last, 0), (last, right)):
        page.write_string(number, column, ENDS)


def _fill(press: _Press, page: Any, number: int, column: int, item: Item, *, strong: bool) -> None:
    match item:
        case None:
            page.write_blank(number, column, None, press.format(bg_color="#D9D9D9", border=1))
        case Field():
            look = press.format(num_format=item.pattern, locked=False, bg_color="#FFF9DB", border=1)
            _put(page, number, column, item.value, look)
        case Locked():
            _put(page, number, column, item.value, press.format(num_format=item.pattern, bold=strong, bg_color="#EFEFEF", border=1))


def _restrict(press: _Press, page: Any, table: FormTable, first: int) -> None:
    """Have the spreadsheet offer the answers of lists and warn of what is no number: it warns, and lets people go on."""
    for column, _heading in enumerate(table.columns, 2):
        items = [(number, row.items[column - 2]) for number, row in enumerate(table.rows, first)]
        for (choices, words), run in _runs(items):
            if choices:
                rule: dict[str, object] = {"validate": "list", "source": press.source(choices)}
            elif words:
                rule = {"validate": "custom", "value": _number_or(words, cell_name(run[0], column))}
            else:
                continue
            page.data_validation(run[0], column, run[-1], column, {**rule, "error_type": "warning"})


def _runs(items: Iterable[tuple[int, Item]]) -> Iterator[tuple[tuple[tuple[str, ...], tuple[str, ...]], list[int]]]:
    """Yield the rows, one below the other, that are held to the same rule."""
    rules = ((number, item.rule if isinstance(item, Field) else ((), ())) for number, item in items)
    for rule, run in groupby(rules, key=lambda pair: pair[1]):
        yield rule, [number for number, _rule in run]


def _number_or(words: Sequence[str], cell: str) -> str:
    allowed = ",".join(f'LOWER(TRIM({cell}))="{word.lower()}"' for word in words)
    return f"=OR(ISNUMBER({cell}),{allowed})"


def _put(page: Any, row: int, column: int, value: Cell, look: Any) -> None:
    """Write one cell as what it is; text is written as text, whatever it begins with."""
    match value:
        case None | "":
            page.write_blank(row, column, None, look)
        case str():
            page.write_string(row, column, clean(value), look)
        case date():
            page.write_datetime(row, column, value, look)
        case timedelta():
            page.write_number(row, column, value / timedelta(days=1), look)
        case _:
            page.write_number(row, column, float(value), look)
