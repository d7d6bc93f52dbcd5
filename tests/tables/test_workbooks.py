"""Workbooks that people send: what they show is read, what harms is refused with words (FX-8)."""

import struct
import subprocess
import sys
import zlib
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.books import book, grid, sheet_xml, with_parts
from tests.uploads.made import archive, docx
from webapp import spreadsheet
from webapp.config import ROOT
from webapp.tables import container, opening, scan
from webapp.tables.container import check
from webapp.tables.opening import open_workbook
from webapp.tables.reading import read_workbook
from webapp.tables.table import CELL_TOO_LARGE, TOO_MANY_CELLS, TableRefused

SHEET = "xl/worksheets/sheet1.xml"


def opened(content: bytes) -> list[dict[str, Any]]:
    """Open a workbook in this process: the same code without the walls, ten times quicker."""
    check(content)
    return open_workbook(content)


def refusal(content: bytes) -> tuple[str, dict[str, str | int]]:
    with pytest.raises(TableRefused) as refused:
        read_workbook(content)
    return refused.value.text, refused.value.values


def test_rows_stay_where_they_are_after_empty_rows_and_columns() -> None:
    (sheet,) = read_workbook(grid([[], [], ["", "", "Objet", "Méthode"], [], ["", "", "Eaux", "ISO 1"]]))
    assert sheet.name == "Lignes"
    assert sheet.rows[2] == ("", "", "Objet", "Méthode")
    assert sheet.rows[4] == ("", "", "Eaux", "ISO 1")
    assert len(sheet.rows) == 5


@pytest.mark.parametrize(
    "value, pattern, text",
    [
        (12.100000000000001, None, "12,1"),
        (0.1 + 0.2, None, "0,3"),
        (12.0, None, "12"),
        (-0.05, None, "-0,05"),
        (1e20, None, "1E+20"),
        (0.5, "0.00", "0,50"),
        (0.055, "0.0%", "5,5%"),
        (0.055, '0.0" %"', "0,1 %"),
        (1234.5, "#,##0.00", "1\u00a0234,50"),
        (0.00012, "0.0E+00", "1,2E-04"),
        (20, '0" °C"', "20 °C"),
        (-3, '0.0;"moins "0.0', "moins 3,0"),
        (7, "0000", "0007"),
        (15.5, "#,##0.00\\ [$€-40C]", "15,50 €"),
        (date(2026, 11, 23), None, "23/11/2026"),
        (datetime(2026, 11, 23, 8, 30), "dd/mm/yyyy hh:mm", "23/11/2026 08:30"),  # noqa: DTZ001 -- sheets know no zone
        (time(8, 5, 9), "hh:mm:ss", "08:05:09"),
        (True, None, "VRAI"),
        (False, None, "FAUX"),
    ],
)
def test_a_cell_reads_as_the_sheet_shows_it(value: Any, pattern: str | None, text: str) -> None:
    def fill(made: Any) -> None:
        made.add_worksheet().write(0, 0, value, made.add_format({"num_format": pattern}) if pattern else None)

    assert opened(book(fill))[0]["rows"] == [[text]]


def test_a_format_that_is_not_understood_keeps_the_number_and_says_so() -> None:
    def fill(made: Any) -> None:
        made.add_worksheet().write(0, 1, 0.25, made.add_format({"num_format": "# ?/?"}))

    (sheet,) = opened(book(fill))
    assert sheet["rows"] == [["", "0,25"]]
    assert sheet["unsure"] == [(1, 2)]


def test_of_a_formula_the_value_it_had_is_read_and_told_and_an_error_is_told() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_formula(0, 0, '="a"&"b"', None, "ab")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 0, "=1+1", None, 2)

    (sheet,) = read_workbook(book(fill))
    assert sheet.rows == (("ab", ""), ("", ""), ("2", ""))
    assert sheet.formulas == {(1, 1), (2, 2), (3, 1)}
    assert sheet.errors == {(2, 2)}


