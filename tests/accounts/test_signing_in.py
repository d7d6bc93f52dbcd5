"""Signing in and out, and what happens to work when the session has ended."""

from datetime import timedelta

from tests.conftest import People, SignedIn
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock


def test_the_right_password_opens_the_desk(signed_in: SignedIn) -> None:
    # FX-7a
    client = signed_in("editrice")
    assert client.get("/").status_code == 200
    assert "Editrice" in client.text()


def test_a_wrong_password_says_so_and_keeps_the_identifier(client: CheckingClient, people: People) -> None:
    client.get("/connexion")
    response = client.submit("form[novalidate]", {"username": "editrice", "password": "pas le bon"})
    assert response.status_code == 422
    assert "Identifiant ou mot de passe inexact" in client.text()
    assert client.tree.cssselect("input[name=username]")[0].get("value") == "editrice"


def test_nobody_reads_a_private_page_without_signing_in(client: CheckingClient) -> None:
    response = client.get("/recherche?q=vauban")
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/connexion?suite=/recherche")


def test_a_session_left_idle_ends(signed_in: SignedIn, clock: FrozenClock) -> None:
    # FX-15
    client = signed_in("editrice")
    clock.advance(timedelta(minutes=61))
    assert client.get("/recherche").status_code == 303


def test_what_was_sent_after_the_session_ended_is_offered_again(signed_in: SignedIn, clock: FrozenClock) -> None:
    client = signed_in("editrice")
    client.get("/reprise")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    clock.advance(timedelta(hours=2))
    response = client.post("/organisation", data={"csrf_token": token, "organisation": "12", "texte": "Œuvre d'une heure"})
    assert response.status_code == 303
    client.follow()
    assert "est gardé" in client.text()
    client.submit("form[novalidate]", {"username": "editrice", "password": "Guichet-2026-Demo!"})
    assert client.last.headers["Location"] == "/reprise"
    client.follow()
    assert "Œuvre d'une heure" in client.last.text.replace("&#39;", "'")


def test_somebody_else_never_sees_what_was_kept(signed_in: SignedIn, clock: FrozenClock) -> None:
    client = signed_in("editrice")
    client.get("/reprise")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    clock.advance(timedelta(hours=2))
    client.post("/organisation", data={"csrf_token": token, "texte": "secret"})
    client.get("/connexion")
    client.submit("form[novalidate]", {"username": "cliente", "password": "Guichet-2026-Demo!"})
    client.get("/reprise")
    assert "secret" not in client.last.text


def test_back_after_signing_out_shows_nothing(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-store"
    client.submit("form[action='/deconnexion']")
    assert client.get("/recherche").status_code == 303
