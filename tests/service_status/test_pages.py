"""The public page and the desk's screens, through their real forms."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.outbox.models import OutboxMessage
from webapp.service_status.models import Component, Notice

Parts = tuple[Component, Component]


def announced(client: CheckingClient, components: Parts) -> None:
    client.get("/etat-des-services/annonces/nouvelle?genre=incident")
    given = {"title": "Courriels retardés", "components": str(components[1].id), "health": "2", "text": "Nous cherchons la cause."}
    assert client.submit("form#annonce", given).status_code == 303


def test_the_public_page_says_that_everything_works(client: CheckingClient, components: Parts) -> None:
    assert client.get("/etat-des-services").status_code == 200
    assert "Tout fonctionne." in client.text()
    assert "Portail" in client.text()
    assert not client.tree.cssselect("main a.btn")


def test_an_incident_is_announced_followed_and_ended(
    signed_in: SignedIn, client: CheckingClient, components: Parts, clock: FrozenClock
) -> None:
    agent = signed_in("agente")
    announced(agent, components)
    agent.follow()
    assert "L'annonce est publiée" in agent.text()
    client.get("/etat-des-services")
    assert "Des services sont perturbés." in client.text()
    assert "1 perturbation" in client.tree.cssselect("footer")[0].text_content()
    clock.advance(timedelta(minutes=10))
    assert agent.submit("form#suite", {"state": "ended", "text": "File vidée."}).status_code == 303
    client.get("/etat-des-services")
    assert "Tout fonctionne." in client.text()
    assert "tout fonctionne" in client.tree.cssselect("footer")[0].text_content()
    client.get(client.tree.cssselect("main table a")[0].get("href"))
    assert "File vidée." in client.text()
    assert "Nous cherchons la cause." in client.text()
    assert not client.tree.cssselect("form#suite")


def test_a_double_click_announces_and_mails_once(signed_in: SignedIn, components: Parts, session: GuichetSession) -> None:
    agent = signed_in("agente")
    agent.get("/etat-des-services/annonces/nouvelle?genre=incident")
    form_page = agent.last
    given = {"title": "Panne", "components": str(components[0].id), "health": "3", "text": "Recherche."}
    first = agent.submit("form#annonce", given).headers["Location"]
    agent.last = form_page
    assert agent.submit("form#annonce", given).headers["Location"] == first
    assert len(session.scalars(select(Notice).order_by(Notice.id)).all()) == 1
    assert len(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()) == 2


def test_a_planned_interruption_too_soon_is_questioned_and_keeps_what_was_typed(signed_in: SignedIn, components: Parts) -> None:  # FL-12.8
    agent = signed_in("agente")
    agent.get("/etat-des-services/annonces/nouvelle?genre=planned")
    given = {
        "title": "Mise à jour",
        "components": str(components[0].id),
        "starts_at": "2026-11-25T19:00",
        "expected_minutes": "90",
        "text": "Portail fermé.",
    }
    assert agent.submit("form#annonce", given).status_code == 422
    assert "moins de 5 jours" in agent.text()
    assert agent.tree.cssselect("#starts_at")[0].get("value") == "2026-11-25T19:00"
    assert agent.tree.cssselect("#components input:checked")
    assert agent.submit("form#annonce", {"urgent_reason": "faille de sécurité"}).status_code == 303
    agent.get("/etat-des-services")
    assert "mercredi 25 novembre 2026 à 19 h 00" in agent.text()
    assert "1 h 30" in agent.text()
    assert "faille de sécurité" in agent.text()


def test_hostile_or_empty_announcements_are_refused_with_words(signed_in: SignedIn, components: Parts) -> None:
    agent = signed_in("agente")
    agent.get("/etat-des-services/annonces/nouvelle?genre=planned")
    given = {"title": "x" * 200, "starts_at": "hier", "expected_minutes": "-5", "components": "abc", "text": ""}
    assert agent.submit("form#annonce", given).status_code == 422
    invalid = {node.get("name") for node in agent.tree.cssselect("[aria-invalid]")}
    assert {"title", "starts_at", "expected_minutes", "text"} <= invalid
    agent.get("/etat-des-services/annonces/nouvelle")
    given = {"title": "<script>alert(1)</script>", "components": str(components[0].id), "health": "2", "text": "<b>gras</b>"}
    assert agent.submit("form#annonce", given).status_code == 303
    agent.get("/etat-des-services")
    assert "<script>alert(1)</script>" in agent.text()  # as words


def test_two_agents_following_up_see_each_others_words(signed_in: SignedIn, components: Parts) -> None:
    one, two = signed_in("agente"), signed_in("responsable")
    announced(one, components)
    address = one.last.headers["Location"]
    one.get(address)
    two.get(address)
    assert one.submit("form#suite", {"state": "identified", "text": "Trouvé par un."}).status_code == 303
    assert two.submit("form#suite", {"state": "investigating", "text": "Vu par deux."}).status_code == 409
    assert "Trouvé par un." in two.text()
    assert two.tree.cssselect("textarea#text")[0].text.strip() == "Vu par deux."
    stale = two.last
    assert two.submit("form#suite", {"state": "ended"}).status_code == 303
    two.last = stale
    assert two.submit("form#suite", {"state": "identified", "text": "Trop tard."}).status_code == 409
    assert "Trop tard." in two.text()


def test_a_lead_names_renames_and_retires_components(signed_in: SignedIn, components: Parts, client: CheckingClient) -> None:
    lead = signed_in("administratrice")
    lead.get("/etat-des-services/composants")
    assert lead.submit("form#composant", {"name": "Registre"}).status_code == 303
    lead.follow()
    assert lead.submit(f"form#composant-{components[0].id}", {f"c{components[0].id}-name": "Registre"}).status_code == 422
    assert "Un composant porte déjà ce nom." in lead.text()
    assert lead.submit(f"form#composant-{components[1].id}", {f"c{components[1].id}-retired": "y"}).status_code == 303
    client.get("/etat-des-services")
    assert "Registre" in client.text()
    assert "Courriels" not in client.tree.cssselect("main")[0].text_content().split("courriel au moins")[0]


def test_the_footer_costs_one_statement_each_half_minute(
    app: Flask, client: CheckingClient, components: Parts, database: Database, clock: FrozenClock
) -> None:
    client.get("/etat-des-services")
    with statements(database.engine) as sent:
        client.get("/mentions-legales")
    assert not [text for text in sent if "status_notice" in text]
    clock.advance(timedelta(seconds=31))
    with statements(database.engine) as sent:
        client.get("/mentions-legales")
    assert len([text for text in sent if "status_notice" in text]) == 1


def test_the_public_page_takes_few_statements(signed_in: SignedIn, components: Parts, database: Database) -> None:
    agent = signed_in("agente")
    announced(agent, components)
    agent.get("/mentions-legales")
    with statements(database.engine) as sent:
        agent.get("/etat-des-services")
    assert len([text for text in sent if "set_config" not in text]) <= 6


def test_a_notice_that_does_not_exist_is_not_found(client: CheckingClient) -> None:
    assert client.get("/etat-des-services/annonces/987654").status_code == 404
    assert client.get(f"/etat-des-services/annonces/{10**30}").status_code == 404
