"""The demonstration tickets are many, varied, and true: their events give the figures that are stored."""

import time
from collections import Counter

from flask import Flask
from sqlalchemy import func, select

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.db import GuichetSession
from webapp.demonstration.accounts import load_people
from webapp.demonstration.helpdesk import load
from webapp.demonstration.world import World
from webapp.helpdesk.clockwork import as_events, stored_events, targets, tell
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketMessage
from webapp.helpdesk.rules.clock import EventKind, replay
from webapp.helpdesk.rules.deadlines import next_due, response_due, restoration_due
from webapp.helpdesk.rules.states import OPEN, State
from webapp.outbox.models import OutboxMessage


def test_replaying_the_events_gives_the_stored_figures(app: Flask, session: GuichetSession, settings: Settings, clock: FrozenClock) -> None:
    world = World(session, FrozenClock(clock.now()), settings)
    load_people(world)
    started = time.perf_counter()
    with app.app_context():
        load(world)
    assert time.perf_counter() - started < 20
    session.flush()
    session.expire_all()
    tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert len(tickets) >= 300
    assert len({ticket.reference for ticket in tickets}) == len(tickets)
    now = clock.now().replace(microsecond=0)
    for ticket in tickets:
        rows = stored_events(session, ticket.id)
        inputs, (first, restoration) = replay(as_events(rows)), targets(ticket)
        calendar = calendar_named(ticket.calendar)
        assert inputs.started_at == ticket.notified_at <= now
        assert ticket.first_response_due_at == response_due(calendar, ticket.notified_at, first)
        assert ticket.restoration_due_at == restoration_due(calendar, inputs, restoration), ticket.reference
        assert ticket.due_at == next_due(
            ticket.first_response_due_at,
            ticket.restoration_due_at,
            responded=ticket.first_responded_at is not None,
            ended=ticket.state not in OPEN,
        )
        sums = tell(ticket, rows, now).durations()
        stored = (ticket.business_seconds, ticket.elapsed_seconds, ticket.paused_seconds)
        if ticket.state is State.CLOSED:
            assert stored == (sums.business.total_seconds(), sums.elapsed.total_seconds(), sums.paused.total_seconds())
        else:
            assert stored == (None, None, None)
        assert max(row.at for row in rows) <= now


def test_the_tickets_are_varied(app: Flask, session: GuichetSession, settings: Settings, clock: FrozenClock) -> None:
    world = World(session, FrozenClock(clock.now()), settings)
    load_people(world)
    with app.app_context():
        load(world)
    states = Counter(session.scalars(select(Ticket.state)).all())
    assert states[State.CLOSED] > 150
    assert states[State.DISMISSED] > 10
    assert sum(states[state] for state in OPEN) >= 12
    kinds = Counter(session.scalars(select(TicketClockEvent.kind)).all())
    assert kinds[EventKind.PAUSED] >= 5
    assert kinds[EventKind.REOPENED] >= 5
    late = select(func.count()).select_from(Ticket).where(Ticket.restored_at > Ticket.restoration_due_at)
    assert int(session.scalar(late) or 0) >= 5
    audiences = set(session.scalars(select(Organisation.kind).join(Ticket, Ticket.organisation_id == Organisation.id)).all())
    assert {OrganisationKind.ACCREDITED_BODY, OrganisationKind.OPCO, OrganisationKind.CLIENT} <= audiences
    bodies = session.scalars(select(TicketMessage.body)).all()
    assert not [body for body in bodies if "{" in body]
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    years = dict(session.execute(select(Ticket.year, func.max(Ticket.counter)).group_by(Ticket.year)).tuples().all())
    assert set(years) == {2025, 2026}
