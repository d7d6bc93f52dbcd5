"""``flask users invite`` and the demonstration's sign-ins."""

import json

from flask import Flask
from sqlalchemy import select

from tests.accounts.mail import link_in, mails
from tests.conftest import People
from tests.support.client import CheckingClient
from webapp.accounts.models import Account, Membership, Organisation
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD
from webapp.actor import Role
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.demonstration.accounts import SIGN_INS, load_people
from webapp.demonstration.world import World
from webapp.terms.models import TermsAcceptance


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", "invite", *arguments])
    return result.exit_code, result.output


def test_the_first_administrator_is_invited_with_the_operators_organisation(app: Flask, database: Database, client: CheckingClient) -> None:
    code, output = run(
        app, "anne@exemple.invalid", "--name", "Anne Petit", "--organisation", "Équipe", "--kind", "operator", "--role", "administrator"
    )
    assert code == 0, output
    client.get(link_in(mails(database, "anne@exemple.invalid")[0]))
    password = "Tulipe-Wagon-7-Grimoire"
    assert client.submit("#activation", {"username": "anne.petit", "password": password, "repeated": password}).status_code == 303
    client.sign_in("anne.petit", password)


def test_a_wrong_invitation_changes_nothing_and_says_why(app: Flask, session: GuichetSession, people: People) -> None:
    before = len(session.scalars(select(Account.id)).all())
    session.rollback()
    for arguments, words in (
        (("pas une adresse", "--organisation", "OPCO Industries", "--role", "declarant"), "adresse électronique"),
        (("a@exemple.invalid", "--organisation", "Inconnue", "--role", "declarant"), "no organisation"),
        (("a@exemple.invalid", "--organisation", "OPCO Industries", "--role", "administrator"), "n'existe pas"),
        (("a@exemple.invalid", "--organisation", "Ministère du Travail", "--role", "regional_agent"), "région"),
    ):
        code, output = run(app, *arguments, "--name", "X")
        assert code != 0
        assert words in output
    assert len(session.scalars(select(Account.id)).all()) == before


def test_the_demonstrations_people_have_accepted_the_terms_but_for_the_newcomer(
    app: Flask, session: GuichetSession, clock: FrozenClock
) -> None:
    world = World(session, clock, app.extensions["guichet"].settings)
    load_people(world)
    accepted = set(session.scalars(select(TermsAcceptance.account_id).distinct()))
    assert {world.people[row.username].id for row in SIGN_INS if row.username != "lea.moreau"} == accepted
    assert {row.role for row in SIGN_INS} == set(Role)


def test_somebody_in_the_demonstration_acts_for_two_organisations(app: Flask, session: GuichetSession, clock: FrozenClock) -> None:
    world = World(session, clock, app.extensions["guichet"].settings)
    load_people(world)
    names = session.scalars(
        select(Organisation.name)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.account_id == world.people["samir.haddad"].id)
        .order_by(Organisation.name)
    ).all()
    assert names == ["OPCO Industries et Métiers", "Société Alpha Domotique"]


def test_every_printed_sign_in_opens(app: Flask, session: GuichetSession, clock: FrozenClock) -> None:
    load_people(World(session, clock, app.extensions["guichet"].settings))
    session.commit()
    rows = json.loads(app.test_cli_runner().invoke(args=["demo", "accounts", "--json"]).output)
    assert len(rows) == len(SIGN_INS)
    for row in rows:
        assert row["password"] == DEMONSTRATION_PASSWORD
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        client.sign_in(row["username"], row["password"])
        client.get("/profil")
        if row["username"] == "lea.moreau":
            assert client.last.headers["Location"].startswith("/conditions/acceptation")
        else:
            assert row["organisation"] in client.text()
