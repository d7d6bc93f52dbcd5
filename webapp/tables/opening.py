"""Opening a workbook: what runs in the process of ``reading``, the one place that calls calamine. Workbook in, JSON out.

This process has little memory, little time and no environment, so that a workbook made to harm ends alone.
"""

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from webapp.tables.container import BROKEN, BURSTS, LARGEST_DECLARED, PASSWORD, UNREADABLE
from webapp.tables.formats import moment, plain, shown, whole
from webapp.tables.scan import Scan, patterns, scan
from webapp.tables.table import CELL_TOO_LARGE, EXACT, LARGEST_CELL, TOO_MANY_CELLS, TableRefused
from webapp.texts import mark as _m

#: Bytes of address space and seconds of processor that the process may take.
MOST_MEMORY = 400_000_000
MOST_SECONDS = 20
MOST_SHEETS = 50
#: Characters that all cells together may hold: a scope of 5,000 lines has some two million.
MOST_TEXT = 20_000_000

TOO_MANY_SHEETS = _m("Ce classeur compte plus de 50 feuilles : gardez la seule feuille utile, puis recommencez.")
ENTITIES = _m("Ce classeur contient une définition XML (DTD) qu’aucun tableur n’écrit : enregistrez-le de nouveau, puis recommencez.")

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_SHEET_TYPE = "/worksheet"

Value = str | float | bool | datetime | date | time | timedelta


def open_workbook(content: bytes, *, exact: bool = False) -> list[dict[str, Any]]:
    """Return the sheets of a workbook as JSON values, or raise ``TableRefused``: what ``reading.Sheet`` is made of.

    ``exact``: numbers with all their digits, whatever their format shows of them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _Parts(archive)
            scans = parts.scans()
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return list(_sheets(book, parts, scans, exact=exact))
    except PasswordError as error:
        raise TableRefused(PASSWORD) from error
    except (CalamineError, ET.ParseError, KeyError, *BROKEN) as error:
        raise TableRefused(UNREADABLE) from error


class _Parts:
    """The XML parts of a workbook, each looked at before calamine reads it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
        self._left = LARGEST_DECLARED
        for name in self._names:
            if name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/"):
                self._checked(name)
        self.patterns = patterns(self._checked("xl/styles.xml")) if "xl/styles.xml" in self._names else {}

    def _checked(self, name: str) -> bytes:
        """Return an XML part, or raise ``TableRefused`` when it defines entities or is larger than it may be."""
        with self._archive.open(self._names[name]) as part:
            content = part.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise TableRefused(BURSTS)
        if content.startswith(_WIDE) or _DOCTYPE.search(content):
            raise TableRefused(ENTITIES)
        return content

    def scans(self) -> dict[str, Scan]:
        """Return what is found of each sheet, by its name."""
        targets = {
            item.get("Id", ""): item.get("Target", "")
            for item in ET.fromstring(self._checked("xl/_rels/workbook.xml.rels"))  # noqa: S314 -- no entity is left
            if item.get("Type", "").endswith(_SHEET_TYPE)
        }
        found: dict[str, Scan] = {}
        for name, identifier in self._listed():
            target = targets.get(identifier, "").lower()
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if len(found) >= MOST_SHEETS:
                raise TableRefused(TOO_MANY_SHEETS)
            if path in self._names:
                filled = sum(item.filled for item in found.values())
                found[name] = scan(name, self._checked(path), filled)
        return found

    def _listed(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the relation of each sheet of the workbook."""
        for item in ET.fromstring(self._checked("xl/workbook.xml")).iter():  # noqa: S314 -- no entity is left
            if item.tag.rpartition("}")[2] == "sheet":
                yield item.get("name", ""), next((value for key, value in item.items() if key.endswith("}id")), "")


def _sheets(book: CalamineWorkbook, parts: _Parts, scans: dict[str, Scan], *, exact: bool) -> Iterator[dict[str, Any]]:
    left = MOST_TEXT
    for facts in book.sheets_metadata:
        if facts.typ is not SheetTypeEnum.WorkSheet:
            continue
        seen = scans.get(facts.name, Scan())
        drawn = _Drawing(seen, parts.patterns, exact=exact)
        rows = drawn.rows(book.get_sheet_by_name(facts.name))
        left -= sum(len(cell) for row in rows for cell in row)
        if left < 0:
            raise TableRefused(TOO_MANY_CELLS)
        yield {
            "name": facts.name,
            "hidden": facts.visible is not SheetVisibleEnum.Visible,
            "rows": rows,
            "formulas": seen.formulas,
            "errors": seen.errors,
            "dates": drawn.dates,
            "unsure": drawn.unsure,
            "merged": drawn.merged,
        }


class _Drawing:
    """The texts of one sheet, and the places (row, column, from 1) of which there is something to say."""

    def __init__(self, seen: Scan, formats: dict[int, str], *, exact: bool) -> None:
        self._seen, self._formats, self._exact = seen, formats, exact
        self.dates: list[tuple[int, int]] = []
        self.unsure: list[tuple[int, int]] = []
        self.merged: list[tuple[int, int]] = []

    def rows(self, sheet: CalamineSheet) -> list[list[str]]:
        """Return the rows from the first of the sheet on, with what merged cells show in each of their places."""
        drawn = [
            [self._text(value, (row, column)) for column, value in enumerate(values, 1)]
            for row, values in enumerate(sheet.to_python(skip_empty_area=False), 1)
        ]
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            self._spread(drawn, top, left, min(bottom, len(drawn) - 1), right)
        return drawn

    def _spread(self, drawn: list[list[str]], top: int, left: int, bottom: int, right: int) -> None:
        """Put down what a merged cell shows in each of its rows: a value that is said once for several lines."""
        if top >= len(drawn) or left >= len(drawn[top]) or not drawn[top][left] or right > left:
            return
        for row in range(top + 1, bottom + 1):
            drawn[row][left] = drawn[top][left]
            self.merged.append((row + 1, left + 1))

    def _text(self, value: Value, place: tuple[int, int]) -> str:
        match value:
            case str():
                if len(value) > LARGEST_CELL // 4 and len(value.encode("utf-8", "replace")) > LARGEST_CELL:
                    raise TableRefused(CELL_TOO_LARGE, row=place[0], column=place[1])
                return value.replace("\r\n", "\n").replace("\r", "\n")
            case bool():
                return "VRAI" if value else "FAUX"
            case int() | float():
                return self._figure(value, place)
            case _:
                self.dates.append(place)
                return moment(value)

    def _figure(self, value: float, place: tuple[int, int]) -> str:
        pattern = self._formats.get(self._seen.styles.get(place, 0))
        if pattern is None or pattern.lower() in ("general", "standard"):
            return plain(value)
        if self._exact:
            return whole(value, pattern)
        text = shown(value, pattern)
        if text is None:
            self.unsure.append(place)
        return plain(value) if text is None else text


def main() -> None:
    """Read a workbook on standard input, write what it holds or why it is refused on standard output; see ``EXACT``."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer: dict[str, Any] = {"sheets": open_workbook(sys.stdin.buffer.read(), exact=EXACT in sys.argv)}
    except TableRefused as refused:
        answer = {"refused": refused.text, "values": refused.values}
    except MemoryError:
        answer = {"refused": BURSTS, "values": {}}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
