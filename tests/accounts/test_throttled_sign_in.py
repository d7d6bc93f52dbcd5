"""Guessing is slowed down for whoever guesses, never for the person whose account it is."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW, People, SignedIn
from tests.factories import PASSWORD, make_account
from tests.support.client import CheckingClient
from webapp.accounts import services
from webapp.accounts.models import Account, AccountSession, SignInAttempt
from webapp.accounts.passwords import HashingBusyError, PasswordHashing
from webapp.accounts.services import Device, authenticate
from webapp.app import create_app
from webapp.clock import FrozenClock
from webapp.config import Settings, load_settings
from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.web.state import State


def attempt(client: CheckingClient, username: str, password: str = "faux", address: str = "192.0.2.1") -> int:
    client.get("/connexion")
    return client.submit(
        "form[novalidate]", {"username": username, "password": password}, environ_overrides={"REMOTE_ADDR": address}
    ).status_code


def test_after_five_failures_even_the_right_password_must_wait(client: CheckingClient, people: People, clock: FrozenClock) -> None:
    assert [attempt(client, "editrice") for _ in range(5)] == [422] * 5
    assert attempt(client, "editrice", PASSWORD) == 429
    assert client.last.headers["Retry-After"] == "5"
    assert "Réessayez dans 5 secondes" in client.text()
    clock.advance(timedelta(seconds=5))
    assert attempt(client, "editrice", PASSWORD) == 303


def test_attempts_made_while_waiting_do_not_lengthen_the_wait(client: CheckingClient, people: People, clock: FrozenClock) -> None:
    for _ in range(5):
        attempt(client, "editrice")
    for _ in range(20):
        assert attempt(client, "editrice") == 429
    clock.advance(timedelta(seconds=5))
    assert attempt(client, "editrice", PASSWORD) == 303


def test_the_person_signs_in_while_somebody_guesses_from_elsewhere(app: Flask, client: CheckingClient, people: People) -> None:
    for _ in range(8):
        attempt(client, "editrice", address="198.51.100.9")
    other = app.test_client()
    assert isinstance(other, CheckingClient)
    assert attempt(other, "editrice", PASSWORD, "192.0.2.77") == 303


def test_a_browser_used_before_is_not_delayed_by_guesses_from_its_own_network(signed_in: SignedIn, client: CheckingClient) -> None:
    known = signed_in("editrice")
    known.submit("form[action='/deconnexion']") if known.get("/profil") else None
    for _ in range(12):
        attempt(client, "editrice", address="127.0.0.1")
    assert attempt(client, "editrice", PASSWORD, "127.0.0.1") == 429
    assert attempt(known, "editrice", PASSWORD, "127.0.0.1") == 303


def test_a_forged_mark_does_not_open_the_fast_lane(client: CheckingClient, people: People) -> None:
    client.set_cookie("guichet_appareil", '{"d":"x","a":[1]}')
    for _ in range(5):
        attempt(client, "editrice")
    assert attempt(client, "editrice", PASSWORD) == 429


def test_a_marked_browser_answers_for_its_own_failures(signed_in: SignedIn) -> None:
    known = signed_in("editrice")
    known.get("/profil")
    known.submit("form[action='/deconnexion']")
    assert [attempt(known, "editrice") for _ in range(6)] == [422] * 5 + [429]


def test_an_attack_from_many_networks_leaves_a_familiar_one_alone(app: Flask, people: People, clock: FrozenClock) -> None:
    state: State = app.extensions["guichet"]
    with app.test_request_context():
        assert authenticate(state, "editrice", PASSWORD, "192.0.2.50", Device()).account_id is not None
        for host in range(1, 30):
            authenticate(state, "editrice", "faux", f"203.0.113.{host}", Device())
        assert authenticate(state, "editrice", PASSWORD, "198.51.100.200", Device()).wait_until is not None
        assert authenticate(state, "editrice", PASSWORD, "192.0.2.50", Device()).account_id is not None
        clock.advance(timedelta(seconds=30))
        assert authenticate(state, "editrice", PASSWORD, "198.51.100.200", Device()).account_id is not None


def test_unknown_identifiers_are_slowed_down_alike_and_get_the_same_words(client: CheckingClient, people: People) -> None:
    seen = []
    for username in ("editrice", "inconnue"):
        statuses = [attempt(client, username) for _ in range(6)]
        seen.append((statuses, client.text().replace(username, "")))
    assert seen[0] == seen[1]


def test_an_unknown_account_costs_the_same_hashing(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []
    real = PasswordHashing._verify
    monkeypatch.setattr(
        PasswordHashing, "_verify", lambda self, encoded, candidate: checked.append(encoded[:30]) or real(self, encoded, candidate)
    )
    with app.test_request_context():
        for username in ("editrice", "personne"):
            authenticate(app.extensions["guichet"], username, "faux", "192.0.2.1", Device())
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]


def test_the_attempt_is_counted_before_the_password_is_looked_at(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a hundred guesses sent at once would all pass the throttle."""
    state: State = app.extensions["guichet"]

    def look(_self: object, _encoded: object, _password: object) -> bool:
        with state.database.reader() as session:
            assert session.scalars(select(SignInAttempt.succeeded)).all() == [False]
        return False

    monkeypatch.setattr(PasswordHashing, "matches", look)
    with app.test_request_context():
        assert authenticate(state, "editrice", PASSWORD, "192.0.2.1", Device()).account_id is None


