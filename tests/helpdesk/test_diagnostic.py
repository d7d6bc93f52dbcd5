"""« Diagnostic du poste »: what the server sees, never a secret, and how it reaches a ticket."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import opened
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.helpdesk.models import Attachment, Ticket
from webapp.helpdesk.rules.diagnosis import Observation, Seen, Verdict, observations
from webapp.uploads.storage import store_for
from webapp.web.state import State

HEADERS = {"user-agent": "Firefox", "accept-encoding": "gzip, br", "accept-language": "fr"}


def seen(**values: object) -> list[Observation]:
    given: dict[str, object] = {
        "headers": HEADERS,
        "cookies": frozenset({"guichet"}),
        "address": "192.0.2.7",
        "link_address": "192.0.2.7",
        "scheme": "https",
        "protocol": "HTTP/1.1",
        "came_back": False,
        **values,
    }
    return observations(Seen(**given))


def odd(found: list[Observation]) -> list[str]:
    return [item.label for item in found if item.verdict is Verdict.ODD]


def test_an_ordinary_workstation_has_nothing_odd() -> None:
    assert odd(seen()) == []


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"scheme": "http"}, "Chiffrement"),
        ({"protocol": "HTTP/1.0"}, "Protocole"),
        ({"headers": {"user-agent": "x", "accept-language": "fr"}}, "Compression"),
        ({"headers": {"user-agent": "x", "accept-encoding": "gzip"}}, "Langues du navigateur"),
        ({"cookies": frozenset(), "came_back": True}, "Cookies reçus (leurs valeurs ne sont ni montrées ni jointes)"),
    ],
)
def test_what_a_proxy_takes_away_is_said(values: dict[str, object], label: str) -> None:
    assert odd(seen(**values)) == [label]


def test_relays_are_shown_as_they_came() -> None:
    found = {item.label: item.value for item in seen(headers={**HEADERS, "via": "1.1 proxy\r\nX: y"}, link_address="10.0.0.1")}
    assert found["via"] == "1.1 proxy X: y"
    assert found["Dernier relais"] == "10.0.0.1"


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    with app.app_context():
        return opened(session, people, clock)


def test_it_is_open_to_everybody_and_shows_no_secret(client: CheckingClient, people: People) -> None:
    client.get("/connexion")
    cookie = client.get_cookie("guichet")
    assert cookie is not None
    client.get("/assistance/diagnostic", headers={"Authorization": "Basic c2VjcmV0", "User-Agent": "<b>Essai</b>"})
    assert "<b>Essai</b>" in client.text()
    assert cookie.value not in client.last.text
    assert "c2VjcmV0" not in client.last.text
    assert client.tree.cssselect("textarea[readonly]")
    assert not client.tree.cssselect("#joindre")


def test_the_measure_tells_the_time_and_whether_htmx_s_headers_arrive(client: CheckingClient, people: People) -> None:
    assert client.get("/assistance/diagnostic/mesure").json == {"htmx": False, "now": "2026-11-23T09:00:00+00:00"}
    assert client.get("/assistance/diagnostic/mesure", headers={"HX-Request": "true"}).json["htmx"] is True


def test_one_click_attaches_it_to_an_open_ticket(app: Flask, signed_in: SignedIn, ticket: Ticket, session: GuichetSession) -> None:
    # SO-40
    client = signed_in("cliente")
    client.get("/assistance/diagnostic")
    button = f"À {ticket.reference} : {ticket.title}"
    assert client.submit("#joindre", {"measures": "Délai : 12 ms\x00"}, button=button).status_code == 303
    client.follow()
    assert "diagnostic-du-poste.txt" in client.text()
    session.rollback()
    row = session.scalars(select(Attachment)).one()
    state: State = app.extensions["guichet"]
    text = store_for(state.settings).read(row.file_key or "").decode()
    assert "Adresse vue par le portail : 127.0.0.1" in text
    assert "Délai : 12 ms" in text
    cookie = client.get_cookie("guichet")
    assert cookie is not None
    assert cookie.value not in text


def test_another_client_s_ticket_takes_no_diagnosis(signed_in: SignedIn, ticket: Ticket, session: GuichetSession) -> None:
    stranger = signed_in("autre-cliente")
    stranger.get("/assistance/diagnostic")
    assert stranger.submit("#joindre", {"ticket": ticket.reference}).status_code == 404
    assert session.scalars(select(Attachment.id)).all() == []


def test_one_click_takes_it_to_a_new_report(signed_in: SignedIn, session: GuichetSession) -> None:
    client = signed_in("cliente")
    client.get("/assistance/diagnostic")
    assert client.submit("#joindre", button="À un nouveau signalement").status_code == 303
    client.follow()
    assert re.search(r"diagnostic-du-poste\.txt", client.text())
    report = {
        "service": "mail",
        "title": "Lenteur",
        "description": "Tout est lent.",
        "location": "Siège",
        "consequences": "Attente.",
        "contact_phone": "01 23 45 67 89",
    }
    assert client.submit("#signalement", report).status_code == 303
    assert session.scalars(select(Attachment.name)).all() == ["diagnostic-du-poste.txt"]
