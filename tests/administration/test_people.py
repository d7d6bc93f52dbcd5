"""Inviting people and giving roles: the operator everywhere, a manager within their own organisation and no further."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.accounts.mail import link_in, mails
from tests.conftest import NOW, People, SignedIn
from tests.factories import PASSWORD, grant, make_account, make_person
from tests.support.client import CheckingClient
from webapp.accounts import people as services
from webapp.accounts.models import Account, Membership
from webapp.accounts.people import Invitation
from webapp.accounts.rules import ROLES_OF_KIND
from webapp.actor import OrganisationKind, Role
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent

URL = "http://127.0.0.1:8000"


def roles_of(session: GuichetSession, account_id: int | None) -> set[Role]:
    found = set(session.scalars(select(Membership.role).where(Membership.account_id == account_id)))
    session.rollback()
    return found


def last_action(session: GuichetSession) -> str | None:
    action = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first()
    session.rollback()
    return action


def token_of(client: CheckingClient) -> str:
    return str(client.tree.cssselect("input[name=csrf_token]")[0].get("value"))


def test_the_administrator_invites_into_any_organisation(
    signed_in: SignedIn, people: People, database: Database, session: GuichetSession
) -> None:
    client = signed_in("administratrice")
    client.get("/administration/personnes/inviter")
    client.submit("#choix", {"organisation": str(people.organisations["opco"].id)})
    client.follow()
    offered = [node.get("value") for node in client.tree.cssselect("#roles input")]
    assert set(offered) == {str(role) for role in ROLES_OF_KIND[OrganisationKind.OPCO]}
    given = {"full_name": "Inès Garnier", "email": "ines@exemple.invalid", "roles": ["declarant", "manager"]}
    assert client.submit("#invitation", given).status_code == 303
    client.follow()
    assert "invité, pas encore activé" in client.text()
    assert link_in(mails(database, "ines@exemple.invalid")[0]).startswith("/activation/")
    assert last_action(session) == "account.invited"


def test_a_double_click_sends_one_invitation(signed_in: SignedIn, people: People, database: Database) -> None:
    client = signed_in("gestionnaire")
    client.get("/administration/personnes/inviter")
    client.follow()
    page = client.last
    given = {"full_name": "Inès Garnier", "email": "ines@exemple.invalid", "roles": ["scope_editor"]}
    first = client.submit("#invitation", given)
    client.last = page
    second = client.submit("#invitation", given)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(mails(database)) == 1


def test_a_manager_is_offered_only_the_roles_of_their_own_organisation(signed_in: SignedIn, people: People) -> None:
    client = signed_in("gestionnaire")
    client.get("/administration/personnes/inviter")
    client.follow()
    assert "Laboratoire Vauban" in client.text()
    offered = {node.get("value") for node in client.tree.cssselect("#roles input")}
    assert offered == {"scope_editor", "scope_auditor", "client_contact", "manager"}


@pytest.mark.parametrize("role", ["administrator", "declarant", "scope_officer", "desk_lead", "inventé"])
def test_a_manager_cannot_forge_another_role(signed_in: SignedIn, session: GuichetSession, people: People, role: str) -> None:
    client = signed_in("gestionnaire")
    client.get("/administration/personnes/inviter")
    client.follow()
    given = {"full_name": "Intrus", "email": "intrus@exemple.invalid", "roles": [role]}
    assert client.submit("#invitation", given).status_code == 422
    assert session.scalar(select(Account.id).where(Account.email == "intrus@exemple.invalid")) is None


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SCOPE_OFFICER, Role.NATIONAL_AGENT, Role.DECLARANT])
def test_the_service_itself_refuses_a_role_beyond_reach(session: GuichetSession, clock: FrozenClock, people: People, role: Role) -> None:
    manager = people.actors["gestionnaire"]
    invitation = Invitation("Intrus", "intrus@exemple.invalid", people.organisations["laboratoire"].id, frozenset({role}))
    with pytest.raises((Forbidden, Invalid)):
        services.invite(session, manager, clock, URL, invitation)


def test_a_manager_of_the_ministry_gives_no_national_role(session: GuichetSession, clock: FrozenClock, people: People) -> None:
    manager = make_person(session, NOW, "cheffe", people.organisations["ministere"], Role.MANAGER)
    ministry = people.organisations["ministere"].id
    for roles in ({Role.NATIONAL_AGENT}, {Role.MANAGER, Role.NATIONAL_AGENT}):
        with pytest.raises(Forbidden):
            services.invite(session, manager, clock, URL, Invitation("X", "x@exemple.invalid", ministry, frozenset(roles)))
    with pytest.raises(Forbidden):
        services.invite(
            session, manager, clock, URL, Invitation("X", "x@exemple.invalid", ministry, frozenset({Role.REGIONAL_AGENT}), "Bretagne")
        )


def test_a_regional_agent_needs_a_region(session: GuichetSession, clock: FrozenClock, people: People) -> None:
    # SO-10
    administrator, ministry = people.actors["administratrice"], people.organisations["ministere"].id
    with pytest.raises(Invalid, match="région"):
        services.invite(
            session, administrator, clock, URL, Invitation("X", "x@exemple.invalid", ministry, frozenset({Role.REGIONAL_AGENT}))
        )
    invitation = Invitation("X", "x@exemple.invalid", ministry, frozenset({Role.REGIONAL_AGENT, Role.MANAGER}), "Corse")
    account = services.invite(session, administrator, clock, URL, invitation)
    kept = session.execute(
        select(Membership.role, Membership.region).where(Membership.account_id == account.id).order_by(Membership.role)
    ).all()
    assert {(row.role, row.region) for row in kept} == {(Role.MANAGER, None), (Role.REGIONAL_AGENT, "Corse")}


def test_another_organisation_does_not_exist_for_a_manager(signed_in: SignedIn, people: People) -> None:
    client = signed_in("gestionnaire")
    other = people.organisations["autre-laboratoire"].id
    stranger = people.actors["autre-editeur"].account_id
    for path in (
        f"/administration/organisations/{other}",
        f"/administration/organisations/{other}/inviter",
        f"/administration/personnes/{stranger}",
        "/administration/personnes/999999",
    ):
        assert client.get(path).status_code == 404, path
    client.get("/administration/personnes")
    token = token_of(client)
    for path in (
        f"/administration/personnes/{stranger}/etat",
        f"/administration/personnes/{stranger}/roles",
        f"/administration/personnes/{stranger}/validite",
        f"/administration/personnes/{stranger}/invitation",
        f"/administration/organisations/{other}/inviter",
    ):
        assert client.post(path, data={"csrf_token": token, "etat": "ferme"}).status_code == 404, path


def test_a_manager_sees_the_people_of_their_own_organisation_only(signed_in: SignedIn, people: People) -> None:
    client = signed_in("gestionnaire")
    client.get("/administration/personnes?organisation=" + str(people.organisations["opco"].id))
    names = {node.text_content() for node in client.tree.cssselect("tbody th a")}
    assert names == {"Auditrice", "Editrice", "Gestionnaire"}
    assert "1 à 3 sur 3" in client.text()


def test_a_manager_does_not_learn_a_persons_roles_elsewhere(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    account = session.get_one(Account, people.actors["editrice"].account_id)
    grant(session, NOW, account, people.organisations["opco"], Role.DECLARANT)
    session.commit()
    client = signed_in("gestionnaire")
    client.get(f"/administration/personnes/{account.id}")
    assert "OPCO" not in client.text()
    assert not client.tree.cssselect("form[action$='/etat']"), "the account serves elsewhere too: closing it is the operator's"


@pytest.mark.parametrize("username", ["editrice", "declarante", "cliente", "agente", "responsable", "chargee", "nationale"])
def test_the_administration_is_closed_to_everybody_else(signed_in: SignedIn, people: People, username: str) -> None:
    client = signed_in(username)
    for path in (
        "/administration",
        "/administration/personnes",
        "/administration/organisations",
        "/administration/journal",
        "/administration/courriels",
    ):
        assert client.get(path).status_code == 403, path


def test_a_manager_reaches_neither_organisations_nor_the_whole_trail(signed_in: SignedIn, people: People) -> None:
    client = signed_in("gestionnaire")
    own = people.organisations["laboratoire"].id
    for path in (
        "/administration/organisations",
        "/administration/journal",
        "/administration/courriels",
        f"/administration/organisations/{own}/modifier",
    ):
        assert client.get(path).status_code == 403, path
    client.get("/administration")
    assert client.last.headers["Location"] == "/administration/personnes"


def test_a_role_is_given_and_taken_back(signed_in: SignedIn, session: GuichetSession, people: People, database: Database) -> None:
    client, account_id = signed_in("gestionnaire"), people.actors["editrice"].account_id
    client.get(f"/administration/personnes/{account_id}")
    assert client.submit("#role-donne", {"role": "manager"}).status_code == 303
    assert roles_of(session, account_id) == {Role.SCOPE_EDITOR, Role.MANAGER}
    assert last_action(session) == "account.role_granted"
    assert "Un rôle vous a été donné" in mails(database, "editrice@exemple.invalid")[-1].body
    client.get(f"/administration/personnes/{account_id}")
    client.submit(f"tbody tr:nth-child(2) form[action^='/administration/personnes/{account_id}/roles/']")
    assert roles_of(session, account_id) == {Role.SCOPE_EDITOR}
    assert last_action(session) == "account.role_withdrawn"


def test_a_role_held_already_is_not_offered_again(signed_in: SignedIn, people: People) -> None:
    client, account_id = signed_in("gestionnaire"), people.actors["editrice"].account_id
    client.get(f"/administration/personnes/{account_id}")
    assert "scope_editor" not in {node.get("value") for node in client.tree.cssselect("#role option")}
    assert client.submit("#role-donne", {"role": "scope_editor"}).status_code == 422
    assert client.tree.cssselect("#role-erreur")


def test_the_last_administrator_keeps_the_role(session: GuichetSession, clock: FrozenClock, people: People) -> None:
    administrator = people.actors["administratrice"]
    membership = session.scalars(select(Membership).where(Membership.role == Role.ADMINISTRATOR).order_by(Membership.id)).one()
    with pytest.raises(Invalid, match="dernier administrateur"):
        services.withdraw_role(session, administrator, clock, administrator.account_id or 0, membership.id)
    make_person(session, NOW, "seconde", people.organisations["operateur"], Role.ADMINISTRATOR)
    services.withdraw_role(session, administrator, clock, administrator.account_id or 0, membership.id)


def test_a_role_of_somebody_else_cannot_be_named_in_the_address(session: GuichetSession, clock: FrozenClock, people: People) -> None:
    other = session.scalars(select(Membership.id).where(Membership.account_id == people.actors["declarante"].account_id)).one()
    with pytest.raises(NotFound):
        services.withdraw_role(session, people.actors["administratrice"], clock, people.actors["editrice"].account_id or 0, other)


def test_a_closed_account_is_out_at_once_and_can_be_reopened(signed_in: SignedIn, people: People, session: GuichetSession) -> None:
    # SO-24, SO-62, SO-79
    victim, client = signed_in("editrice"), signed_in("gestionnaire")
    account_id = people.actors["editrice"].account_id
    client.get(f"/administration/personnes/{account_id}")
    assert client.submit("form[action$='/etat']").status_code == 303
    assert victim.get("/profil").status_code == 303
    assert last_action(session) == "account.closed"
    client.follow()
    assert client.submit("form[action$='/etat']").status_code == 303
    victim.sign_in("editrice", PASSWORD)
    assert victim.get("/profil").status_code == 200


def test_nobody_closes_their_own_account_here(signed_in: SignedIn, people: People) -> None:
    client = signed_in("administratrice")
    own = people.actors["administratrice"].account_id
    client.get(f"/administration/personnes/{own}")
    assert not client.tree.cssselect("form[action$='/etat']")
    assert client.post(f"/administration/personnes/{own}/etat", data={"csrf_token": token_of(client), "etat": "ferme"}).status_code == 403


def test_validity_is_prolonged_within_two_years(signed_in: SignedIn, people: People, session: GuichetSession) -> None:
    # FX-7c
    client, account_id = signed_in("gestionnaire"), people.actors["editrice"].account_id
    client.get(f"/administration/personnes/{account_id}")
    for wrong in ("2026-11-22", "2030-01-01", "", "demain", "2026-02-31"):
        assert client.submit("#validite", {"expires_on": wrong}).status_code == 422, wrong
    assert client.submit("#validite", {"expires_on": "2027-06-30"}).status_code == 303
    account = session.get_one(Account, account_id)
    assert account.expires_on is not None
    assert account.expires_on.isoformat() == "2027-06-30"


def test_an_invitation_is_sent_again_and_the_first_link_dies(
    signed_in: SignedIn, client: CheckingClient, session: GuichetSession, clock: FrozenClock, people: People, database: Database
) -> None:
    laboratory = people.organisations["laboratoire"].id
    invitation = Invitation("Inès Garnier", "ines@exemple.invalid", laboratory, frozenset({Role.SCOPE_EDITOR}))
    account = services.invite(session, people.actors["gestionnaire"], clock, URL, invitation)
    session.commit()
    clock.advance(timedelta(hours=1))
    manager = signed_in("gestionnaire")
    manager.get(f"/administration/personnes/{account.id}")
    manager.submit("form[action$='/invitation']")
    first, second = (link_in(mail) for mail in mails(database, "ines@exemple.invalid"))
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_a_closed_accounts_address_cannot_be_invited_over(session: GuichetSession, clock: FrozenClock, people: People) -> None:
    make_account(session, NOW, "ancienne", deactivated_at=NOW)
    invitation = Invitation("X", "ancienne@exemple.invalid", people.organisations["laboratoire"].id, frozenset({Role.SCOPE_EDITOR}))
    with pytest.raises(Invalid, match="fermé"):
        services.invite(session, people.actors["gestionnaire"], clock, URL, invitation)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"full_name": ""}, "Saisissez le nom"),
        ({"email": "pas une adresse"}, "Saisissez une adresse"),
        ({"roles": []}, "Choisissez au moins un rôle"),
        ({"full_name": "x" * 300}, "200 caractères au plus"),
    ],
)
def test_a_wrong_invitation_says_what_to_correct_and_keeps_the_rest(
    signed_in: SignedIn, people: People, values: dict[str, object], message: str
) -> None:
    client = signed_in("gestionnaire")
    client.get("/administration/personnes/inviter")
    client.follow()
    given = {"full_name": "Inès Garnier", "email": "ines@exemple.invalid", "roles": ["scope_editor"], **values}
    assert client.submit("#invitation", given).status_code == 422
    assert message in client.text()
    assert client.tree.cssselect("input[name=full_name]")[0].get("value") == given["full_name"]
    ticked = [node.get("value") for node in client.tree.cssselect("#roles input[checked]")]
    assert ticked == given["roles"]


@pytest.mark.parametrize(
    ("query", "names"),
    [("texte=EDITRICE", ["Editrice"]), ("role=declarant&texte=corse", ["Declarant-Corse"]), ("etat=invites", []), ("texte=%25", [])],
)
def test_the_list_filters_from_the_url(signed_in: SignedIn, people: People, query: str, names: list[str]) -> None:
    client = signed_in("administratrice")
    client.get(f"/administration/personnes?{query}")
    found = [node.text_content() for node in client.tree.cssselect("tbody th a")]
    assert found == names or (query.startswith("texte=EDI") and set(names) <= set(found))


def test_accents_are_forgiven_when_searching_for_people(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    grant(session, NOW, make_account(session, NOW, "ines", full_name="Inès Cœurdacier"), people.organisations["opco"], Role.DECLARANT)
    session.commit()
    client = signed_in("administratrice")
    client.get("/administration/personnes?texte=INES+coeur")
    assert [node.text_content() for node in client.tree.cssselect("tbody th a")] == ["Inès Cœurdacier"]


@pytest.mark.parametrize("sort", ["nom", "identifiant", "adresse", "validite", "inconnu"])
@pytest.mark.parametrize("way", ["", "desc"])
def test_the_list_sorts_from_the_url(signed_in: SignedIn, people: People, sort: str, way: str) -> None:
    client = signed_in("administratrice")
    assert client.get(f"/administration/personnes?tri={sort}&sens={way}&page=1").status_code == 200
    assert len(client.tree.cssselect("tbody tr")) == len(people.actors)
