"""Around a ticket's messages through the pages themselves, without scripts: drafts, held-back replies, texts, time, satisfaction, keys."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import URL, opened
from tests.support.client import CheckingClient
from webapp.accounts.models import AccountSession
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import CannedText, Ticket, TicketMessage, TicketPerson, TicketRating
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.services import act

HTMX = {"HX-Request": "true", "HX-Target": "ticket"}


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    with app.app_context():
        made = opened(session, people, clock)
    session.expunge_all()
    return made


def read(session: GuichetSession, column: Any) -> Any:
    """Return the one value of a column, and leave the database to the pages."""
    value = session.scalars(select(column)).one()
    session.rollback()
    return value


def page_of(browser: CheckingClient, ticket: Ticket) -> CheckingClient:
    browser.get(f"/assistance/{ticket.reference}")
    return browser


def press(browser: CheckingClient, button: str, **values: Any) -> int:
    """Press a button of the reply form, and follow where it leads."""
    status = browser.submit("#reponse", values, button).status_code
    if status == 303:
        browser.follow()
    return status


def typed(browser: CheckingClient, field: str) -> str:
    [area] = browser.tree.cssselect(f"#{field}")
    return (area.text or "").lstrip("\n")


def data_of(browser: CheckingClient, **values: str) -> dict[str, str]:
    hidden = {field.get("name"): field.get("value", "") for field in browser.tree.cssselect("#reponse input[type=hidden]")}
    return {**hidden, **values}


def test_a_draft_waits_on_any_workstation_until_it_is_sent(signed_in: SignedIn, ticket: Ticket) -> None:
    here, there = signed_in("agente"), signed_in("agente")
    assert press(page_of(here, ticket), "Garder le brouillon", body="Bonjour,\n\n  voici", note="à rappeler") == 303
    assert typed(page_of(there, ticket), "body") == "Bonjour,\n\n  voici"
    assert typed(there, "note") == "à rappeler"
    assert "Brouillon de 10:00, visible de vous seul." in there.text()
    assert "voici" not in page_of(signed_in("responsable"), ticket).text()
    assert press(there, "Répondre", body="Bonjour, voici la suite.") == 303
    assert (typed(there, "body"), typed(there, "note")) == ("", "à rappeler")
    assert press(there, "Jeter") == 303
    assert typed(page_of(here, ticket), "note") == ""


def test_what_is_typed_is_saved_without_being_asked(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    agent = signed_in("agente")
    path = f"/assistance/{ticket.reference}/brouillon"
    form = data_of(page_of(agent, ticket), body="Bonj")
    answer = agent.post(path, data=form, headers={"HX-Request": "true", "HX-Target": "brouillon"})
    assert (answer.status_code, "Brouillon de 10:00" in answer.text) == (200, True)
    assert read(session, TicketPerson.reply_draft) == "Bonj"
    assert agent.post(path, data=form).status_code == 303
    assert agent.post(path, data={**form, "body": " "}, headers={"HX-Request": "true"}).text.count("Jeter") == 0


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_a_reply_is_held_back_when_the_client_has_written_meanwhile(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket, headers: dict[str, str]
) -> None:
    agent, client = signed_in("agente"), signed_in("cliente")
    page_of(agent, ticket)
    assert press(page_of(client, ticket), "Répondre", body="C’est réparé, merci !") == 303
    answer = agent.submit("#reponse", {"body": "Redémarrez le poste.", "note": "vu", "minutes": "15"}, "Répondre", headers=headers)
    assert answer.status_code == 409
    [newer] = agent.tree.cssselect(".notice .msg")
    assert "C’est réparé, merci !" in newer.text_content()
    assert (typed(agent, "body"), typed(agent, "note")) == ("Redémarrez le poste.", "vu")
    assert typed(page_of(signed_in("agente"), ticket), "body") == "Redémarrez le poste.", "the draft is not kept"
    assert session.scalar(select(func.count()).select_from(TicketMessage)) == 1
    session.rollback()
    assert agent.submit("#reponse", {"body": "Tant mieux."}, "Envoyer quand même", headers=headers).status_code in {200, 303}
    assert read(session, Ticket.minutes_spent) == 15


def test_a_refused_act_keeps_what_was_typed(signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    assert press(page_of(agent, ticket), "Enregistrer la note", note="@personne regarde", body="Bonjour", minutes="1 h 30") == 422
    assert "« @personne »" in agent.text()
    [field] = agent.tree.cssselect("#note[aria-invalid]")
    assert "note-erreur" in field.get("aria-describedby")
    assert (typed(agent, "note"), typed(agent, "body")) == ("@personne regarde", "Bonjour")
    assert agent.tree.cssselect("#minutes")[0].get("value") == "1 h 30"
    assert typed(page_of(signed_in("agente"), ticket), "note") == "@personne regarde"
    assert press(page_of(agent, ticket), "Répondre", body="Bonjour", minutes="longtemps") == 422
    assert "Écrivez un temps comme 45, 1 h 30 ou 0:20" in agent.text()
    assert press(agent, "Noter le temps seul", minutes="") == 422


def test_presence_is_told_once_and_is_no_visit(
    signed_in: SignedIn, session: GuichetSession, people: People, ticket: Ticket, clock: FrozenClock
) -> None:
    agent, lead = signed_in("agente"), signed_in("responsable")
    path = f"/assistance/{ticket.reference}/presence"
    form = data_of(page_of(lead, ticket))
    assert lead.post(path, data=form).status_code == 204
    mine = data_of(page_of(agent, ticket))
    assert "lit ce ticket" in agent.text()
    assert agent.post(path, data=mine).status_code == 204
    clock.advance(timedelta(minutes=5))
    answer = agent.post(path, data=mine, headers={"HX-Request": "true", "HX-Target": "presence"})
    assert (answer.status_code, "lit ce ticket" in answer.text) == (200, False)
    seen = session.scalars(select(AccountSession.last_seen_at).where(AccountSession.account_id == people.actors["agente"].account_id)).one()
    session.rollback()
    assert clock.now() - seen == timedelta(minutes=5), "a page left alone keeps the session open"
    assert press(page_of(signed_in("cliente"), ticket), "Répondre", body="Alors ?") == 303
    told = agent.post(path, data=mine, headers={"HX-Request": "true", "HX-Target": "presence"})
    assert "a écrit depuis que vous avez ouvert ce ticket" in told.text
    assert signed_in("cliente").post(path, data=mine).status_code in {403, 303}
    clock.advance(timedelta(hours=9))
    late = agent.post(path, data=mine)
    assert "garde=1" not in late.headers["Location"], "a question of the page itself is kept as if somebody had typed it"


def test_a_canned_text_is_written_inserted_changed_and_put_away(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    agent, lead = signed_in("agente"), signed_in("responsable")
    agent.get("/assistance/textes")
    assert "écrivez le premier" in agent.text()
    agent.get("/assistance/textes/nouveau")
    assert agent.submit("form.pad", {"title": "Accusé", "body": "Bonjour {prenom}"}).status_code == 422
    assert "« {prenom} »" in agent.text()
    assert "{echeance}" in agent.text()
    assert agent.submit("form.pad", {"body": "Bonjour {contact}, <b>{reference}</b>"}).status_code == 303
    text = read(session, CannedText.id)
    assert press(page_of(agent, ticket), "Insérer", body="Début", text="") == 422
    assert press(page_of(agent, ticket), "Insérer", body="Début", text=str(text)) == 303
    assert typed(agent, "body") == f"Début\n\nBonjour Inès Garnier, <b>{ticket.reference}</b>"
    assert press(agent, "Répondre", body=typed(agent, "body")) == 303
    assert f"&lt;b&gt;{ticket.reference}" in agent.last.text
    for browser in (agent, lead):
        browser.get(f"/assistance/textes/{text}")
    assert agent.submit("form.pad", {"body": "Bonjour"}).status_code == 303
    assert lead.submit("form.pad", {"body": "Bonsoir"}).status_code == 409
    assert "Rien n’a été enregistré" in lead.text()
    assert typed(lead, "body") == "Bonsoir"
    assert lead.submit("form.pad", {"body": "Bonsoir"}).status_code == 303
    lead.get(f"/assistance/textes/{text}")
    assert lead.submit("form.act[action*=archivage]").status_code == 303
    lead.get("/assistance/textes?archives=1")
    assert "Accusé" in lead.text()
    assert not page_of(agent, ticket).tree.cssselect("#text")
    assert signed_in("cliente").get("/assistance/textes").status_code == 403
    assert agent.get("/assistance/textes/999").status_code == 404


def test_a_colleague_is_mentioned_from_the_list(signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    assert press(page_of(agent, ticket), "Ajouter", note="Vois", mention="") == 422
    assert press(page_of(agent, ticket), "Ajouter", note="Vois avec", mention="responsable") == 303
    assert typed(agent, "note").startswith("Vois avec @responsable")
    assert press(agent, "Enregistrer la note", note=typed(agent, "note")) == 303
    assert "Abonnés : Responsable" in agent.text() or "Abonnés :" in agent.text()


def test_following_is_one_button(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    client, agent = signed_in("cliente"), signed_in("agente")
    for browser in (client, agent):
        page_of(browser, ticket)
        assert browser.submit("form[action$=abonnement]").status_code == 303
    assert read(session, Ticket.watcher_count) == 2
    assert page_of(client, ticket).text().count("Abonnés :") == 1
    followers = [node.text_content() for node in client.tree.cssselect("form[action$=abonnement] ~ span")]
    assert "," not in followers[0], "the client reads which agents follow"
    assert client.submit("form[action$=abonnement]", headers=HTMX).status_code == 200
    assert "S’abonner" in client.text()


def test_time_is_noted_and_corrected(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    # FL-12.3
    agent = signed_in("agente")
    assert press(page_of(agent, ticket), "Noter le temps seul", minutes="1 h 30", body="pas encore") == 303
    assert typed(agent, "body") == "pas encore"
    assert "Temps passé : 1 h 30" in agent.text().replace("\N{NO-BREAK SPACE}", " ")
    agent.get(f"/assistance/{ticket.reference}/temps")
    assert agent.submit("form.pad", {"minutes": "x"}).status_code == 422
    assert agent.submit("form.pad", {"minutes": "0:20"}).status_code == 303
    agent.follow()
    assert agent.submit("tr:first-child td form", {"minutes": "?"}).status_code == 422
    assert agent.tree.cssselect("td input[aria-invalid]")
    assert agent.submit("tr:first-child td form", {"minutes": "45"}).status_code == 303
    agent.follow()
    assert "annulée" in agent.text()
    assert read(session, Ticket.minutes_spent) == 65
    assert signed_in("cliente").get(f"/assistance/{ticket.reference}/temps").status_code == 403


def test_the_client_says_how_it_went_and_the_desk_reads_it(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    with app.app_context():
        held = get_ticket(session, people.actors["agente"], ticket.reference)
        act(session, people.actors["agente"], clock, held, Verb.DISMISS, text="Poste mal branché.", public_url=URL)
        session.commit()
    client, agent = signed_in("cliente"), signed_in("agente")
    assert not page_of(agent, ticket).tree.cssselect("#satisfaction")
    page_of(client, ticket)
    assert client.submit("#satisfaction form", {"comment": "Bien"}).status_code == 422
    assert "Choisissez l’une des cinq réponses." in client.text()
    assert client.submit("#satisfaction form", {"score": "4", "comment": "Bien"}).status_code == 303
    assert "Satisfait" in page_of(agent, ticket).text()
    assert not agent.tree.cssselect("#satisfaction form")
    page_of(client, ticket)
    assert client.submit("#satisfaction form", {"score": "2"}, headers=HTMX).status_code == 200
    assert read(session, TicketRating.score) == 2
    page_of(client, ticket)
    clock.advance(timedelta(days=90))
    client = signed_in("cliente")
    assert not page_of(client, ticket).tree.cssselect("#satisfaction form")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    late = client.post(f"/assistance/{ticket.reference}/satisfaction", data={"csrf_token": token, "score": "5"})
    assert late.status_code == 409
    assert "ne peut plus être modifié" in client.text()


def test_the_keys_can_be_turned_off_and_the_way_back_leads_to_the_same_list(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket
) -> None:
    # WCAG 2.1.4
    agent = signed_in("agente")
    agent.get("/assistance/file?vue=a-qualifier&q=excel")
    [body] = agent.tree.cssselect("body")
    assert body.get("data-keys") is not None
    shown = {node.get("data-key") for node in agent.tree.cssselect("[data-key]")}
    assert {"o", "x", "b", "/", "?"} <= shown
    page_of(agent, ticket)
    shown |= {node.get("data-key") for node in agent.tree.cssselect("[data-key]")}
    agent.get("/assistance/clavier")
    listed = {node.text for node in agent.tree.cssselect("kbd")}
    assert shown <= listed
    assert listed - shown <= {"j", "k", "p", "e"}
    assert agent.submit("form.pad", {"shortcuts": None}).status_code == 303
    [link] = page_of(agent, ticket).tree.cssselect("[data-key=u]")
    assert link.get("href") == f"/assistance/file?vue=a-qualifier&q=excel&t={ticket.reference}"
    assert agent.tree.cssselect("body")[0].get("data-keys") is None
    assert page_of(signed_in("cliente"), ticket).tree.cssselect("[data-key=u]") == []
    assert session.scalar(select(func.count()).where(AuditEvent.action == "account.shortcuts_changed")) == 1
