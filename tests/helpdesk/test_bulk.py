"""Acts on many tickets at once: each in its savepoint, mails held, undone by compensating facts (FL-12.7)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import People
from tests.helpdesk.support import URL, opened
from tests.support.statements import statements
from webapp.accounts.models import Account
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.models import AuditEvent
from webapp.folding import tokens
from webapp.helpdesk.clockwork import as_events, stored_events
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import BulkItem, BulkJob, Obligation, Ticket, TicketClockEvent, TicketMessage, TicketSearch
from webapp.helpdesk.rules.bulk import BulkAct, JobState, Order, Result
from webapp.helpdesk.rules.clock import EventKind, replay
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.services import Qualification, act, assign, bulk, qualify
from webapp.helpdesk.services.bulk import job as job_module
from webapp.helpdesk.services.bulk.acts import VERBS, Hand
from webapp.helpdesk.services.priority import prioritise
from webapp.outbox.models import OutboxMessage
from webapp.outbox.services import deliver_due


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    """Mails and messages are written in a language, which an application holds."""
    with app.app_context():
        yield


class Letters:
    """A way out that keeps what it is given."""

    def __init__(self) -> None:
        self.subjects: list[str] = []

    def send(self, message: OutboxMessage) -> None:
        self.subjects.append(message.subject)


def some(session: GuichetSession, people: People, clock: FrozenClock, count: int = 3, state: State = State.REPORTED) -> list[Ticket]:
    """Tickets of one client, brought to a state by an agent."""
    agent, tickets = people.actors["agente"], [opened(session, people, clock) for _ in range(count)]
    for ticket in tickets:
        if state is not State.REPORTED:
            qualify(session, agent, clock, ticket, Qualification(Commitment(desk_hours()), ServiceType.OTHER, (), 2))
        if state in (State.CONFIRMED, State.RESTORED):
            act(session, agent, clock, ticket, Verb.CONFIRM, public_url=URL)
        if state is State.RESTORED:
            act(session, agent, clock, ticket, Verb.RESTORE, public_url=URL)
    session.commit()
    clock.advance(timedelta(minutes=20))
    return tickets


def run(session: GuichetSession, people: People, clock: FrozenClock, order: Order, tickets: list[Ticket], who: str = "agente") -> BulkJob:
    job = bulk.run(session, people.actors[who], clock, order, [ticket.reference for ticket in tickets], public_url=URL)
    session.commit()
    return job


def facts(session: GuichetSession, ticket: Ticket) -> dict[str, object]:
    """All that the ticket holds, but its version."""
    session.refresh(ticket)
    return {column.key: getattr(ticket, column.key) for column in Ticket.__table__.columns if column.key != "version"}


def held(session: GuichetSession) -> list[str]:
    statement = select(OutboxMessage.subject).where(OutboxMessage.batch.is_not(None), OutboxMessage.cancelled_at.is_(None))
    return list(session.scalars(statement.order_by(OutboxMessage.id)))


def test_one_request_closes_what_can_be_closed_and_says_why_the_rest_was_not(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    ready, fresh = some(session, people, clock, 2, State.RESTORED), some(session, people, clock, 1)
    before = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    job = run(session, people, clock, Order(BulkAct.CLOSE), ready + fresh)
    assert (job.total, job.done, job.failed, job.state) == (3, 2, 1, JobState.DONE)
    assert [ticket.state for ticket in ready + fresh] == [State.CLOSED, State.CLOSED, State.REPORTED]
    failed = session.scalars(select(BulkItem).where(BulkItem.result == Result.FAILED)).one()
    assert "« Clore » n’est plus possible : le ticket est « À qualifier »." in failed.reason
    assert (session.scalar(select(func.count()).select_from(AuditEvent)) or 0) == before + 3, "one a ticket, and one for the batch"


def test_forged_and_unknown_references_are_listed_as_unknown(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    [ticket] = some(session, people, clock, 1)
    picks = [ticket.reference, "INC-2026-999999-0", "17", "' OR 1=1 --", "x" * 500]
    job = bulk.run(session, people.actors["agente"], clock, Order(BulkAct.PRIORITY, priority=1), picks, public_url=URL)
    assert (job.done, job.failed) == (1, 4)
    assert ticket.priority == 1
    assert len(job.unknown) == 4
    with pytest.raises(Forbidden):
        bulk.run(session, people.actors["cliente"], clock, Order(BulkAct.PRIORITY, priority=1), picks, public_url=URL)
    with pytest.raises(Invalid, match="Choisissez au moins un ticket"):
        bulk.run(session, people.actors["agente"], clock, Order(BulkAct.CLOSE), [], public_url=URL)
    many = [f"INC-2026-{number:06}-0" for number in range(501)]
    with pytest.raises(Invalid, match="tous ceux qui correspondent aux filtres"):
        bulk.run(session, people.actors["agente"], clock, Order(BulkAct.CLOSE), many, public_url=URL)


@pytest.mark.parametrize(
    ("order", "state"),
    [
        (Order(BulkAct.ASSIGN), State.REPORTED),
        (Order(BulkAct.PRIORITY, priority=1), State.REPORTED),
        (Order(BulkAct.TAG, tags=("panne-reseau",)), State.REPORTED),
        (Order(BulkAct.REPLY, body="Nous regardons."), State.REPORTED),
        (Order(BulkAct.ASK_CLIENT, body="Quel poste ?"), State.REPORTED),
        (Order(BulkAct.CONFIRM), State.QUALIFIED),
        (Order(BulkAct.DISMISS, body="Un essai."), State.QUALIFIED),
        (Order(BulkAct.RESTORE), State.CONFIRMED),
        (Order(BulkAct.CLOSE), State.RESTORED),
        (Order(BulkAct.MERGE), State.CONFIRMED),
    ],
    ids=lambda value: str(getattr(value, "act", value)),
)
def test_an_act_undone_leaves_every_ticket_and_its_clock_as_they_were(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database, order: Order, state: State
) -> None:
    tickets = some(session, people, clock, 3, state)
    if order.act is BulkAct.ASSIGN:
        order = Order(BulkAct.ASSIGN, assignee_id=people.actors["agente"].account_id, assignee_name="Agente")
    before = [(facts(session, ticket), replay(as_events(stored_events(session, ticket.id)))) for ticket in tickets]
    events = session.scalar(select(func.count()).select_from(TicketClockEvent)) or 0
    job = run(session, people, clock, order, tickets)
    assert job.done == (2 if order.act is BulkAct.MERGE else 3), [item.reason for item in session.scalars(select(BulkItem))]
    clock.advance(timedelta(minutes=9))
    assert bulk.undo(session, people.actors["agente"], clock, job)
    session.commit()
    assert [(facts(session, ticket), replay(as_events(stored_events(session, ticket.id)))) for ticket in tickets] == before
    assert (session.scalar(select(func.count()).select_from(TicketClockEvent)) or 0) >= events, "history is only added to"
    assert (job.state, job.undone, job.kept) == (JobState.UNDONE, job.done, 0)
    assert held(session) == []
    messages = made(session, "messages")
    assert session.scalar(select(func.count()).select_from(TicketMessage).where(TicketMessage.id.in_(messages))) == len(messages)
    session.commit()
    letters = Letters()
    clock.advance(timedelta(hours=1))
    deliver_due(database, clock, letters)
    assert not [subject for subject in letters.subjects if " clos " in subject or "Réuni" in subject]


def made(session: GuichetSession, what: str) -> list[int]:
    return [number for item in session.scalars(select(BulkItem)) for number in item.made.get(what, ())]


def test_mails_wait_ten_minutes_and_then_leave(session: GuichetSession, people: People, clock: FrozenClock, database: Database) -> None:
    tickets, letters = some(session, people, clock, 2), Letters()
    deliver_due(database, clock, letters)
    letters.subjects.clear()
    job = run(session, people, clock, Order(BulkAct.REPLY, body="Nous regardons."), tickets)
    clock.advance(timedelta(minutes=9, seconds=59))
    assert deliver_due(database, clock, letters) == 0
    clock.advance(timedelta(seconds=1))
    assert deliver_due(database, clock, letters) == 2
    with pytest.raises(Conflict, match="dix minutes sont passées"):
        bulk.undo(session, people.actors["agente"], clock, job)


def test_undone_twice_is_undone_once_and_a_withdrawn_message_says_so(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    tickets, letters, agent = some(session, people, clock, 2), Letters(), people.actors["agente"]
    deliver_due(database, clock, letters)
    job = run(session, people, clock, Order(BulkAct.REPLY, body="Nous regardons."), tickets)
    assert [ticket.first_responded_at is not None for ticket in tickets] == [True, True]
    assert bulk.undo(session, agent, clock, job)
    assert not bulk.undo(session, agent, clock, job)
    session.commit()
    assert [ticket.first_responded_at for ticket in tickets] == [None, None]
    withdrawn = session.scalars(select(TicketMessage.withdrawn_at).where(TicketMessage.body == "Nous regardons.")).all()
    assert None not in withdrawn
    acts = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("%undone"))).all()
    assert sorted(acts) == ["bulk.undone", "ticket.undone", "ticket.undone"]
    letters.subjects.clear()
    session.commit()
    clock.advance(timedelta(hours=1))
    assert deliver_due(database, clock, letters) == 0


def test_a_ticket_that_has_changed_since_stays_as_it_is_and_its_mail_leaves(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    tickets, lead, letters = some(session, people, clock, 3, State.RESTORED), people.actors["responsable"], Letters()
    deliver_due(database, clock, letters)
    letters.subjects.clear()
    job = run(session, people, clock, Order(BulkAct.CLOSE), tickets)
    act(session, lead, clock, tickets[1], Verb.REOPEN, text="Toujours en panne.", public_url=URL)
    session.commit()
    bulk.undo(session, people.actors["agente"], clock, job)
    session.commit()
    assert (job.undone, job.kept) == (2, 1)
    kept = session.scalars(select(BulkItem).where(BulkItem.result == Result.KEPT)).one()
    assert kept.ticket_id == tickets[1].id
    assert "a changé depuis" in kept.reason
    assert [ticket.state for ticket in tickets] == [State.RESTORED, State.CONFIRMED, State.RESTORED]
    session.commit()
    clock.advance(timedelta(minutes=10))
    deliver_due(database, clock, letters)
    assert sorted(subject.split(":")[0].split("] ")[1] for subject in letters.subjects) == ["Incident clos ", "Ticket rouvert "]


def test_only_the_author_or_a_lead_undoes(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    tickets = some(session, people, clock, 1)
    job = run(session, people, clock, Order(BulkAct.PRIORITY, priority=1), tickets, who="responsable")
    with pytest.raises(Forbidden):
        bulk.undo(session, people.actors["agente"], clock, job)
    with pytest.raises(Forbidden):
        bulk.undo(session, people.actors["cliente"], clock, job)
    assert bulk.undo(session, people.actors["responsable"], clock, job)


def test_two_batches_on_the_same_tickets_are_undone_last_first(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    tickets, agent = some(session, people, clock, 2), people.actors["agente"]
    first = run(session, people, clock, Order(BulkAct.PRIORITY, priority=1), tickets)
    second = run(session, people, clock, Order(BulkAct.TAG, tags=("vpn",)), tickets[:1])
    bulk.undo(session, agent, clock, second)
    bulk.undo(session, agent, clock, first)
    session.commit()
    assert (first.undone, first.kept, second.undone) == (2, 0, 1)
    assert [(ticket.priority, ticket.tags) for ticket in tickets] == [(2, ""), (2, "")]


def test_an_agent_gives_away_only_what_is_theirs(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    mine, other = some(session, people, clock, 2)
    lead, agent = people.actors["responsable"], people.actors["agente"]
    assign(session, lead, clock, other, lead.account_id, lead.name)
    session.commit()
    job = run(session, people, clock, Order(BulkAct.ASSIGN, assignee_id=agent.account_id, assignee_name=agent.name), [mine, other])
    assert (job.done, job.failed) == (1, 1)
    assert (mine.assignee_id, other.assignee_id) == (agent.account_id, lead.account_id)


def test_a_choice_made_on_an_older_page_is_left_out(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    first, second = some(session, people, clock, 2)
    picks = [f"{first.reference}@{first.version}", f"{second.reference}@{second.version - 1}"]
    job = bulk.run(session, people.actors["agente"], clock, Order(BulkAct.PRIORITY, priority=1), picks, public_url=URL)
    assert (job.done, job.failed) == (1, 1)
    assert (
        "a changé depuis que vous l’avez choisi" in session.scalars(select(BulkItem.reason).where(BulkItem.result == Result.FAILED)).one()
    )


def test_all_that_match_are_done_in_chunks_and_undone_in_chunks(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.helpdesk.services.bulk.job.CHUNK", 2)
    monkeypatch.setattr("webapp.helpdesk.services.bulk.undoing.MOST_AT_ONCE", 2)
    tickets, agent = some(session, people, clock, 5), people.actors["agente"]
    job = bulk.start(session, agent, clock, Order(BulkAct.REPLY, body="Bonjour."), [Ticket.is_open.is_(True)], "vue=tous")
    late = opened(session, people, clock)
    session.commit()
    assert bulk.work(database, clock, URL) == 4
    assert bulk.work(database, clock, URL) == 0, "run again, there is nothing left"
    session.expire_all()
    assert (job.state, job.total, job.done) == (JobState.DONE, 5, 5)
    assert late.first_responded_at is None, "what came later was not chosen"
    said = select(func.count()).select_from(TicketMessage).where(TicketMessage.body == "Bonjour.")
    assert session.scalar(said) == 5
    assert len(held(session)) == 5
    session.commit()
    bulk.undo(session, agent, clock, job)
    session.commit()
    assert job.state is JobState.UNDOING
    assert held(session) == []
    session.commit()
    bulk.work(database, clock, URL)
    session.expire_all()
    assert (job.state, job.undone) == (JobState.UNDONE, 5)
    assert [ticket.first_responded_at for ticket in tickets] == [None] * 5


def test_a_job_stopped_on_the_way_keeps_what_it_did(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.helpdesk.services.bulk.job.CHUNK", 2)
    some(session, people, clock, 4)
    agent = people.actors["agente"]
    job = bulk.start(session, agent, clock, Order(BulkAct.PRIORITY, priority=1), [Ticket.is_open.is_(True)], "")
    session.commit()
    assert job_module._chunk(database, clock, URL)
    session.expire_all()
    bulk.cancel(session, agent, clock, job)
    session.commit()
    assert bulk.work(database, clock, URL) == 0
    assert (job.state, job.done) == (JobState.CANCELLED, 2)
    assert session.scalar(select(func.count()).select_from(Ticket).where(Ticket.priority == 1)) == 2
    bulk.undo(session, agent, clock, job)
    assert session.scalar(select(func.count()).select_from(Ticket).where(Ticket.priority == 1)) == 0


def test_a_merge_stays_within_a_client_and_keeps_the_first_notification(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    # FL-12.4
    first, second = some(session, people, clock, 2)
    stranger = opened(session, people, clock, "autre-cliente")
    job = run(session, people, clock, Order(BulkAct.MERGE), [second, first, stranger])
    assert (job.done, job.failed) == (1, 1)
    assert (first.state, second.state, second.merged_into_id) == (State.REPORTED, State.CLOSED, first.id)
    assert [event.kind for event in stored_events(session, second.id)][-1] is EventKind.CLOSED
    assert (first.link_count, second.link_count, stranger.link_count) == (1, 1, 0)
    clock.advance(timedelta(minutes=1))
    third = opened(session, people, clock)
    back = run(session, people, clock, Order(BulkAct.MERGE, target=third.reference), [first])
    assert (back.done, back.failed) == (0, 1)
    assert "notifié avant la cible" in session.scalars(select(BulkItem.reason).where(BulkItem.bulk_job_id == back.id)).one()


def test_a_job_does_nothing_for_somebody_whose_account_was_closed(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    some(session, people, clock, 2)
    agent = people.actors["agente"]
    job = bulk.start(session, agent, clock, Order(BulkAct.PRIORITY, priority=1), [Ticket.is_open.is_(True)], "")
    session.get_one(Account, agent.account_id).deactivated_at = clock.now()
    session.commit()
    bulk.work(database, clock, URL)
    session.expire_all()
    assert (job.state, job.done) == (JobState.CANCELLED, 0)


def test_a_ticket_refused_half_way_is_left_whole_and_the_others_are_done(
    session: GuichetSession, people: People, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = some(session, people, clock, 3)

    def halfway(hand: Hand, ticket: Ticket) -> None:
        prioritise(hand.session, hand.actor, hand.clock, ticket, 1)
        ticket.title = "À moitié"
        if ticket is tickets[1]:
            raise Conflict("Pas celui-ci.")

    monkeypatch.setitem(VERBS, BulkAct.PRIORITY, halfway)
    job = run(session, people, clock, Order(BulkAct.PRIORITY, priority=1), tickets)
    session.expire_all()
    assert (job.done, job.failed) == (2, 1)
    assert [(ticket.priority, ticket.title == "À moitié") for ticket in tickets] == [(1, True), (2, False), (1, True)]
    assert session.scalars(select(BulkItem.reason).where(BulkItem.result == Result.FAILED)).one() == "Pas celui-ci."
    acted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "ticket.prioritised")
    assert session.scalar(acted) == 2


def test_500_tickets_take_few_statements_each(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    tickets = some(session, people, clock, 12, State.RESTORED)
    with statements(session.get_bind().engine) as sent:
        run(session, people, clock, Order(BulkAct.CLOSE), tickets)
    assert len(sent) < 3 * len(tickets), sent


@pytest.mark.parametrize("order", [Order(BulkAct.PRIORITY, priority=1), Order(BulkAct.TAG, tags=("panne",))], ids=lambda order: order.act)
def test_as_many_tickets_as_one_likes_are_written_by_as_many_statements(
    session: GuichetSession, people: People, clock: FrozenClock, order: Order
) -> None:
    tickets = some(session, people, clock, 12)
    with statements(session.get_bind().engine) as sent:
        job = run(session, people, clock, order, tickets)
    assert job.done == 12
    assert len([statement for statement in sent if statement.startswith("UPDATE ticket")]) == 1, sent
    assert len(sent) <= 12, sent
    assert session.scalars(select(BulkItem.after_version)).all() == [ticket.version for ticket in tickets]


def test_tickets_given_together_are_found_by_their_agents_name(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    tickets, agent = some(session, people, clock, 3), people.actors["agente"]
    run(session, people, clock, Order(BulkAct.ASSIGN, assignee_id=agent.account_id, assignee_name=agent.name), tickets)
    heads = session.scalars(select(TicketSearch.head).where(TicketSearch.ticket_id.in_([ticket.id for ticket in tickets]))).all()
    assert len(heads) == 3
    assert all(head.endswith(" ".join(tokens(agent.name))) for head in heads), heads


def test_a_ticket_that_somebody_else_has_written_meanwhile_is_left_and_the_others_are_done(
    session: GuichetSession, people: People, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = some(session, people, clock, 3)
    other = tickets[1].id

    def overtaken(hand: Hand, ticket: Ticket) -> None:
        if ticket is tickets[1]:
            newer = update(Ticket.__table__).where(Ticket.__table__.c.id == other)
            hand.session.connection().execute(newer.values(version=Ticket.__table__.c.version + 1))
        prioritise(hand.session, hand.actor, hand.clock, ticket, 1)

    monkeypatch.setitem(VERBS, BulkAct.PRIORITY, overtaken)
    job = run(session, people, clock, Order(BulkAct.PRIORITY, priority=1), tickets)
    session.expire_all()
    assert (job.done, job.failed) == (2, 1)
    assert [ticket.priority for ticket in tickets] == [1, 2, 1]
    acted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "ticket.prioritised")
    assert session.scalar(acted) == 2


def test_a_closing_undone_leaves_no_report_owed(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    # FL-12.7
    tickets = some(session, people, clock, 2, State.RESTORED)
    job = run(session, people, clock, Order(BulkAct.CLOSE), tickets)
    owed = select(func.count()).select_from(Obligation).where(Obligation.is_open.is_(True))
    assert session.scalar(owed) == 2
    bulk.undo(session, people.actors["agente"], clock, job)
    assert session.scalar(owed) == 0
