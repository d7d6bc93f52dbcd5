"""A workbook that comes back unchanged changes nothing; what was changed in it is told cell by cell. SO-1, SO-CFG."""

import io
import zipfile
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.declarations.offline import FILE, NOW, NUMBER, RICH, brought, exported, read_here, stored
from tests.support.workbooks import Edited
from webapp.declarations.offline_book import offline_workbook
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.registry import all_models
from webapp.declarations.rules.form_models.series import Following
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.book import (
    HIDDEN_SHEET,
    MISSING_SHEET,
    NO_RESULT,
    NOT_OURS,
    SHIFTED,
)
from webapp.declarations.rules.offline.carried import OTHER_MODEL, OTHER_RETURN, OUTDATED, Carried, carried
from webapp.declarations.rules.offline.plan import Choice, Fate, Side, plan
from webapp.declarations.rules.offline.stored import packed, packed_choices, unpacked, unpacked_choices
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import Entry, ValueKind
from webapp.demonstration.declaration_figures import invent
from webapp.tables.table import TableRefused

ENTRY_KEYS = [key for key, cell in RICH.cells.items() if cell.formula is None]
STATUS, DAY = ("fiche", "statut", "reponse"), ("fiche", "jour", "reponse")
CHARGES, CEILING = ("regions", "bretagne", "charges"), ("regions", "bretagne", "plafond")
HIDDEN = ("conventions", "charges", "valeur")
TOTAL = ("regions", "total", "charges")
TYPED = {STATUS: "non", CHARGES: "12,10", CEILING: "NC"}

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["=1+1", "+33", "-", "@x", "NC", "néant", "0", "Oui", "31/12/2025", "1/1/1900", "29/02/2024", "_x0041_", "'=a", "1.234", " x "]
    ),
    st.decimals(min_value=0, max_value=10**15 - 1, places=2).map(lambda value: f"{value}".replace(".", ",")),
    st.dates().map(lambda day: f"{day:%d/%m/%Y}"),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.dictionaries(st.sampled_from(ENTRY_KEYS), TEXTS, max_size=25))
def test_exporting_then_importing_unchanged_proposes_nothing(app: Flask, typed: dict[CellKey, str]) -> None:
    found = brought(exported(app, typed))
    assert (found.changes, found.unknown, found.computed, found.notes) == ({}, (), (), ())
    assert found.untouched == len(ENTRY_KEYS)


@pytest.mark.parametrize("model", all_models().values(), ids=lambda model: f"{model.code} {model.version}")
def test_each_form_delivered_comes_back_as_it_left_totals_included(app: Flask, model: FormModel) -> None:
    figures = {key: value for key, value in invent(model, NUMBER).items() if value is not None}
    entries = {
        key: value if isinstance(value, Entry) else model.cells[key].read(str(value).replace(".", ",")) for key, value in figures.items()
    }
    with app.test_request_context():
        data = offline_workbook(FILE, Sheet(model, entries), {}, NOW)
    found = carried(NUMBER, model, {}, read_here(data))
    assert (found.changes, found.unknown, found.computed, found.notes) == ({}, (), (), ())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=2))
def test_any_figure_that_a_cell_takes_comes_back_to_the_cent(app: Flask, value: Decimal) -> None:
    # stored as it is, whether or not a spreadsheet can hold it as a number
    with app.test_request_context():
        data = offline_workbook(FILE, Sheet(RICH, {CHARGES: Entry(ValueKind.VALUE, "", value)}), {}, NOW)
    table = next(sheet for sheet in read_here(data) if "guichet:regions" in sheet.rows[0])
    line = next(row for row in table.rows if row[0] == "bretagne")
    read = RICH.cells[CHARGES].read(line[2].lstrip("-−"))
    assert read.value == abs(value)


@pytest.mark.parametrize(("number", "text"), [(12.1, "12,1"), (0.1 + 0.2, "0,3"), (1e5, "100000"), (123456789.12, "123456789,12")])
def test_a_number_keeps_the_digits_that_were_typed(app: Flask, number: float, text: str) -> None:
    found = brought(Edited(exported(app, {})).type(CHARGES, number).data())
    assert found.changes[CHARGES].raw == text
    assert RICH.cells[CHARGES].read(text).kind is ValueKind.VALUE


