"""What people type around a ticket's messages, read by pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.helpdesk.rules.talk import (
    LONGEST_MINUTES,
    VARIABLES,
    NotADuration,
    UnknownVariable,
    check_variables,
    fill,
    joined,
    mentions,
    parse_minutes,
)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("45", 45),
        (" 45 min ", 45),
        ("0:20", 20),
        ("1:30", 90),
        ("1 h 30", 90),
        ("1h30", 90),
        ("1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05", 65),
        ("2 h", 120),
        ("1 H 30 min", 90),
        ("1,5 h", 90),
        ("0.25h", 15),
        ("24 h", 1440),
    ],
)
def test_time_is_read_as_people_type_it(typed: str, minutes: int) -> None:
    assert parse_minutes(typed) == minutes


@pytest.mark.parametrize("typed", ["", "0", "0:00", "-5", "1 h 75", "25 h", "1441", "une heure", "1.5", "9" * 40, "1 h 30 h", "٣٠ min ago"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(NotADuration):
        parse_minutes(typed)


@given(st.integers(1, LONGEST_MINUTES))
def test_every_way_of_writing_the_same_time_says_the_same(minutes: int) -> None:
    hours, rest = divmod(minutes, 60)
    for typed in (str(minutes), f"{minutes} min", f"{hours}:{rest:02d}", f"{hours} h {rest}", f"{hours}h{rest:02d}min"):
        assert parse_minutes(typed) == minutes


def test_mentions_are_identifiers_at_the_start_of_a_word_each_once() -> None:
    text = "@camille.roux, vois avec @Marc.Dubois. Écrire à contact@exemple.invalid ; @camille.roux @@nadie"
    assert mentions(text) == ["camille.roux", "marc.dubois"]


def test_a_variable_that_does_not_exist_is_named() -> None:
    check_variables("Bonjour {contact}, {reference} : {echeance}. {}".replace("{}", ""))
    with pytest.raises(UnknownVariable) as caught:
        check_variables("Bonjour {contact}, {prenom}")
    assert caught.value.name == "prenom"
    with pytest.raises(UnknownVariable):
        check_variables("{contact.__class__}")


def test_what_a_value_holds_is_never_read_as_a_variable() -> None:
    values = {name: f"{{{VARIABLES[(index + 1) % len(VARIABLES)]}}}" for index, name in enumerate(VARIABLES)}
    assert fill("{contact} {reference}", values) == f"{values['contact']} {values['reference']}"
    assert fill("a { b } {contact}", {"contact": "X"}) == "a { b } X"


def test_an_inserted_text_goes_below_what_was_typed() -> None:
    assert joined("", "Bonjour") == "Bonjour"
    assert joined("Début \n", "Suite") == "Début\n\nSuite"
