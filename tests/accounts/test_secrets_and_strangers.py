"""What must hold when sessions end, browsers are shared, accounts expire and passwords are asked for again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.mail import link_in, mails
from tests.conftest import NOW, People, SignedIn
from tests.factories import PASSWORD
from tests.support.client import CheckingClient
from tests.support.statements import impatient
from webapp.accounts import entry_routes, links, recovery
from webapp.accounts.kept_requests import fields_of
from webapp.accounts.links import Purpose
from webapp.accounts.models import Account, KeptRequest
from webapp.accounts.passwords import Criterion, HashingBusyError, PasswordHashing
from webapp.actor import SYSTEM
from webapp.clock import FrozenClock
from webapp.config import Mode
from webapp.db import Database, GuichetSession

GOOD = "Tulipe-Wagon-7-Grimoire"
CHANGE = {"current": PASSWORD, "password": GOOD, "repeated": GOOD}


def kept(database: Database) -> list[tuple[int, dict[str, str]]]:
    with database.reader() as session:
        session.acts_for(SYSTEM)
        return [(row.account_id, dict(fields_of(row))) for row in session.scalars(select(KeptRequest).order_by(KeptRequest.id))]


def password_link(session: GuichetSession, clock: FrozenClock, account_id: int | None) -> str:
    token = links.issue(session, clock, account_id or 0, Purpose.PASSWORD)
    session.commit()
    return f"/mot-de-passe/{token}"


def test_no_password_is_kept_when_the_session_ended_under_it(signed_in: SignedIn, clock: FrozenClock, database: Database) -> None:
    client = signed_in("editrice")
    for path, form, values in (
        ("/profil/mot-de-passe", "#mot-de-passe", CHANGE),
        ("/profil/adresse", "#adresse", {"email": "neuve@exemple.invalid", "current": PASSWORD}),
    ):
        client.get(path)
        page = client.last
        clock.advance(timedelta(hours=2))
        client.last = page
        assert client.submit(form, values).status_code == 303
        client.sign_in("editrice")
    assert [fields for _account, fields in kept(database)] == [{"email": "neuve@exemple.invalid"}]
    client.get("/reprise")
    assert PASSWORD not in client.last.text
    assert GOOD not in client.last.text


@pytest.mark.sqlite
def test_a_page_that_offers_to_send_again_carries_no_password(signed_in: SignedIn, database: Database) -> None:
    client = signed_in("editrice")
    client.get("/profil/adresse")
    with impatient(database.engine), database.writer() as holder:
        holder.acts_for(SYSTEM)
        holder.connection()
        assert client.submit("#adresse", {"email": "neuve@exemple.invalid", "current": PASSWORD}).status_code == 503
    assert PASSWORD not in client.last.text


def test_a_form_of_the_person_before_is_kept_for_them_and_not_for_who_is_signed_in_now(
    signed_in: SignedIn, people: People, database: Database, clock: FrozenClock
) -> None:
    client = signed_in("editrice")
    client.get("/profil/coordonnees")
    open_page = client.last
    client.submit("form[action='/deconnexion']")
    client.sign_in("cliente")
    client.last = open_page
    client.submit("#coordonnees", {"full_name": "Secret De La Première"})
    assert client.last.headers["Location"] == "/"
    assert "ouverte par un autre compte" in client.follow().text.replace("&#39;", "'")
    clock.advance(timedelta(hours=2))  # and once the second session has ended as well
    client.last = open_page
    client.submit("#coordonnees", {"full_name": "Secret De La Première"})
    assert {account for account, _fields in kept(database)} == {people.actors["editrice"].account_id}


@pytest.mark.parametrize("number", ["²", "999999999999", "-1", "x", "1" * 400])
def test_an_absurd_number_of_a_kept_request_is_no_error(signed_in: SignedIn, number: str) -> None:
    client = signed_in("editrice")
    client.get("/profil/coordonnees")
    assert client.submit("#coordonnees", {"kept_request": number}).status_code == 303


def test_the_page_to_come_back_to_is_always_one_of_ours(client: CheckingClient, people: People) -> None:
    response = client.get("/profil", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost//pirate.example/portees"})
    assert "pirate" not in response.headers["HX-Redirect"]


def test_a_short_idle_time_spares_who_keeps_reading(signed_in: SignedIn, app: Flask, clock: FrozenClock) -> None:
    # FX-15
    client = signed_in("editrice")
    state = app.extensions["guichet"]
    state.settings = replace(state.settings, session_idle_minutes=1)
    for _visit in range(5):
        clock.advance(timedelta(seconds=40))
        assert client.get("/profil").status_code == 200
    clock.advance(timedelta(seconds=61))
    assert client.get("/profil").status_code == 303


def test_the_link_of_an_account_that_expired_meanwhile_opens_nothing(
    client: CheckingClient, session: GuichetSession, clock: FrozenClock, people: People
) -> None:
    # FX-7c
    path = password_link(session, clock, people.actors["editrice"].account_id)
    client.get(path)
    session.get_one(Account, people.actors["editrice"].account_id).expires_on = (NOW - timedelta(days=1)).date()
    session.commit()
    assert client.submit("#nouveau", {"password": GOOD, "repeated": GOOD}).status_code == 410
    assert client.get(path).status_code == 410


def test_links_mailed_to_the_old_address_stop_working_with_it(
    signed_in: SignedIn, session: GuichetSession, clock: FrozenClock, people: People, database: Database
) -> None:
    # SO-26
    client = signed_in("editrice")
    client.get("/profil/adresse")
    client.submit("#adresse", {"email": "neuve@exemple.invalid", "current": PASSWORD})
    old = password_link(session, clock, people.actors["editrice"].account_id)
    client.get(link_in(mails(database, "neuve@exemple.invalid")[0]))
    assert client.submit("#confirmation").status_code == 303
    assert client.get(old).status_code == 410


def test_an_open_session_is_no_means_to_guess_the_password(signed_in: SignedIn, clock: FrozenClock) -> None:
    client = signed_in("editrice")
    client.get("/profil/mot-de-passe")
    for _try in range(5):
        assert "pas votre mot de passe actuel" in answer(client, {**CHANGE, "current": "au hasard"})
    assert "Trop d'essais" in answer(client, CHANGE), "not even the right one is looked at"
    clock.advance(timedelta(minutes=1))
    assert client.submit("#mot-de-passe", CHANGE).status_code == 303


def answer(client: CheckingClient, values: dict[str, str]) -> str:
    assert client.submit("#mot-de-passe", values).status_code == 422
    return client.text()


def test_the_same_password_again_is_no_change(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "weaknesses", lambda *_: [])
    client = signed_in("editrice")
    client.get("/profil/mot-de-passe")
    assert "déjà votre mot de passe" in answer(client, {"current": PASSWORD, "password": PASSWORD, "repeated": PASSWORD})


@pytest.fixture
def others_write(monkeypatch: pytest.MonkeyPatch, database: Database, clock: FrozenClock) -> list[str]:
    """While a new password is weighed, somebody else writes to the database, and must not have to wait."""
    done: list[str] = []

    def weaknesses(password: str, _personal: object) -> list[Criterion]:
        with database.transaction(SYSTEM) as other:
            other.connection().exec_driver_sql("UPDATE account SET phone = '01 02 03 04 05'")
        done.append(password)
        return []

    monkeypatch.setattr(recovery, "weaknesses", weaknesses)
    return done


def test_nobody_waits_while_a_new_password_is_hashed(
    signed_in: SignedIn, others_write: list[str], session: GuichetSession, clock: FrozenClock, people: People, client: CheckingClient
) -> None:
    change = signed_in("editrice")
    change.get("/profil/mot-de-passe")
    assert change.submit("#mot-de-passe", CHANGE).status_code == 303
    client.get(password_link(session, clock, people.actors["cliente"].account_id))
    assert client.submit("#nouveau", {"password": GOOD, "repeated": GOOD}).status_code == 303
    session.get_one(Account, people.actors["agente"].account_id).activated_at = None
    token = links.issue(session, clock, people.actors["agente"].account_id or 0, Purpose.ACTIVATION)
    session.commit()
    newcomer = client.application.test_client()
    newcomer.get(f"/activation/{token}")
    submitted = newcomer.submit("#activation", {"username": "agente.une", "password": GOOD, "repeated": GOOD})
    assert submitted.status_code == 303
    assert others_write == [GOOD] * 3


@pytest.mark.parametrize("path", ["/profil/mot-de-passe", "/profil/adresse", "/profil/fermeture"])
def test_too_many_hashes_at_once_is_said_and_not_an_error(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def busy(*_: object) -> bool:
        raise HashingBusyError

    client = signed_in("editrice")
    client.get(path)
    monkeypatch.setattr(PasswordHashing, "matches", busy)
    assert client.submit("main form[novalidate]", {**CHANGE, "email": "neuve@exemple.invalid"}).status_code == 503
    assert "Rien n'a été enregistré" in client.text()
    assert GOOD not in client.last.text


def test_sign_ins_of_a_busy_network_leave_forgotten_passwords_answered(
    client: CheckingClient, people: People, database: Database, session: GuichetSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_routes, "FORGOTTEN_SECONDS", 0.0)
    monkeypatch.setattr(recovery, "NETWORK_BUDGET", 3)
    for username in ("cliente", "agente", "nationale", "chargee"):
        client.application.test_client().sign_in(username)
    client.get("/mot-de-passe-oublie")
    client.submit("#oubli", {"name": "editrice"})
    assert len(mails(database, "editrice@exemple.invalid")) == 1


def test_production_knows_nobody_of_a_demonstration_that_ran_on_the_same_database(
    signed_in: SignedIn, app: Flask, client: CheckingClient, session: GuichetSession, people: People, database: Database
) -> None:
    signed, state = signed_in("editrice"), app.extensions["guichet"]
    session.get_one(Account, people.actors["editrice"].account_id).is_demonstration = True
    session.commit()
    assert signed.get("/profil").status_code == 200
    state.settings = replace(state.settings, mode=Mode.PRODUCTION)
    assert signed.get("/profil").status_code == 303, "its sessions have ended"
    client.get("/mot-de-passe-oublie")
    client.submit("#oubli", {"name": "editrice"})
    assert mails(database) == [], "and no link lets it in"


def test_a_name_is_one_line_wherever_it_goes(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    client.get("/profil/coordonnees")
    assert client.submit("#coordonnees", {"full_name": "Claire\r\nBcc: pirate@exemple.invalid\u2028Fin"}).status_code == 303
    client.get("/profil/coordonnees")
    assert client.tree.cssselect("input[name=full_name]")[0].get("value") == "Claire Bcc: pirate@exemple.invalid Fin"
