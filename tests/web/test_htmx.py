"""Fragments are for htmx's own swaps only; everything else gets a page, with or without the headers that proxies strip."""

import pytest
from flask import Flask

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.web.htmx import is_fragment_request


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
        ({"HX-Target": "ligne"}, False),
        ({"HX-Request": "false"}, False),
    ],
)
def test_a_fragment_is_asked_by_htmx_itself_and_not_for_boosting_or_history(app: Flask, headers: dict[str, str], fragment: bool) -> None:
    with app.test_request_context("/", headers=headers):
        assert is_fragment_request() is fragment


def test_an_ended_session_leads_a_fragment_request_to_the_sign_in_page(client: CheckingClient) -> None:
    response = client.get("/recherche", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/recherche?q=eau"})
    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/connexion?suite=/recherche?q%3Deau"


def test_the_page_to_come_back_to_is_never_a_foreign_one(client: CheckingClient) -> None:
    response = client.get("/recherche", headers={"HX-Request": "true", "HX-Current-URL": "https://ailleurs.example/x"})
    assert response.headers["HX-Redirect"] == "/connexion"


def test_without_the_headers_the_same_address_answers_a_page(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    assert client.get("/recherche").text.lower().startswith("<!doctype html>")


def test_pages_and_fragments_are_told_apart_by_caches(client: CheckingClient) -> None:
    assert "HX-Request" in client.get("/connexion").headers["Vary"]
