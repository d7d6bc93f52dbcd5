"""Tables for spreadsheets, as CSV and XLSX: the one seam to XlsxWriter, with ``spreadsheet_forms``.

A cell is text, a number, an instant, a day, a duration, or None (empty). Text never becomes a formula: the CSV leads it with an
apostrophe, the XLSX stores it as text. Instants are written in Paris time. The same content gives the same bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from webapp.clock import PARIS

Cell = str | int | float | Decimal | bool | datetime | date | timedelta | None

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: What makes a spreadsheet take a text for a formula, the full-width signs of some keyboards included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Characters that no cell may hold: the controls of XML 1.0, halves of surrogate pairs and non-characters. Tab and line feed stay.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: Characters that the name of a sheet may not hold, and its length.
_NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31
LONGEST_TEXT = 32_000
#: What a file says of the day it was made: nothing, so that the same content is the same file.
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 -- XlsxWriter writes naive instants

FORMATS = {datetime: "dd/mm/yyyy hh:mm:ss", date: "dd/mm/yyyy", timedelta: "[h]:mm:ss"}
#: Characters of the narrowest and the widest column.
NARROWEST, WIDEST = 8, 50
#: The hidden sheet that holds the values of lists, and how many rows below the last one still offer them.
LISTS = "listes"
ROOM = 1000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its name, its headings, its rows (read once, as they are written).

    ``choices``: column (from 0) → the values that it takes, offered as a list. ``kept``: columns whose cells are not for people to
    change, and why: the spreadsheet says so when somebody types in them, and still lets them sort, insert and copy. ``hidden`` sheets
    are for machines.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    kept: Mapping[int, str] = field(default_factory=dict)
    hidden: bool = False


def clean(text: str) -> str:
    """Return a text without what no spreadsheet takes: control characters, and the end of what is too long for a cell."""
    return _CONTROL.sub("", text)[:LONGEST_TEXT]


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file line by line, as French spreadsheets read it: UTF-8 with its mark, semicolons, decimal commas, Paris time."""
    yield "\ufeff".encode() + csv_line(header)
    for row in rows:
        yield csv_line(row)


def csv_line(cells: Sequence[Cell]) -> bytes:
    """Return one line of a CSV file."""
    held = io.StringIO()
    csv.writer(held, delimiter=";", lineterminator="\r\n").writerow([_in_csv(cell) for cell in cells])
    return held.getvalue().encode()


def _in_csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            text = clean(cell)
            return f"'{text}" if cell.startswith(FORMULA) or text.startswith(FORMULA) else text
        case datetime():
            return f"{cell.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
        case date():
            return cell.isoformat()
        case timedelta():
            return _clock(cell)
        case bool():
            return str(int(cell))
        case _:
            return _figure(cell)


def _figure(value: float | Decimal) -> str:
    """Write a number without exponent, with a decimal comma; a negative one is no formula."""
    return format(Decimal(str(value)), "f").replace(".", ",")


def _clock(amount: timedelta) -> str:
    """Write a duration as spreadsheets read it: « 13:20:05 »."""
    seconds = int(abs(amount).total_seconds())
    sign = "-" if amount < timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def xlsx(sheets: Iterable[Sheet], *, title: str, language: str = "fr") -> bytes:
    """Return a workbook: frozen headings, instants and durations as such, the rows written to a temporary file as they are read."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"constant_memory": True, "default_date_format": FORMATS[datetime], "strings_to_urls": False})
    book.set_properties({"title": clean(title), "author": "Guichet", "created": EPOCH})
    book.set_custom_property("Language", language, "text")
    formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in FORMATS.items()}
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    names = {LISTS}
    lists: list[Sequence[str]] = []
    for sheet in sheets:
        page = book.add_worksheet(sheet_name(sheet.name, names))
        last = _fill(page, sheet, formats, bold)
        _restrict(page, sheet, last + ROOM, lists)
        if sheet.hidden:
            page.very_hidden()
    if lists:
        _write_lists(book.add_worksheet(LISTS), lists, formats)
    book.close()
    return held.getvalue()


def sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a workbook accepts and does not have yet (case does not count)."""
    base = _NOT_IN_SHEETS.sub(" ", clean(name)).strip(" '")[:LONGEST_NAME] or "1"
    found, number = base, 1
    while found.lower() in taken:
        number += 1
        mark = f" {number}"
        found = base[: LONGEST_NAME - len(mark)] + mark
    taken.add(found.lower())
    return found


def _restrict(page: Any, sheet: Sheet, last: int, lists: list[Sequence[str]]) -> None:
    """Offer the values of the columns that have a list, and warn off those that are kept; lists go to a sheet of their own."""
    for column, values in sheet.choices.items():
        if values:
            place = xl_col_to_name(len(lists))
            lists.append(values)
            source = f"={LISTS}!${place}$1:${place}${len(values)}"
            page.data_validation(1, column, last, column, {"validate": "list", "source": source, "error_type": "warning"})
    for column, words in sheet.kept.items():
        # No typed value passes, an emptied cell does; a protected sheet could be neither sorted nor filled in.
        rule = {
            "validate": "custom",
            "value": "=FALSE",
            "error_title": clean(sheet.header[column])[:32],
            "error_message": clean(words)[:255],
        }
        page.data_validation(1, column, last, column, rule)


def _write_lists(page: Any, lists: Sequence[Sequence[str]], formats: dict[type, Any]) -> None:
    for number, row in enumerate(zip_longest(*lists)):
        for column, value in enumerate(row):
            _write(page, number, column, value, formats)
    page.very_hidden()


def _fill(page: Any, sheet: Sheet, formats: dict[type, Any], bold: Any) -> int:
    """Write a sheet; return the number of its last row (from 0)."""
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    widths = [len(heading) for heading in sheet.header]
    number = 0
    for column, heading in enumerate(sheet.header):
        page.write_string(0, column, clean(heading), bold)
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            _write(page, number, column, cell, formats)
            if column < len(widths):
                widths[column] = max(widths[column], _length(cell))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(WIDEST, max(NARROWEST, width + 2)))
    return number


def _length(cell: Cell) -> int:
    """Return how many characters a cell shows, about."""
    match cell:
        case str():
            return len(cell)
        case datetime() | date() | timedelta():
            return len(FORMATS[type(cell)])
        case _:
            return 0


def _write(page: Any, row: int, column: int, cell: Cell, formats: dict[type, Any]) -> None:
    """Write one cell as what it is; text is written as text, whatever it begins with."""
    match cell:
        case None | "":
            return
        case str():
            page.write_string(row, column, clean(cell))
        case datetime():
            page.write_datetime(row, column, cell.astimezone(PARIS).replace(tzinfo=None), formats[datetime])
        case date():
            page.write_datetime(row, column, cell, formats[date])
        case timedelta():
            page.write_number(row, column, cell / timedelta(days=1), formats[timedelta])
        case _:
            page.write_number(row, column, float(cell))
