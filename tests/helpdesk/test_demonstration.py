"""The demonstration tickets are many, varied, and true: their events give the figures that are stored."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.db import GuichetSession
from webapp.demonstration import contracts, service_status
from webapp.demonstration.accounts import load_people
from webapp.demonstration.helpdesk import load
from webapp.demonstration.world import World
from webapp.helpdesk.clockwork import as_events, counted_of, stored_events, stored_sites, targets
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.explanation import explain
from webapp.helpdesk.models import BillableRequest, Ticket, TicketClockEvent, TicketMessage, TicketSite
from webapp.helpdesk.queries.contests import open_contests
from webapp.helpdesk.rules.account import Durations
from webapp.helpdesk.rules.billable import OfferState
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.deadlines import next_due, response_due
from webapp.helpdesk.rules.reckoning import reckon
from webapp.helpdesk.rules.states import NOT_INTERRUPTIONS, OFF_CLOCK, OPEN, State
from webapp.outbox.models import OutboxMessage


def loaded(session: GuichetSession, settings: Settings, clock: FrozenClock) -> None:
    world = World(session, FrozenClock(clock.now()), settings)
    load_people(world)
    contracts.load(world)
    service_status.load(world)
    load(world)
    session.flush()
    session.expire_all()


def seconds(durations: Durations | None) -> tuple[float | None, ...]:
    if durations is None:
        return (None, None, None)
    return tuple(amount.total_seconds() for amount in (durations.business, durations.elapsed, durations.paused))


def test_replaying_the_events_gives_the_stored_figures_of_every_site(
    session: GuichetSession, settings: Settings, clock: FrozenClock
) -> None:  # FL-12.4, FL-12.7
    loaded(session, settings, clock)
    tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert len(tickets) >= 300
    assert len({ticket.reference for ticket in tickets}) == len(tickets)
    now = clock.now().replace(microsecond=0)
    for ticket in tickets:
        rows, sites = stored_events(session, ticket.id), stored_sites(session, ticket.id)
        first, restoration = targets(ticket)
        told = reckon(as_events(rows), counted_of(ticket, sites), restoration)
        assert ticket.notified_at == rows[0].at <= max(row.at for row in rows) <= now
        assert ticket.first_response_due_at == response_due(calendar_named(ticket.calendar), ticket.notified_at, first)
        assert ticket.restoration_due_at == told.due_at, ticket.reference
        assert ticket.due_at == next_due(
            ticket.first_response_due_at,
            ticket.restoration_due_at,
            responded=ticket.first_responded_at is not None,
            ended=ticket.state not in OPEN - OFF_CLOCK,
        )
        interruption = ticket.state not in NOT_INTERRUPTIONS
        stored = (ticket.business_seconds, ticket.elapsed_seconds, ticket.paused_seconds)
        assert stored == seconds(told.durations if ticket.state is State.CLOSED else None), ticket.reference
        for site, figures in zip(sites, told.sites, strict=bool(sites)):
            assert site.restoration_due_at == figures.due_at
            assert site.restored_at == (figures.inputs.stopped_at if interruption else None)
            stored = (site.business_seconds, site.elapsed_seconds, site.paused_seconds)
            assert stored == seconds(figures.durations if interruption else None), ticket.reference
        explained = explain(session, ticket, now)
        for site in explained.sites:  # the segments are the figures
            whole = sum((piece.length for piece in site.account.pieces), timedelta())
            assert whole == site.durations.total == site.account.until - ticket.notified_at
            if ticket.state is State.CLOSED:
                assert seconds(site.durations) == seconds(next(found.durations for found in told.sites if found.site_id == site.site_id))
        if ticket.state is State.CLOSED:
            assert seconds(explained.worst.durations) == (ticket.business_seconds, ticket.elapsed_seconds, ticket.paused_seconds)


def test_the_tickets_are_varied(session: GuichetSession, settings: Settings, clock: FrozenClock) -> None:
    loaded(session, settings, clock)
    states = Counter(session.scalars(select(Ticket.state)).all())
    assert states[State.CLOSED] > 150
    assert states[State.DISMISSED] > 10
    assert sum(states[state] for state in OPEN) >= 12
    kinds = Counter(session.scalars(select(TicketClockEvent.kind)).all())
    assert kinds[EventKind.PAUSED] >= 5
    assert kinds[EventKind.REOPENED] >= 5
    assert kinds[EventKind.EXCLUDED] >= 1
    assert kinds[EventKind.CONTESTED] - kinds[EventKind.CONTEST_ANSWERED] == len(open_contests(session)) == 1
    answers = Counter(session.scalars(select(TicketClockEvent.reason).where(TicketClockEvent.kind == EventKind.CONTEST_ANSWERED)).all())
    assert answers[Reason.UPHELD] >= 1
    assert answers[Reason.ANNULLED] >= 1
    assert set(session.scalars(select(BillableRequest.state)).all()) >= set(OfferState) - {OfferState.WITHDRAWN}
    several = select(TicketSite.ticket_id).group_by(TicketSite.ticket_id).having(func.count(func.distinct(TicketSite.calendar)) > 1)
    assert len(session.scalars(several).all()) >= 3
    partly = select(func.count()).select_from(TicketSite).join(Ticket, Ticket.id == TicketSite.ticket_id)
    assert session.scalar(partly.where(TicketSite.restored_at.is_not(None), Ticket.restored_at.is_(None), Ticket.is_open)) == 1
    late = select(func.count()).select_from(Ticket).where(Ticket.restored_at > Ticket.restoration_due_at)
    assert int(session.scalar(late) or 0) >= 5
    audiences = set(session.scalars(select(Organisation.kind).join(Ticket, Ticket.organisation_id == Organisation.id)).all())
    assert {OrganisationKind.ACCREDITED_BODY, OrganisationKind.OPCO, OrganisationKind.CLIENT} <= audiences
    bodies = session.scalars(select(TicketMessage.body)).all()
    assert not [body for body in bodies if "{" in body]
    assert session.scalar(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))) == 0
    years = {row[0] for row in session.execute(select(Ticket.year, func.max(Ticket.counter)).group_by(Ticket.year)).all()}
    assert years == {2025, 2026}