def test_a_cell_merged_over_rows_is_said_for_each_of_them() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.merge_range(0, 0, 2, 0, "Eaux douces")
        for row in range(3):
            sheet.write(row, 1, f"m{row}")
        sheet.merge_range(4, 0, 4, 1, "Titre")

    (sheet,) = opened(book(fill))
    assert sheet["rows"] == [["Eaux douces", "m0"], ["Eaux douces", "m1"], ["Eaux douces", "m2"], ["", ""], ["Titre", ""]]
    assert sheet["merged"] == [(2, 1), (3, 1)]


def test_dates_are_told_and_hidden_sheets_known() -> None:
    def fill(made: Any) -> None:
        made.add_worksheet("Une").write(1, 2, date(2026, 1, 2))
        made.add_worksheet("Deux").hide()
        made.add_worksheet("Trois").very_hidden()

    sheets = read_workbook(book(fill))
    assert [(sheet.name, sheet.hidden) for sheet in sheets] == [("Une", False), ("Deux", True), ("Trois", True)]
    assert sheets[0].dates == {(2, 3)}


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(TEXT | st.sampled_from(["=1+1", "-5", "@a", "  x ", "12,10", "1e5", "_x0041_"]), min_size=3, max_size=3), max_size=6)
)
def test_a_workbook_that_we_write_is_read_back_as_it_was(rows: list[list[str]]) -> None:
    header = ["Une", "Deux", "Trois"]
    content = spreadsheet.xlsx([spreadsheet.Sheet("Lignes", header, rows)], title="Essai")
    read = opened(content)[0]["rows"]
    while rows and not any(rows[-1]):
        rows.pop()
    assert read == [header, *rows]


# Bad input: each has its message


def test_a_workbook_with_macros_is_refused() -> None:
    assert refusal(with_parts(grid([["a"]]), {"xl/vbaProject.bin": b"x"}))[0] == container.MACROS


def test_other_formats_are_named_and_refused() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == (container.OTHER_FORMAT, {"found": ".xls"})
    assert refusal(archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})) == (container.OTHER_FORMAT, {"found": ".ods"})
    assert refusal(archive({"xl/workbook.bin": b""})) == (container.OTHER_FORMAT, {"found": ".xlsb"})


def test_a_workbook_with_a_password_is_refused() -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert refusal(locked)[0] == container.PASSWORD


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 nothing more",
        docx(),
        with_parts(grid([["a"]]), {"xl/workbook.xml": b"<not xml"}),
        with_parts(grid([["a"]]), {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c></row>"}),
        with_parts(grid([["a"]]), {"xl/_rels/workbook.xml.rels": None}),
        grid([["a"]])[:-40],
    ],
    ids=["beginning", "other", "no xml", "broken sheet", "no relations", "cut"],
)
def test_what_is_no_workbook_is_refused_with_words(content: bytes) -> None:
    assert refusal(content)[0] == container.UNREADABLE


def test_entities_are_refused_wherever_they_stand() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    for part in ("xl/sharedStrings.xml", "xl/workbook.xml", SHEET, "xl/styles.xml"):
        assert refusal(with_parts(grid([["a"]]), {part: bomb + b"<sst/>"}))[0] == opening.ENTITIES
    wide = "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE x>".encode("utf-16")
    assert refusal(with_parts(grid([["a"]]), {"xl/sharedStrings.xml": wide}))[0] == opening.ENTITIES


def test_a_zip_bomb_is_refused_by_what_it_declares() -> None:
    assert refusal(with_parts(grid([["a"]]), {"xl/media/image1.png": b"\0" * 61_000_000}))[0] == container.BURSTS
    many = {f"xl/media/{number}": b"" for number in range(2_001)}
    assert refusal(archive({"xl/workbook.xml": b"<x/>", **many}))[0] == container.BURSTS


def test_a_zip_bomb_that_lies_about_its_size_ends_in_its_own_process() -> None:
    """The archive declares ten bytes for a sheet that inflates to 200 MB."""
    row = b'<row><c t="inlineStr"><is><t>' + b"a" * 2_000_000 + b"</t></is></c></row>"
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head, tail = sheet_xml(b"|").split(b"|")
    packed = b"".join([squeezer.compress(head), *(squeezer.compress(row) for _ in range(100)), squeezer.compress(tail), squeezer.flush()])
    honest = with_parts(grid([["a"]]), {SHEET: b"0123456789"})
    assert refusal(_lying(honest, b"xl/worksheets/sheet1.xml", packed))[0] in (container.BURSTS, container.UNREADABLE)


