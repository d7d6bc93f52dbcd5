"""Dates, durations and numbers as people say them, in French and in English."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask, session

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.web.i18n import business_duration, machine, number, paris, paris_date, short

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def test_an_instant_is_said_in_paris_time(app: Flask) -> None:
    with app.test_request_context():
        assert paris(MORNING) == "lundi 23 novembre 2026 à 8\u00a0h\u00a030"
        assert paris(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "jeudi 2 juillet 2026 à 0\u00a0h\u00a005"
        assert short(MORNING) == "lun. 23/11 08:30"


def test_a_day_is_the_day_in_paris(app: Flask) -> None:
    with app.test_request_context():
        assert paris_date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1er janvier 2027"
        assert paris_date(date(2026, 12, 31)) == "31 décembre 2026"


def test_the_machine_reads_utc() -> None:
    assert machine(datetime(2026, 7, 1, 10, 0, 0, 999, tzinfo=UTC)) == "2026-07-01T10:00:00Z"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (timedelta(), "moins d'une minute"),
        (timedelta(seconds=59), "moins d'une minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 05"),
        (-timedelta(hours=30, minutes=40), "30 h 40"),
    ],
)
def test_a_duration_is_said_in_hours_and_minutes(app: Flask, amount: timedelta, said: str) -> None:
    with app.test_request_context():
        assert business_duration(amount).replace("\u00a0", " ") == said


def test_numbers_are_written_as_in_french_or_english(app: Flask) -> None:
    with app.test_request_context():
        assert number(Decimal("1234567.25")).replace("\u202f", " ").replace("\u00a0", " ") == "1 234 567,25"
    with app.test_request_context():
        session["language"] = "en"
        assert number(Decimal("1234.5")) == "1,234.5"


def test_the_language_is_chosen_and_never_guessed_from_the_browser(client: CheckingClient) -> None:
    # FL-20
    client.get("/connexion", headers={"Accept-Language": "en"})
    assert client.tree.get("lang") == "fr"
    client.submit("form[action='/langue']", {}, "English")
    client.get("/connexion")
    assert client.tree.get("lang") == "en"
    client.submit("form[action='/langue']", {}, "Français")
    client.get("/connexion")
    assert client.tree.get("lang") == "fr"


def test_an_unknown_language_is_refused(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    client.get("/")
    response = client.submit("form[action='/langue']", {"langue": "xx"})
    assert response.status_code == 303 or response.status_code == 400
    client.get("/")
    assert client.tree.get("lang") in {"fr", "en"}
