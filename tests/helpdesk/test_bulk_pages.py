"""Acts on many tickets through the real forms, without scripts."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import URL, opened
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.helpdesk.models import BulkJob, Ticket
from webapp.helpdesk.rules.bulk import BulkAct, JobState, Order
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.services import bulk

QUEUE = "/assistance/file"


@pytest.fixture
def tickets(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> list[Ticket]:
    """Three reports of one client."""
    with app.app_context():
        return [opened(session, people, clock, title=f"Panne {number}") for number in range(3)]


def test_ticked_tickets_are_given_a_priority_in_two_steps_and_undone_after_a_reload(
    signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket], clock: FrozenClock
) -> None:
    agent = signed_in("agente")
    agent.get(QUEUE)
    picks = [ticket.reference for ticket in tickets[:2]]
    assert agent.submit("#lot", {"t": picks, "act": "priority"}).status_code == 200
    assert "Cet acte porte sur 2 tickets." in agent.text()
    assert agent.submit("form.pad", {"priority": "1"}).status_code == 303
    assert agent.last.headers["Location"].startswith(QUEUE)
    agent.follow()
    clock.advance(timedelta(minutes=2))
    agent.get(QUEUE)
    assert "2 priorités changées il y a 2 min" in agent.text()
    session.expire_all()
    assert [ticket.priority for ticket in tickets] == [1, 1, 2]
    session.commit()
    assert agent.submit("form[action$='/annulation']").status_code == 303
    agent.follow()
    assert "les tickets sont comme avant" in agent.text()
    session.expire_all()
    assert [ticket.priority for ticket in tickets] == [2, 2, 2]
    agent.get(QUEUE)
    assert "priorités changées" not in agent.text()


def test_an_act_that_clients_read_says_first_what_it_will_do(signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]) -> None:
    agent = signed_in("agente")
    agent.get(QUEUE)
    assert agent.submit("#lot", {"act": "dismiss", "portee": "page"}).status_code == 200
    assert "Cet acte porte sur 3 tickets." in agent.text()
    assert agent.submit("form.pad", {"body": " "}).status_code == 422
    assert "Écrivez le message que chaque client lira." in agent.text()
    assert "Panne 2" in agent.text()
    kept = [f"{ticket.reference}@{ticket.version}" for ticket in tickets[:2]]
    assert agent.submit("form.pad", {"body": "C’était un essai.", "t": kept}).status_code == 303
    session.expire_all()
    assert [ticket.state for ticket in tickets] == [State.DISMISSED, State.DISMISSED, State.REPORTED]


def test_a_message_typed_under_the_queue_is_kept_by_the_page_that_confirms(
    signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]
) -> None:
    agent = signed_in("agente")
    agent.get(QUEUE)
    assert agent.submit("#lot", {"act": "reply", "portee": "page", "body": "Nous regardons."}).status_code == 200
    assert agent.submit("form.pad").status_code == 303
    session.expire_all()
    assert all(ticket.first_responded_at for ticket in tickets)


def test_what_failed_is_listed_with_its_reason_and_can_be_downloaded(
    signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]
) -> None:
    agent = signed_in("agente")
    agent.get(QUEUE)
    picks = [tickets[0].reference, "INC-2026-999999-1", "<script>alert(1)</script>"]
    assert agent.submit("#lot", {"t": picks, "act": "close"}).status_code == 200
    assert "2 références ne sont celles d’aucun ticket." in agent.text()
    token = agent.form("form.pad").cssselect("input[name=csrf_token]")[0].get("value")
    data = {"csrf_token": token, "act": "close", "confirme": "1", "t": picks}
    assert agent.post("/assistance/lots", data=data).status_code == 303
    agent.follow()
    assert "Aucun ticket ne porte cette référence." in agent.text()
    assert "« Clore » n’est plus possible" in agent.text()
    job = session.scalars(select(BulkJob)).one()
    assert (job.done, job.failed) == (0, 3)
    lines = agent.get(f"/assistance/lots/{job.id}/resultats.csv").text.splitlines()
    assert len(lines) == 4
    assert any(line.startswith(tickets[0].reference) and "pas fait" in line for line in lines)


def test_a_double_click_acts_once(signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]) -> None:
    agent = signed_in("agente")
    agent.get(QUEUE)
    agent.submit("#lot", {"act": "tag", "portee": "page"})
    data = {"csrf_token": agent.form("form.pad").cssselect("input[name=csrf_token]")[0].get("value"), "once": "x" * 20}
    data |= {"act": "tag", "tags": "VPN, Réseau", "confirme": "1", "t": tickets[0].reference}
    first, second = (agent.post("/assistance/lots", data=data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert session.scalar(select(func.count()).select_from(BulkJob)) == 1
    session.expire_all()
    assert tickets[0].tags == " reseau vpn "


def test_more_than_500_in_one_request_is_refused_with_the_way_out(signed_in: SignedIn, tickets: list[Ticket]) -> None:
    agent = signed_in("agente")
    agent.get(QUEUE)
    picks = [f"INC-2026-{number:06}-0" for number in range(501)]
    assert agent.submit("#lot", {"t": picks, "act": "tag", "tags": "vpn"}).status_code == 422
    assert "501 tickets en une fois, c’est trop : 500 au plus." in agent.text()
    assert "tous ceux qui correspondent aux filtres" in agent.text()
    agent.get(QUEUE)
    assert agent.submit("#lot", {"act": "tag"}).status_code == 422
    assert "Choisissez au moins un ticket." in agent.text()
    agent.get(QUEUE)
    assert agent.submit("#lot", {"t": tickets[0].reference}).status_code == 422
    assert "Choisissez l’acte à mener." in agent.text()


def test_all_that_match_the_filters_beyond_500_are_left_to_a_job_that_can_be_followed(
    app: Flask,
    signed_in: SignedIn,
    session: GuichetSession,
    tickets: list[Ticket],
    database: Database,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.helpdesk.routes.bulk.MOST_AT_ONCE", 2)
    woken: list[int] = []
    app.extensions["guichet"].work_queued = lambda: woken.append(1)
    agent = signed_in("agente")
    agent.get(f"{QUEUE}?q=panne")
    assert agent.submit("#lot", {"act": "reply", "portee": "filtres"}).status_code == 200
    assert "Cet acte porte sur 3 tickets." in agent.text()
    assert "suivi que vous pouvez arrêter" in agent.text()
    assert agent.submit("form.pad", {"body": "Nous regardons."}).status_code == 303
    assert woken == [1]
    agent.follow()
    assert agent.tree.cssselect("progress")
    assert agent.tree.cssselect("noscript meta[http-equiv=refresh]") or "refresh" in agent.last.text
    bulk.work(database, clock, URL)
    agent.get(agent.last.request.path)
    assert not agent.tree.cssselect("progress")
    assert "3 réponses envoyées" in agent.text()
    assert session.scalars(select(BulkJob.state)).one() is JobState.DONE


def test_a_client_reaches_none_of_it(
    signed_in: SignedIn, session: GuichetSession, people: People, tickets: list[Ticket], app: Flask, clock: FrozenClock
) -> None:
    reference = tickets[0].reference
    with app.app_context():
        job = bulk.run(session, people.actors["agente"], clock, Order(BulkAct.PRIORITY, priority=1), [reference], public_url=URL)
    session.commit()
    client = signed_in("cliente")
    client.get("/assistance")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    for path in ("/assistance/lots", f"/assistance/lots/{job.id}", f"/assistance/lots/{job.id}/resultats.csv"):
        assert client.get(path).status_code == 403
    for path in ("/assistance/lots", f"/assistance/lots/{job.id}/annulation", f"/assistance/lots/{job.id}/arret"):
        assert client.post(path, data={"csrf_token": token, "act": "close", "t": reference}).status_code == 403
    other = signed_in("responsable")
    other.get("/assistance/lots")
    assert "1 priorité changée" in other.text()
    assert other.get("/assistance/lots/987654").status_code == 404


def test_the_pages_of_batches_take_few_statements(
    signed_in: SignedIn, session: GuichetSession, people: People, tickets: list[Ticket], app: Flask, clock: FrozenClock, database: Database
) -> None:
    with app.app_context():
        picks = [ticket.reference for ticket in tickets]
        job = bulk.run(session, people.actors["agente"], clock, Order(BulkAct.PRIORITY, priority=1), picks, public_url=URL)
    session.commit()
    agent = signed_in("agente")
    agent.get("/")
    # The queue reads the days on which the desk keeps other hours besides.
    for path, most in {QUEUE: 7, "/assistance/lots": 6, f"/assistance/lots/{job.id}": 6, "/assistance/lots/champs?act=assign": 6}.items():
        with statements(database.engine) as sent:
            assert agent.get(path).status_code == 200
        assert len(sent) <= most, (path, sent)
