"""The demonstration's clients: enough of them, under each level, and from places with calendars of their own."""

from sqlalchemy import select

from tests.support.demo import demonstration
from webapp.actor import SYSTEM
from webapp.contracts import queries
from webapp.contracts.listing import client_choices
from webapp.contracts.models import Contract


def test_clients_have_contracts_levels_and_sites_from_strasbourg_to_la_reunion() -> None:
    loaded = demonstration()
    with loaded.database.reader() as session:
        session.acts_for(SYSTEM)
        now = loaded.state.clock.now()
        ids = [organisation_id for organisation_id, _name in client_choices(session)]
        assert len(ids) >= 12
        levels = [found[0].level for found in (queries.contracts_in_force(session, identifier, now) for identifier in ids) if found]
        assert {level.code for level in levels} == {"freemium", "standard", "avance"}
        assert {level.number for level in levels if level.code == "standard"} == {2}
        places = [queries.calendar_for_site(site).version for identifier in ids for site in queries.sites_of(session, identifier)]
        assert {"desk-1:alsace_moselle:Europe/Paris", "desk-1:974-no-good-friday:Indian/Reunion"} <= set(places)


def test_every_contract_of_the_demonstration_can_be_saved_as_it_is() -> None:
    # What its own form would refuse is no example.
    client = demonstration().browser("marc.dubois")
    with demonstration().database.reader() as session:
        session.acts_for(SYSTEM)
        ids = session.scalars(select(Contract.id).order_by(Contract.id)).all()
    for contract_id in ids:
        client.get(f"/contrats/{contract_id}")
        assert client.submit("form#contrat").status_code == 303, contract_id


def test_every_page_of_this_counter_opens_for_who_may() -> None:
    client = demonstration().browser("marc.dubois")
    for path in ("/contrats", "/contrats?tri=fin&sens=desc", "/contrats/niveaux", "/contrats/nouveau"):
        assert client.get(path).status_code == 200
    client.get("/contrats?q=brasserie")
    assert client.get(client.tree.cssselect("main tbody th a")[0].get("href")).status_code == 200
    assert "avec le Vendredi saint" in client.text()
    contact = demonstration().browser("nadia.benali")
    contact.get("/contrats")
    assert "Société Alpha Domotique" in contact.text()
