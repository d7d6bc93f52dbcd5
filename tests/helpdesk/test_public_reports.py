"""People who cannot sign in: the form, the mailed link, the ticket, the page that follows it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOW, People, SignedIn
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.helpdesk.models import PublicReport, Ticket, TicketMessage
from webapp.helpdesk.rules.public_reports import PER_ADDRESS, PER_NETWORK, may_be_followed
from webapp.helpdesk.services.public_reports import forget_unconfirmed
from webapp.outbox.models import OutboxMessage

FORM = "form[action='/assistance/public']"
REPORT = {
    "service": "sign_in",
    "title": "Connexion impossible",
    "description": "Le mot de passe est refusé.",
    "location": "Chez nous",
    "consequences": "Personne n’entre.",
    "contact_name": "Ève Morel",
    "organisation": "Société Gamma",
    "contact_phone": "01 23 45 67 89",
    "contact_email": "Eve@exemple.invalid",
}


def send(client: CheckingClient, **values: Any) -> int:
    client.get("/assistance/public")
    return client.submit(FORM, {**REPORT, **values}).status_code


def read(session: GuichetSession, query: Any) -> list[Any]:
    """Read what is committed now, and let the others write."""
    session.rollback()
    found = list(session.scalars(query))
    session.commit()
    return found


def mails(session: GuichetSession) -> list[OutboxMessage]:
    return read(session, select(OutboxMessage).order_by(OutboxMessage.id))


def count(session: GuichetSession, model: type) -> int:
    return int(read(session, select(func.count()).select_from(model))[0])


def link(mail: OutboxMessage) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/assistance/(?:public|suivi)/\S+)", mail.body)
    assert found, mail.body
    return found[1]


@pytest.fixture
def follow(client: CheckingClient, people: People, session: GuichetSession) -> str:
    """The address of the follow-up page of a confirmed report."""
    assert send(client) == 303
    client.get(link(mails(session)[-1]))
    assert client.submit("form.box").status_code == 303
    return str(client.last.headers["Location"])


def test_a_report_becomes_a_ticket_once_its_mailed_link_is_confirmed(
    client: CheckingClient, people: People, session: GuichetSession, clock: FrozenClock
) -> None:
    # SO-40, FL-12.1, FL-12.4: the count starts with the form, and holds once confirmed
    assert send(client) == 303
    client.follow()
    assert "24 heures" in client.text()
    [mail] = mails(session)
    assert mail.recipient == "eve@exemple.invalid"
    assert REPORT["description"] not in mail.body
    assert count(session, Ticket) == 0
    clock.advance(timedelta(hours=3))
    for _ in range(2):  # a mail scanner opens the link
        client.get(link(mail))
        assert "Connexion impossible" in client.text()
    assert count(session, Ticket) == 0
    assert client.submit("form.box").status_code == 303
    [ticket] = read(session, select(Ticket))
    assert ticket.notified_at == NOW
    assert ticket.organisation_id == people.organisations["operateur"].id
    assert ticket.opened_by_id is None
    assert "societe gamma" in ticket.search_text
    [row] = read(session, select(PublicReport))
    assert (row.description, row.contact_phone) == ("", "")
    assert client.get(link(mail)).status_code == 410
    opened = mails(session)[-1]
    assert link(opened).startswith("/assistance/suivi/")
    assert ticket.reference in opened.subject


def test_the_desk_sees_that_it_came_from_the_public_and_gives_it_to_its_client(
    follow: str, signed_in: SignedIn, people: People, session: GuichetSession, client: CheckingClient
) -> None:
    # FL-12.5c
    [reference] = read(session, select(Ticket.reference))
    agent = signed_in("agente")
    agent.get(f"/assistance/{reference}")
    assert "Société Gamma" in agent.text()
    agent.get(f"/assistance/{reference}/qualifier")
    other = str(people.organisations["autre-client"].id)
    assert agent.submit("form[action$='/qualifier'][method=post]", {"client": other}).status_code == 303, agent.text()
    assert signed_in("autre-cliente").get(f"/assistance/{reference}").status_code == 200
    assert client.get(follow).status_code == 200


def test_who_reported_follows_and_answers_by_the_link_alone(
    follow: str, client: CheckingClient, signed_in: SignedIn, session: GuichetSession
) -> None:
    [reference] = read(session, select(Ticket.reference))
    agent = signed_in("agente")
    agent.get(f"/assistance/{reference}")
    agent.submit("#reponse", {"note": "Rappel : compte fermé."}, button="Enregistrer la note")
    agent.follow()
    agent.submit("#reponse", {"body": "Avez-vous essayé le lien d’oubli ?"}, button="Répondre")
    told = mails(session)[-1]
    assert link(told) == follow
    client.get(follow)
    assert "Avez-vous essayé" in client.text()
    assert "compte fermé" not in client.text()
    assert client.submit("form.box", {"body": "  "}).status_code == 422
    page = client.last
    for _ in range(2):
        client.last = page
        assert client.submit("form.box", {"body": "Oui, sans effet."}).status_code == 303
    client.follow()
    assert "Oui, sans effet." in client.text()
    said = read(session, select(TicketMessage).where(TicketMessage.body == "Oui, sans effet."))
    assert [(message.from_desk, message.author_name) for message in said] == [(False, "Ève Morel")]


def test_the_link_opens_one_ticket_and_nothing_else(follow: str, client: CheckingClient, session: GuichetSession) -> None:
    [reference] = read(session, select(Ticket.reference))
    assert client.get(follow[:-1]).status_code == 404
    assert client.post(follow + "x", data={}).status_code in {303, 400, 404}
    assert client.get(f"/assistance/{reference}").status_code == 303  # to the sign-in page


def test_the_follow_up_link_ends_ninety_days_after_the_ticket() -> None:
    assert may_be_followed(None, NOW)
    assert may_be_followed(NOW - timedelta(days=89), NOW)
    assert not may_be_followed(NOW - timedelta(days=90), NOW)


def test_a_link_serves_for_24_hours(client: CheckingClient, people: People, session: GuichetSession, clock: FrozenClock) -> None:
    send(client)
    address = link(mails(session)[-1])
    clock.advance(timedelta(hours=24))
    assert client.get(address).status_code == 410
    forget_unconfirmed(session, clock)
    session.commit()
    assert count(session, PublicReport) == 0


def test_a_double_click_confirms_once(client: CheckingClient, people: People, session: GuichetSession) -> None:
    send(client)
    client.get(link(mails(session)[-1]))
    page, places = client.last, []
    for _ in range(2):
        client.last = page
        client.submit("form.box")
        places.append(client.last.headers["Location"])
    assert places[0] == places[1]
    assert count(session, Ticket) == 1


def test_the_answer_is_the_same_for_a_known_address(client: CheckingClient, people: People, session: GuichetSession) -> None:
    answers = []
    for address in ("inconnue@exemple.invalid", "cliente@exemple.invalid"):
        send(client, contact_email=address)
        client.follow()
        answers.append(client.text())
    assert answers[0] == answers[1]


def test_an_address_is_mailed_three_times_an_hour_whatever_the_form_says(
    client: CheckingClient, people: People, session: GuichetSession, clock: FrozenClock
) -> None:
    for _ in range(PER_ADDRESS + 2):
        assert send(client) == 303
    assert len(mails(session)) == PER_ADDRESS
    clock.advance(timedelta(hours=1))
    send(client)
    assert len(mails(session)) == PER_ADDRESS + 1


def test_a_network_sends_twenty_an_hour_and_is_told_so_with_its_words_kept(
    client: CheckingClient, people: People, session: GuichetSession
) -> None:
    for number in range(PER_NETWORK):
        assert send(client, contact_email=f"a{number}@exemple.invalid") == 303
    assert send(client, contact_email="b@exemple.invalid") == 429
    assert "votre réseau" in client.text()
    assert client.tree.cssselect("textarea[name=description]")[0].text.strip() == REPORT["description"]
    assert len(mails(session)) == PER_NETWORK


def test_a_machine_that_fills_everything_in_is_answered_and_ignored(
    client: CheckingClient, people: People, session: GuichetSession
) -> None:
    assert send(client, website="https://spam.invalid") == 303
    assert (mails(session), count(session, PublicReport)) == ([], 0)


def test_a_form_with_a_mistake_keeps_everything_typed(client: CheckingClient, people: People) -> None:
    assert send(client, contact_email="pas une adresse") == 422
    assert client.tree.cssselect("#erreurs a[href='#contact_email']")
    assert client.tree.cssselect("[name=organisation]")[0].get("value") == "Société Gamma"


# What a report is about (FX-8d)


def test_a_report_about_a_page_keeps_its_words_and_its_link(
    app: Flask, signed_in: SignedIn, people: People, session: GuichetSession
) -> None:
    editor = signed_in("editrice")
    editor.get("/assistance/signaler?objet=Dossier+1-0001&ligne=Ligne+12&page=/registre%23l12")
    assert "Dossier 1-0001 · Ligne 12" in editor.text()
    assert editor.tree.cssselect("[name=service] option[selected]")[0].get("value") == "register"
    fields = {name: REPORT[name] for name in ("title", "description", "consequences", "contact_phone")}
    assert editor.submit("#signalement", {**fields, "title": ""}).status_code == 422
    assert editor.submit("#signalement", fields).status_code == 303, editor.text()
    editor.follow()
    assert editor.tree.cssselect("#objet a")[0].get("href") == "/registre#l12"
    [ticket] = read(session, select(Ticket))
    assert ticket.about_label == "Dossier 1-0001 · Ligne 12"


@pytest.mark.parametrize(
    "target", ["https://ailleurs.invalid/", "//ailleurs.invalid", "/\\ailleurs", "javascript:alert(1)", "/" + "a" * 600]
)
def test_an_address_that_leads_elsewhere_is_dropped(client: CheckingClient, people: People, target: str) -> None:
    client.get("/assistance/public", query_string={"objet": "Ligne 12", "page": target})
    assert client.tree.cssselect("input[name=objet]")[0].get("value") == "Ligne 12"
    assert client.tree.cssselect("input[name=page]")[0].get("value") == ""


def test_whoever_may_not_open_the_page_reads_its_words_alone(
    signed_in: SignedIn, people: People, session: GuichetSession, clock: FrozenClock
) -> None:
    editor = signed_in("editrice")
    editor.get("/assistance/signaler?objet=Dossier+1-0001&page=/portees/1-0001")
    fields = {name: REPORT[name] for name in ("title", "description", "consequences", "contact_phone")}
    assert editor.submit("#signalement", fields).status_code == 303
    reference = editor.last.headers["Location"]
    agent = signed_in("agente")
    agent.get(reference)
    assert "Dossier 1-0001" in agent.tree.cssselect("#objet")[0].text_content()
    assert not agent.tree.cssselect("#objet a")
