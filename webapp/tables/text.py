"""Tables that come as text: a block of cells from a spreadsheet's clipboard, or a CSV file. Pure: text in, rows out."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence

from webapp.tables.table import LARGEST_CELL, Table, TableRefused, table_of
from webapp.texts import mark as _m

_END = re.compile(r"[\t\r\n]|\Z")
#: A first line by which Excel is told the delimiter.
_SEP = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)
_DELIMITERS = (";", "\t", ",")
_SAMPLE = 30
#: What our CSV leads with an apostrophe, so that no spreadsheet takes it for a formula.
LED = re.compile("'[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

NOT_TEXT = _m("Ce fichier n’est pas un texte CSV lisible : enregistrez-le au format CSV UTF-8, ou au format .xlsx.")
READ_AS_WINDOWS = _m("Le fichier n’est pas en UTF-8 : il a été lu comme un fichier Windows (1252). Vérifiez les accents et les symboles.")


def parse_block(text: str) -> Table:
    """Return the cells of what Excel, LibreOffice, Numbers or Sheets put on the clipboard, or raise :class:`TableRefused`.

    Cells are set apart by tabs, rows by CR LF, LF or CR. A cell that holds a tab or a line break stands between quotation marks, its own
    doubled; quotation marks that enclose nothing of the kind belong to the text (Excel does not double those). Line breaks in a cell
    become LF; the rest is kept as typed, decimal commas and no-break spaces included.
    """
    return table_of(_split(text.removeprefix("\ufeff")))


def write_block(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a spreadsheet puts them on the clipboard: what :func:`parse_block` reads back."""
    return "".join("\t".join(map(_quoted, row)) + "\r\n" for row in rows)


def _quoted(cell: str) -> str:
    if not any(char in cell for char in "\t\r\n") and not cell.startswith('"'):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _split(text: str) -> list[list[str]]:
    rows: list[list[str]] = []
    row: list[str] = []
    place, length = 0, len(text)
    while place < length:
        cell, place = _cell(text, place)
        row.append(cell)
        if place < length and text[place] == "\t":
            place += 1
            if place == length:
                row.append("")
            continue
        place += 2 if text.startswith("\r\n", place) else 1
        rows.append(row)
        row = []
    if row:
        rows.append(row)
    return rows


def _cell(text: str, place: int) -> tuple[str, int]:
    """Return the cell that begins at ``place`` and where it ends: at a tab, a line break or the end of the text."""
    if text.startswith('"', place):
        found = _enclosed(text, place)
        if found is not None:
            return found
    end = _END.search(text, place)
    assert end is not None
    return text[place : end.start()], end.start()


def _enclosed(text: str, place: int) -> tuple[str, int] | None:
    """Return the cell between quotation marks that begins at ``place``, or None when they are part of a plain text."""
    end = place + 1
    while True:
        end = text.find('"', end)
        if end < 0:
            return None
        if text.startswith('""', end):
            end += 2
            continue
        break
    inner = text[place + 1 : end]
    if end + 1 < len(text) and text[end + 1] not in "\t\r\n":
        return None
    if not any(mark in inner for mark in ("\t", "\r", "\n", '""')):
        return None
    return inner.replace('""', '"').replace("\r\n", "\n").replace("\r", "\n"), end + 1


def parse_csv(content: bytes) -> Table:
    """Return the cells of a CSV file, or raise :class:`TableRefused`.

    UTF-8 (with its mark or not), UTF-16 with its mark, else Windows-1252, which ``notes`` then says. The delimiter is the one of
    semicolon, tab and comma that makes the most regular rows; a first line ``sep=;`` names it. The apostrophe that our own exports put
    before what looks like a formula is taken away.
    """
    text, notes = _decoded(content)
    named = _SEP.match(text)
    if named is not None:
        delimiter, body = named[1], text[named.end() :]
    else:
        delimiter, body = _delimiter(text), text
    try:
        rows = [[cell[1:] if LED.match(cell) else cell for cell in row] for row in _csv_rows(body, delimiter)]
    except csv.Error as error:
        raise TableRefused(NOT_TEXT) from error
    if named is not None:
        rows.insert(0, [])  # the line that names the delimiter counts as a row of the file
    return table_of(rows, notes)


def _csv_rows(text: str, delimiter: str) -> Iterable[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), 10 * LARGEST_CELL))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        if marked:
            raise TableRefused(NOT_TEXT) from error
        text, notes = _windows(content), (READ_AS_WINDOWS,)
    if "\0" in text:
        raise TableRefused(NOT_TEXT)
    return text, notes


def _windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise TableRefused(NOT_TEXT) from error


def _delimiter(text: str) -> str:
    """Return the delimiter under which the first rows have the most cells in common."""

    def regularity(delimiter: str) -> int:
        widths = []
        try:
            for row in _csv_rows(text, delimiter):
                if any(cell.strip() for cell in row):
                    widths.append(len(row))
                if len(widths) == _SAMPLE:
                    break
        except csv.Error:
            return 0
        return min(widths, default=0) * 1000 + max(widths, default=0) if widths else 0

    return max(_DELIMITERS, key=regularity)
