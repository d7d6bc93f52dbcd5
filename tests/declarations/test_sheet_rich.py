"""Conditions, added rows, texts and last year's figures at work in a return; what is touched is what is worked out again."""

from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.controls import large_entries, large_text, measure
from tests.declarations.rich_model import TEXT
from webapp.declarations.grid import failed, grid
from webapp.declarations.rules.controls import Verdict
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.language.evaluation import Missing
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import SPARE_ROWS, Sheet
from webapp.declarations.rules.values import EMPTY, NIL, NOT_COMMUNICATED, Entry, ValueKind

RICH = load_model(TEXT)
ENTRY_KEYS = [key for key, cell in RICH.cells.items() if cell.formula is None]
STATUS, DAY, END = ("fiche", "statut", "reponse"), ("fiche", "jour", "reponse"), ("fiche", "fin", "reponse")
CHARGES = ("conventions", "charges", "valeur")


def sheet(typed: dict[CellKey, str]) -> Sheet:
    return Sheet(RICH, {key: RICH.cells[key].read(text) for key, text in typed.items()})


def test_a_hidden_cell_counts_as_empty_and_comes_back_with_what_was_typed() -> None:
    got = sheet({STATUS: "Oui", CHARGES: "12", ("regions", "corse", "charges"): "12"})
    assert got.figure(("conventions", "double", "valeur")) == 24
    got.change({STATUS: RICH.cells[STATUS].read("non")})
    assert got.is_hidden(CHARGES)
    assert not got.shows(RICH.tables["conventions"])
    assert got.figure(CHARGES) is Missing.EMPTY
    assert got.figure(("conventions", "double", "valeur")) is Missing.EMPTY
    assert CHARGES not in got.entries
    assert got.progress(RICH.tables["conventions"]).expected == 0
    assert [table.code for table in got.unanswered_tables()] == []
    got.change({STATUS: RICH.cells[STATUS].read("OUI")})
    assert got.entries[CHARGES].raw == "12"
    assert got.figure(CHARGES) == 12


def test_a_hidden_line_is_not_drawn_nor_expected() -> None:
    table = RICH.tables["fiche"]
    shown = [row.code for row, _cells in grid(table, sheet({STATUS: "non"}), {})]
    assert shown == ["siret", "statut", "milliers", "piece"]
    assert sheet({STATUS: "non"}).progress(table).expected == 4
    assert sheet({STATUS: "oui"}).progress(table).expected == 6


def test_an_unreadable_cell_that_is_hidden_does_not_block() -> None:
    assert sheet({STATUS: "non", DAY: "30 février"}).invalid_cells() == []
    assert sheet({STATUS: "oui", DAY: "30 février"}).invalid_cells() == [DAY]


def test_added_lines_are_shown_as_they_are_needed_and_expected_once_begun() -> None:
    table = RICH.tables["sites"]
    assert [row.code for row in sheet({}).shown_rows(table)] == ["l1", "l2", "l3", "total"]
    assert SPARE_ROWS == 3
    begun = sheet({("sites", "l2", "nom"): "Brest", ("sites", "l2", "charges"): "40"})
    assert [row.code for row in begun.shown_rows(table)] == ["l1", "l2", "l3", "l4", "l5", "total"]
    assert (begun.progress(table).answered, begun.progress(table).expected) == (2, 3)
    assert begun.figure(("sites", "total", "charges")) == 40


def test_dates_are_compared_and_a_choice_is_read_by_its_code_or_label() -> None:
    known = {STATUS: "Oui", DAY: "31/12/2025", END: "2025-12-30"}
    finding = next(found for found in sheet(known).findings() if found.control.code == "R-03")
    assert finding.verdict is Verdict.FALSE
    later = next(found for found in sheet(known | {END: "01/01/2026"}).findings() if found.control.code == "R-03")
    assert later.verdict is Verdict.TRUE
    assert sheet({STATUS: "oui"}).entry(STATUS).raw == "Oui"
    assert sheet({STATUS: "peut-être"}).entry(STATUS).kind is ValueKind.INVALID


@pytest.mark.parametrize("typed", ["30/02/2025", "31/11/2025", "2025", "demain", "1/1/25", "99/99/9999", "0/0/0000", "<b>1/1/2025</b>"])
def test_a_day_that_does_not_exist_is_kept_and_marked(typed: str) -> None:
    entry = RICH.cells[DAY].read(typed)
    assert (entry.kind, entry.raw) == (ValueKind.INVALID, typed)
    assert entry.problem


@pytest.mark.parametrize(("typed", "kept"), [("1/2/2025", "01/02/2025"), ("2025-02-01", "01/02/2025"), (" 01.02.2025 ", "01/02/2025")])
def test_a_day_is_kept_as_it_is_written_in_france(typed: str, kept: str) -> None:
    assert RICH.cells[DAY].read(typed) == Entry(ValueKind.VALUE, kept)


