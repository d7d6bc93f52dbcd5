"""The desk: what waits at each counter, and the search across them."""

import pytest

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.folding import fold, like, words


@pytest.mark.parametrize(
    ("username", "counters"),
    [
        ("editrice", ["Portées", "Assistance"]),
        ("chargee", ["Portées", "Assistance"]),
        ("declarante", ["Déclarations", "Assistance"]),
        ("regionale", ["Déclarations", "Assistance"]),
        ("cliente", ["Assistance"]),
        ("agente", ["Assistance"]),
    ],
)
def test_the_desk_shows_the_counters_of_ones_roles(signed_in: SignedIn, username: str, counters: list[str]) -> None:
    # FX-8b, SO-35
    client = signed_in(username)
    client.get("/")
    assert [node.text_content() for node in client.tree.cssselect("section h2")] == counters


def test_an_empty_desk_says_so_and_offers_the_first_thing_to_do(signed_in: SignedIn) -> None:
    client = signed_in("cliente")
    client.get("/")
    assert "Rien ne vous attend" in client.text()
    assert client.tree.cssselect("a.btn.p")[0].get("href") == "/assistance/signaler"


def test_a_visitor_sees_the_front_page_and_the_way_in(client: CheckingClient) -> None:
    client.get("/")
    assert "trois guichets" in client.text()
    assert "/connexion" in [node.get("href") for node in client.tree.cssselect("main a")]


def test_a_search_without_result_says_what_to_try(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    client.get("/recherche?q=introuvable+%25_")
    assert "Rien ne correspond à « introuvable %_ »" in client.text()


def test_a_search_with_only_signs_is_not_a_search_for_everything(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    assert client.get("/recherche?q=+%00+").status_code == 200


def test_folding_makes_one_word_of_its_spellings() -> None:
    assert fold("ŒUVRE  Élevée") == fold("oeuvre élevée") == "oeuvre elevee"
    assert words("  Eaux   DOUCES ") == ["eaux", "douces"]
    assert like("50%_a\\") == "%50\\%\\_a\\\\%"
