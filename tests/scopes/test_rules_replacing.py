"""Finding and replacing, against plain oracles."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.scopes.rules.replacing import Search, replaced

ASCII = st.text("abAB .-(", max_size=12)
WORDS = st.text("aàâAÀeéÉ oœŒ-", max_size=12)


@pytest.mark.parametrize(
    ("text", "search", "expected"),
    [
        ("Eaux résiduaires", Search("RESIDUAIRES", "usées"), "Eaux usées"),
        ("Eaux résiduaires", Search("RESIDUAIRES", "usées", exact=True), None),
        ("Eaux résiduaires", Search("Eaux", "Boues", exact=True), "Boues résiduaires"),
        ("Cœur et cœurs", Search("coeur", "foie"), "foie et foies"),
        ("Cœur", Search("o", "a"), None),  # a letter is never cut in two
        ("NF EN 1:2004, NF EN 1:2004", Search("2004", "2020"), "NF EN 1:2020, NF EN 1:2020"),
        ("Nitrates", Search("nitrate", "Nitrite", whole=True), None),
        ("Nitrates", Search("NITRATES", "Nitrites", whole=True), "Nitrites"),
        ("", Search("", "Sur site", whole=True), "Sur site"),
        ("Nitrates", Search("", "x"), None),
        ("Nitrates", Search("nitrates", "Nitrates"), None),  # nothing would change
        ("a+b", Search("+", ".*"), "a.*b"),
    ],
)
def test_what_becomes_of_a_cell(text: str, search: Search, expected: str | None) -> None:
    assert replaced(text, search) == expected


def became(text: str, search: Search) -> str:
    found = replaced(text, search)
    return text if found is None else found


@settings(max_examples=150)
@given(ASCII, ASCII, ASCII)
def test_without_regard_to_case_it_does_what_a_regular_expression_does(text: str, find: str, replacement: str) -> None:
    oracle = re.sub(re.escape(find), lambda _match: replacement, text, flags=re.IGNORECASE) if find else text
    assert became(text, Search(find, replacement)) == oracle


@settings(max_examples=100)
@given(WORDS, WORDS, WORDS)
def test_exactly_it_does_what_a_string_does(text: str, find: str, replacement: str) -> None:
    oracle = text.replace(find, replacement) if find else text
    assert became(text, Search(find, replacement, exact=True)) == oracle


@settings(max_examples=150)
@given(WORDS, WORDS)
def test_what_was_replaced_by_nothing_like_it_is_found_no_more(text: str, find: str) -> None:
    once = replaced(text, Search(find, "|"))
    if once is not None:
        assert replaced(once, Search(find, "|")) is None
        assert re.sub(r"[^|]", "", once)
