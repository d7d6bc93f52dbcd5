"""Workbooks to be read: plain ones by XlsxWriter, wrong ones by hand."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import xlsxwriter


def book(fill: Callable[[Any], None]) -> bytes:
    """Return a workbook that ``fill`` writes."""
    held = io.BytesIO()
    made = xlsxwriter.Workbook(held, {"default_date_format": "dd/mm/yyyy", "strings_to_urls": False})
    fill(made)
    made.close()
    return held.getvalue()


def grid(rows: list[list[Any]], name: str = "Lignes") -> bytes:
    """Return a workbook of one sheet that holds these rows from its first cell on; texts stay texts."""

    def fill(made: Any) -> None:
        sheet = made.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write(number, column, value)

    return book(fill)


def with_parts(content: bytes, parts: dict[str, bytes | None]) -> bytes:
    """Return the archive with parts replaced, added, or taken away (None)."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, value in parts.items():
            if value is not None:
                new.writestr(name, value)
    return held.getvalue()


def sheet_xml(cells: bytes) -> bytes:
    """Return the XML of a sheet around the XML of its rows."""
    return (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + cells + b"</sheetData></worksheet>"
    )
