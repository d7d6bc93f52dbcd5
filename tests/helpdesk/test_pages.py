"""The pages of the help desk, through their real forms, with and without htmx."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from tests.conftest import People, SignedIn
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import URL, opened
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.presenting import waiting
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.services import act
from webapp.service_status.models import Notice
from webapp.service_status.rules import Health, Kind
from webapp.service_status.rules import State as NoticeState
from webapp.web.state import State as AppState

HTMX = {"HX-Request": "true", "HX-Target": "ticket"}


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    """A ticket of the client « Société Alpha », just reported."""
    with app.app_context():
        return opened(session, people, clock)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Count the statements that the database is sent."""
    state: AppState = app.extensions["guichet"]
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(state.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(state.database.engine, "before_cursor_execute", note)


def page_of(browser: CheckingClient, ticket: Ticket) -> CheckingClient:
    assert browser.get(f"/assistance/{ticket.reference}").status_code == 200
    return browser


def send(browser: CheckingClient, button: str, body: str = "", **kwargs: Any) -> int:
    field = "note" if button == "Enregistrer la note" else "body"
    return browser.submit("#reponse", {field: body}, button, **kwargs).status_code


def test_an_agent_takes_a_report_to_its_closing(signed_in: SignedIn, session: GuichetSession, ticket: Ticket, clock: FrozenClock) -> None:
    # P-3, FL-12.6a
    agent, client = signed_in("agente"), signed_in("cliente")
    agent.get("/assistance/file")
    assert "À qualifier1" in agent.text().replace(" 1", "1")
    page_of(agent, ticket).get(f"/assistance/{ticket.reference}/qualifier")
    assert "Rétablissement avant" in agent.text()
    assert agent.submit("form.pad", {"priority": "1"}).status_code == 303
    agent.follow()
    assert "Le signalement est qualifié." in agent.text()
    assert send(agent, "Confirmer l’interruption") == 303
    clock.advance(timedelta(minutes=30))
    assert send(page_of(agent, ticket), "Demander au client", "Quel classeur ?") == 303
    page_of(client, ticket)
    assert "Votre réponse est attendue" in client.text()
    assert "Quel classeur ?" in client.text()
    assert send(client, "Répondre", "Celui de 2025") == 303
    assert send(page_of(agent, ticket), "Rétabli") == 303
    agent.get(f"/assistance/{ticket.reference}/action/close")
    assert "0 h 30 min 00 s" in agent.text()
    assert agent.submit("form.pad").status_code == 303
    agent.follow()
    assert "Durée fixée à la clôture" in agent.text()
    session.expire_all()
    assert session.scalars(select(Ticket)).one().state is State.CLOSED
    session.rollback()
    page_of(client, ticket)
    assert not client.tree.cssselect("#reponse")


def test_the_fragment_is_the_page_s_own_section(signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    page_of(agent, ticket)
    [whole] = agent.tree.cssselect("#ticket")
    agent.get(f"/assistance/{ticket.reference}", headers={"HX-Request": "true"})
    from lxml import html

    part = html.fromstring(agent.last.text)
    for node in (*whole.cssselect("[name=once]"), *part.cssselect("[name=once]")):
        node.set("value", "")
    for node in (*whole.cssselect("[name=csrf_token]"), *part.cssselect("[name=csrf_token]")):
        node.set("value", "")
    assert html.tostring(part).strip() == html.tostring(whole, with_tail=False).strip()


def test_with_htmx_an_act_answers_with_the_ticket_itself(signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    assert send(page_of(agent, ticket), "Répondre", "Nous regardons.", headers=HTMX) == 200
    assert agent.last.text.lstrip().startswith('<section id="ticket"')
    assert "Nous regardons." in agent.text()
    assert agent.tree.cssselect('[hx-swap-oob="innerHTML:#status"]')
    assert agent.tree.cssselect("h2[autofocus][tabindex]"), "focus has no place after the swap"
    assert send(agent, "Répondre", "Et encore.", headers=HTMX) == 200, "the swapped form is taken for a repetition of the first"
    assert "Et encore." in agent.text()


def test_an_empty_message_is_refused_beside_the_field(signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    for headers in ({}, HTMX):
        assert send(page_of(agent, ticket), "Répondre", "  ", headers=headers) == 422
        assert "Écrivez le message." in agent.text()
    assert send(page_of(agent, ticket), "Demander au client") == 422


def test_a_double_click_makes_one_message(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    client = signed_in("cliente")
    page_of(client, ticket)
    form = {field.get("name"): field.get("value", "") for field in client.tree.cssselect("#reponse input")}
    data = {**form, "body": "Toujours en panne", "do": "reply"}
    answers = [client.post(f"/assistance/{ticket.reference}/messages", data=data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert session.scalar(select(func.count()).select_from(TicketMessage)) == 1
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "ticket.replied")) == 1


def test_a_double_click_makes_one_ticket(signed_in: SignedIn, session: GuichetSession) -> None:
    from tests.helpdesk.test_reporting import FILLED

    browser = signed_in("declarante")
    browser.get("/assistance/signaler")
    form = {field.get("name"): field.get("value", "") for field in browser.tree.cssselect("#signalement input[type=hidden]")}
    answers = [browser.post("/assistance/signaler", data={**form, **FILLED}) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_two_agents_answering_at_once_see_each_other(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket, headers: dict[str, str]
) -> None:
    first, second = signed_in("agente"), signed_in("responsable")
    page_of(first, ticket)
    page_of(second, ticket)
    assert send(first, "Répondre", "Redémarrez le poste.") == 303
    assert send(second, "Répondre", "Ne redémarrez pas.", headers=headers) == 409
    words = second.text()
    assert "Redémarrez le poste." in words
    assert "Votre version" in words
    assert "vient d’écrire" in words
    [area] = second.tree.cssselect("#body")
    assert area.text.strip() == "Ne redémarrez pas."
    assert session.scalar(select(func.count()).select_from(TicketMessage)) == 1
    session.rollback()
    assert send(second, "Envoyer quand même", "Ne redémarrez pas.", headers=headers) == (200 if headers else 303)


def test_the_client_reads_no_internal_note(signed_in: SignedIn, ticket: Ticket) -> None:
    agent, client = signed_in("agente"), signed_in("cliente")
    assert send(page_of(agent, ticket), "Enregistrer la note", "Client difficile, rester factuel.") == 303
    assert "rester factuel" in page_of(agent, ticket).text()
    for path in ("", "/decompte"):
        client.get(f"/assistance/{ticket.reference}{path}")
        assert "rester factuel" not in client.text()
    assert "Note interne" not in page_of(client, ticket).text()
    page_of(client, ticket)
    form = {field.get("name"): field.get("value", "") for field in client.tree.cssselect("#reponse input")}
    assert client.post(f"/assistance/{ticket.reference}/messages", data={**form, "body": "x", "do": "note"}).status_code == 403
    assert (
        client.post(f"/assistance/{ticket.reference}/messages", data={**form, "once": "", "body": "x", "do": "restore"}).status_code == 409
    )
    assert client.post(f"/assistance/{ticket.reference}/messages", data={**form, "once": "", "body": "x", "do": "autre"}).status_code == 400


@pytest.mark.parametrize("path", ["", "/decompte", "/action/reopen"])
def test_somebody_elses_ticket_is_not_found(signed_in: SignedIn, ticket: Ticket, path: str) -> None:
    other = signed_in("autre-cliente")
    assert other.get(f"/assistance/{ticket.reference}{path}").status_code == 404
    assert other.get("/assistance").status_code == 200
    assert ticket.reference not in other.text()


def test_a_dismissal_and_a_reopening_say_why_in_the_page(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    agent = signed_in("agente")
    agent.get(f"/assistance/{ticket.reference}/action/dismiss")
    assert agent.submit("form.pad").status_code == 422
    assert agent.submit("form.pad", {"body": "Réglage de votre poste."}).status_code == 303
    agent.follow()
    assert "Réglage de votre poste." in agent.text()
    agent.get(f"/assistance/{ticket.reference}/action/reopen")
    assert agent.submit("form.pad", {"body": "À revoir"}).status_code == 422
    assert agent.submit("form.pad", {"body": "À revoir", "reason": "not_restored"}).status_code == 303
    assert agent.get(f"/assistance/{ticket.reference}/action/close").status_code == 409
    assert agent.get(f"/assistance/{ticket.reference}/action/qualify").status_code == 404
    session.expire_all()
    assert session.scalars(select(Ticket)).one().state is State.REPORTED


def test_an_agent_takes_a_ticket_and_a_stale_assignment_is_refused(
    signed_in: SignedIn, session: GuichetSession, people: People, ticket: Ticket
) -> None:
    agent, lead = signed_in("agente"), signed_in("responsable")
    for browser in (agent, lead):
        browser.get(f"/assistance/{ticket.reference}/attribution")
    assert agent.submit("form.pad", {"assignee": str(people.actors["agente"].account_id)}).status_code == 303
    agent.follow()
    assert "suivi par vous" in agent.text()
    assert lead.submit("form.pad", {"assignee": ""}).status_code == 409
    assert "Ce ticket a changé" in lead.text()
    assert "Suivi par : Personne" in lead.text()
    agent.get("/assistance/file?vue=les-miens")
    assert ticket.reference in agent.text()


def test_a_stale_qualification_says_what_was_chosen(signed_in: SignedIn, ticket: Ticket) -> None:
    first, second = signed_in("agente"), signed_in("responsable")
    for browser in (first, second):
        browser.get(f"/assistance/{ticket.reference}/qualifier")
    assert first.submit("form.pad", {"priority": "1"}).status_code == 303
    assert second.submit("form.pad", {"priority": "3"}).status_code == 409
    assert "Priorité : Basse" in second.text()


def test_one_button_takes_a_free_ticket(signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    assert page_of(agent, ticket).submit("form.act[action$=attribution]", headers=HTMX).status_code == 200
    assert "suivi par vous" in agent.text()
    assert not agent.tree.cssselect("form.act[action$=attribution]")


def test_a_client_never_reaches_the_queue(signed_in: SignedIn, ticket: Ticket) -> None:
    client = signed_in("cliente")
    for path in (
        "/assistance/file",
        "/assistance/ouvrir",
        f"/assistance/{ticket.reference}/qualifier",
        f"/assistance/{ticket.reference}/attribution",
    ):
        assert client.get(path).status_code == 403


def test_mistyped_and_unknown_references_are_told_apart(signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    spelled = ticket.reference.replace("-", " ").lower()
    assert agent.get("/assistance/reference", query_string={"reference": spelled}).headers["Location"] == f"/assistance/{ticket.reference}"
    assert agent.get(f"/assistance/{ticket.reference.lower()}").headers["Location"] == f"/assistance/{ticket.reference}"
    assert agent.get("/assistance/INC-2026-000001-Z").status_code == 404
    assert "Référence mal saisie" in agent.text()
    assert agent.get("/assistance/INC-2O26-OOO123-3").status_code == 404
    assert "INC-2026-000123-3" in agent.text()
    assert agent.get("/assistance/INC-2026-000123-3").status_code == 404
    assert "mal saisie" not in agent.text()
    assert agent.get("/assistance/reference?reference=bonjour").status_code == 404
    assert "n’est pas une référence" in agent.text()


def test_an_agent_opens_a_ticket_after_a_call(signed_in: SignedIn, session: GuichetSession, people: People) -> None:
    # SO-40
    from tests.helpdesk.test_reporting import FILLED

    agent = signed_in("agente")
    agent.get("/assistance/ouvrir")
    agent.submit("form.narrow", {"client": str(people.organisations["client"].id)})
    assert "Ouvrir un ticket pour Société Alpha" in agent.text()
    assert agent.submit("#signalement", {**FILLED, "called_at": "2026-11-23T10:30"}).status_code == 422
    assert "ne peut pas être dans le futur" in agent.text()
    [title] = agent.tree.cssselect("[name=title]")
    assert title.get("value") == FILLED["title"]
    assert agent.submit("#signalement", {**FILLED, "called_at": "2026-11-23T09:40"}).status_code == 303
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.notified_at, ticket.by_phone, ticket.organisation_id) == (
        paris("2026-11-23 09:40"),
        True,
        people.organisations["client"].id,
    )


def test_a_report_with_faults_keeps_what_was_typed(signed_in: SignedIn, session: GuichetSession) -> None:
    browser = signed_in("cliente")
    browser.get("/assistance/signaler")
    values = {
        "service": "rien",
        "title": "x" * 161,
        "description": "Bloqué <b>net</b>",
        "contact_email": "pas-une-adresse",
        "contact_phone": "abc",
    }
    assert browser.submit("#signalement", values).status_code == 422
    [area] = browser.tree.cssselect("[name=description]")
    assert area.text.strip() == "Bloqué <b>net</b>"
    summary = browser.tree.cssselect(".summary li")
    assert len(summary) == 6
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_the_queue_says_when_the_desk_is_closed_and_sorts_by_deadline(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    # P-4
    with app.app_context():
        clock.set(paris("2026-11-19 11:00"))
        older = opened(session, people, clock, "declarante", title="Plus ancien")
    clock.set(paris("2026-11-21 15:00"))
    agent = signed_in("agente")
    agent.get("/assistance/file")
    assert "Fermé jusqu’à lundi 8 h 30" in agent.text()
    references = [node.text_content().split(" · ")[0].strip() for node in agent.tree.cssselect("tbody .ref")][::2]
    assert references == [older.reference, ticket.reference]
    assert [node.text_content() for node in agent.tree.cssselect("tbody .chip")] == ["Reste 2\u00a0h\u00a030", "Reste 17\u00a0h\u00a030"]
    clock.set(paris("2026-11-23 12:15"))
    agent = signed_in("agente")
    agent.get("/assistance/file?vue=echeance")
    assert [node.text_content() for node in agent.tree.cssselect("tbody .chip")] == ["Dépassé de 1\u00a0h"]
    agent.get("/assistance/file?q=ancien&vue=tous")
    assert len(agent.tree.cssselect("tbody tr")) == 1
    agent.get("/assistance/file?service=mail&priorite=9&vue=nulle&page=-1&tri=x")
    assert "Aucun ticket" in agent.text()


def test_lists_and_tickets_take_few_statements(app: Flask, signed_in: SignedIn, ticket: Ticket) -> None:
    agent = signed_in("agente")
    for path in ("/assistance/file", "/assistance/file?q=excel", "/assistance", f"/assistance/{ticket.reference}"):
        agent.get(path)
        with counted(app) as seen:
            agent.get(path)
        selects = [one for one in seen if one.lstrip().startswith(("SELECT", "UPDATE", "INSERT")) and "set_config" not in one]
        assert len(selects) <= (10 if ticket.reference in path else 7), (path, selects)


def test_the_account_lists_every_stretch_with_its_article(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    with app.app_context():
        ticket.in_house = True
        ticket.state, ticket.qualified_at = State.QUALIFIED, clock.now()
        act(session, people.actors["agente"], clock, ticket, Verb.PAUSE, public_url=URL)
        clock.advance(timedelta(hours=1))
        act(session, people.actors["agente"], clock, ticket, Verb.RESUME, public_url=URL)
        session.commit()
    clock.set(paris("2026-11-23 14:00"))
    client = signed_in("cliente")
    client.get(f"/assistance/{ticket.reference}/decompte")
    cells = [" ".join(row.text_content().split()) for row in client.tree.cssselect("section tbody tr")]
    assert [cell.rpartition(" ")[2].rpartition("FL")[2] for cell in cells] == ["-12.6b", "-12.4", "-12.5a", "-12.4"]
    assert "Total depuis la notification4 h 00 min 00 s" in client.text().replace("notification ", "notification")
    page_of(client, ticket)
    assert {node.get("class") for node in client.tree.cssselect("svg.seg rect")} == {"p", "c", "z"}


def test_planned_work_is_left_out_of_the_count_once(
    signed_in: SignedIn, session: GuichetSession, clock: FrozenClock, ticket: Ticket
) -> None:  # FL-12.8
    start = paris("2026-11-23 10:30")
    times = {"starts_at": start, "announced_at": start, "expected_minutes": 60, "expected_end_at": start + timedelta(minutes=60)}
    over = {"state": NoticeState.ENDED, "over": True, "ended_at": start + timedelta(minutes=45)}
    session.add(Notice(kind=Kind.PLANNED, health=Health.MAINTENANCE, title="Mise à jour des serveurs", **times, **over))
    session.commit()
    agent = signed_in("agente")
    agent.get(f"/assistance/{ticket.reference}/programmee")
    assert "Aucune interruption programmée" in agent.text()
    clock.set(paris("2026-11-23 14:00"))
    agent = signed_in("agente")
    agent.get(f"/assistance/{ticket.reference}/programmee")
    assert agent.submit("form[novalidate]").status_code == 303
    agent.get(f"/assistance/{ticket.reference}/programmee")
    assert agent.submit("form[novalidate]").status_code == 422
    assert "déjà retirée" in agent.text()
    agent.get(f"/assistance/{ticket.reference}/decompte")
    assert "FL-12.8" in agent.text()
    session.rollback()
    session.expire_all()
    assert session.scalars(select(Ticket)).one().restoration_due_at == paris("2026-11-25 10:45")


def test_the_queue_fragment_is_the_page_s_own_list(signed_in: SignedIn, ticket: Ticket) -> None:
    from lxml import html

    agent = signed_in("agente")
    agent.get("/assistance/file?q=excel")
    [whole] = agent.tree.cssselect("#file")
    agent.get("/assistance/file?q=excel", headers={"HX-Request": "true", "HX-Target": "file"})
    part = html.fromstring(agent.last.text)
    for token in (*part.cssselect("[name=csrf_token], [name=once]"), *whole.cssselect("[name=csrf_token], [name=once]")):
        token.set("value", "")
    assert html.tostring(part, with_tail=False).strip() == html.tostring(whole, with_tail=False).strip()


def test_what_waits_is_told_to_each_side(app: Flask, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    with app.app_context():
        act(session, people.actors["agente"], clock, ticket, Verb.ASK_CLIENT, text="Quel classeur ?", public_url=URL)
        [desk_row] = waiting(session, people.actors["agente"], clock)
        [client_row] = waiting(session, people.actors["cliente"], clock)
        assert waiting(session, people.actors["autre-cliente"], clock) == []
    assert desk_row.url_values == client_row.url_values == {"reference": ticket.reference}
    assert desk_row.when == ticket.restoration_due_at
    assert (client_row.chip_text, client_row.chip_kind) == ("Votre réponse est attendue", "soon")
