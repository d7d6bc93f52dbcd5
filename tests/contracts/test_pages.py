"""The operator's screens and the client's own, through their real forms."""

import pytest
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.contracts.conftest import Signed
from tests.support.statements import statements
from webapp.contracts.models import Contract, ServiceLevelVersion, Site
from webapp.db import Database, GuichetSession


def test_a_lead_writes_a_contract_once_even_on_a_double_click(
    signed_in: SignedIn, signed: Signed, people: People, session: GuichetSession
) -> None:
    client = signed_in("responsable")
    client.get(f"/contrats/nouveau?client={people.organisations['autre-client'].id}")
    manager = people.actors["agente"].account_id
    values = {"number": "C-2026-0002", "level": signed.fast.id, "manager": manager, "starts_on": "2026-11-01", "ends_on": "2027-01-31"}
    form_page = client.last
    first = client.submit("form#contrat", values)
    client.last = form_page
    second = client.submit("form#contrat", values)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    client.follow()
    assert "C-2026-0002" in client.text()
    assert "Le contrat C-2026-0002 est enregistré." in client.text()
    session.expire_all()
    assert len(session.scalars(select(Contract).where(Contract.number == "C-2026-0002").order_by(Contract.id)).all()) == 1


def test_a_refused_contract_keeps_what_was_typed_and_says_what_to_do(signed_in: SignedIn, signed: Signed) -> None:
    client = signed_in("administratrice")
    client.get("/contrats/nouveau")
    response = client.submit(
        "form#contrat",
        {"number": "C-2026-0001", "starts_on": "2026-11-01", "ends_on": "2026-10-01", "client": signed.contract.organisation_id},
    )
    assert response.status_code == 422
    assert "Ce numéro est déjà celui d'un autre contrat." in client.text()
    assert "Le dernier jour ne peut pas précéder le premier." in client.text()
    assert client.tree.cssselect("input#ends_on")[0].get("value") == "2026-10-01"
    assert client.tree.cssselect("input#number")[0].get("aria-invalid") == "true"


def test_a_stale_save_shows_both_versions_and_a_way_on(signed_in: SignedIn, signed: Signed, session: GuichetSession) -> None:
    one, two = signed_in("responsable"), signed_in("administratrice")
    address = f"/contrats/{signed.contract.id}"
    one.get(address)
    two.get(address)
    assert one.submit("form#contrat", {"number": "C-DE-UN"}).status_code == 303
    assert two.submit("form#contrat", {"number": "C-DE-DEUX"}).status_code == 409
    assert "C-DE-UN" in two.tree.cssselect("#conflit")[0].text_content()
    assert two.tree.cssselect("input#number")[0].get("value") == "C-DE-DEUX"
    assert two.submit("form#contrat").status_code == 303
    session.expire_all()
    assert session.get_one(Contract, signed.contract.id).number == "C-DE-DEUX"


def test_a_double_click_on_a_change_is_no_conflict_with_oneself(signed_in: SignedIn, signed: Signed) -> None:
    lead = signed_in("responsable")
    for address, form, changes in (
        (f"/contrats/{signed.contract.id}", "form#contrat", {"number": "C-DEUX-FOIS"}),
        (f"/contrats/sites/{signed.reunion.id}", "form#site", {"name": "Le Port"}),
        (f"/contrats/sites/{signed.reunion.id}", "form#site", {"territory": "976"}),
        (f"/contrats/niveaux/{signed.fast.id}/nom", "form#nom", {"label": "Rapide"}),
    ):
        lead.get(address)
        shown = lead.last
        first = lead.submit(form, changes)
        lead.last = shown
        second = lead.submit(form, changes)
        assert (first.status_code, second.status_code) == (303, 303), address
        assert first.headers["Location"] == second.headers["Location"]


def test_a_site_that_moves_to_another_territory_takes_its_time_zone(
    signed_in: SignedIn, signed: Signed, session: GuichetSession
) -> None:  # FL-12.4: counted on the hours of the place
    lead = signed_in("responsable")
    lead.get(f"/contrats/sites/{signed.reunion.id}")
    assert lead.submit("form#site", {"territory": "972"}).status_code == 303
    lead.follow()
    assert "America/Martinique" in lead.text(), "what changes is shown first"
    assert lead.submit("form#confirmer").status_code == 303
    session.expire_all()
    assert session.get_one(Site, signed.reunion.id).timezone == "America/Martinique"


def test_a_site_is_added_with_its_holidays_and_zone(signed_in: SignedIn, signed: Signed, people: People, session: GuichetSession) -> None:
    client = signed_in("responsable")
    client.get(f"/contrats/clients/{people.organisations['autre-client'].id}/sites/nouveau")
    given = {"name": "Cayenne", "address": "1 rue Lallouette", "territory": "973"}
    assert client.submit("form#site", given).status_code == 303
    client.follow()
    assert "Guyane" in client.text()
    assert "America/Cayenne" in client.text()
    site = session.scalars(select(Site).where(Site.name == "Cayenne").order_by(Site.id)).one()
    assert not site.good_friday  # only where it is a matter of choice


def test_a_next_version_of_a_level_is_written_by_its_form(signed_in: SignedIn, signed: Signed, session: GuichetSession) -> None:
    client = signed_in("responsable")
    client.get(f"/contrats/niveaux/{signed.standard.id}/version")
    given = {"in_force_from": "2027-01-01", "restoration": "4", "restoration_unit": "hours", "day_5": "9h-12h"}
    assert client.submit("form#niveau", given).status_code == 303
    client.follow()
    assert "4 heures ouvrées" in client.text()
    assert "Samedi : 9h-12h" in client.text()
    last = session.scalars(select(ServiceLevelVersion).where(ServiceLevelVersion.number == 2).order_by(ServiceLevelVersion.id)).one()
    assert last.hours_code == "0-4.0830-1200.1330-1800_5-5.0900-1200"


