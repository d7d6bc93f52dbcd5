"""Changing a calendar or a level: shown first, applied in one transaction, each clock still true (FL-12.1, FL-12.4, FL-12.5c)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People
from tests.contracts.conftest import Signed, promise
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import URL, opened, report
from webapp.clock import FrozenClock
from webapp.contracts import day_services, level_services
from webapp.contracts.exceptional import SpecialDay
from webapp.contracts.models import Site
from webapp.contracts.queries import level_version
from webapp.contracts.rules import DayRule, Unit
from webapp.db import GuichetSession
from webapp.errors import Conflict, Invalid
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.clockwork import recount, stored_sites
from webapp.helpdesk.commitments import offers, with_sites
from webapp.helpdesk.models import Ticket, TicketClockEvent
from webapp.helpdesk.queries.standings import open_before, open_under
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.shift import DayChange, LevelChange
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.services import Client, Qualification, act, open_ticket, qualify, shifting
from webapp.helpdesk.services.recommitting import recommit

TUESDAY = SpecialDay(date(2026, 11, 24))


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    """Mails and messages are written in a language, which an application holds."""
    with app.app_context():
        yield


def under_contract(
    session: GuichetSession, people: People, clock: FrozenClock, *sites: Site, title: str = "Import refusé", impact: int = 2
) -> Ticket:
    """Open a ticket under the contract of the small world, at some of its sites."""
    actor = people.actors["cliente"]
    site_ids = tuple(site.id for site in sites)
    (offer,) = offers(session, actor.organisation_id or 0, clock.now())
    ticket = open_ticket(
        session,
        actor,
        clock,
        report=report(title, site_ids=site_ids, impact=impact),
        client=Client(actor.organisation_id or 0, actor.organisation_name),
        commitment=with_sites(session, offer, site_ids, clock.now()).commitment,
        public_url=URL,
    )
    session.commit()
    return ticket


def confirm(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, *sites: Site, in_house: bool = False) -> None:
    """Qualify a ticket as it is, and confirm the interruption."""
    lead, site_ids = people.actors["responsable"], tuple(site.id for site in sites)
    offer = with_sites(session, offers(session, ticket.organisation_id, ticket.notified_at)[0], site_ids, ticket.notified_at)
    found = Qualification(replace(offer.commitment, in_house=in_house), ticket.service, site_ids, ticket.priority)
    qualify(session, lead, clock, ticket, found)
    act(session, lead, clock, ticket, Verb.CONFIRM, public_url=URL)


def carry_out(session: GuichetSession, people: People, clock: FrozenClock, special: SpecialDay) -> shifting.Applied:
    change, condition = DayChange(special), open_before(clock.now() + timedelta(days=30))
    planned = shifting.plan(session, change, condition)
    done = shifting.apply(session, people.actors["responsable"], clock, planned, change, condition, why="fermeture")
    session.commit()
    return done


def check_clock(session: GuichetSession, ticket: Ticket) -> None:
    """What is stored is what the clock itself makes of events, promise and calendars."""
    session.expire_all()
    stored = (ticket.first_response_due_at, ticket.restoration_due_at, ticket.due_at)
    places = [site.restoration_due_at for site in stored_sites(session, ticket.id)]
    recount(session, ticket)
    assert (ticket.first_response_due_at, ticket.restoration_due_at, ticket.due_at) == stored
    assert [site.restoration_due_at for site in stored_sites(session, ticket.id)] == places
    session.rollback()


def test_a_closed_day_moves_open_tickets_and_says_so_on_their_clocks(
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    signed: Signed,
) -> None:
    plain, placed = opened(session, people, clock), under_contract(session, people, clock, signed.strasbourg, signed.reunion)
    paused = opened(session, people, clock, in_house=True, title="Accès attendu")
    lead = people.actors["responsable"]
    confirm(session, people, clock, paused, in_house=True)
    act(session, lead, clock, paused, Verb.PAUSE, public_url=URL)
    session.commit()
    versions = {ticket.id: ticket.version for ticket in (plain, placed, paused)}
    before = plain.restoration_due_at
    done = carry_out(session, people, clock, TUESDAY)
    assert (done.tickets, done.again) == (2, 0)
    assert before == paris("2026-11-25 10:00")
    assert plain.restoration_due_at == paris("2026-11-26 10:00")
    assert (paused.restoration_due_at, paused.version) == (None, versions[paused.id])  # answered and suspended: nothing moves
    for ticket in (plain, placed):
        assert ticket.version == versions[ticket.id] + 1
        told = select(TicketClockEvent).where(TicketClockEvent.ticket_id == ticket.id).order_by(TicketClockEvent.id)
        last = session.scalars(told).all()[-1]
        assert (last.kind, last.evidence, last.until) == (EventKind.RECOMMITTED, "fermeture", ticket.restoration_due_at)
    for ticket in (plain, placed, paused):
        assert ticket.calendar.endswith("+20261124")
        check_clock(session, ticket)


def test_tickets_that_changed_since_the_plan_are_computed_again_and_ended_ones_left_alone(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    changed, ended = opened(session, people, clock), opened(session, people, clock, title="Clos entre-temps")
    change, condition = DayChange(TUESDAY), open_before(clock.now() + timedelta(days=30))
    planned = shifting.plan(session, change, condition)
    lead = people.actors["responsable"]
    confirm(session, people, clock, changed)
    act(session, lead, clock, ended, Verb.DISMISS, public_url=URL, text="Tout va bien.")
    newcomer = opened(session, people, clock, title="Arrivé entre-temps")
    kept = ended.calendar
    done = shifting.apply(session, lead, clock, planned, change, condition, why="fermeture")
    session.commit()
    assert (done.tickets, done.again) == (2, 2)
    assert ended.calendar == kept
    for ticket in (changed, newcomer):
        assert ticket.calendar.endswith("+20261124")
        check_clock(session, ticket)


def test_a_new_ticket_is_promised_with_the_exceptional_days_to_come(
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    signed: Signed,
) -> None:
    lead = people.actors["responsable"]
    day_services.add_day(session, lead, clock, TUESDAY, "Fermeture")
    session.commit()
    assert under_contract(session, people, clock, signed.strasbourg).calendar == "desk-1:alsace_moselle:Europe/Paris+20261124"
    (offer,) = offers(session, people.organisations["autre-client"].id, clock.now())
    assert offer.commitment.calendar.version == "desk-1:metropolitan:Europe/Paris+20261124"
    with pytest.raises(Invalid):
        day_services.add_day(session, lead, clock, TUESDAY, "Deux fois")
    with pytest.raises(Invalid):
        day_services.add_day(session, lead, clock, SpecialDay(date(2026, 11, 22)), "Hier")


def test_a_version_is_applied_to_open_tickets_of_its_level(
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    signed: Signed,
) -> None:
    ticket, other = under_contract(session, people, clock, signed.strasbourg), opened(session, people, clock)
    lead = people.actors["responsable"]
    values = replace(promise(date(2026, 11, 23), (4, Unit.HOURS), (1, Unit.DAYS)), day_rule=DayRule.END_OF_DAY, paying_first=False)
    made = level_services.add_version(session, lead, clock, signed.standard.id, values)
    found = level_version(session, made.id)
    assert found is not None
    change, condition = LevelChange(found.terms), open_under(signed.standard.id, made.id)
    planned = shifting.plan(session, change, condition)
    assert [one.before.ticket_id for one in planned.moved] == [ticket.id]
    shifting.apply(session, lead, clock, planned, change, condition, why="v2", level_version_id=made.id)
    session.commit()
    assert (ticket.level_version_id, ticket.day_rule, ticket.response_seconds) == (made.id, DayRule.END_OF_DAY, 4 * 3600)
    assert ticket.restoration_due_at == paris("2026-11-24 18:00")
    assert other.restoration_due_at == paris("2026-11-25 10:00")
    check_clock(session, ticket)


def test_another_level_on_a_paused_ticket_keeps_the_pause(
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    signed: Signed,
) -> None:
    ticket = under_contract(session, people, clock, signed.strasbourg)
    lead = people.actors["responsable"]
    confirm(session, people, clock, ticket, signed.strasbourg, in_house=True)
    clock.advance(timedelta(hours=1))
    act(session, lead, clock, ticket, Verb.PAUSE, public_url=URL)
    clock.advance(timedelta(hours=1))
    versions = level_services.add_version(
        session, lead, clock, signed.fast.id, promise(date(2026, 11, 23), (2, Unit.HOURS), (8, Unit.HOURS))
    )
    level = level_version(session, versions.id)
    assert level is not None
    seen = ticket.version
    with pytest.raises(Invalid):
        recommit(session, lead, clock, ticket, level, "  ", seen_version=seen)
    recommit(session, lead, clock, ticket, level, "Passage au support avancé", seen_version=seen)
    assert ticket.restoration_due_at is None
    with pytest.raises(Conflict):
        recommit(session, lead, clock, ticket, level, "Encore", seen_version=seen)
    clock.advance(timedelta(hours=2))
    act(session, lead, clock, ticket, Verb.RESUME, public_url=URL)
    session.commit()
    # notified at 10:00, one hour counted, suspended from 11:00 to 14:00: seven business hours are left
    assert ticket.restoration_due_at == paris("2026-11-24 11:30")
    check_clock(session, ticket)
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "ticket.level_applied").order_by(AuditEvent.id)).one()
    assert told.detail["reason"] == "Passage au support avancé"
