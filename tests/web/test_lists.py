"""Lists read their sort, filters and page from the URL, and only what they declare."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.web.lists import LAST_PAGE, ListState, list_state

SORTS = ("echeance", "numero")


def read(app: Flask, query: str) -> ListState:
    with app.test_request_context(f"/liste?{query}"):
        return list_state(SORTS, ("etat", "q"))


def test_a_bare_address_gives_the_first_sort_and_page(app: Flask) -> None:
    state = read(app, "")
    assert (state.sort, state.descending, state.page, state.offset) == ("echeance", False, 1, 0)
    assert state.url() in {"/liste", "/liste?tri=echeance"}


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "٣", "9" * 400, "", "1e3", str(LAST_PAGE + 1), " 2"])
def test_an_absurd_page_is_the_first_one(app: Flask, page: str) -> None:
    assert read(app, f"page={page}").page == 1


def test_an_unknown_sort_is_the_first_one(app: Flask) -> None:
    assert read(app, "tri=password_hash&sens=desc").sort == "echeance"


def test_filters_are_cleaned_and_bounded(app: Flask) -> None:
    state = read(app, "etat=%00ouvert%20&q=" + "a" * 1000 + "&autre=1")
    assert state.filters == {"etat": "ouvert", "q": "a" * 200}


def test_the_address_built_reads_back_as_the_same_list(app: Flask) -> None:
    state = read(app, "tri=numero&sens=desc&page=3&etat=é%26b")
    again = read(app, urlsplit(state.url()).query)
    assert again == state


def test_a_header_sorts_then_turns_round_and_goes_back_to_the_first_page(app: Flask) -> None:
    state = read(app, "tri=echeance&page=4")
    turned = parse_qs(urlsplit(state.sort_url("echeance")).query)
    assert turned == {"tri": ["echeance"], "sens": ["desc"]}
    assert state.aria_sort("echeance") == "ascending"
    assert state.aria_sort("numero") == "none"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(query=st.text(max_size=60))
def test_no_query_string_is_an_error(app: Flask, query: str) -> None:
    with app.test_request_context("/liste?" + quote(query, safe="=&%+;")):
        state = list_state(SORTS, ("etat",))
    assert state.page >= 1
    assert state.sort in SORTS