def test_a_number_too_precise_for_its_column_is_refused_and_not_rounded(app: Flask) -> None:
    found = brought(Edited(exported(app, TYPED)).type(CHARGES, 12.3456).data())
    assert RICH.cells[CHARGES].read(found.changes[CHARGES].raw).kind is ValueKind.INVALID


@pytest.mark.parametrize(
    ("text", "kind"), [("NC", ValueKind.NOT_COMMUNICATED), ("néant", ValueKind.NIL), ("=1+1", ValueKind.INVALID), (None, ValueKind.EMPTY)]
)
def test_words_in_a_figure_cell_say_what_they_say_in_entry(app: Flask, text: str | None, kind: ValueKind) -> None:
    found = brought(Edited(exported(app, TYPED)).type(CHARGES, text).data())
    assert RICH.cells[CHARGES].read(found.changes[CHARGES].raw).kind is kind
    assert len(found.changes) == 1


def test_what_is_carried_is_kept_whole(app: Flask) -> None:
    data = Edited(exported(app, TYPED)).type(CHARGES, 5).type(TOTAL, 99).hide("A4 Établissements").data()
    found = brought(data)
    assert unpacked(packed(found)) == found
    choices = {CHARGES: Choice(Side.MINE, 3)}
    assert unpacked_choices(packed_choices(choices)) == choices


def refused(data: bytes, number: str = NUMBER) -> str:
    with pytest.raises(TableRefused) as caught:
        brought(data, number)
    return caught.value.text


def notes(found: Carried) -> list[str]:
    return [note.text for note in found.notes]


def test_any_other_workbook_is_refused(app: Flask) -> None:
    data = exported(app, TYPED)
    assert refused(Edited(data).remove("guichet").data()) == NOT_OURS
    assert refused(data, "ESF-2025-OPCO-0002") == OTHER_RETURN


