"""Workbooks changed as a spreadsheet or a script would: cells typed in, shifted, sheets hidden or taken away."""

import io
import re
import zipfile
from collections.abc import Callable, Collection

from lxml import etree
from xlsxwriter.utility import xl_col_to_name

from tests.support.spreadsheets import MAIN
from webapp.spreadsheet_forms import BEGINS
from webapp.tables.reading import Sheet, read_workbook

_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")


class Edited:
    """A workbook in memory, by its parts."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.book = etree.fromstring(self.parts["xl/workbook.xml"])
        links = etree.fromstring(self.parts["xl/_rels/workbook.xml.rels"])
        targets = {item.get("Id"): f"xl/{item.get('Target')}" for item in links}
        self.paths = {item.get("name"): targets[item.get(_ID)] for item in self.book.iter(f"{MAIN}sheet")}
        self.read: tuple[Sheet, ...] = ()
        self.sheets = {name: etree.fromstring(self.parts[path]) for name, path in self.paths.items()}

    def data(self) -> bytes:
        """The workbook as a file."""
        self.parts["xl/workbook.xml"] = etree.tostring(self.book)
        for name, tree in self.sheets.items():
            self.parts[self.paths[name]] = etree.tostring(tree)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return held.getvalue()

    def place(self, key: tuple[str, str, str]) -> tuple[str, str]:
        """The sheet and the place of a cell by its codes; typing in cells moves none."""
        table, row, column = key
        self.read = self.read or read_workbook(self.data(), exact=True)
        for sheet in self.read:
            top = next((number for number, line in enumerate(sheet.rows) if f"{BEGINS}{table}" in line), None)
            if top is not None:
                left = sheet.rows[top].index(f"{BEGINS}{table}")
                number = next(number for number, line in enumerate(sheet.rows) if line[left] == row)
                return sheet.name, f"{xl_col_to_name(sheet.rows[top].index(column))}{number + 1}"
        raise AssertionError(key)

    def type(self, key: tuple[str, str, str], value: str | float | None, *, formula: str = "") -> "Edited":
        """Type a value in a cell, keeping its style; a formula keeps ``value`` as its last result."""
        sheet, place = self.place(key)
        cell = next(cell for cell in self.sheets[sheet].iter(f"{MAIN}c") if cell.get("r") == place)
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        if formula:
            etree.SubElement(cell, f"{MAIN}f").text = formula
        if isinstance(value, str):
            cell.set("t", "inlineStr")
            etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t").text = value
        elif value is not None:
            etree.SubElement(cell, f"{MAIN}v").text = repr(value)
        return self

    def insert_rows(self, sheet: str, at: int, count: int = 1) -> "Edited":
        """Insert whole rows above the row ``at``."""
        return self._move(sheet, lambda _letters, row: row + count if row >= at else row)

    def shift_down(self, sheet: str, columns: Collection[str], at: int) -> "Edited":
        """Insert cells in some columns alone, from the row ``at`` on: what Excel calls shifting cells down."""
        return self._move(sheet, lambda letters, row: row + 1 if letters in columns and row >= at else row)

    def _move(self, sheet: str, to: Callable[[str, int], int]) -> "Edited":
        self.read = ()
        data = self.sheets[sheet].find(f"{MAIN}sheetData")
        assert data is not None
        rows: dict[int, list[etree._Element]] = {}
        for cell in list(data.iter(f"{MAIN}c")):
            found = _PLACE.fullmatch(cell.get("r", ""))
            assert found is not None
            row = to(found[1], int(found[2]))
            cell.set("r", f"{found[1]}{row}")
            rows.setdefault(row, []).append(cell)
        for child in list(data):
            data.remove(child)
        for number in sorted(rows):
            row_element = etree.SubElement(data, f"{MAIN}row", r=str(number))
            row_element.extend(sorted(rows[number], key=lambda cell: (len(cell.get("r", "")), cell.get("r", ""))))
        return self

    def hide(self, sheet: str) -> "Edited":
        """Hide a sheet."""
        next(item for item in self.book.iter(f"{MAIN}sheet") if item.get("name") == sheet).set("state", "hidden")
        return self

    def remove(self, sheet: str) -> "Edited":
        """Take a sheet away."""
        item = next(item for item in self.book.iter(f"{MAIN}sheet") if item.get("name") == sheet)
        parent = item.getparent()
        assert parent is not None
        parent.remove(item)
        del self.sheets[sheet]
        return self
