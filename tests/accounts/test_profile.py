"""What people do with their own account."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.mail import link_in, mails
from tests.conftest import NOW, People, SignedIn
from tests.factories import PASSWORD, grant
from tests.support.client import CheckingClient
from tests.support.statements import statements
from webapp.accounts.models import Account, AccountSession
from webapp.actor import Role
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.evidence.models import AuditEvent

GOOD = "Tulipe-Wagon-7-Grimoire"


def account_of(session: GuichetSession, people: People, username: str = "editrice") -> Account:
    """Read the account as it stands, without keeping the write lock that the test's session takes."""
    account = session.get_one(Account, people.actors[username].account_id, populate_existing=True)
    session.expunge(account)
    session.rollback()
    return account


def test_the_profile_shows_the_account_its_roles_and_its_sessions(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    client.get("/profil")
    words = client.text()
    assert "Responsable de portées, Laboratoire Vauban" in words
    assert "cette session" in words


def test_changing_details_is_kept_and_in_the_trail(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    # SO-31
    client = signed_in("editrice")
    client.get("/profil/coordonnees")
    assert client.submit("#coordonnees", {"full_name": "  Zoé\u0301  Martin ", "phone": "01 23 45 67 89"}).status_code == 303
    account = account_of(session, people)
    assert account.phone == "01 23 45 67 89"
    assert account.search_text.startswith("zoe")
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == "account.details_changed"


def test_a_stale_change_of_details_shows_what_stands_and_keeps_what_was_typed(
    signed_in: SignedIn, session: GuichetSession, people: People
) -> None:
    one = signed_in("editrice")
    one.get("/profil/coordonnees")
    stale = one.last
    one.submit("#coordonnees", {"full_name": "Premier Nom"})
    one.last = stale
    assert one.submit("#coordonnees", {"full_name": "Second Nom"}).status_code == 409
    assert "Premier Nom" in one.text()
    assert one.tree.cssselect("input[name=full_name]")[0].get("value") == "Second Nom"
    assert one.submit("#coordonnees").status_code == 303
    assert account_of(session, people).full_name == "Second Nom"


@pytest.mark.parametrize("values", [{"full_name": ""}, {"full_name": "x" * 201}, {"phone": "appelez-moi"}])
def test_odd_details_are_refused_and_kept_on_the_page(signed_in: SignedIn, values: dict[str, str]) -> None:
    client = signed_in("editrice")
    client.get("/profil/coordonnees")
    assert client.submit("#coordonnees", values).status_code == 422
    ((name, value),) = values.items()
    assert client.tree.cssselect(f"input[name={name}]")[0].get("value", "") == value


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(signed_in: SignedIn, database: Database) -> None:
    # SO-32
    here, there = signed_in("editrice"), signed_in("editrice")
    here.get("/profil/mot-de-passe")
    here.submit("#mot-de-passe", {"current": PASSWORD, "password": GOOD, "repeated": GOOD})
    assert here.last.status_code == 303
    assert here.get("/profil").status_code == 200
    assert there.get("/profil").status_code == 303
    assert "vient d'être changé" in mails(database, "editrice@exemple.invalid")[-1].body


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"current": "faux"}, "Ce n'est pas votre mot de passe actuel"),
        ({"password": "court", "repeated": "court"}, "au moins 12 caractères"),
        ({"repeated": "autre"}, "diffèrent"),
    ],
)
def test_a_refused_password_changes_nothing(
    signed_in: SignedIn, session: GuichetSession, people: People, values: dict[str, str], message: str
) -> None:
    before = account_of(session, people).password_hash
    client = signed_in("editrice")
    client.get("/profil/mot-de-passe")
    given = {"current": PASSWORD, "password": GOOD, "repeated": GOOD, **values}
    assert client.submit("#mot-de-passe", given).status_code == 422
    assert message in client.text()
    assert account_of(session, people).password_hash == before


def ask_for_address(client: CheckingClient, email: str, current: str = PASSWORD) -> int:
    client.get("/profil/adresse")
    return client.submit("#adresse", {"email": email, "current": current}).status_code


def test_a_new_address_is_confirmed_from_its_own_mailbox_and_the_old_one_told(
    signed_in: SignedIn, client: CheckingClient, database: Database, session: GuichetSession, people: People
) -> None:
    # SO-26
    owner = signed_in("editrice")
    assert ask_for_address(owner, "nouvelle@exemple.invalid") == 303
    assert account_of(session, people).email == "editrice@exemple.invalid"
    notice = mails(database, "editrice@exemple.invalid")[-1]
    assert "n…@exemple.invalid" in notice.body
    path = link_in(mails(database, "nouvelle@exemple.invalid")[-1])
    client.get(path)
    assert account_of(session, people).email == "editrice@exemple.invalid", "looking changes nothing"
    assert client.submit("#confirmation").status_code == 303
    assert account_of(session, people).email == "nouvelle@exemple.invalid"
    assert "n'est plus celle" in mails(database, "editrice@exemple.invalid")[-1].body
    assert client.get(path).status_code == 410


def test_an_address_in_use_is_answered_alike_and_never_taken(signed_in: SignedIn, database: Database) -> None:
    owner = signed_in("editrice")
    assert ask_for_address(owner, "declarante@exemple.invalid") == 303
    assert "déjà celle d'un autre compte" in mails(database, "declarante@exemple.invalid")[-1].body
    assert "/adresse/" not in mails(database, "declarante@exemple.invalid")[-1].body