def test_another_form_is_refused_and_an_older_one_is_followed_where_it_can_be(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Edited(exported(app, TYPED)).type(CHARGES, 7).type(CEILING, 8)
    record = data.sheets["guichet"]
    strings = data.parts["xl/sharedStrings.xml"]
    assert record is not None
    data.parts["xl/sharedStrings.xml"] = strings.replace(b">2025.1<", b">2023.1<")
    assert refused(data.data()) == OTHER_MODEL
    data.parts["xl/sharedStrings.xml"] = strings.replace(b">2025.1<", b">2024.1<")
    moved = ("regions", "corse", "charges")
    found = brought(data.data(), followed={moved: Following(CHARGES), CEILING: Following(CEILING, Decimal(1000))})
    assert list(found.changes) == [moved]
    assert OUTDATED in notes(found)
    assert ("regions.bretagne.plafond", "8") in found.unknown  # its unit changed: nothing is guessed


@pytest.mark.parametrize("columns", [("C",), ("B", "C"), ("C", "D", "E"), ("A",)])
def test_cells_shifted_by_a_row_are_found_out(app: Flask, columns: tuple[str, ...]) -> None:
    data = exported(app, TYPED)
    _sheet, place = Edited(data).place(CHARGES)
    moved = Edited(data).shift_down("A2 Par région", columns, int(place[1:])).data()
    assert refused(moved) == SHIFTED


def test_rows_that_move_with_their_codes_are_read(app: Flask) -> None:
    data = Edited(exported(app, TYPED)).type(CHARGES, 7)
    _sheet, place = data.place(CHARGES)
    found = brought(data.insert_rows("A2 Par région", 1, 4).data())  # leading empty rows
    assert list(found.changes) == [CHARGES]
    found = brought(data.insert_rows("A2 Par région", int(place[1:]) + 5).data())
    assert list(found.changes) == [CHARGES]


def test_a_sheet_hidden_is_read_and_one_taken_away_changes_nothing(app: Flask) -> None:
    data = Edited(exported(app, TYPED)).type(CHARGES, 7).hide("A2 Par région").data()
    found = brought(data)
    assert list(found.changes) == [CHARGES]
    assert notes(found) == [HIDDEN_SHEET]
    found = brought(Edited(data).remove("A2 Par région").data())
    assert found.changes == {}
    assert notes(found) == [MISSING_SHEET]


def test_a_formula_gives_its_result_and_without_one_is_left_out(app: Flask) -> None:
    data = exported(app, TYPED)
    found = brought(Edited(data).type(CHARGES, 7, formula="3+4").data())
    assert found.changes[CHARGES].raw == "7"
    found = brought(Edited(data).type(CHARGES, None, formula="3+4").data())
    assert found.changes == {}
    assert notes(found) == [NO_RESULT]


def test_a_computed_cell_that_was_changed_is_told_and_ignored(app: Flask) -> None:
    found = brought(Edited(exported(app, TYPED)).type(TOTAL, 99).data())
    assert (found.changes, found.computed) == ({}, (TOTAL,))


def test_unknown_codes_are_listed(app: Flask) -> None:
    data = Edited(exported(app, TYPED))
    data.parts["xl/sharedStrings.xml"] = data.parts["xl/sharedStrings.xml"].replace(b">corse<", b">atlantide<")
    found = brought(data.type(("regions", "atlantide", "charges"), 3).data())
    assert ("regions.atlantide.charges", "3") in found.unknown


# What the changes would do


def fates(
    typed: dict[CellKey, str], data: bytes, online: dict[CellKey, str], version: int = 1, choices: dict[CellKey, Choice] | None = None
) -> dict[CellKey, Fate]:
    cells = stored({key: RICH.cells[key].read(text) for key, text in typed.items()})
    cells |= stored({key: RICH.cells[key].read(text) for key, text in online.items()}, version)
    parts = plan(RICH, {}, cells, brought(data).changes, choices or {})
    return {cell.key: cell.fate for part in parts for cell in part.cells}


def test_a_change_over_what_was_exported_is_proposed(app: Flask) -> None:
    data = Edited(exported(app, TYPED)).type(CHARGES, 7).type(CEILING, "beaucoup").data()
    assert fates(TYPED, data, {}) == {CHARGES: Fate.CHANGED, CEILING: Fate.INVALID}


def test_a_cell_changed_online_meanwhile_is_a_conflict_until_somebody_chooses(app: Flask) -> None:
    data = Edited(exported(app, TYPED)).type(CHARGES, 7).data()
    online = {CHARGES: "8"}
    assert fates(TYPED, data, online, 2) == {CHARGES: Fate.CONFLICT}
    assert fates(TYPED, data, online, 2, {CHARGES: Choice(Side.MINE, 2)}) == {CHARGES: Fate.CHANGED}
    assert fates(TYPED, data, online, 2, {CHARGES: Choice(Side.THEIRS, 2)}) == {CHARGES: Fate.THEIRS}
    assert fates(TYPED, data, online, 3, {CHARGES: Choice(Side.MINE, 2)}) == {CHARGES: Fate.CONFLICT}
    assert fates(TYPED, data, {CHARGES: "7,00"}, 2) == {CHARGES: Fate.SAME}


def test_what_was_left_as_exported_never_undoes_what_was_changed_online(app: Flask) -> None:
    assert fates(TYPED, exported(app, TYPED), {CHARGES: "8"}, 2) == {}


def test_a_cell_that_the_answers_hide_is_left_out_and_comes_back_with_them(app: Flask) -> None:
    data = Edited(exported(app, TYPED)).type(HIDDEN, 7)
    assert fates(TYPED, data.data(), {}) == {HIDDEN: Fate.HIDDEN}
    assert fates(TYPED, data.type(STATUS, "Oui").data(), {}) == {STATUS: Fate.CHANGED, HIDDEN: Fate.CHANGED}


def test_the_workbook_is_locked_but_for_its_fields(app: Flask) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(app, TYPED))) as archive:
        book = archive.read("xl/workbook.xml").decode()
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert '<workbookProtection lockStructure="1"/>' in book
    assert all("<sheetProtection" in sheet for sheet in sheets)
    assert not any("<f>" in sheet for sheet in sheets)
