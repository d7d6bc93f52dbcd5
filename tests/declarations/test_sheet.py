"""A return's figures: changing a cell recomputes the same totals and findings as starting over."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.declarations.small_model import TEXT
from webapp.declarations.grid import figure_text
from webapp.declarations.rules.controls import Verdict
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.language.evaluation import Missing
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import EMPTY, NIL, NOT_COMMUNICATED, Entry, ValueKind, parse_value

SMALL = load_model(TEXT)
OPCO = get_model("esf-opco", "2025.1")


def entry(typed: str, key: CellKey) -> Entry:
    cell = SMALL.cells[key]
    return parse_value(typed, cell.unit, decimals=cell.decimals, signed=cell.signed)


def sheet(**typed: str) -> Sheet:
    keys = {"__".join(key[1:]): key for key in SMALL.cells}
    return Sheet(SMALL, {keys[name]: entry(text, keys[name]) for name, text in typed.items()})


def test_totals_are_computed_and_pass_over_empty_cells() -> None:
    got = sheet(livres__nombre="2", livres__montant="30,50", papier__montant="9,50", budget__valeur="100")
    assert got.figure(("achats", "total", "montant")) == Decimal(40)
    assert got.figure(("achats", "livres", "moyen")) == Decimal("15.25")
    assert got.figure(("achats", "papier", "moyen")) is Missing.EMPTY
    assert got.figure(("bilan", "reste", "valeur")) == Decimal(60)


def test_an_unreadable_cell_makes_its_total_unreadable_and_its_control_not_evaluable() -> None:
    got = sheet(livres__montant="12 pommes", papier__montant="9,50", budget__valeur="100")
    assert got.figure(("achats", "total", "montant")) is Missing.INVALID
    assert got.findings()[0].verdict is Verdict.NOT_EVALUABLE
    assert got.invalid_cells() == [("achats", "livres", "montant")]
    assert not got.may_be_submitted()


def test_progress_counts_answers_and_not_communicated_is_one() -> None:
    got = sheet(livres__nombre="2", papier__nombre="NC", livres__montant="abc")
    progress = got.progress(SMALL.tables["achats"])
    assert (progress.answered, progress.invalid, progress.expected, progress.percent) == (2, 1, 4, 50)
    assert [table.code for table in got.unanswered_tables()] == ["bilan"]


def test_the_progress_of_a_form_adds_up_its_tables() -> None:
    got = sheet(livres__nombre="2", papier__nombre="NC", livres__montant="abc", budget__valeur="100")
    whole, parts = got.progress_of(SMALL.tables.values()), [got.progress(table) for table in SMALL.tables.values()]
    assert (whole.answered, whole.invalid) == (3, 1)
    assert whole.expected == sum(part.expected for part in parts) > parts[0].expected


def test_a_blocking_control_that_fails_stands_against_the_submission_and_a_warning_does_not() -> None:
    over = sheet(livres__nombre="1", papier__nombre="2", livres__montant="101", papier__montant="0", budget__valeur="100")
    assert [finding.control.code for finding in over.blockers()] == ["X-01"]
    assert not over.may_be_submitted()
    within = sheet(livres__nombre="1", papier__nombre="2", livres__montant="99", papier__montant="0", budget__valeur="100")
    assert [finding.control.code for finding in within.findings() if finding.failed] == ["X-02"]
    assert within.may_be_submitted()


def test_only_the_controls_of_the_touched_cells_are_run() -> None:
    got = sheet()
    assert [finding.control.code for finding in got.findings([("bilan", "budget", "valeur")])] == ["X-01"]
    assert [finding.control.code for finding in got.findings([("achats", "papier", "nombre")])] == ["X-02"]


ENTRY_KEYS = [key for key, cell in OPCO.cells.items() if cell.formula is None]
entries = st.one_of(
    st.just(EMPTY),
    st.just(NIL),
    st.just(NOT_COMMUNICATED),
    st.just(Entry(ValueKind.INVALID, "abc", None, "…")),
    st.integers(0, 10**9).map(lambda cents: Entry(ValueKind.VALUE, "", Decimal(cents) / 100)),
)


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(ENTRY_KEYS), entries, max_size=60),
    st.lists(st.tuples(st.sampled_from(ENTRY_KEYS), entries), max_size=12),
)
def test_changing_cells_one_by_one_equals_starting_over(first: dict[CellKey, Entry], changes: list[tuple[CellKey, Entry]]) -> None:
    moving = Sheet(OPCO, first)
    for key, changed in changes:
        before = dict(moving.figures)
        computed = moving.change({key: changed})
        for other in OPCO.order:
            assert (moving.figure(other) != before.get(other, Missing.EMPTY)) <= (other in computed)
    fresh = Sheet(OPCO, first | dict(changes))
    assert all(moving.figure(key) == fresh.figure(key) for key in OPCO.cells)
    assert moving.findings() == fresh.findings()


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(ENTRY_KEYS), entries, max_size=120), st.sampled_from(list(OPCO.tables.values())))
def test_what_one_table_needs_gives_the_same_table_as_the_whole_return(given_entries: dict[CellKey, Entry], table: Table) -> None:
    whole = Sheet(OPCO, given_entries)
    scope = OPCO.scope_of(table)
    part, around = (
        Sheet(OPCO, {key: entry for key, entry in given_entries.items() if key[0] in tables}, table)
        for tables in (scope.tables, scope.around)
    )
    for got in (part, around):
        assert all(got.figure(cell.key) == whole.figure(cell.key) for cell in table.cells.values())
        assert got.findings_for(table) == whole.findings_for(table)
        assert got.progress(table) == whole.progress(table)
    section = next(section for section in OPCO.sections if table in section.tables)
    assert [around.progress(other) for other in section.tables] == [whole.progress(other) for other in section.tables]


@pytest.mark.parametrize("figure", [1, 2, 3, 4])
def test_a_small_figure_is_no_reason_why_there_is_none(figure: int) -> None:
    assert figure_text(Decimal(figure), 0) == (str(figure), None)
    assert all(Decimal(figure) != reason for reason in Missing)