def test_when_hashing_is_saturated_the_visitor_is_asked_to_come_back(
    client: CheckingClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_self: object, _encoded: object, _password: object) -> bool:
        raise HashingBusyError

    monkeypatch.setattr(PasswordHashing, "matches", busy)
    assert attempt(client, "editrice", PASSWORD) == 503


def test_what_was_typed_as_an_identifier_is_not_stored(client: CheckingClient, people: People, session: GuichetSession) -> None:
    attempt(client, "MonMotDePasse!")
    row = session.scalars(select(SignInAttempt).order_by(SignInAttempt.id)).one()
    assert "monmotdepasse" not in f"{row.name_key}{row.network}{row.device}".lower()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"deactivated_at": NOW}, "Votre compte est fermé"),
        ({"expires_on": (NOW - timedelta(days=1)).date()}, "validité de votre compte est passée"),  # FX-7c
    ],
)
def test_a_closed_or_expired_account_is_told_so_only_with_its_password(
    client: CheckingClient, session: GuichetSession, people: People, values: dict[str, object], message: str
) -> None:
    make_account(session, NOW, "ancienne", **values)
    session.commit()
    assert attempt(client, "ancienne", PASSWORD) == 422
    assert message in client.text()
    assert attempt(client, "ancienne", "faux") == 422
    assert "Identifiant ou mot de passe inexact" in client.text()


def test_a_session_ends_on_the_day_the_account_expires(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    client = signed_in("editrice")
    session.get_one(Account, people.actors["editrice"].account_id).expires_on = (NOW - timedelta(days=1)).date()
    session.commit()
    assert client.get("/profil").status_code == 303


@pytest.fixture
def production(settings: Settings, clock: FrozenClock, people: People) -> Flask:
    """The same database, served in production mode."""
    app = create_app(
        load_settings(
            {
                "GUICHET_MODE": "production",
                "PUBLIC_URL": "http://127.0.0.1:8000",
                "DATA_DIR": str(settings.data_dir),
                "DATABASE_URL": settings.database_url,
                "ARGON2_MEMORY_KIB": "8",
                "ARGON2_TIME_COST": "1",
                "SECRET_KEY": "k" * 48,
            }
        ),
        clock,
    )
    app.test_client_class = CheckingClient
    return app


def test_production_refuses_the_demonstrations_accounts_and_its_password(production: Flask, session: GuichetSession) -> None:
    hashing = PasswordHashing(8, 1)
    secret = "Tulipe-Wagon-7-Grimoire"
    make_account(session, NOW, "demo.compte", is_demonstration=True, password_hash=hashing.hash(secret))
    make_account(session, NOW, "vrai.compte", password_hash=hashing.hash(secret))
    session.commit()
    with production.test_request_context():
        state: State = production.extensions["guichet"]
        assert authenticate(state, "demo.compte", secret, "192.0.2.1", Device()).account_id is None
        assert authenticate(state, "editrice", PASSWORD, "192.0.2.2", Device()).account_id is None
        assert authenticate(state, "vrai.compte", secret, "192.0.2.3", Device()).account_id is not None


def test_the_demonstrations_mailbox_does_not_exist_in_production(production: Flask) -> None:
    client = production.test_client()
    assert client.get("/demonstration/courriels").status_code == 404


def test_an_old_hash_is_renewed_at_sign_in(app: Flask, session: GuichetSession, people: People) -> None:
    account = make_account(session, NOW, "ancienne", password_hash=PasswordHashing(16, 1).hash(PASSWORD))
    session.commit()
    before = account.password_hash
    with app.test_request_context():
        assert authenticate(app.extensions["guichet"], "ancienne", PASSWORD, "192.0.2.1", Device()).account_id == account.id
    session.refresh(account)
    assert account.password_hash != before
    assert "m=8," in str(account.password_hash)


def test_signing_in_changes_the_session_and_is_in_the_trail(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    client = signed_in("editrice")
    cookies = {client.get_cookie("guichet").value}
    client.get("/profil")
    client.submit("form[action='/deconnexion']")
    client.sign_in("editrice")
    cookies.add(client.get_cookie("guichet").value)
    assert len(cookies) == 2
    tokens = session.scalars(select(AccountSession.token_hash).order_by(AccountSession.id)).all()
    assert len(set(tokens)) == 2
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).first()
    assert event is not None
    assert (event.action, event.account_id, event.network_address) == (
        "account.signed_in",
        people.actors["editrice"].account_id,
        "127.0.0.1",
    )


@pytest.mark.parametrize("target", ["//pirate.example", "https://pirate.example", "/\\pirate.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site_after_signing_in(client: CheckingClient, people: People, target: str) -> None:
    client.get("/connexion", query_string={"suite": target})
    client.submit("form[novalidate]", {"username": "editrice", "password": PASSWORD})
    assert client.last.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password"), [("", ""), ("x" * 5000, "y"), ("\x00", "\x00"), ("éditrice\u202e", "x"), ("editrice", "z" * 1001)]
)
def test_odd_values_are_refused_without_breaking(client: CheckingClient, people: People, username: str, password: str) -> None:
    assert attempt(client, username, password) == 422


def test_the_page_warns_about_public_computers(client: CheckingClient) -> None:
    client.get("/connexion")
    assert "ordinateur public" in client.text()  # SO-54


def test_old_attempts_are_removed(app: Flask, client: CheckingClient, people: People, session: GuichetSession, clock: FrozenClock) -> None:
    attempt(client, "editrice")
    clock.advance(services.ATTEMPTS_KEPT + timedelta(days=1))
    assert services.forget_attempts(session, clock) == 1