def test_a_new_address_asks_for_the_password(signed_in: SignedIn, database: Database) -> None:
    owner = signed_in("editrice")
    assert ask_for_address(owner, "nouvelle@exemple.invalid", "faux") == 422
    assert mails(database) == []


@pytest.mark.parametrize(
    "email", ["", "pas une adresse", "a@b", "deux@exemple.fr, trois@exemple.fr", "editrice@exemple.invalid", "x@" + "y" * 400]
)
def test_a_wrong_address_is_refused(signed_in: SignedIn, email: str) -> None:
    assert ask_for_address(signed_in("editrice"), email) == 422


def test_one_session_is_ended_from_another(signed_in: SignedIn, session: GuichetSession) -> None:
    here, there = signed_in("editrice"), signed_in("editrice")
    there_id = session.scalars(select(AccountSession.id).order_by(AccountSession.id.desc())).first()
    session.rollback()
    here.get("/profil")
    assert here.submit(f"form[action='/profil/sessions/{there_id}/fermer']").status_code == 303
    assert there.get("/profil").status_code == 303
    assert here.get("/profil").status_code == 200


def test_ending_this_session_signs_out(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    client.get("/profil")
    client.submit("form[action$='/fermer']")
    assert client.last.headers["Location"] == "/connexion"
    assert client.get("/profil").status_code == 303


def test_the_other_sessions_are_ended_at_once(signed_in: SignedIn) -> None:
    here, there = signed_in("editrice"), signed_in("editrice")
    here.get("/profil")
    here.submit("form[action='/profil/sessions/fermer-les-autres']")
    assert there.get("/profil").status_code == 303
    assert here.get("/profil").status_code == 200


def test_nobody_ends_somebody_elses_session(signed_in: SignedIn, session: GuichetSession) -> None:
    victim, client = signed_in("declarante"), signed_in("editrice")
    victim_id = session.scalars(select(AccountSession.id).order_by(AccountSession.id)).first()
    session.rollback()
    client.get("/profil")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    assert client.post(f"/profil/sessions/{victim_id}/fermer", data={"csrf_token": token}).status_code == 404
    assert victim.get("/profil").status_code == 200


def test_sessions_idle_too_long_are_not_listed(signed_in: SignedIn, clock: FrozenClock) -> None:
    signed_in("editrice")
    clock.advance(timedelta(minutes=59))
    later = signed_in("editrice")
    clock.advance(timedelta(minutes=2))
    later.get("/profil")
    assert len(later.tree.cssselect("form[action$='/fermer']")) == 1


def test_mail_notices_can_be_declined(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    client = signed_in("editrice")
    client.get("/profil")
    client.submit("#courriels", {"mail_notices": None})
    assert account_of(session, people).mail_notices is False
    client.get("/profil")
    client.submit("#courriels", {"mail_notices": "y"})
    assert account_of(session, people).mail_notices is True


def test_everybody_reads_their_own_acts_only(signed_in: SignedIn, session: GuichetSession) -> None:
    # SO-83
    signed_in("declarante")
    client = signed_in("editrice")
    client.get("/profil/actes")
    rows = client.tree.cssselect("tbody tr")
    assert len(rows) == 1
    assert "compte editrice" in rows[0].text_content()
    client.get("/profil/actes?objet=introuvable")
    assert "Aucun acte ne correspond" in client.text()


def test_a_person_with_two_organisations_switches_explicitly(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    account = account_of(session, people)
    grant(session, NOW, account, people.organisations["opco"], Role.DECLARANT)
    session.commit()
    client = signed_in("editrice")
    client.get("/profil")
    opco = str(people.organisations["opco"].id)
    assert client.submit("form[action='/organisation']", {"organisation": opco}).status_code == 303
    client.follow()
    assert "Vous agissez maintenant pour OPCO Industries" in client.text()
    client.get("/profil")
    assert "OPCO Industries" in client.tree.cssselect("details.who summary")[0].text_content()


@pytest.mark.parametrize("wanted", ["999999", "", "x", "²", "9" * 30])
def test_nobody_switches_to_an_organisation_where_they_have_no_role(
    signed_in: SignedIn, session: GuichetSession, people: People, wanted: str
) -> None:
    grant(session, NOW, account_of(session, people), people.organisations["opco"], Role.DECLARANT)
    session.commit()
    client = signed_in("editrice")
    client.get("/profil")
    assert client.submit("form[action='/organisation']", {"organisation": wanted}).status_code == 404


def test_the_owner_closes_the_account_and_cannot_come_back(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    # SO-19, SO-24
    client = signed_in("editrice")
    client.get("/profil/fermeture")
    assert client.submit("#fermeture", {"current": "faux"}).status_code == 422
    assert client.submit("#fermeture", {"current": PASSWORD}).status_code == 303
    assert client.get("/profil").status_code == 303
    client.get("/connexion")
    assert client.submit("form[novalidate]", {"username": "editrice", "password": PASSWORD}).status_code == 422
    assert account_of(session, people).deactivated_at is not None
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == "account.closed_by_owner"


def test_the_last_administrator_cannot_leave(signed_in: SignedIn) -> None:
    client = signed_in("administratrice")
    client.get("/profil/fermeture")
    assert client.submit("#fermeture", {"current": PASSWORD}).status_code == 422
    assert "dernier administrateur" in client.text()


def test_the_profile_costs_few_statements(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    client.get("/profil")
    with statements(app.extensions["guichet"].database.engine) as seen:
        client.get("/profil")
    assert 0 < len(seen) <= 6