def _lying(content: bytes, name: bytes, packed: bytes) -> bytes:
    """Return the archive in which an entry's compressed bytes are others, its declared size unchanged; that entry is the last one."""
    central = content.index(b"PK\x01\x02")
    local = content.rindex(b"PK\x03\x04", 0, central)
    assert content[local + 30 :].startswith(name)
    begin = local + 30 + len(name)
    heads = bytearray(content[:begin])
    struct.pack_into("<I", heads, local + 18, len(packed))
    moved = bytearray(content[central:])
    entry = moved.index(name) - 46
    struct.pack_into("<I", moved, entry + 20, len(packed))
    end = moved.rindex(b"PK\x05\x06")
    struct.pack_into("<I", moved, end + 16, begin + len(packed))
    return bytes(heads) + packed + bytes(moved)


def test_a_million_cells_are_refused() -> None:
    row = b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>"
    assert refusal(with_parts(grid([["a"]]), {SHEET: sheet_xml(row * 1000)}))[0] == TOO_MANY_CELLS


def test_two_cells_at_the_ends_of_the_sheet_cost_nothing_and_are_named() -> None:
    far = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    text, values = refusal(with_parts(grid([["a"]]), {SHEET: sheet_xml(far)}))
    assert (text, values["row"]) == (scan.FAR_CELL, 1_048_576)


def test_empty_cells_that_only_have_a_style_count_for_nothing() -> None:
    rows = b'<row r="1"><c r="A1"><v>7</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read_workbook(with_parts(grid([["a"]]), {SHEET: sheet_xml(rows)}))[0].rows == (("7",),)


def test_a_cell_of_more_than_100_kb_is_refused_and_named() -> None:
    rows = b'<row r="3"><c r="B3" t="inlineStr"><is><t>' + b"a" * 100_001 + b"</t></is></c></row>"
    assert refusal(with_parts(grid([["a"]]), {SHEET: sheet_xml(rows)})) == (CELL_TOO_LARGE, {"row": 3, "column": 2})


def test_too_many_sheets_are_refused() -> None:
    def fill(made: Any) -> None:
        for _ in range(51):
            made.add_worksheet()

    assert refusal(book(fill))[0] == opening.TOO_MANY_SHEETS


def test_200_000_cells_are_read_within_the_walls() -> None:
    row = b"<row>" + b"".join(b'<c t="inlineStr"><is><t>Cellule %d</t></is></c>' % column for column in range(25)) + b"</row>"
    (sheet,) = read_workbook(with_parts(grid([["a"]]), {SHEET: sheet_xml(row * 8_000)}))
    assert (len(sheet.rows), sheet.rows[7_999][24]) == (8_000, "Cellule 24")


def test_the_process_knows_no_secret_and_writes_no_file() -> None:
    code = (
        "import resource, sys, os\nfrom webapp.tables import opening\n"
        "opening.open_workbook = lambda content, exact: [dict(os.environ), resource.getrlimit(resource.RLIMIT_FSIZE)]\nopening.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"", capture_output=True, cwd=ROOT, env={}, check=True)
    assert b"[0,0]" in done.stdout
    assert b"GUICHET" not in done.stdout


@pytest.mark.parametrize(
    ("value", "pattern", "text"), [(0.0555, "0%", "5,55%"), (12.1, "#,##0", "12,1"), (0.1 + 0.2, '0.0" %"', "0,3"), (7, "0", "7")]
)
def test_exact_numbers_keep_their_digits_whatever_their_format_shows(value: float, pattern: str, text: str) -> None:
    def fill(made: Any) -> None:
        made.add_worksheet("Feuille").write_number(0, 0, value, made.add_format({"num_format": pattern}))

    assert read_workbook(book(fill), exact=True)[0].rows == ((text,),)
