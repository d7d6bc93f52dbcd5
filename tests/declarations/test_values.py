"""What people type: every spelling that can mean one figure is read, what could mean two is kept and marked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.declarations.rules.values import (
    MAX_RAW_LENGTH,
    Entry,
    Unit,
    ValueKind,
    display,
    format_number,
    parse_value,
)


@pytest.mark.parametrize(
    ("typed", "figure"),
    [
        ("0", "0"),
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234\u202f567,5", "1234567.5"),
        ("1\u2009234", "1234"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("12.5", "12.5"),
        ("12,50", "12.50"),
        ("1234,000", "1234.00"),
        ("1 234,56 €", "1234.56"),
        ("1 234 EUR", "1234"),
        ("  42  ", "42"),
        ("007", "7"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_every_usual_spelling_of_an_amount_is_read(typed: str, figure: str) -> None:
    entry = parse_value(typed, Unit.EUROS)
    assert (entry.kind, entry.value) == (ValueKind.VALUE, Decimal(figure))


@pytest.mark.parametrize("typed", ["-12", "−12", "–12", "‐12", "- 12", "(12)", "( 12 )", "(12 €)"])
def test_every_minus_sign_is_read_where_negative_figures_are_allowed(typed: str) -> None:
    assert parse_value(typed, Unit.EUROS, signed=True).value == Decimal(-12)
    refused = parse_value(typed, Unit.EUROS)
    assert refused.kind is ValueKind.INVALID
    assert "négative" in (refused.problem or "")


def test_minus_zero_is_zero() -> None:
    entry = parse_value("-0,00", Unit.EUROS)
    assert entry.value is not None
    assert not entry.value.is_signed()


def test_empty_zero_nil_and_not_communicated_are_four_things() -> None:
    spellings = ("", "   ", "0", "néant", "Neant.", "NÉANT", "NC", "n.c.", "Non communiqué", "non communique")
    kinds = [parse_value(typed, Unit.EUROS).kind for typed in spellings]
    assert kinds == [ValueKind.EMPTY] * 2 + [ValueKind.VALUE] + [ValueKind.NIL] * 3 + [ValueKind.NOT_COMMUNICATED] * 4


@pytest.mark.parametrize("unit", [unit for unit in Unit if unit.is_figure])
def test_nil_counts_as_zero_and_is_shown_as_the_word(unit: Unit) -> None:
    entry = parse_value("néant", unit)
    assert (entry.value, entry.is_filled, display(entry, 2)) == (Decimal(0), True, "néant")


@pytest.mark.parametrize(
    "typed",
    [
        "abc", "1e309", "1e5", "NaN", "inf", "-inf", "0x10", "12;5", "12 34", "1 23 456", "1,2,3", "1.2.3", "12,34,567.8", ",5", "5,",
        "--5", "5-", "+5", "((5))", "12 %", "12 k€", "1_000", "٣", "１２", "²", "=1+1", "@SUM(A1)", "<b>12</b>", "30 février",
        "9223372036854775808", "1" * 400, "nul", "-", "12,345", "1.234", "1,234",
    ],
)  # fmt: skip
def test_what_is_not_one_clear_amount_is_kept_and_marked(typed: str) -> None:
    entry = parse_value(typed, Unit.EUROS)
    assert entry.kind is ValueKind.INVALID
    assert entry.raw == typed[:MAX_RAW_LENGTH]
    assert entry.value is None
    assert entry.problem


def test_the_reason_is_the_useful_one() -> None:
    assert "deux façons" in (parse_value("1.234", Unit.EUROS).problem or "")
    assert "entier" in (parse_value("12,5", Unit.COUNT).problem or "")
    assert "unité" in (parse_value("12 %", Unit.EUROS).problem or "")
    assert "Écrivez 0" in (parse_value("sans objet", Unit.EUROS).problem or "")
    assert "15 au plus" in (parse_value("1234567890123456", Unit.EUROS).problem or "")


def test_percentages_and_counts_follow_their_unit() -> None:
    assert parse_value("5,25 %", Unit.PERCENT).value == Decimal("5.25")
    assert parse_value("5.25%", Unit.PERCENT).value == Decimal("5.25")
    assert parse_value("1 200", Unit.COUNT).value == Decimal(1200)
    assert parse_value("12,0", Unit.COUNT).value == Decimal(12)
    assert parse_value("12,5", Unit.COUNT).kind is ValueKind.INVALID
    assert parse_value("35,5 h", Unit.HOURS).value == Decimal("35.5")
    assert parse_value("0,125", Unit.PERCENT, decimals=3).value == Decimal("0.125")


@given(st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=2))
def test_a_figure_shown_in_a_field_is_read_back_the_same(value: Decimal) -> None:
    shown = display(Entry(ValueKind.VALUE, "", value), 2)
    assert parse_value(shown, Unit.EUROS, signed=True).value == value


@given(st.text(max_size=300), st.sampled_from(Unit))
def test_no_text_breaks_the_reading_and_none_is_lost(typed: str, unit: Unit) -> None:
    entry = parse_value(typed, unit)
    assert (entry.value is None) is (entry.kind not in (ValueKind.VALUE, ValueKind.NIL))
    again = parse_value(entry.raw, unit)
    assert (again.kind, again.value) == (entry.kind, entry.value)
    assert "\x00" not in entry.raw


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_a_count_means_the_same_with_any_grouping_mark(number: int) -> None:
    for mark in (" ", "\u00a0", "\u202f", ""):
        assert parse_value(f"{number:,}".replace(",", mark), Unit.COUNT).value == number


def test_figures_are_laid_out_as_in_france() -> None:
    assert format_number(Decimal("1234567.5"), 2) == "1\u202f234\u202f567,50"
    assert format_number(Decimal("-1200"), 2) == "\u22121\u202f200"
    assert format_number(Decimal("0.5"), 0) == "1"
    assert format_number(Decimal("-0.001"), 2) == "0"
