"""Tables for spreadsheets: what a cell holds is what was meant, and text never becomes a formula."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.support.spreadsheets import MAIN, xlsx_cells
from webapp.spreadsheet import FORMULA, LISTS, LONGEST_NAME, ROOM, Sheet, csv_lines, xlsx
from webapp.tables.reading import read_workbook


def read_csv(data: bytes) -> list[list[str]]:
    """Return the cells of a CSV file as a spreadsheet reads them."""
    assert data.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def part(data: bytes, name: str) -> str:
    """Return one of the files that a workbook is made of."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def is_kept(char: str) -> bool:
    """Tell whether a cell may hold the character."""
    return char in "\t\n" or (ord(char) > 31 and ord(char) not in (127, 0xFFFE, 0xFFFF))


@pytest.mark.parametrize("text", [f"{sign}cmd|' /C calc'!A0" for sign in FORMULA] + ["\x00=1+1", "-1+2", "+33 1 23 45 67 89"])
def test_text_never_becomes_a_formula(text: str) -> None:
    read = read_csv(b"".join(csv_lines(["Titre"], [[text]])))
    assert read[1][0].startswith("'")
    stored = xlsx_cells(xlsx([Sheet("Feuille", ["Titre"], [[text]])], title="Essai"))
    assert stored[1][0][0] == "inlineStr"


def test_numbers_stay_numbers_even_when_they_are_negative() -> None:
    row = [-3, -1.5, Decimal("12.50"), 0, 1e-7, True]
    assert read_csv(b"".join(csv_lines(["a"] * 6, [row])))[1] == ["-3", "-1,5", "12,50", "0", "0,0000001", "1"]
    stored = xlsx_cells(xlsx([Sheet("Feuille", ["a"] * 6, [row])], title="Essai"))[1]
    assert {kind for kind, _ in stored} == {"n"}
    assert [float(value) for _, value in stored] == [-3, -1.5, 12.5, 0, 1e-7, 1]


def test_instants_are_in_paris_time_and_durations_can_be_added_up() -> None:
    # summer: two hours ahead of UTC
    row = [
        datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
        date(2026, 7, 1),
        timedelta(hours=30, minutes=5, seconds=9),
        -timedelta(minutes=1),
        None,
    ]
    assert read_csv(b"".join(csv_lines(["a"] * 5, [row])))[1] == ["2026-07-02 00:30:00", "2026-07-01", "30:05:09", "-0:01:00", ""]
    stored = xlsx_cells(xlsx([Sheet("Feuille", ["a"] * 5, [row])], title="Essai"))[1]
    days = [float(value) for _, value in stored]
    first = date(1899, 12, 30)  # the day nought of spreadsheets
    assert days[0] == pytest.approx((date(2026, 7, 2) - first).days + 0.5 / 24)
    assert days[1] == (date(2026, 7, 1) - first).days
    assert days[2] == pytest.approx(30.0858333 / 24, abs=1e-6)
    assert len(stored) == 4


@given(st.lists(st.lists(st.text(max_size=40), min_size=2, max_size=2), max_size=8))
def test_any_text_comes_back_but_for_control_characters(rows: list[list[str]]) -> None:
    read = read_csv(b"".join(csv_lines(["a", "b"], rows)))
    assert len(read) == len(rows) + 1
    data = xlsx([Sheet("Feuille", ["a", "b"], rows)], title="Essai")
    assert data == xlsx([Sheet("Feuille", ["a", "b"], rows)], title="Essai")
    for row, stored in zip(rows, read[1:], strict=True):
        kept = [
            "".join(char for char in cell if char in "\t\n" or (ord(char) > 31 and ord(char) not in (127, 0xFFFE, 0xFFFF))) for cell in row
        ]
        assert [cell.removeprefix("'") if not wanted.startswith("'") else cell for cell, wanted in zip(stored, kept, strict=True)] == kept
    assert all(kind == "inlineStr" for line in xlsx_cells(data) for kind, _ in line)


def test_a_workbook_says_its_title_and_language_and_freezes_its_headings() -> None:
    data = xlsx([Sheet("Par mois", ["Mois"], [["janvier"]])], title="Chiffres de l’assistance", language="fr")
    assert "<dc:title>Chiffres de l’assistance</dc:title>" in part(data, "docProps/core.xml")
    assert "<vt:lpwstr>fr</vt:lpwstr>" in part(data, "docProps/custom.xml")
    assert 'state="frozen"' in part(data, "xl/worksheets/sheet1.xml")
    assert 'topLeftCell="A2"' in part(data, "xl/worksheets/sheet1.xml")


def test_a_sheet_may_have_any_name_once() -> None:
    names = ["a/b:c*[d]?", "", "'", "é" * 60, "é" * 60, "Mois", "mois"]
    data = xlsx([Sheet(name, ["a"], []) for name in names], title="Essai")
    found = [sheet.get("name") for sheet in etree.fromstring(part(data, "xl/workbook.xml").encode()).iter(f"{MAIN}sheet")]
    assert found == ["a b c  d", "1", "1 2", "é" * 31, "é" * 29 + " 2", "Mois", "mois 2"]
    assert all(len(name) <= LONGEST_NAME for name in found)


def validations(content: bytes, number: int = 1) -> list[tuple[str, str, str]]:
    """Return (place, kind, formula) of what a sheet asks of its cells."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = etree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    return [(rule.get("sqref"), rule.get("type"), rule.findtext(f"{MAIN}formula1")) for rule in tree.iterfind(f".//{MAIN}dataValidation")]


def test_a_column_may_offer_its_values_and_another_be_kept_from_typing() -> None:
    sheet = Sheet(
        "Lignes", ["Numéro", "Lieu"], [[1, "Ici"], [2, "Là"]], choices={1: ["Ici", "Là, sur site"]}, kept={0: "Ne changez pas ce numéro."}
    )
    content = xlsx([sheet], title="Essai")
    last = 1 + 2 + ROOM
    assert validations(content) == [(f"B2:B{last}", "list", "listes!$A$1:$A$2"), (f"A2:A{last}", "custom", "FALSE")]
    lists = next(found for found in read_workbook(content) if found.name == LISTS)
    assert (lists.hidden, lists.rows) == (True, (("Ici",), ("Là, sur site",)))


def test_a_sheet_for_machines_is_hidden_and_one_named_like_the_lists_gives_way() -> None:
    sheets = [Sheet("Listes", ["a"], [], choices={0: ["x"]}), Sheet("moi", ["b"], [["1"]], hidden=True)]
    read = {sheet.name: sheet.hidden for sheet in read_workbook(xlsx(sheets, title="Essai"))}
    assert read == {"Listes 2": False, "moi": True, "listes": True}