def test_a_version_shows_its_day_rule_warnings_and_pauses_as_they_were_chosen(signed_in: SignedIn, signed: Signed) -> None:  # FL-12.1
    client = signed_in("responsable")
    client.get(f"/contrats/niveaux/{signed.standard.id}/version")
    given = {
        "in_force_from": "2027-01-01",
        "day_rule": "end_of_day",
        "warning": "300",
        "lead_warning": "30",
        "report_days": "5",
        "pause_site_access": None,
    }
    assert client.submit("form#niveau", given).status_code == 303
    client.follow()
    shown = client.tree.cssselect("section[aria-labelledby=v2]")[0].text_content()
    for words in ("jusqu’à la fermeture du dernier jour ouvré", "l’agent quand il reste 5 heures ouvrées", "sous 5 jours ouvrés"):
        assert words in shown
    assert "accès au site" not in shown


def test_thresholds_beyond_the_target_are_marked_beside_their_field(signed_in: SignedIn, signed: Signed) -> None:
    client = signed_in("responsable")
    client.get(f"/contrats/niveaux/{signed.fast.id}/version")
    assert client.submit("form#niveau", {"warning": "481"}).status_code == 422
    assert client.tree.cssselect("#warning")[0].get("aria-invalid") == "true"
    assert client.tree.cssselect("#warning")[0].get("value") == "481"


def test_a_level_is_renamed_and_a_stale_rename_shows_both(signed_in: SignedIn, signed: Signed) -> None:
    one, two = signed_in("responsable"), signed_in("administratrice")
    for client in (one, two):
        client.get(f"/contrats/niveaux/{signed.fast.id}/nom")
    assert one.submit("form#nom", {"label": "Rapide"}).status_code == 303
    assert two.submit("form#nom", {"label": "Lent"}).status_code == 409
    assert "Rapide" in two.tree.cssselect("#conflit")[0].text_content()
    assert two.submit("form#nom").status_code == 303
    two.follow()
    assert "Le niveau Lent est enregistré." in two.text()


def test_hours_that_make_no_sense_are_marked_beside_their_day(signed_in: SignedIn, signed: Signed) -> None:
    client = signed_in("responsable")
    client.get("/contrats/niveaux/nouveau")
    response = client.submit("form#niveau", {"label": "Nuit", "code": "nuit", "day_2": "18h-8h"})
    assert response.status_code == 422
    assert client.tree.cssselect("#day_2")[0].get("aria-invalid") == "true"
    assert "« 18h-8h » finit avant de commencer." in client.text()


def test_the_list_sorts_filters_and_finds_folded_names(signed_in: SignedIn, signed: Signed) -> None:
    client = signed_in("agente")
    client.get("/contrats")
    assert "Société Alpha" in client.text()
    assert "sans contrat" in client.text()
    client.get("/contrats?q=societe+alpha&etat=in_force&formule=paying&tri=fin&sens=desc")
    assert "C-2026-0001" in client.text()
    assert "Société Bêta" not in client.text()
    client.get("/contrats?etat=sans")
    assert "C-2026-0001" not in client.text()
    client.get("/contrats?q=%25&tri=inconnu&page=0")
    assert "Aucun contrat ne répond à ce filtre." in client.text()


def test_a_contact_reads_their_own_organisation_and_no_other(signed_in: SignedIn, signed: Signed, people: People) -> None:  # FL-7.1
    client = signed_in("cliente")
    client.get("/contrats")
    assert "C-2026-0001" in client.text()
    assert "Strasbourg" in client.text()
    assert not client.tree.cssselect("a.btn.p")
    assert client.get(f"/contrats/clients/{people.organisations['autre-client'].id}").status_code == 404
    assert signed_in("autre-cliente").get(f"/contrats/clients/{signed.contract.organisation_id}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/contrats/999999", "/contrats/sites/999999", "/contrats/niveaux/999999", "/contrats/clients/999999", f"/contrats/{10**30}"]
)
def test_what_does_not_exist_is_not_found(signed_in: SignedIn, signed: Signed, path: str) -> None:
    assert signed_in("responsable").get(path).status_code == 404


def test_an_agent_sees_no_button_that_would_refuse(signed_in: SignedIn, signed: Signed) -> None:
    client = signed_in("agente")
    for path in ("/contrats", f"/contrats/clients/{signed.contract.organisation_id}", "/contrats/niveaux"):
        assert client.get(path).status_code == 200
        assert not client.tree.cssselect("main a[href*=nouveau], main a[href*='/contrats/sites/']")


def test_only_who_writes_clients_is_led_there(signed_in: SignedIn, signed: Signed) -> None:
    link = "a[href='/contrats/clients/nouveau']"
    for username, led in (("administratrice", True), ("responsable", True), ("agente", False)):
        client = signed_in(username)
        client.get("/contrats")
        assert bool(client.tree.cssselect(link)) is led


def test_lists_and_detail_pages_take_few_statements(signed_in: SignedIn, signed: Signed, database: Database) -> None:
    client = signed_in("responsable")
    client.get("/contrats")
    for path in (
        "/contrats",
        f"/contrats/clients/{signed.contract.organisation_id}",
        "/contrats/niveaux",
        f"/contrats/niveaux/{signed.fast.id}",
    ):
        with statements(database.engine) as sent:
            client.get(path)
        assert len([text for text in sent if "set_config" not in text]) <= 6, path
