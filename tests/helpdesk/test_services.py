"""The verbs of the help desk on a real database: state, clock, evidence and mail together (FL-12)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import People
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import URL, opened, report
from webapp.accounts.models import Account
from webapp.clock import FrozenClock
from webapp.contracts.models import Site
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.clockwork import stored_events, tell
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import Ticket, TicketMessage, TicketSite
from webapp.helpdesk.queries.searching import search
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.rules.clock import Reason
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.reference import parse_reference
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.services import Client, Contact, Qualification, act, assign, note, open_ticket, qualify, reply
from webapp.outbox.models import OutboxMessage
from webapp.worktime import Territory


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    """Mails and messages are written in a language, which an application holds."""
    with app.app_context():
        yield


def acts(session: GuichetSession) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("ticket.%")).order_by(AuditEvent.id)))


def subjects(session: GuichetSession) -> list[str]:
    return list(session.scalars(select(OutboxMessage.subject).order_by(OutboxMessage.id)))


def qualified(session: GuichetSession, people: People, clock: FrozenClock, *, in_house: bool = True) -> Ticket:
    """A ticket that an agent has qualified, under four business hours."""
    ticket = opened(session, people, clock)
    four_hours = Commitment(desk_hours(), restoration=Target(time=timedelta(hours=4)), in_house=in_house)
    found = Qualification(four_hours, ServiceType.IN_HOUSE, (), 1)
    qualify(session, people.actors["agente"], clock, ticket, found)
    session.commit()
    return ticket


def test_references_follow_each_other_and_start_again_each_year(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    # FL-12.5c
    first, second = (opened(session, people, clock) for _ in range(2))
    clock.set(paris("2027-01-01 00:00"))
    third = opened(session, people, clock)
    assert [parse_reference(ticket.reference).counter for ticket in (first, second, third)] == [1, 2, 1]
    assert third.reference.startswith("INC-2027-000001-")


def test_a_whole_life_leaves_one_audit_event_an_act(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    agent, client = people.actors["agente"], people.actors["cliente"]
    ticket = qualified(session, people, clock)
    clock.advance(timedelta(minutes=10))
    act(session, agent, clock, ticket, Verb.CONFIRM, public_url=URL)
    assign(session, agent, clock, ticket, agent.account_id, agent.name)
    clock.advance(timedelta(minutes=10))
    act(session, agent, clock, ticket, Verb.ASK_CLIENT, text="Quel modèle ?", public_url=URL)
    clock.advance(timedelta(minutes=10))
    reply(session, client, clock, ticket, "Celui de 2025.", public_url=URL)
    assert ticket.state is State.CONFIRMED
    clock.advance(timedelta(minutes=10))
    act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL)
    assert ticket.due_at is None
    assert ticket.restoration_due_at is None
    clock.advance(timedelta(minutes=40))
    act(session, agent, clock, ticket, Verb.RESUME, public_url=URL)
    assert ticket.due_at == paris("2026-11-23 16:10")
    note(session, agent, clock, ticket, "Alimentation remplacée.", public_url=URL)
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    act(session, agent, clock, ticket, Verb.CLOSE, public_url=URL)
    session.commit()
    assert (ticket.state, ticket.is_open, ticket.business_seconds, ticket.paused_seconds) == (State.CLOSED, False, 2400, 2400)
    assert ticket.elapsed_seconds == 2400
    assert acts(session) == [
        "ticket.opened", "ticket.qualified", "ticket.confirmed", "ticket.assigned", "ticket.client_asked", "ticket.client_answered",
        "ticket.paused", "ticket.resumed", "ticket.noted", "ticket.restored", "ticket.closed",
    ]  # fmt: skip
    said = [subject.partition("] ")[2].partition(" :")[0] for subject in subjects(session)]
    assert said == [
        "Signalement reçu", "Interruption confirmée", "Votre réponse est attendue", "Le client a écrit", "Accès au site demandé",
        "Accès au site obtenu", "Service rétabli", "Incident clos",
    ]  # fmt: skip


def test_the_stored_figures_are_those_of_the_replayed_events(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    # FL-12.7
    agent = people.actors["agente"]
    ticket = qualified(session, people, clock)
    act(session, agent, clock, ticket, Verb.CONFIRM, public_url=URL)
    clock.advance(timedelta(days=1, hours=3, minutes=7, seconds=13))
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    act(session, agent, clock, ticket, Verb.CLOSE, public_url=URL)
    session.commit()
    sums = tell(ticket, stored_events(session, ticket.id), clock.now() + timedelta(days=90)).durations()
    assert (ticket.business_seconds, ticket.elapsed_seconds) == (sums.business.total_seconds(), sums.elapsed.total_seconds())
    assert ticket.restored_at is not None
    assert ticket.restoration_due_at is not None
    assert ticket.restored_at > ticket.restoration_due_at


def test_a_first_public_word_of_the_desk_is_the_first_response(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:  # FL-12.1
    ticket = opened(session, people, clock)
    assert ticket.due_at == ticket.first_response_due_at == paris("2026-11-25 10:00")
    note(session, people.actors["agente"], clock, ticket, "Vu.", public_url=URL)
    reply(session, people.actors["cliente"], clock, ticket, "Toujours en panne.", public_url=URL)
    assert ticket.first_responded_at is None
    clock.advance(timedelta(minutes=5))
    reply(session, people.actors["agente"], clock, ticket, "Nous regardons.", public_url=URL)
    assert ticket.first_responded_at == clock.now()
    assert ticket.due_at == ticket.restoration_due_at


def test_a_dismissed_ticket_has_no_duration_and_counts_from_its_start_when_reopened(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    agent = people.actors["agente"]
    ticket = qualified(session, people, clock)
    act(session, agent, clock, ticket, Verb.DISMISS, text="Réglage de votre poste.", public_url=URL)
    assert (ticket.state, ticket.elapsed_seconds, ticket.due_at, ticket.is_open) == (State.DISMISSED, None, None, False)
    clock.advance(timedelta(hours=1))
    act(session, agent, clock, ticket, Verb.REOPEN, text="À revoir.", reason=Reason.RELAPSE, public_url=URL)
    session.commit()
    assert (ticket.state, ticket.is_open, ticket.closed_at) == (State.QUALIFIED, True, None)
    assert tell(ticket, stored_events(session, ticket.id), clock.now()).durations().business == timedelta(hours=1)


def test_a_client_may_contest_a_restoration(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    agent, client = people.actors["agente"], people.actors["cliente"]
    ticket = qualified(session, people, clock)
    act(session, agent, clock, ticket, Verb.CONFIRM, public_url=URL)
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    clock.advance(timedelta(minutes=30))
    act(session, client, clock, ticket, Verb.REOPEN, text="Toujours rien.", reason=Reason.RELAPSE, public_url=URL)
    session.commit()
    assert ticket.state is State.CONFIRMED
    assert ticket.restored_at is None
    assert tell(ticket, stored_events(session, ticket.id), clock.now()).durations().business == timedelta()
    with pytest.raises(Conflict):
        act(session, client, clock, ticket, Verb.CLOSE, public_url=URL)


def test_qualifying_changes_the_deadline_with_the_level_and_keeps_the_pauses(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    # FL-12.5c
    agent = people.actors["agente"]
    ticket = qualified(session, people, clock)
    assert ticket.restoration_due_at == paris("2026-11-23 15:30")
    act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL)
    clock.advance(timedelta(hours=1))
    act(session, agent, clock, ticket, Verb.RESUME, public_url=URL)
    eight = Commitment(desk_hours(), restoration=Target(time=timedelta(hours=8)), in_house=True)
    qualify(session, agent, clock, ticket, Qualification(eight, ServiceType.IN_HOUSE, (), 2))
    assert ticket.restoration_due_at == paris("2026-11-24 11:00")


def test_a_ticket_that_changes_client_goes_with_all_that_hangs_on_it(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    # FL-12.5c, FL-7.1
    agent, old, new = people.actors["agente"], people.organisations["client"], people.organisations["autre-client"]
    ticket = qualified(session, people, clock)
    site = Site(
        organisation_id=old.id, name="Siège", address="", timezone="Europe/Paris", territory=Territory.METROPOLITAN, created_at=clock.now()
    )
    session.add(site)
    session.flush()
    session.add(TicketSite(organisation_id=old.id, ticket_id=ticket.id, site_id=site.id))
    act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL)
    clock.advance(timedelta(hours=1))
    act(session, agent, clock, ticket, Verb.RESUME, public_url=URL)
    note(session, agent, clock, ticket, "L’appel venait de la Société Bêta.", public_url=URL)
    session.commit()
    eight = Commitment(desk_hours(), restoration=Target(time=timedelta(hours=8)), in_house=True)
    found = Qualification(
        eight,
        ServiceType.IN_HOUSE,
        (),
        2,
        client=Client(new.id, new.name),
        contact=Contact("Paul Roy", "01 99 00 11 22", "paul@exemple.invalid"),
    )
    with pytest.raises(Conflict):
        qualify(session, agent, clock, ticket, found, seen_version=ticket.version - 1)
    qualify(session, agent, clock, ticket, found, seen_version=ticket.version)
    session.commit()
    assert {row.organisation_id for row in stored_events(session, ticket.id)} == {new.id}
    owners = select(TicketMessage.organisation_id).where(TicketMessage.ticket_id == ticket.id).distinct()
    assert session.scalars(owners).all() == [new.id]
    assert session.scalar(select(func.count()).select_from(TicketSite)) == 0
    assert (ticket.notified_at, ticket.restoration_due_at) == (paris("2026-11-23 10:00"), paris("2026-11-24 11:00"))
    with pytest.raises(NotFound):
        get_ticket(session, people.actors["cliente"], ticket.reference)
    assert get_ticket(session, people.actors["autre-cliente"], ticket.reference) is ticket
    assert search(session, agent, f"{new.name} excel")
    told = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "ticket.qualified").order_by(AuditEvent.id.desc())).first()
    assert told is not None
    assert (told["before"]["client"], told["after"]["client"]) == (old.id, new.id)
    assert (told["before"]["sites"], told["after"]["sites"], told["after"]["contact"]) == ([site.id], [], "Paul Roy")
    reply(session, agent, clock, ticket, "Bonjour", public_url=URL)
    assert session.scalars(select(OutboxMessage.recipient).order_by(OutboxMessage.id.desc())).first() == "paul@exemple.invalid"


def test_the_agent_in_charge_gets_one_mail_until_they_act_again(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    agent, client = people.actors["agente"], people.actors["cliente"]
    account = session.get(Account, agent.account_id)
    assert account is not None
    ticket = qualified(session, people, clock)

    def mails_to_agent() -> list[str]:
        rows = session.scalars(select(OutboxMessage.subject).where(OutboxMessage.recipient == account.email).order_by(OutboxMessage.id))
        return [subject.partition("] ")[2].partition(" :")[0] for subject in rows]

    reply(session, client, clock, ticket, "Toujours en panne.", public_url=URL)
    assert mails_to_agent() == [], "nobody is in charge"
    assign(session, agent, clock, ticket, agent.account_id, agent.name)
    for words_ in ("Alors ?", "Et maintenant ?"):
        reply(session, client, clock, ticket, words_, public_url=URL)
    assert mails_to_agent() == ["Le client a écrit"]
    act(session, agent, clock, ticket, Verb.CONFIRM, public_url=URL)
    act(session, agent, clock, ticket, Verb.ASK_CLIENT, text="Quel poste ?", public_url=URL)
    reply(session, client, clock, ticket, "Tous.", public_url=URL)
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    act(session, client, clock, ticket, Verb.REOPEN, text="Toujours rien.", reason=Reason.RELAPSE, public_url=URL)
    assert mails_to_agent() == ["Le client a écrit", "Le client a écrit", "Rouvert par le client"]
    note(session, agent, clock, ticket, "Vu.", public_url=URL)
    account.mail_notices = False
    reply(session, client, clock, ticket, "Alors ?", public_url=URL)
    assert len(mails_to_agent()) == 3
    body = session.scalars(select(OutboxMessage.body).where(OutboxMessage.recipient == account.email)).first()
    assert body is not None
    assert "Alors" not in body
    assert f"/assistance/{ticket.reference}" in body


def test_a_stale_page_is_refused_and_changes_nothing(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    agent = people.actors["agente"]
    ticket = qualified(session, people, clock)
    seen = ticket.version
    act(session, people.actors["responsable"], clock, ticket, Verb.CONFIRM, public_url=URL, seen_version=seen)
    session.commit()
    for attempt in (
        lambda: act(session, agent, clock, ticket, Verb.DISMISS, text="Non.", public_url=URL, seen_version=seen),
        lambda: reply(session, agent, clock, ticket, "Bonjour", public_url=URL, seen_version=seen),
        lambda: assign(session, agent, clock, ticket, agent.account_id, agent.name, seen_version=seen),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert session.scalar(select(func.count()).select_from(TicketMessage)) == 1


def test_somebody_elses_ticket_does_not_exist(session: GuichetSession, people: People, clock: FrozenClock) -> None:  # FL-7.1
    ticket = opened(session, people, clock)
    other = people.actors["autre-cliente"]
    with pytest.raises(NotFound):
        get_ticket(session, other, ticket.reference)
    with pytest.raises(NotFound):
        reply(session, other, clock, ticket, "Bonjour", public_url=URL)
    with pytest.raises(Forbidden):
        note(session, people.actors["cliente"], clock, ticket, "Bonjour", public_url=URL)
    for ministry in ("nationale", "regionale", "administratrice", "chargee"):
        with pytest.raises(NotFound):
            get_ticket(session, people.actors[ministry], ticket.reference)


def test_only_the_desk_opens_for_somebody_else_and_never_in_the_future(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    target = Client(people.organisations["client"].id, "Société Alpha")
    commitment = Commitment(desk_hours())
    called = clock.now() - timedelta(minutes=12)
    with pytest.raises(Forbidden):
        open_ticket(session, people.actors["declarante"], clock, report=report(), client=target, commitment=commitment, public_url=URL)
    with pytest.raises(Invalid):
        open_ticket(
            session, people.actors["agente"], clock, report=report(), client=target, commitment=commitment, public_url=URL,
            called_at=clock.now() + timedelta(minutes=1),
        )  # fmt: skip
    ticket = open_ticket(
        session, people.actors["agente"], clock, report=report(), client=target, commitment=commitment, public_url=URL, called_at=called
    )
    assert (ticket.notified_at, ticket.by_phone) == (called, True)


def test_a_ticket_is_found_by_number_however_spelled_by_words_and_by_client(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    ticket = opened(session, people, clock, title="Saisie des œuvres perdue")
    agent = people.actors["agente"]
    for query in (ticket.reference.lower().replace("-", " "), "oeuvres", "société alpha saisie"):
        found = search(session, agent, query)
        assert [row.url_values for row in found] == [{"reference": ticket.reference}], query
    assert not search(session, people.actors["autre-cliente"], "oeuvres")
    assert not search(session, agent, "%")


def test_simultaneous_reports_never_share_a_number(app: Flask, people: People, clock: FrozenClock, database: Database) -> None:
    client = people.actors["cliente"]

    def one(_: int) -> str:
        with app.app_context(), database.transaction(client) as session:
            ticket = open_ticket(
                session,
                client,
                clock,
                report=report(),
                client=Client(client.organisation_id or 0, client.organisation_name),
                commitment=Commitment(desk_hours()),
                public_url=URL,
            )
            return ticket.reference

    with ThreadPoolExecutor(4) as pool:
        references = list(pool.map(one, range(12)))
    assert sorted(parse_reference(reference).counter for reference in references) == list(range(1, 13))
