"""From the invitation mail to the first sign-in, and from a forgotten password to a new one."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.mail import link_in, mails
from tests.conftest import NOW, People, SignedIn
from tests.factories import make_account
from tests.support.client import CheckingClient
from webapp.accounts import entry_routes, links, people
from webapp.accounts.links import Purpose
from webapp.accounts.models import Account, AccountSession, SingleUseLink
from webapp.accounts.people import Invitation
from webapp.actor import SYSTEM, Role
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.evidence.models import AuditEvent

GOOD = "Tulipe-Wagon-7-Grimoire"


@pytest.fixture(autouse=True)
def _no_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_routes, "FORGOTTEN_SECONDS", 0.0)


@pytest.fixture
def activation(session: GuichetSession, clock: FrozenClock, people: People, database: Database) -> str:
    """The path of an activation link, as mailed to a newcomer."""
    invitation = Invitation("Zoé Le Gœff", "zoe@exemple.invalid", people.organisations["laboratoire"].id, frozenset({Role.SCOPE_EDITOR}))
    invite(session, clock, invitation)
    session.commit()
    return link_in(mails(database, "zoe@exemple.invalid")[0])


def invite(session: GuichetSession, clock: FrozenClock, invitation: Invitation) -> Account:
    return people.invite(session, SYSTEM, clock, "http://127.0.0.1:8000", invitation)


def test_a_newcomer_activates_the_account_signs_in_and_meets_the_terms(client: CheckingClient, activation: str) -> None:
    # FX-7a, SO-13
    client.get(activation)
    assert client.tree.cssselect("input[name=username]")[0].get("value") == "zoe.le-goeff"
    assert client.submit("#activation", {"username": "zoe.goeff", "password": GOOD, "repeated": GOOD}).status_code == 303
    client.follow()
    assert "Votre compte est activé" in client.text()
    client.sign_in("zoe.goeff", GOOD)
    client.follow()
    assert client.last.headers["Location"] == "/conditions/acceptation"


def test_an_activation_link_serves_once(client: CheckingClient, activation: str) -> None:
    client.get(activation)
    values = {"username": "zoe.goeff", "password": GOOD, "repeated": GOOD}
    token = client.tree.cssselect("#activation input[name=csrf_token]")[0].get("value")
    client.submit("#activation", values)
    assert client.get(activation).status_code == 410
    assert client.post(activation, data={**values, "username": "autre.nom", "csrf_token": token}).status_code == 410


def test_looking_at_a_link_does_not_use_it_up(client: CheckingClient, activation: str) -> None:
    for _visit in range(3):
        assert client.get(activation).status_code == 200


def test_an_activation_link_expires(client: CheckingClient, activation: str, clock: FrozenClock) -> None:
    clock.advance(timedelta(days=7, seconds=1))
    assert client.get(activation).status_code == 410


@pytest.mark.parametrize("path", ["/activation/inconnu", "/mot-de-passe/inconnu", "/adresse/inconnu", "/activation/" + "x" * 5000])
def test_an_invented_link_opens_nothing(client: CheckingClient, people: People, path: str) -> None:
    assert client.get(path).status_code == 410


def test_a_link_for_one_purpose_does_not_serve_another(client: CheckingClient, activation: str) -> None:
    assert client.get(activation.replace("/activation/", "/mot-de-passe/")).status_code == 410


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"password": "court"}, "au moins 12 caractères"),  # SO-28
        ({"password": "tulipe-wagon-7-grimoire"}, "lettre majuscule"),
        ({"repeated": GOOD + "x"}, "diffèrent"),
        ({"username": "Zoé"}, "minuscules"),  # FL-11.1
        ({"username": "editrice"}, "déjà pris"),
        ({"password": "Zoe-Goeff-2026-Ciel"}, "contient votre nom"),
        ({"password": "Guichet-2026-Demo!", "repeated": "Guichet-2026-Demo!"}, "connu de tous"),
        ({"password": "", "repeated": ""}, "Choisissez un mot de passe"),
        ({"password": "Aa1-" * 2000, "repeated": "Aa1-" * 2000}, "1000 caractères au plus"),
    ],
)
def test_a_refused_choice_is_explained_and_the_identifier_kept(
    client: CheckingClient, activation: str, values: dict[str, str], message: str
) -> None:
    client.get(activation)
    given = {"username": "zoe.goeff", "password": GOOD, "repeated": GOOD, **values}
    assert client.submit("#activation", given).status_code == 422
    assert message in client.text()
    assert client.tree.cssselect("input[name=username]")[0].get("value") == given["username"]
    assert all(not field.get("value") for field in client.tree.cssselect("input[type=password]"))
    assert client.get(activation).status_code == 200


def test_spaces_around_a_password_are_part_of_it(client: CheckingClient, activation: str) -> None:
    client.get(activation)
    spaced = f" {GOOD} "
    client.submit("#activation", {"username": "zoe.goeff", "password": spaced, "repeated": spaced})
    client.get("/connexion")
    assert client.submit("form[novalidate]", {"username": "zoe.goeff", "password": GOOD}).status_code == 422
    assert client.submit("form[novalidate]", {"username": " Zoe.Goeff ", "password": spaced}).status_code == 303


def test_inviting_a_known_address_adds_the_role_to_the_one_account(
    session: GuichetSession, clock: FrozenClock, people: People, database: Database
) -> None:
    # SO-23
    known = people.actors["editrice"]
    address = "EDITRICE@exemple.invalid"
    account = invite(session, clock, Invitation("Autre Nom", address, people.organisations["opco"].id, frozenset({Role.DECLARANT})))
    session.commit()
    assert account.id == known.account_id
    assert "Un rôle vous a été donné pour OPCO Industries" in mails(database)[-1].body


def test_a_second_invitation_ends_the_first_link(
    session: GuichetSession, clock: FrozenClock, activation: str, client: CheckingClient
) -> None:
    account = session.scalars(select(Account).where(Account.email == "zoe@exemple.invalid")).one()
    links.issue(session, clock, account.id, Purpose.ACTIVATION)
    session.commit()
    assert client.get(activation).status_code == 410


def test_the_token_itself_is_not_stored(session: GuichetSession, activation: str) -> None:
    token = activation.rpartition("/")[2]
    assert token not in [row.token_hash for row in session.scalars(select(SingleUseLink).order_by(SingleUseLink.id))]


def ask(client: CheckingClient, name: str) -> None:
    client.get("/mot-de-passe-oublie")
    assert client.submit("#oubli", {"name": name}).status_code == 303
    client.follow()


@pytest.mark.parametrize("name", ["editrice", "EDITRICE ", "editrice@exemple.invalid", "Editrice@Exemple.invalid"])
def test_a_forgotten_password_is_replaced_from_a_mailed_link(
    client: CheckingClient, signed_in: SignedIn, database: Database, name: str
) -> None:
    # FX-7d, SO-33
    elsewhere = signed_in("editrice")
    ask(client, name)
    message = mails(database, "editrice@exemple.invalid")[-1]
    assert "« editrice »" in message.body
    path = link_in(message)
    client.get(path)
    assert client.submit("#nouveau", {"password": GOOD, "repeated": GOOD}).headers["Location"] == "/"
    client.follow()
    assert "Votre mot de passe est changé" in client.text()
    assert elsewhere.get("/profil").status_code == 303, "the other sessions end"
    assert client.get(path).status_code == 410
    assert "vient d'être changé" in mails(database, "editrice@exemple.invalid")[-1].body
    other = client.application.test_client()
    other.sign_in("editrice", GOOD)


def test_known_and_unknown_names_get_the_same_answer(client: CheckingClient, people: People, database: Database) -> None:
    answers = []
    for name in ("editrice", "personne", "personne@exemple.invalid"):
        ask(client, name)
        answers.append(re.sub(r"(value|name=\"csrf_token\" value)=\"[^\"]+\"", "", client.last.text))
    assert len(set(answers)) == 1
    assert len(mails(database)) == 1


def test_the_answer_takes_as_long_for_known_and_unknown_names(
    client: CheckingClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(entry_routes, "FORGOTTEN_SECONDS", 5.0)
    monkeypatch.setattr(entry_routes.time, "sleep", slept.append)
    for name in ("editrice", "personne"):
        ask(client, name)
    assert len(slept) == 2
    assert all(4.0 < pause <= 5.0 for pause in slept)


def test_one_name_cannot_be_flooded_with_mail(client: CheckingClient, people: People, database: Database, clock: FrozenClock) -> None:
    for _turn in range(6):
        clock.advance(timedelta(seconds=1))
        ask(client, "editrice")
    assert len(mails(database)) == 3


def test_closed_expired_and_unactivated_accounts_get_no_link(
    client: CheckingClient, session: GuichetSession, people: People, database: Database
) -> None:
    make_account(session, NOW, "fermee", deactivated_at=NOW)
    make_account(session, NOW, "perimee", expires_on=(NOW - timedelta(days=1)).date())
    make_account(session, NOW, "invitee", activated_at=None)
    session.commit()
    for name in ("fermee", "perimee", "invitee"):
        ask(client, name)
    assert mails(database) == []


def test_links_come_from_the_public_address_whatever_the_request_says(client: CheckingClient, people: People, database: Database) -> None:
    client.get("/mot-de-passe-oublie")
    client.submit("#oubli", {"name": "editrice"}, headers={"X-Forwarded-Host": "pirate.example", "X-Forwarded-Proto": "https"})
    assert "pirate" not in mails(database)[0].body
    assert link_in(mails(database)[0])


def test_activation_and_new_password_are_in_the_trail(client: CheckingClient, activation: str, session: GuichetSession, app: Flask) -> None:
    client.get(activation)
    client.submit("#activation", {"username": "zoe.goeff", "password": GOOD, "repeated": GOOD})
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["account.invited", "account.activated"]


def test_a_deactivated_account_cannot_use_its_pending_link(
    client: CheckingClient, people: People, database: Database, session: GuichetSession
) -> None:
    ask(client, "editrice")
    path = link_in(mails(database)[0])
    session.get_one(Account, people.actors["editrice"].account_id).deactivated_at = NOW
    session.commit()
    assert client.get(path).status_code == 410


def test_the_session_opened_by_a_new_password_is_new(
    client: CheckingClient, people: People, database: Database, session: GuichetSession
) -> None:
    ask(client, "editrice")
    client.get(link_in(mails(database)[0]))
    client.submit("#nouveau", {"password": GOOD, "repeated": GOOD})
    live = session.scalars(select(AccountSession).where(AccountSession.revoked_at.is_(None)).order_by(AccountSession.id)).all()
    assert [row.account_id for row in live] == [people.actors["editrice"].account_id]
