"""What people type is cleaned, and a creation sent twice makes one row."""

import threading
import unicodedata
from collections.abc import Callable

import pytest
from flask import Flask, Response, make_response, request
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.conftest import People
from tests.support.client import CheckingClient
from webapp.accounts.models import Organisation
from webapp.actor import SYSTEM, OrganisationKind
from webapp.db import Database
from webapp.web.access import ACCESS, PUBLIC
from webapp.web.forms import BaseForm, DayField, WallTimeField, already_done, clean_text, remember_done, whole
from webapp.web.once import OnceToken
from webapp.web.pages import see_other_url
from webapp.web.request import current_clock, get_session

pytestmark = pytest.mark.own_app  # these tests have pages of their own


@given(st.text())
def test_cleaned_text_is_composed_trimmed_and_without_control_characters(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned is not None
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert not any(ord(char) < 32 and char not in "\t\n\r" for char in cleaned)
    assert clean_text(cleaned) == cleaned


def test_accents_typed_as_two_characters_become_one() -> None:
    assert clean_text("  e\u0301tat\x00\x07 ") == "état"
    assert clean_text(None) is None


@pytest.fixture
def creating(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Response]:
    """A creation page of the tests' own: return a function that sends a token to it from a browser of its own."""

    def create() -> Response:
        session = get_session()
        session.acts_for(SYSTEM)
        led_to = already_done(session, current_clock(), 1)
        if led_to is not None:
            return see_other_url(led_to)
        if request.form.get("raté"):
            return make_response("refusé", 422)
        row = Organisation(kind=OrganisationKind.CLIENT, name="Une seule", search_text="une seule", created_at=current_clock().now())
        session.add(row)
        session.flush()
        return see_other_url(remember_done(session, f"/organisations/{row.id}"))

    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/essai/creation", "essai.creation", create, methods=["POST"])
    monkeypatch.setitem(ACCESS, "essai.creation", PUBLIC)

    def send(token: str, **fields: str) -> Response:
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        client.checks = False
        return client.post("/essai/creation", data={"once": token, **fields})

    return send


def how_many(database: Database) -> int:
    with database.reader() as session:
        return int(session.scalar(select(func.count()).select_from(Organisation)) or 0)


def test_a_double_click_makes_one_row_and_leads_to_the_same_place(creating: Callable[..., Response], database: Database) -> None:
    first, second = creating("jeton"), creating("jeton")
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert how_many(database) == 1


def test_another_form_makes_another_row(creating: Callable[..., Response], database: Database) -> None:
    assert creating("un").headers["Location"] != creating("deux").headers["Location"]
    assert how_many(database) == 2


def test_a_refused_form_may_be_sent_again_with_its_token(creating: Callable[..., Response], database: Database) -> None:
    assert creating("jeton", raté="1").status_code == 422
    assert creating("jeton").status_code == 303
    assert how_many(database) == 1


def test_two_clicks_at_the_same_instant_make_one_row(creating: Callable[..., Response], database: Database) -> None:
    answers: list[Response] = []
    barrier = threading.Barrier(4)

    def click() -> None:
        barrier.wait()
        answers.append(creating("ensemble"))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert how_many(database) == 1
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(OnceToken)) == 1


def test_a_form_without_a_token_or_with_an_absurd_one_is_never_taken_for_a_repetition(
    creating: Callable[..., Response], database: Database
) -> None:
    for token in ("", "", "x" * 5000, "x" * 5000):
        assert creating(token).status_code == 303
    assert how_many(database) == 4


def test_the_page_asked_for_is_used_by_people(people: People, client: CheckingClient) -> None:
    client.get("/connexion")
    response = client.submit("form[novalidate]", {"username": "  EDITRICE ", "password": "Guichet-2026-Demo!"})
    assert response.status_code == 303, "outer white space and capitals in the identifier do not matter"


def test_a_day_of_another_age_is_a_slip_of_the_keyboard(app: Flask) -> None:
    class Form(BaseForm):
        day = DayField("Jour")
        wall = WallTimeField("Heure", format="%Y-%m-%dT%H:%M")

    for day in ("0001-01-01", "1999-12-31", "9999-12-31"):
        with app.test_request_context(method="POST", data={"day": day, "wall": f"{day}T10:00"}):
            form = Form(meta={"csrf": False})
            assert not form.validate()
            assert "entre 2000 et 2100" in form.day.errors[0]
            assert "entre 2000 et 2100" in form.wall.errors[0]
    with app.test_request_context(method="POST", data={"day": "2026-11-23", "wall": "2026-11-23T10:00"}):
        assert Form(meta={"csrf": False}).validate()


def test_numbers_in_addresses_are_those_that_a_row_can_have() -> None:
    assert whole("12") == 12
    assert [whole(raw) for raw in ("", "²", "-1", "1e3", "1" * 40, "١٢")] == [None] * 6


def test_a_character_that_no_database_holds_names_nothing(client: CheckingClient) -> None:
    for path in ("/portees/%00", "/registre/%00", "/activation/%00"):
        assert client.get(path).status_code == 404
    assert client.get("/registre?q=%00").status_code == 200
