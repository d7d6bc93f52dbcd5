"""References of tickets: one spelling, tolerant reading, slips recognised (FL-12.5c)."""

import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from webapp.helpdesk.rules.reference import MistypedReference, NotAReference, Reference, parse_reference

references = st.builds(Reference, st.integers(2020, 2099), st.integers(1, 99_999_999))


def test_the_check_character_is_that_of_the_standard() -> None:
    assert str(Reference(2026, 123)) == "INC-2026-000123-3"
    assert mod_37_36.is_valid("INC20260001233")


def test_the_counter_grows_past_six_digits() -> None:
    assert str(Reference(2026, 1_234_567)).startswith("INC-2026-1234567-")


@given(references)
def test_a_reference_reads_back(reference: Reference) -> None:
    assert parse_reference(str(reference)) == reference


@given(references, st.sampled_from(["-", " ", "", "–", " - ", "\u00a0", "‑", "_", ".", "/"]), st.booleans())
def test_case_spaces_and_dashes_do_not_matter(reference: Reference, separator: str, lower: bool) -> None:
    typed = "  " + str(reference).replace("-", separator) + " "
    assert parse_reference(typed.lower() if lower else typed) == reference


@given(references, st.data())
def test_one_wrong_character_is_seen_as_a_slip(reference: Reference, data: st.DataObject) -> None:
    text = str(reference).replace("-", "")
    place = data.draw(st.integers(7, len(text) - 1))
    wrong = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assume(wrong != text[place])
    with pytest.raises(MistypedReference):
        parse_reference(text[:place] + wrong + text[place + 1 :])


def test_nearly_all_swapped_neighbours_are_seen_as_a_slip() -> None:
    """The standard's hybrid systems see every wrong character, and all but about one swap in a hundred."""
    swaps = missed = 0
    for counter in range(1, 3000):
        text = str(Reference(2026, counter)).replace("-", "")
        for place in range(7, len(text) - 1):
            if text[place] != text[place + 1]:
                swaps += 1
                swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
                with contextlib.suppress(MistypedReference):
                    parse_reference(swapped)
                    missed += 1
    assert missed / swaps < 0.02, (missed, swaps)


@pytest.mark.parametrize("typed", ["INC-2026-000123", "INC-2026-00123-3", "INC-2026-0000123-3", "INC 2026 000123 X", "INC-1026"])
def test_missing_or_extra_characters_are_a_slip(typed: str) -> None:
    with pytest.raises(MistypedReference):
        parse_reference(typed)


def test_letters_that_look_like_figures_are_suggested() -> None:
    with pytest.raises(MistypedReference) as caught:
        parse_reference("INC-2O26-OOOI23-3")
    assert caught.value.suggestion == "INC-2026-000123-3"


@pytest.mark.parametrize("typed", ["", "courriels", "incident", "Inconnu 12", "1-0001", "☎", "INC", "x" * 10_000])
def test_other_words_are_not_taken_for_a_reference(typed: str) -> None:
    with pytest.raises(NotAReference):
        parse_reference(typed)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_by_name(typed: str) -> None:
    with contextlib.suppress(MistypedReference, NotAReference):
        assert isinstance(parse_reference(typed), Reference)


def test_no_reference_outside_the_counter() -> None:
    for year, counter in ((1999, 1), (2026, 0), (10_000, 1)):
        with pytest.raises(ValueError, match="no reference"):
            Reference(year, counter)
