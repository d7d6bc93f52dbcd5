"""The demonstration tickets are many, varied, and true: their events give the figures that are stored."""

import time
from collections import Counter
from datetime import date

from sqlalchemy import func, select

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.contracts.models import Contract, ContractLevel, ServiceLevel, ServiceLevelVersion, Site
from webapp.contracts.rules import Hosting, Plan
from webapp.db import GuichetSession
from webapp.demonstration import service_status
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
from webapp.worktime import Territory


def equip(world: World) -> None:
    """Give the demonstration's client an In-House contract and a site overseas, when the contracts' own loader has not."""
    client = world.organisations["client-alpha"]
    if world.session.scalar(select(Contract.id).where(Contract.organisation_id == client.id).limit(1)) is not None:
        return
    now, day = world.clock.now(), date(2025, 1, 6)
    level = ServiceLevel(code="standard", label="Standard", is_default=False, created_at=now)
    contract = Contract(
        organisation_id=client.id,
        number="C-1",
        starts_on=day,
        hosting=Hosting.IN_HOUSE,
        plan=Plan.PAYING,
        search_text="c-1",
        created_at=now,
    )
    site = Site(
        organisation_id=client.id,
        name="Atelier du Port",
        address="Le Port",
        territory=Territory.REUNION,
        timezone="Indian/Reunion",
        created_at=now,
    )
    world.session.add_all([level, contract, site])
    world.session.flush()
    promised = ServiceLevelVersion(
        service_level_id=level.id,
        number=3,
        in_force_from=day,
        response_days=1,
        restoration_minutes=480,
        hours_code="desk-1",
        created_at=now,
    )
    subscribed = ContractLevel(organisation_id=client.id, contract_id=contract.id, service_level_id=level.id, from_on=day)
    world.session.add_all([promised, subscribed])
    world.session.flush()


def test_replaying_the_events_gives_the_stored_figures(session: GuichetSession, settings: Settings, clock: FrozenClock) -> None:
    world = World(session, FrozenClock(clock.now()), settings)
    load_people(world)
    equip(world)
    service_status.load(world)
    started = time.perf_counter()
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
        excluded = [row for row in rows if row.kind is EventKind.EXCLUDED]
        assert all(row.since and row.until and calendar.between(row.since, row.until) for row in excluded)
        assert max(row.at for row in rows) <= now


def test_the_tickets_are_varied(session: GuichetSession, settings: Settings, clock: FrozenClock) -> None:
    world = World(session, FrozenClock(clock.now()), settings)
    load_people(world)
    equip(world)
    service_status.load(world)
    load(world)
    states = Counter(session.scalars(select(Ticket.state)).all())
    assert states[State.CLOSED] > 150
    assert states[State.DISMISSED] > 10
    assert sum(states[state] for state in OPEN) >= 12
    kinds = Counter(session.scalars(select(TicketClockEvent.kind)).all())
    assert kinds[EventKind.PAUSED] >= 5
    assert kinds[EventKind.REOPENED] >= 5
    assert kinds[EventKind.EXCLUDED] >= 1
    late = select(func.count()).select_from(Ticket).where(Ticket.restored_at > Ticket.restoration_due_at)
    assert int(session.scalar(late) or 0) >= 5
    audiences = set(session.scalars(select(Organisation.kind).join(Ticket, Ticket.organisation_id == Organisation.id)).all())
    assert {OrganisationKind.ACCREDITED_BODY, OrganisationKind.OPCO, OrganisationKind.CLIENT} <= audiences
    bodies = session.scalars(select(TicketMessage.body)).all()
    assert not [body for body in bodies if "{" in body]
    assert session.scalar(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))) == 0
    years = {row[0] for row in session.execute(select(Ticket.year, func.max(Ticket.counter)).group_by(Ticket.year)).all()}
    assert years == {2025, 2026}