def test_thousands_of_euros_are_not_euros() -> None:
    cell = RICH.cells["fiche", "milliers", "reponse"]
    assert cell.read("1 250 k€").value == 1250
    assert cell.read("1 250 €").kind is ValueKind.INVALID
    assert RICH.cells["regions", "corse", "charges"].read("1 250 k€").kind is ValueKind.INVALID


def test_four_kinds_of_answer_in_a_text_too() -> None:
    cell = RICH.cells["sites", "l1", "nom"]
    assert cell.read("  ") == EMPTY
    assert cell.read("non communiqué") == NOT_COMMUNICATED
    assert cell.read("0").kind is ValueKind.VALUE
    assert cell.read("néant").raw == "néant"
    assert cell.read("x" * 500).kind is ValueKind.INVALID
    assert cell.read("=cmd|' /C calc'!A0\u0000\u202e").raw == "=cmd|' /C calc'!A0"


answers = st.one_of(
    st.just(EMPTY),
    st.just(NIL),
    st.just(NOT_COMMUNICATED),
    st.just(Entry(ValueKind.INVALID, "abc", None, "…")),
    st.sampled_from(["Oui", "Non", "31/12/2025", "01/01/2026", "Brest"]).map(lambda text: Entry(ValueKind.VALUE, text)),
    st.integers(-5, 5).map(lambda amount: Entry(ValueKind.VALUE, "", Decimal(amount))),
)


@settings(max_examples=120)
@given(
    st.dictionaries(st.sampled_from(ENTRY_KEYS), answers, max_size=20),
    st.lists(st.tuples(st.sampled_from([STATUS, *ENTRY_KEYS]), answers), max_size=10),
)
def test_incremental_equals_full_with_conditions_dates_and_texts(first: dict[CellKey, Entry], changes: list[tuple[CellKey, Entry]]) -> None:
    first, changes = {k: v for k, v in first.items() if fits(k, v)}, [(k, v) for k, v in changes if fits(k, v)]
    moving = Sheet(RICH, first)
    stale = {finding.control.code: finding for finding in moving.findings()}
    for key, changed in changes:
        moving.change({key: changed})
        touched = (key, *RICH.worked_out_after([key]))
        stale |= {finding.control.code: finding for finding in moving.findings(touched)}
    fresh = Sheet(RICH, first | dict(changes))
    assert {key: moving.figure(key) for key in RICH.cells} == {key: fresh.figure(key) for key in RICH.cells}
    assert [moving.is_hidden(key) for key in RICH.cells] == [fresh.is_hidden(key) for key in RICH.cells]
    assert moving.entries == fresh.entries
    assert list(stale.values()) == fresh.findings()


def fits(key: CellKey, entry: Entry) -> bool:
    """A figure in a cell of figures, a text in one of texts: what a save can have stored."""
    return entry.kind not in (ValueKind.VALUE, ValueKind.NIL) or (entry.value is not None) is RICH.cells[key].unit.is_figure


def test_last_year_is_read_where_it_is_known_and_missing_where_it_is_not() -> None:
    text = TEXT.replace("right: regions.ligne.plafond", "right: 1.5 * regions.ligne.charges@N-1")
    model = load_model(text)
    entries = {("regions", code, "charges"): Entry(ValueKind.VALUE, "", Decimal(200)) for code in ("bretagne", "corse")}
    got = Sheet(model, entries, previous={("regions@N-1", "corse", "charges"): Decimal(100)})
    findings = {finding.control.code: finding for finding in got.findings()}
    assert findings["R-01.bretagne"].verdict is Verdict.NOT_EVALUABLE
    assert (findings["R-01.corse"].verdict, findings["R-01.corse"].right) == (Verdict.FALSE, Decimal(150))
    drawn = failed(findings.values(), model)[0]
    assert ("A2 · Corse · Charges (exercice précédent)", "regions", "i-corse-charges") in drawn.cells


def test_a_thousand_controls_over_five_thousand_cells_are_quick_and_a_touched_cell_asks_for_few() -> None:
    got = measure(rounds=3)
    assert (got.cells, got.controls) == (5000, 1000)
    assert got.whole_ms <= 150
    assert got.touched_cells <= 5
    assert got.touched_controls <= 20
    assert got.touched_ms <= got.whole_ms / 10


def test_the_work_follows_the_cells_touched_not_the_size_of_the_form() -> None:
    times = []
    for tables in (5, 25):
        model = load_model(large_text(tables=tables, controls=40 * tables))
        sheet = Sheet(model, large_entries(model))
        key = ("t2", "r5", "c4")
        found = sheet.findings((key, *model.computed_after([key])))
        start = process_time()
        for amount in range(200):
            sheet.change({key: Entry(ValueKind.VALUE, "", Decimal(amount))})
        times.append(process_time() - start)
        assert len(found) <= 20
    assert times[1] <= 3 * times[0]
