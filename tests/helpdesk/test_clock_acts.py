"""Acts on the clock on a real database: some sites only, contests, the client's own acts, work that may be billed (FL-12.4 to 12.7)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import URL, opened, report
from webapp.clock import FrozenClock
from webapp.contracts.models import Contract, ServiceLevel, ServiceLevelVersion, Site
from webapp.contracts.rules import Hosting, Plan
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.clockwork import stored_events, stored_sites
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketSite
from webapp.helpdesk.queries.billable import support_hours_left
from webapp.helpdesk.queries.contests import open_contests
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.rules.billable import OfferState
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.services import Client, Details, Qualification, act, open_ticket, qualify
from webapp.helpdesk.services.billable import Offer, answer_offer, complete, propose, withdraw
from webapp.helpdesk.services.contests import answer, contest
from webapp.outbox.models import OutboxMessage
from webapp.worktime import Territory

FOUR_HOURS = Target(time=timedelta(hours=4))
PLACES = (("Atelier du Port", Territory.REUNION, "Indian/Reunion"), ("Siège", Territory.METROPOLITAN, "Europe/Paris"))


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    """Mails and messages are written in a language, which an application holds."""
    with app.app_context():
        yield


@pytest.fixture
def sites(session: GuichetSession, people: People, clock: FrozenClock) -> dict[str, int]:
    """Two sites of the client, three hours apart, by name."""
    owner = people.organisations["client"].id
    rows = [
        Site(organisation_id=owner, name=name, address="", territory=territory, timezone=zone, created_at=clock.now())
        for name, territory, zone in PLACES
    ]
    session.add_all(rows)
    session.commit()
    return {row.name: row.id for row in rows}


@pytest.fixture
def ticket(session: GuichetSession, people: People, clock: FrozenClock, sites: dict[str, int]) -> Ticket:
    """A confirmed interruption of both sites, In-House, under four hours, notified on Monday at 10:00."""
    client, agent = people.actors["cliente"], people.actors["agente"]
    promise = Commitment(desk_hours(), restoration=FOUR_HOURS, in_house=True)
    owner = Client(client.organisation_id or 0, client.organisation_name)
    hit = tuple(sites.values())
    made = open_ticket(session, client, clock, report=report(site_ids=hit), client=owner, commitment=promise, public_url=URL)
    qualify(session, agent, clock, made, Qualification(promise, ServiceType.IN_HOUSE, hit, 1))
    act(session, agent, clock, made, Verb.CONFIRM, public_url=URL)
    session.commit()
    return made


def site(session: GuichetSession, ticket: Ticket, site_id: int) -> TicketSite:
    return next(row for row in stored_sites(session, ticket.id) if row.site_id == site_id)


def last_audit(session: GuichetSession) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first() or pytest.fail("no evidence")


def mails(session: GuichetSession) -> list[str]:
    rows = session.scalars(select(OutboxMessage.subject).order_by(OutboxMessage.id))
    return [subject.partition("] ")[2].partition(" :")[0] for subject in rows]


def test_each_site_has_its_calendar_deadline_and_durations(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, sites: dict[str, int]
) -> None:  # FL-12.4
    agent, port, head = people.actors["agente"], sites["Atelier du Port"], sites["Siège"]
    assert site(session, ticket, port).calendar == "desk-1:974:Indian/Reunion"
    assert site(session, ticket, port).restoration_due_at == paris("2026-11-23 14:30"), "10:00 in Paris is the midday break there"
    assert site(session, ticket, head).restoration_due_at == paris("2026-11-23 15:30")
    assert ticket.restoration_due_at == ticket.due_at == paris("2026-11-23 14:30")
    clock.advance(timedelta(hours=1))
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL, details=Details(site_ids=(head,)))
    assert (ticket.state, ticket.restored_at, ticket.restoration_due_at) == (State.CONFIRMED, None, paris("2026-11-23 14:30"))
    assert site(session, ticket, head).business_seconds == 3600
    assert (site(session, ticket, port).restored_at, site(session, ticket, port).business_seconds) == (None, None)
    assert last_audit(session).detail["sites"] == [head]
    clock.advance(timedelta(hours=4))
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    assert (ticket.state, ticket.restored_at) == (State.RESTORED, paris("2026-11-23 15:00"))
    act(session, agent, clock, ticket, Verb.CLOSE, public_url=URL)
    session.commit()
    worst = site(session, ticket, port)
    assert (ticket.business_seconds, ticket.elapsed_seconds) == (worst.business_seconds, worst.elapsed_seconds)
    assert worst.business_seconds == 4.5 * 3600
    assert (ticket.restored_at or paris("2026-01-01 00:00")) > (ticket.restoration_due_at or paris("2027-01-01 00:00")), "late at one site"


def test_a_pause_may_concern_one_site_and_says_who_asked_and_what_shows_it(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, sites: dict[str, int]
) -> None:  # FL-12.6b
    agent, port, head = people.actors["agente"], sites["Atelier du Port"], sites["Siège"]
    details = Details(site_ids=(port,), asked_by="Hugues, gardien", evidence="Appel de 10 h 05")
    act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL, details=details)
    assert (ticket.state, ticket.restoration_due_at) == (State.WAITING_ACCESS, paris("2026-11-23 15:30"))
    row = stored_events(session, ticket.id)[-1]
    assert (row.kind, row.site_id, row.asked_by, row.evidence) == (EventKind.PAUSED, port, "Hugues, gardien", "Appel de 10 h 05")
    act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL, details=Details(site_ids=(head,)))
    assert ticket.due_at is None
    with pytest.raises(Conflict):
        act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL)
    clock.advance(timedelta(hours=1))
    act(session, agent, clock, ticket, Verb.RESUME, public_url=URL, details=Details(site_ids=(head,)))
    assert (ticket.state, ticket.restoration_due_at) == (State.WAITING_ACCESS, paris("2026-11-23 16:30"))
    act(session, agent, clock, ticket, Verb.RESUME, public_url=URL)
    assert ticket.state is State.CONFIRMED
    with pytest.raises(Invalid):
        act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL, details=Details(site_ids=(999,)))


def test_one_site_is_reopened_alone_and_a_requalified_ticket_leaves_its_pause_with_the_site(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, sites: dict[str, int]
) -> None:
    agent, port, head = people.actors["agente"], sites["Atelier du Port"], sites["Siège"]
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL, details=Details(site_ids=(head,)))
    clock.advance(timedelta(minutes=30))
    again = Details(site_ids=(head,), reason=Reason.NOT_RESTORED)
    act(session, people.actors["cliente"], clock, ticket, Verb.REOPEN, text="Toujours rien au siège.", public_url=URL, details=again)
    assert (ticket.state, site(session, ticket, head).restored_at) == (State.CONFIRMED, None)
    act(session, agent, clock, ticket, Verb.PAUSE, public_url=URL, details=Details(site_ids=(port,)))
    promise = Commitment(desk_hours(), restoration=FOUR_HOURS, in_house=True)
    qualify(session, agent, clock, ticket, Qualification(promise, ServiceType.IN_HOUSE, (head,), 1))
    assert (ticket.state, ticket.restoration_due_at) == (State.CONFIRMED, paris("2026-11-23 15:30"))
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL, details=Details(site_ids=(head,)))
    assert ticket.state is State.RESTORED


def test_the_level_says_what_may_suspend(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> None:
    level = ServiceLevel(code="strict", label="Strict", is_default=False, created_at=clock.now())
    session.add(level)
    session.flush()
    version = ServiceLevelVersion(
        service_level_id=level.id,
        number=1,
        in_force_from=date(2026, 1, 1),
        response_days=2,
        restoration_days=2,
        hours_code="desk-1",
        pauses_allowed="planned",
        reopening_days=1,
        created_at=clock.now(),
    )
    session.add(version)
    session.flush()
    ticket.level_version_id = version.id
    with pytest.raises(Conflict):
        act(session, people.actors["agente"], clock, ticket, Verb.PAUSE, public_url=URL)
    act(session, people.actors["agente"], clock, ticket, Verb.RESTORE, public_url=URL)
    assert ticket.reopen_until == paris("2026-11-24 10:00"), "one business day"


def paused(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket) -> int:
    act(session, people.actors["agente"], clock, ticket, Verb.PAUSE, public_url=URL)
    session.commit()
    clock.advance(timedelta(hours=1))
    return stored_events(session, ticket.id)[-1].id


def test_a_client_contests_a_pause_once_and_an_answer_is_owed(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:  # FL-12.6b
    agent, client = people.actors["agente"], people.actors["cliente"]
    ticket.assignee_id = agent.account_id
    pause = paused(session, people, clock, ticket)
    with pytest.raises(Invalid):
        contest(session, client, clock, ticket, pause, "  ", public_url=URL)
    with pytest.raises(Forbidden):
        contest(session, agent, clock, ticket, pause, "Non.", public_url=URL)
    with pytest.raises(NotFound):
        contest(session, client, clock, ticket, pause - 1, "Ce n’est pas une suspension.", public_url=URL)
    with pytest.raises(NotFound):
        contest(session, people.actors["autre-cliente"], clock, ticket, pause, "Pas la mienne.", public_url=URL)
    contest(session, client, clock, ticket, pause, "Le local était ouvert.", public_url=URL)
    session.commit()
    [owed] = open_contests(session)
    assert (owed.reference, owed.pause_id, owed.contested_by, owed.due_at) == (
        ticket.reference, pause, client.name, paris("2026-11-25 11:00"),
    )  # fmt: skip
    assert open_contests(session, assignee_id=(agent.account_id or 0) + 1) == []
    assert mails(session)[-2:] == ["Contestation reçue", "Suspension contestée par le client"]
    assert last_audit(session).action == "ticket.pause_contested"
    with pytest.raises(Conflict):
        contest(session, client, clock, ticket, pause, "Encore.", public_url=URL)


@pytest.mark.parametrize("upheld", [True, False])
def test_the_desk_answers_a_contest_and_an_annulled_pause_counts_again(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, upheld: bool
) -> None:
    agent, client = people.actors["agente"], people.actors["cliente"]
    pause = paused(session, people, clock, ticket)
    contest(session, client, clock, ticket, pause, "Le local était ouvert.", public_url=URL)
    with pytest.raises(Forbidden):
        answer(session, client, clock, ticket, pause, upheld=False, text="Annulée.", public_url=URL)
    with pytest.raises(Invalid):
        answer(session, agent, clock, ticket, pause, upheld=upheld, text="", public_url=URL)
    with pytest.raises(Conflict):
        answer(session, agent, clock, ticket, pause, upheld=upheld, text="Vu.", public_url=URL, seen_version=ticket.version - 1)
    rows = len(stored_events(session, ticket.id))
    answer(session, agent, clock, ticket, pause, upheld=upheld, text="Registre du gardien.", public_url=URL)
    session.commit()
    assert len(stored_events(session, ticket.id)) == rows + 1, "nothing is deleted"
    assert open_contests(session) == []
    if upheld:
        assert (ticket.state, ticket.restoration_due_at) == (State.WAITING_ACCESS, None)
    else:
        assert (ticket.state, ticket.restoration_due_at) == (State.CONFIRMED, paris("2026-11-23 14:30"))
    assert mails(session)[-1] == "Réponse à votre contestation"
    assert last_audit(session).detail["upheld"] is upheld
    with pytest.raises(Conflict):
        answer(session, agent, clock, ticket, pause, upheld=upheld, text="Encore.", public_url=URL)


def test_a_pause_can_be_annulled_after_closing_and_the_durations_follow(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:  # FL-12.7
    agent, client = people.actors["agente"], people.actors["cliente"]
    pause = paused(session, people, clock, ticket)
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    act(session, agent, clock, ticket, Verb.CLOSE, public_url=URL)
    assert (ticket.elapsed_seconds, ticket.paused_seconds) == (0, 3600)
    contest(session, client, clock, ticket, pause, "Le local était ouvert.", public_url=URL)
    answer(session, agent, clock, ticket, pause, upheld=False, text="C’est vrai.", public_url=URL)
    session.commit()
    assert (ticket.state, ticket.elapsed_seconds, ticket.paused_seconds) == (State.CLOSED, 3600, 0)
    clock.advance(timedelta(days=30))
    with pytest.raises(Conflict):
        contest(session, client, clock, ticket, pause, "Trop tard.", public_url=URL)


def test_a_client_closes_and_reopens_within_the_time_of_its_level(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:  # FL-12.7
    agent, client = people.actors["agente"], people.actors["cliente"]
    with pytest.raises(Conflict):
        act(session, client, clock, ticket, Verb.CLOSE, public_url=URL)
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    assert ticket.reopen_until == paris("2026-12-07 10:00"), "ten business days"
    act(session, client, clock, ticket, Verb.CLOSE, public_url=URL)
    assert (ticket.state, mails(session)[-1]) == (State.CLOSED, "Incident clos")
    clock.set(paris("2026-12-07 10:00"))
    relapse = Details(reason=Reason.RELAPSE)
    act(session, client, clock, ticket, Verb.REOPEN, text="De nouveau en panne.", public_url=URL, details=relapse)
    assert (ticket.state, ticket.is_open, ticket.reopen_until) == (State.CONFIRMED, True, None)
    act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    clock.set(paris("2026-12-21 10:01"))
    with pytest.raises(Conflict, match="nouveau signalement"):
        act(session, client, clock, ticket, Verb.REOPEN, text="Encore.", public_url=URL, details=relapse)
    act(session, agent, clock, ticket, Verb.REOPEN, text="Nous le rouvrons.", public_url=URL, details=relapse)
    assert ticket.state is State.CONFIRMED


def test_a_client_takes_a_report_back_while_nobody_has_looked_at_it(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    client = people.actors["cliente"]
    mine = opened(session, people, clock)
    clock.advance(timedelta(minutes=5))
    act(session, client, clock, mine, Verb.CANCEL, public_url=URL)
    row = stored_events(session, mine.id)[-1]
    assert (mine.state, row.kind, row.reason) == (State.DISMISSED, EventKind.NOT_INTERRUPTION, Reason.WITHDRAWN)
    assert last_audit(session).action == "ticket.cancelled"
    with pytest.raises(Conflict):
        act(session, client, clock, ticket, Verb.CANCEL, public_url=URL)


HOURLY = Offer("Raccorder deux capteurs.", Decimal("1.5"), Decimal("90.50"))


def test_work_is_offered_accepted_and_closed_with_the_hours_spent(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:  # FL-12.6a
    agent, client = people.actors["agente"], people.actors["cliente"]
    clock.advance(timedelta(minutes=30))
    request = propose(session, agent, clock, ticket, HOURLY, text="Vos capteurs ont été déplacés.", public_url=URL)
    assert (ticket.state, ticket.due_at, ticket.is_open) == (State.QUOTED, None, True)
    assert stored_events(session, ticket.id)[-1].kind is EventKind.NOT_INTERRUPTION
    assert mails(session)[-1] == "Prestation proposée, votre accord est attendu"
    with pytest.raises(Conflict):
        answer_offer(session, agent, clock, ticket, accept=True, public_url=URL)
    answer_offer(session, client, clock, ticket, accept=True, public_url=URL)
    assert (ticket.state, request.state, request.answered_by) == (State.BILLABLE, OfferState.ACCEPTED, client.name)
    for spent in (Decimal(2), Decimal("0.1"), Decimal(0)):
        with pytest.raises(Invalid):
            complete(session, agent, clock, ticket, hours_spent=spent, text="Fait.", public_url=URL)
    complete(session, agent, clock, ticket, hours_spent=Decimal("1.25"), text="Fait.", public_url=URL)
    session.commit()
    assert (ticket.state, ticket.is_open, ticket.elapsed_seconds) == (State.DISMISSED, False, None)
    assert (request.state, request.hours_spent) == (OfferState.DONE, Decimal("1.25"))
    actions = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))[-3:]
    assert actions == ["ticket.work_proposed", "ticket.work_accepted", "ticket.work_done"]


def test_refused_or_withdrawn_work_closes_the_ticket_and_can_be_offered_again(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    agent, client = people.actors["agente"], people.actors["cliente"]
    first = propose(session, agent, clock, ticket, HOURLY, public_url=URL)
    answer_offer(session, client, clock, ticket, accept=False, text="Trop cher.", public_url=URL)
    assert (ticket.state, first.state) == (State.DISMISSED, OfferState.REFUSED)
    second = propose(session, agent, clock, ticket, Offer("Le faire à distance.", Decimal(1), Decimal(60)), public_url=URL)
    assert (ticket.state, ticket.closed_at) == (State.QUOTED, None)
    withdraw(session, agent, clock, ticket, text="Vous l’avez fait vous-mêmes.", public_url=URL)
    session.commit()
    assert (ticket.state, second.state) == (State.DISMISSED, OfferState.WITHDRAWN)
    with pytest.raises(Conflict):
        answer_offer(session, client, clock, ticket, accept=True, public_url=URL)


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        (Offer(" ", Decimal(1), Decimal(90)), "what"),
        (Offer("Travail", Decimal(0), Decimal(90)), "hours"),
        (Offer("Travail", Decimal("1.1"), Decimal(90)), "hours"),
        (Offer("Travail", Decimal(1), Decimal("90.001")), "hourly_price"),
        (Offer("Travail", Decimal(1), Decimal(-1)), "hourly_price"),
        (Offer("Travail", Decimal(1), None), "basis"),
    ],
)
def test_an_offer_that_cannot_be_is_refused_beside_its_field(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, offer: Offer, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        propose(session, people.actors["agente"], clock, ticket, offer, public_url=URL)
    assert field in refused.value.errors
    assert ticket.state is State.CONFIRMED


def test_advanced_support_gives_no_more_hours_than_the_contract_has(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:  # FL-12.3
    contract = Contract(
        organisation_id=ticket.organisation_id,
        number="C-1",
        starts_on=date(2026, 1, 1),
        hosting=Hosting.IN_HOUSE,
        plan=Plan.ADVANCED,
        support_hours=5,
        search_text="c-1",
        created_at=clock.now(),
    )
    session.add(contract)
    session.flush()
    ticket.contract_id = contract.id
    agent, client = people.actors["agente"], people.actors["cliente"]
    propose(session, agent, clock, ticket, Offer("Travail", Decimal(3), None), public_url=URL)
    assert support_hours_left(session, contract.id, clock.now()) == 2
    answer_offer(session, client, clock, ticket, accept=True, public_url=URL)
    complete(session, agent, clock, ticket, hours_spent=Decimal("2.5"), text="Fait.", public_url=URL)
    assert support_hours_left(session, contract.id, clock.now()) == Decimal("2.5")
    with pytest.raises(Invalid):
        propose(session, agent, clock, ticket, Offer("Autre travail", Decimal(3), None), public_url=URL)
    clock.set(paris("2027-01-05 10:00"))
    assert support_hours_left(session, contract.id, clock.now()) == 5, "hours are given each year"


def test_of_two_agents_who_close_at_once_one_wins_and_the_other_is_told(
    session: GuichetSession, app: Flask, people: People, clock: FrozenClock, database: Database, ticket: Ticket
) -> None:
    act(session, people.actors["agente"], clock, ticket, Verb.RESTORE, public_url=URL)
    session.commit()
    seen, reference, together = ticket.version, ticket.reference, Barrier(2)
    session.rollback()

    def close(who: str) -> str:
        together.wait()
        try:
            with app.app_context(), database.transaction(people.actors[who]) as mine:
                found = get_ticket(mine, people.actors[who], reference, lock=True)
                act(mine, people.actors[who], clock, found, Verb.CLOSE, public_url=URL, seen_version=seen)
        except Conflict as error:
            return error.message
        return "closed"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(close, ("agente", "responsable")))
    assert said == ["Ce ticket a changé pendant que vous le lisiez.", "closed"]
    closings = select(TicketClockEvent).where(TicketClockEvent.kind == EventKind.CLOSED)
    assert len(session.scalars(closings).all()) == 1


def test_an_act_dated_before_the_last_one_is_refused_with_words(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    clock.advance(-timedelta(minutes=5))
    with pytest.raises(Conflict, match="décompte"):
        act(session, people.actors["agente"], clock, ticket, Verb.PAUSE, public_url=URL)
