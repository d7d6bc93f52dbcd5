"""Leads of the desk write clients down and invite their contacts; nobody else does."""

import pytest
from sqlalchemy import select

from tests.conftest import People, SignedIn
from webapp.accounts.models import Account, Membership, Organisation
from webapp.actor import OrganisationKind, Role
from webapp.db import GuichetSession
from webapp.outbox.models import OutboxMessage


def test_a_lead_creates_a_client_and_invites_its_first_contact(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    # FL-12.5c, FL-8
    lead = signed_in("responsable")
    lead.get("/contrats/clients/nouveau")
    assert lead.submit("#client", {"name": "Société Gamma", "siret": "123", "city": "Brest"}).status_code == 422
    assert "14 chiffres" in lead.text()
    assert lead.tree.cssselect("input[name=name]")[0].get("value") == "Société Gamma"
    page = lead.last
    assert lead.submit("#client", {"siret": "732 829 320 00074"}).status_code == 303
    first = lead.last.headers["Location"]
    lead.last = page
    assert lead.submit("#client", {"siret": "732 829 320 00074"}).headers["Location"] == first
    client = session.scalars(select(Organisation).where(Organisation.name == "Société Gamma")).one()
    assert (client.kind, client.siret) == (OrganisationKind.CLIENT, "73282932000074")
    session.commit()
    lead.get(f"/contrats/clients/{client.id}/contact")
    answer = lead.submit("#invitation", {"full_name": "Zoé Le Goff", "email": "zoe@exemple.invalid", "role": "client_contact"})
    assert answer.status_code == 303
    account = session.scalars(select(Account).where(Account.email == "zoe@exemple.invalid")).one()
    assert session.scalars(select(Membership.role).where(Membership.account_id == account.id)).all() == [Role.CLIENT_CONTACT]
    assert session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == "zoe@exemple.invalid")).one()


def test_a_stale_edit_of_a_client_keeps_what_was_typed(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    client = people.organisations["client"]
    lead = signed_in("responsable")
    lead.get(f"/contrats/clients/{client.id}/modifier")
    stale = lead.last
    assert lead.submit("#client", {"city": "Brest"}).status_code == 303
    lead.last = stale
    lead.get(f"/contrats/clients/{client.id}/modifier")
    lead.submit("#client", {"city": "Quimper", "version": "1"})
    assert lead.last.status_code == 409
    assert "Brest" in lead.text()
    assert lead.tree.cssselect("input[name=city]")[0].get("value") == "Quimper"


@pytest.mark.parametrize("kind", ["laboratoire", "operateur", "ministere"])
def test_a_lead_reaches_no_other_kind_of_organisation(signed_in: SignedIn, people: People, kind: str) -> None:
    lead = signed_in("responsable")
    identifier = people.organisations[kind].id
    for page in ("modifier", "contact"):
        assert lead.get(f"/contrats/clients/{identifier}/{page}").status_code == 404


def test_an_agent_and_a_client_write_no_client(signed_in: SignedIn, people: People) -> None:
    for username in ("agente", "cliente"):
        person = signed_in(username)
        assert person.get("/contrats/clients/nouveau").status_code == 403
        assert person.get(f"/contrats/clients/{people.organisations['client'].id}/contact").status_code == 403
