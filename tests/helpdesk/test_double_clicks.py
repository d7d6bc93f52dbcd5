"""A double click on any button of a ticket's clock does its act once, and is no conflict with oneself."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from tests.contracts.conftest import Signed
from tests.helpdesk.calendars import paris
from tests.helpdesk.test_shifting import under_contract
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketMessage
from webapp.helpdesk.rules.clock import EventKind
from webapp.outbox.models import OutboxMessage
from webapp.service_status.models import Notice
from webapp.service_status.rules import Health, Kind
from webapp.service_status.rules import State as NoticeState


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed: Signed) -> Ticket:
    """A report of the client, at two sites, under its In-House contract."""
    with app.app_context():
        made = under_contract(session, people, clock, signed.strasbourg, signed.reunion)
    clock.advance(timedelta(minutes=30))
    return made


def traces(session: GuichetSession) -> list[int]:
    """Count all that an act leaves: clock events, messages, mails, evidence."""
    left = (TicketClockEvent, TicketMessage, OutboxMessage, AuditEvent)
    rows = [session.scalar(select(func.count()).select_from(model)) for model in left]
    session.rollback()
    return [count or 0 for count in rows]


def twice(
    session: GuichetSession, who: CheckingClient, path: str, form: str, values: dict[str, object] | None = None, button: str | None = None
) -> str:
    """Send a form two times, as an impatient finger does, and say what is wrong with it: nothing when it was done exactly once.

    The second sending has to lead where the first did, and to leave nothing.
    """
    before = traces(session)
    who.get(path)
    shown = who.last
    first = who.submit(form, values or {}, button) if button else who.submit(form, values or {})
    once = traces(session)
    who.last = shown
    second = who.submit(form, values or {}, button) if button else who.submit(form, values or {})
    if (first.status_code, second.status_code) != (303, 303):
        return f"{path} {button}: answered {first.status_code}, then {second.status_code}"
    if first.headers["Location"] != second.headers["Location"]:
        return f"{path} {button}: led to {first.headers['Location']}, then to {second.headers['Location']}"
    if once == before:
        return f"{path} {button}: did nothing"
    return "" if traces(session) == once else f"{path} {button}: was done twice"


def test_from_the_report_to_the_end_of_the_interruption(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket, clock: FrozenClock
) -> None:
    agent, client = signed_in("agente"), signed_in("cliente")
    page = f"/assistance/{ticket.reference}"
    session.rollback()
    assert not twice(session, agent, page, "form.act[action$=attribution]")  # takes the ticket
    assert not twice(session, agent, f"{page}/attribution", "form.pad", {"assignee": ""})
    assert not twice(session, agent, f"{page}/qualifier", "form.pad")
    for button in ("Demander au client", "Reprendre sans attendre"):
        assert not twice(session, agent, page, "#reponse", {"body": "Depuis quand ?"}, button)
    assert not twice(session, agent, page, "#reponse", {"body": "C’est bien une interruption."}, "Confirmer l’interruption")
    assert not twice(session, agent, f"{page}/niveau", "#niveau", {"reason": "Le client a changé de formule"})
    assert not twice(session, agent, page, "#reponse", {"body": "Nous devons passer."}, "Demander l’accès au site")
    paused = session.scalars(select(TicketClockEvent.id).where(TicketClockEvent.kind == EventKind.PAUSED)).one()
    session.rollback()
    assert not twice(session, client, f"{page}/suspensions/{paused}/contester", "form.pad", {"body": "Le local était ouvert."})
    assert not twice(
        session, agent, f"{page}/suspensions/{paused}/repondre", "form.pad", {"verdict": "upheld", "body": "Personne n’a ouvert."}
    )
    assert not twice(session, agent, page, "#reponse", {"body": "Nous y sommes."}, "Accès obtenu")
    assert not twice(session, agent, page, "#reponse", {"body": "C’est rétabli."}, "Rétabli")
    assert not twice(session, client, f"{page}/action/close", "form.pad")
    assert not twice(session, client, f"{page}/action/reopen", "form.pad", {"body": "Toujours en panne.", "reason": "not_restored"})


def test_work_that_is_no_interruption(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:  # FL-12.6a
    agent, client = signed_in("agente"), signed_in("cliente")
    page = f"/assistance/{ticket.reference}"
    session.rollback()
    offer = {"what": "Raccorder deux capteurs", "hours": "1,5", "basis": "hourly", "hourly_price": "90"}
    assert not twice(session, agent, f"{page}/prestation", "form.pad", offer)
    assert not twice(session, client, f"{page}/prestation/reponse", "form.pad", {"verdict": "refuse", "body": "Trop cher."})
    assert not twice(session, agent, f"{page}/prestation", "form.pad", offer)
    assert not twice(session, client, f"{page}/prestation/reponse", "form.pad", {"verdict": "accept"})
    assert not twice(session, agent, f"{page}/prestation/fin", "form.pad", {"verdict": "complete", "hours_spent": "1", "body": "Fait."})


def test_what_the_client_takes_back(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    session.rollback()
    assert not twice(session, signed_in("cliente"), f"/assistance/{ticket.reference}/action/cancel", "form.pad")


def test_a_planned_interruption_left_out(
    signed_in: SignedIn, session: GuichetSession, ticket: Ticket, clock: FrozenClock
) -> None:  # FL-12.8
    start, end = clock.now() + timedelta(minutes=20), clock.now() + timedelta(minutes=80)
    times = {"starts_at": start, "announced_at": start, "expected_minutes": 60, "expected_end_at": end, "ended_at": end}
    over = {"state": NoticeState.ENDED, "over": True}
    session.add(Notice(kind=Kind.PLANNED, health=Health.MAINTENANCE, title="Mise à jour des serveurs", **times, **over))
    session.commit()
    session.rollback()
    clock.set(paris("2026-11-23 14:00"))
    assert not twice(session, signed_in("agente"), f"/assistance/{ticket.reference}/programmee", "form[novalidate]")
