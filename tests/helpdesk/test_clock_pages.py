"""The pages of the clock, through their real forms: sites, pauses and their contests, the client's own acts, work that may be billed."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import URL, opened, report
from webapp.clock import FrozenClock
from webapp.contracts.models import Site
from webapp.contracts.rules import service_calendar
from webapp.db import Database, GuichetSession
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import BillableRequest, Ticket, TicketClockEvent, TicketSite
from webapp.helpdesk.queries.tickets import get_ticket_with_names
from webapp.helpdesk.report_content import read_source, report_content
from webapp.helpdesk.rules.billable import OfferState
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.report import Words
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.services import Client, Qualification, act, assign, open_ticket, qualify
from webapp.helpdesk.services.warnings import warn_before_breaches
from webapp.outbox.models import OutboxMessage
from webapp.worktime import Territory


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    """A confirmed interruption of the client, In-House, on two sites three hours apart."""
    client, agent = people.actors["cliente"], people.actors["agente"]
    owner = Client(client.organisation_id or 0, client.organisation_name)
    places = ((Territory.REUNION, "Indian/Reunion", "Le Port"), (Territory.METROPOLITAN, "Europe/Paris", "Siège"))
    rows = [
        Site(organisation_id=owner.organisation_id, name=name, address="", territory=land, timezone=zone, created_at=clock.now())
        for land, zone, name in places
    ]
    session.add_all(rows)
    session.flush()
    hit, promise = tuple(row.id for row in rows), Commitment(desk_hours(), in_house=True)
    with app.app_context():
        made = open_ticket(session, client, clock, report=report(site_ids=hit), client=owner, commitment=promise, public_url=URL)
        qualify(session, agent, clock, made, Qualification(promise, ServiceType.IN_HOUSE, hit, 1))
        act(session, agent, clock, made, Verb.CONFIRM, public_url=URL)
    session.commit()
    clock.advance(timedelta(minutes=30))
    return made


def state_of(session: GuichetSession) -> State:
    session.expire_all()
    found = session.scalars(select(Ticket.state)).one()
    session.rollback()
    return found


def test_an_agent_restores_one_site_and_the_page_and_the_account_show_both(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket
) -> None:  # FL-12.4
    agent, client = signed_in("agente"), signed_in("cliente")
    page = f"/assistance/{ticket.reference}"
    agent.get(page)
    assert "Rétabli, par site" in agent.text()
    agent.get(f"{page}/action/restore")
    boxes = agent.tree.cssselect("form.pad input[name=sites]")
    assert [box.get("checked") is not None for box in boxes] == [True, True]
    names = {box.getnext().text_content().strip() if box.getnext() is not None else "": box.get("value") for box in boxes}
    assert agent.submit("form.pad", {"sites": []}).status_code == 422
    assert "Choisissez au moins un site." in agent.text()
    agent.get(f"{page}/action/restore")
    assert agent.submit("form.pad", {"sites": [names["Siège"]], "body": "Le siège est rétabli."}).status_code == 303
    assert state_of(session) is State.CONFIRMED
    client.get(page)
    rows = [" ".join(row.text_content().split()) for row in client.tree.cssselect("table.sites tbody tr")]
    assert [("rétabli" in row, "en panne" in row) for row in rows] == [(False, True), (True, False)]
    assert "Sites concernés : Siège." in client.text()
    client.get(f"{page}/decompte")
    assert [heading.text_content() for heading in client.tree.cssselect("section h2")] == ["Le Port", "Siège"]
    assert "les heures ouvrées : elles font foi" in client.text()
    agent.get(f"{page}/action/reopen")
    assert agent.submit("form.pad", {"body": "Pas encore.", "reason": "not_restored"}).status_code == 303
    assert session.scalar(select(func.count()).select_from(TicketSite).where(TicketSite.restored_at.is_not(None))) == 0


def test_each_site_is_told_by_its_own_clocks(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:  # FL-12.4: 10:00 in Paris is 13:00 in Le Port, in the midday break
    agent, page = signed_in("agente"), f"/assistance/{ticket.reference}"
    agent.get(page)
    due = agent.tree.cssselect("table.sites tbody tr")[0].text_content()
    assert "mer. 25/11 09:00" in due
    assert "12\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00 à l’heure du site" in due
    assert "à l’heure du site" not in agent.tree.cssselect("table.sites tbody tr")[1].text_content()
    agent.get(f"{page}/decompte")
    port, head = (section.text_content() for section in agent.tree.cssselect("section[id^=site-]"))
    assert "Ce qui suit est à l’heure du site (Indian/Reunion)." in port
    assert "23/11/2026 13:00:0023/11/2026 13:30:00" in port
    assert "à l’heure du site" not in head
    assert "23/11/2026 10:00:0023/11/2026 10:30:00" in head
    with app.app_context():
        act(session, people.actors["agente"], clock, ticket, Verb.RESTORE, public_url=URL)
        act(session, people.actors["agente"], clock, ticket, Verb.CLOSE, public_url=URL)
        source = read_source(session, get_ticket_with_names(session, people.actors["agente"], ticket.reference), clock.now())
        told = report_content(source, Words(), number=1, at=clock.now())["accounts"]
    assert [account["title"] for account in told] == ["Décompte : Le Port, à l’heure du site (Indian/Reunion)", "Décompte : Siège"]
    assert [account["rows"][0][0] for account in told] == ["23/11/2026 13:00:00", "23/11/2026 10:00:00"]


def test_deadlines_overseas_are_told_on_the_site_s_clock_in_mails_and_lists(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:  # FL-12.4: four hours from Monday 9:30 in Paris, 12:30 in Le Port, end there at 17:30
    client, agent = people.actors["cliente"], people.actors["agente"]
    owner = Client(client.organisation_id or 0, client.organisation_name)
    four = Commitment(service_calendar(Territory.REUNION, timezone="Indian/Reunion"), restoration=Target(time=timedelta(hours=4)))
    with app.app_context():
        made = open_ticket(session, client, clock, report=report(), client=owner, commitment=four, public_url=URL)
        qualify(session, agent, clock, made, Qualification(four, ServiceType.IN_HOUSE, (), 1))
        act(session, agent, clock, made, Verb.CONFIRM, public_url=URL)
        assign(session, people.actors["responsable"], clock, made, agent.account_id, agent.name)
        session.commit()
        assert made.due_at is not None
        clock.set(made.due_at - timedelta(hours=1))
        assert warn_before_breaches(database, clock, URL) > 0
    bodies = session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)).all()
    session.rollback()
    received = next(body for body in bodies if "Signalement reçu" in body or "point de départ" in body)
    promised = "Rétablissement attendu avant lundi 23 novembre 2026 à 17 h 30, heure locale (La Réunion)."
    assert promised in received.replace("\N{NO-BREAK SPACE}", " ")
    assert any("· rétablissement · 23/11/2026 17:30, heure locale (La Réunion) (reste " in body for body in bodies)
    for who, path in (("agente", "/assistance/file"), ("cliente", "/assistance")):
        reader = signed_in(who)
        reader.get(path)
        (due,) = reader.tree.cssselect("table.rows time")
        assert due.text_content() == "lun. 23/11 17:30 (La Réunion)"
        assert due.get("title") == "23/11/2026 17:30:00, heure locale (La Réunion) · 23/11/2026 14:30:00 (heure de Paris)"


def test_a_pause_is_seen_contested_and_answered(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:  # FL-12.6b
    agent, client = signed_in("agente"), signed_in("cliente")
    page = f"/assistance/{ticket.reference}"
    agent.get(f"{page}/action/pause")
    assert agent.submit("form.pad", {"asked_by": "Hugues, gardien", "evidence": "Appel de 10 h 05"}).status_code == 303
    client.get(page)
    assert "Hugues, gardien" in client.text()
    assert "Preuve : Appel de 10 h 05" in client.text()
    [link] = [node.get("href") for node in client.tree.cssselect("a") if node.text_content() == "Contester cette suspension"]
    assert client.get(link).status_code == 200
    assert client.submit("form.pad", {"body": ""}).status_code == 422
    client.get(link)
    form = {field.get("name"): field.get("value", "") for field in client.tree.cssselect("form.pad input[type=hidden]")}
    answers = [client.post(link, data={**form, "body": "Le local était ouvert."}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], "a double click contests once"
    contests = select(func.count()).select_from(TicketClockEvent).where(TicketClockEvent.kind == EventKind.CONTESTED)
    assert session.scalar(contests) == 1
    session.rollback()
    client.get(page)
    assert "réponse due avant" in client.text()
    assert not [node for node in client.tree.cssselect("a") if "Contester" in node.text_content()]
    assert client.get(link).status_code == 409
    assert client.get(link.replace("contester", "repondre")).status_code == 403
    agent.get(page)
    [reply] = [node.get("href") for node in agent.tree.cssselect("a.btn") if node.text_content() == "Répondre à la contestation"]
    agent.get(reply)
    assert "Le local était ouvert." in agent.text()
    assert agent.submit("form.pad", {"body": "Vous avez raison."}).status_code == 422, "a verdict is needed"
    assert "Vous avez raison." in agent.text()
    assert agent.submit("form.pad", {"body": "Vous avez raison.", "verdict": "annulled"}).status_code == 303
    assert state_of(session) is State.CONFIRMED
    client.get(f"{page}/decompte")
    assert "annulée : ce temps compte" in client.text()
    assert "Vous avez raison." in client.text()


def test_a_stranger_finds_no_suspension(
    signed_in: SignedIn, app: Flask, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    with app.app_context():
        act(session, people.actors["agente"], clock, ticket, Verb.PAUSE, public_url=URL)
        other = opened(session, people, clock)
        session.commit()
    pause = session.scalars(select(TicketClockEvent.id).where(TicketClockEvent.kind == EventKind.PAUSED)).one()
    mine, others = ticket.reference, other.reference
    session.rollback()
    stranger, client = signed_in("autre-cliente"), signed_in("cliente")
    assert stranger.get(f"/assistance/{mine}/suspensions/{pause}/contester").status_code == 404
    assert client.get(f"/assistance/{others}/suspensions/{pause}/contester").status_code == 404
    assert stranger.get(f"/assistance/{mine}/prestation/reponse").status_code == 404


def test_a_double_click_on_an_act_does_it_once(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    agent = signed_in("agente")
    page = f"/assistance/{ticket.reference}"
    session.rollback()
    for verb in ("pause", "resume", "restore", "close", "reopen", "dismiss"):
        agent.get(f"{page}/action/{verb}")
        hidden = {field.get("name"): field.get("value", "") for field in agent.tree.cssselect("form.pad input[type=hidden]")}
        boxes = [box.get("value") for box in agent.tree.cssselect("form.pad input[name=sites]")]
        data = {**hidden, "sites": boxes, "body": "Voici.", "reason": "relapse"}
        answers = [agent.post(f"{page}/action/{verb}", data=data) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303], verb
        kinds = session.scalars(select(TicketClockEvent.kind).order_by(TicketClockEvent.id)).all()
        session.rollback()
        assert len(kinds) == len(set(kinds)), verb


def test_two_agents_who_close_at_once_see_each_other(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    first, second = signed_in("agente"), signed_in("responsable")
    page = f"/assistance/{ticket.reference}"
    first.get(f"{page}/action/restore")
    first.submit("form.pad")
    first.get(f"{page}/action/close")
    second.get(f"{page}/action/close")
    assert first.submit("form.pad").status_code == 303
    assert second.submit("form.pad").status_code == 409
    assert "Ce ticket a changé pendant que vous le lisiez." in second.text()
    assert "Clos" in second.text()
    assert state_of(session) is State.CLOSED


def test_a_client_closes_what_is_restored_and_reopens_it_for_a_time(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket, clock: FrozenClock
) -> None:  # FL-12.7
    agent, client = signed_in("agente"), signed_in("cliente")
    page = f"/assistance/{ticket.reference}"
    agent.get(f"{page}/action/restore")
    agent.submit("form.pad")
    client.get(page)
    assert "C’est rétabli : clore" in client.text()
    client.get(f"{page}/action/close")
    assert client.submit("form.pad").status_code == 303
    client.follow()
    assert "possible jusqu’au lundi 7 décembre 2026" in client.text()
    client.get(f"{page}/action/reopen")
    assert client.submit("form.pad", {"body": "En panne.", "reason": "relapse"}).status_code == 303
    assert state_of(session) is State.CONFIRMED
    agent.get(f"{page}/action/restore")
    agent.submit("form.pad")
    clock.advance(timedelta(days=20))
    client = signed_in("cliente")
    client.get(page)
    assert "le délai est passé" in client.text()
    assert client.get(f"{page}/action/reopen").status_code == 409
    assert "nouveau signalement" in client.text()


def test_a_client_takes_its_own_report_back(
    signed_in: SignedIn, app: Flask, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    with app.app_context():
        mine = opened(session, people, clock)
    client, agent = signed_in("cliente"), signed_in("agente")
    assert agent.get(f"/assistance/{mine.reference}/action/cancel").status_code == 403
    client.get(f"/assistance/{mine.reference}")
    assert "Retirer mon signalement" in client.text()
    client.get(f"/assistance/{mine.reference}/action/cancel")
    assert client.submit("form.pad").status_code == 303
    client.follow()
    assert "Signalement retiré par le client" in client.text()
    assert state_of(session) is State.DISMISSED


def test_work_is_offered_by_the_desk_accepted_by_the_client_and_listed_for_both(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket
) -> None:  # FL-12.6a
    agent, client = signed_in("agente"), signed_in("cliente")
    page = f"/assistance/{ticket.reference}"
    agent.get(f"{page}/action/dismiss")
    assert "Proposer plutôt une prestation facturable" in agent.text()
    agent.get(f"{page}/prestation")
    typed = {"what": "Raccorder deux capteurs", "hours": "1,5", "basis": "hourly", "hourly_price": "quatre-vingts"}
    assert agent.submit("form.pad", typed).status_code == 422
    assert "Écrivez un nombre, comme 1,5." in agent.text()
    assert agent.submit("form.pad", {**typed, "basis": "support", "hourly_price": ""}).status_code == 422
    assert "Il reste 0 h de support avancé" in agent.text()
    form = {field.get("name"): field.get("value", "") for field in agent.tree.cssselect("form.pad input[type=hidden]")}
    sent = {**form, **typed, "hourly_price": "90,50 €"}
    assert [agent.post(f"{page}/prestation", data=sent).status_code for _ in range(2)] == [303, 303], "a double click offers once"
    assert session.scalar(select(func.count()).select_from(BillableRequest)) == 1
    session.rollback()
    agent.get(page)
    assert "Interruption programmée" not in agent.text(), "there is no count to leave it out of"
    assert agent.get(f"{page}/programmee").status_code == 200
    client.get(page)
    assert "soit 135,75 € HT au plus" in client.text()
    assert client.get(f"{page}/prestation/fin").status_code == 403
    client.get(f"{page}/prestation/reponse")
    assert client.submit("form.pad", {}).status_code == 422
    assert client.submit("form.pad", {"verdict": "accept"}).status_code == 303
    assert state_of(session) is State.BILLABLE
    agent.get(f"{page}/prestation/fin")
    assert agent.submit("form.pad", {"verdict": "complete", "hours_spent": "2", "body": "Fait."}).status_code == 422
    assert "Le client a accepté 1,5 h" in agent.text()
    assert agent.submit("form.pad", {"verdict": "complete", "hours_spent": "1,25", "body": "Fait."}).status_code == 303
    assert session.scalars(select(BillableRequest.state)).one() is OfferState.DONE
    session.rollback()
    for reader in (agent, client):
        reader.get("/assistance/prestations")
        assert "113,13 €" in reader.text().replace("\N{NO-BREAK SPACE}", " ")
    stranger = signed_in("autre-cliente")
    stranger.get("/assistance/prestations")
    assert "Aucune prestation" in stranger.text()
    assert client.get(f"{page}/prestation/reponse").status_code == 409
