"""The desk: what waits at each counter, and the search across them."""

from datetime import UTC, datetime

import pytest

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.folding import fold, like, words
from webapp.terms import library


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


@pytest.mark.parametrize(
    ("now", "words_shown"),
    [
        (datetime(2026, 12, 1, 22, 59, tzinfo=UTC), ""),
        (datetime(2026, 12, 1, 23, 0, tzinfo=UTC), "entrent en vigueur le 1er janvier 2027"),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "entrent en vigueur le 1er janvier 2027"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "sont en vigueur depuis le 1er janvier 2027"),
        (datetime(2027, 1, 30, 23, 0, tzinfo=UTC), "sont en vigueur depuis le 1er janvier 2027"),
        (datetime(2027, 1, 30, 23, 1, tzinfo=UTC), ""),
    ],
)
def test_new_terms_are_announced_a_month_before_and_after_to_those_they_are_for(
    signed_in: SignedIn, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, now: datetime, words_shown: str
) -> None:
    # SO-17
    content = b'<!doctype html><html lang="fr"><body><h1>Conditions</h1><p>Nouveau texte.</p></body></html>'
    everything = (*library.versions(), library.parse_version("organismes-2027-01-01.html", content))
    clock.set(now)
    client, other = signed_in("editrice"), signed_in("declarante")
    monkeypatch.setattr("webapp.terms.services.versions", lambda: everything)
    monkeypatch.setattr(library, "versions", lambda: everything)
    if client.get("/").status_code == 303:
        client.get("/conditions/acceptation")
        client.submit("#acceptation", {"accepte": "oui"})
        client.get("/")
    assert [words_shown in node.text_content() for node in client.tree.cssselect("p.notice")] == ([True] if words_shown else [])
    if words_shown:
        assert client.get(client.tree.cssselect("p.notice a")[0].get("href")).status_code == 200
    other.get("/")
    assert not other.tree.cssselect("p.notice")


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
