"""A justification holds for the figures it was written about, for as long as they stand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.declarations.small_model import TEXT
from webapp.declarations.rules.controls import Finding
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.justifications import (
    Justification,
    Opinion,
    Standing,
    covered,
    decide,
    offered,
    standing,
    unanswered,
    write,
)
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import EMPTY, NOT_COMMUNICATED, Entry, ValueKind

MODEL = load_model(TEXT)
BOOKS, PAPER, BUDGET = ("achats", "livres", "nombre"), ("achats", "papier", "nombre"), ("bilan", "budget", "valeur")
WORDS = "Le papier a été acheté pour deux ans."


def figure(value: object) -> Entry:
    return Entry(ValueKind.VALUE, "", Decimal(str(value)))


def failing() -> tuple[Sheet, Finding]:
    """Fewer books than paper: the warning X-02 fails."""
    sheet = Sheet(MODEL, {BOOKS: figure(2), PAPER: figure(5)})
    return sheet, next(finding for finding in sheet.findings() if finding.control.code == "X-02")


def test_a_warning_that_fails_asks_for_words_and_others_do_not() -> None:
    sheet, finding = failing()
    assert standing(finding, None, sheet) is Standing.MISSING
    sheet.change({BOOKS: figure(9)})
    now = next(finding for finding in sheet.findings() if finding.control.code == "X-02")
    assert standing(now, None, sheet) is Standing.NOT_NEEDED
    with pytest.raises(ValueError, match="ne demande pas"):
        write(now, WORDS, sheet)


def test_it_is_void_when_a_covered_cell_changes_and_holds_again_when_it_comes_back() -> None:
    sheet, finding = failing()
    words = write(finding, f"  {WORDS}  ", sheet)
    assert words.text == WORDS
    assert standing(finding, words, sheet) is Standing.PENDING
    sheet.change({PAPER: figure(6)})
    assert standing(sheet.findings()[1], words, sheet) is Standing.VOID
    sheet.change({PAPER: figure("5.0")})
    assert standing(sheet.findings()[1], words, sheet) is Standing.PENDING


def test_a_cell_that_it_does_not_cover_may_change() -> None:
    sheet, finding = failing()
    words = write(finding, WORDS, sheet)
    sheet.change({BUDGET: figure(10)})
    assert standing(finding, words, sheet) is Standing.PENDING


def test_an_opinion_is_about_the_figures_that_the_agent_saw() -> None:
    sheet, finding = failing()
    words = write(finding, WORDS, sheet)
    accepted, refused = decide(words, Opinion.ACCEPTED, words.covers), decide(words, Opinion.REFUSED, words.covers)
    assert accepted is not None
    assert refused is not None
    assert standing(finding, accepted, sheet) is Standing.ACCEPTED
    assert standing(finding, refused, sheet) is Standing.REFUSED
    assert decide(words, Opinion.ACCEPTED, "0" * 64) is None
    sheet.change({PAPER: figure(7)})
    assert standing(sheet.findings()[1], accepted, sheet) is Standing.VOID


def test_what_is_not_answered_stands_against_the_submission() -> None:
    sheet, finding = failing()
    words = write(finding, WORDS, sheet)
    assert unanswered(sheet.findings(), {}, sheet) == [finding]
    assert unanswered(sheet.findings(), {"X-02": words}, sheet) == []
    refused = decide(words, Opinion.REFUSED, words.covers)
    assert refused is not None
    assert unanswered(sheet.findings(), {"X-02": refused}, sheet) == [finding]
    assert unanswered(sheet.findings(), {"X-02": write(finding, WORDS + " Voir l’annexe.", sheet)}, sheet) == []


def test_last_year_s_words_are_offered_again_unless_they_were_refused() -> None:
    _sheet, finding = failing()
    assert offered(finding, Justification("X-02", WORDS, "old", Opinion.ACCEPTED)) == WORDS
    assert offered(finding, Justification("X-02", WORDS, "old")) == WORDS
    assert offered(finding, Justification("X-02", WORDS, "old", Opinion.REFUSED)) == ""
    assert offered(finding, Justification("X-01", WORDS, "old")) == ""
    assert offered(finding, None) == ""


@pytest.mark.parametrize(("text", "expected"), [("", "au moins"), ("   ok    ", "au moins"), ("x" * 2001, "trop longue")])
def test_words_that_explain_nothing_are_refused(text: str, expected: str) -> None:
    sheet, finding = failing()
    with pytest.raises(ValueError, match=expected):
        write(finding, text, sheet)


entries = st.sampled_from([EMPTY, NOT_COMMUNICATED, Entry(ValueKind.INVALID, "abc"), figure(0), figure(2), figure("2.50"), figure(-2)])


@given(entries, entries, entries, entries)
def test_the_digest_tells_any_two_states_of_the_covered_cells_apart(a: Entry, b: Entry, c: Entry, d: Entry) -> None:
    control = MODEL.controls[1]
    one, other = Sheet(MODEL, {BOOKS: a, PAPER: b}), Sheet(MODEL, {BOOKS: c, PAPER: d})
    same = all(one.figure(key) == other.figure(key) and type(one.figure(key)) is type(other.figure(key)) for key in (BOOKS, PAPER))
    assert (covered(control, one) == covered(control, other)) is same


def test_the_digest_does_not_depend_on_the_way_a_figure_is_written() -> None:
    keys: dict[CellKey, Entry] = {BOOKS: figure("100"), PAPER: figure("1E+2")}
    swapped: dict[CellKey, Entry] = {BOOKS: figure("1E+2"), PAPER: figure("100.00")}
    assert covered(MODEL.controls[1], Sheet(MODEL, keys)) == covered(MODEL.controls[1], Sheet(MODEL, swapped))
