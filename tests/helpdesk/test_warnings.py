"""Warnings before a breach on a real database: who is mailed, once, and what happens when things go wrong (FL-12.1, FL-12.5a)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.conftest import People
from tests.factories import make_person
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import URL, opened
from webapp.accounts.models import Account
from webapp.actor import Role
from webapp.clock import FrozenClock
from webapp.contracts.models import ExceptionalDay
from webapp.db import Database, GuichetSession
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import Absence, BreachWarning, Team, TeamMember, Ticket
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.services import Qualification, act, assign, qualify
from webapp.helpdesk.services.warnings import letters_of, warn_before_breaches, write
from webapp.outbox.models import OutboxMessage


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def ticket_of(session: GuichetSession, people: People, clock: FrozenClock, hours: int = 4, who: str | None = "agente") -> Ticket:
    """A ticket to be restored within some business hours, already answered, followed by this person."""
    ticket = opened(session, people, clock)
    agent = people.actors["agente"]
    found = Qualification(Commitment(desk_hours(), restoration=Target(time=timedelta(hours=hours))), ServiceType.IN_HOUSE, (), 2)
    qualify(session, agent, clock, ticket, found)
    act(session, agent, clock, ticket, Verb.CONFIRM, public_url=URL)
    if who is not None:
        person = people.actors[who]
        assign(session, people.actors["responsable"], clock, ticket, person.account_id, person.name)
    session.commit()
    return ticket


def told(session: GuichetSession) -> list[tuple[str, str]]:
    """Return (address, subject) of the warnings mailed, oldest first, and end the transaction."""
    rows = session.execute(
        select(OutboxMessage.recipient, OutboxMessage.subject).where(OutboxMessage.key.like("warning:%")).order_by(OutboxMessage.id)
    ).all()
    session.rollback()
    return [(row.recipient.partition("@")[0], row.subject) for row in rows]


def people_told(session: GuichetSession) -> list[str]:
    return [name for name, _subject in told(session)]


def test_the_assignee_is_warned_once_then_the_lead(session: GuichetSession, people: People, clock: FrozenClock, database: Database) -> None:
    ticket = ticket_of(session, people, clock, hours=8)
    assert ticket.due_at == paris("2026-11-24 10:00")
    reference, title = ticket.reference, ticket.title
    assert warn_before_breaches(database, clock, URL) == 0, "eight hours left"
    clock.set(paris("2026-11-23 15:30"))
    assert [warn_before_breaches(database, clock, URL) for _ in range(3)] == [1, 0, 0]
    assert told(session) == [("agente", "[Guichet] 1 échéance approche")]
    clock.set(paris("2026-11-24 09:00"))
    assert [warn_before_breaches(database, clock, URL) for _ in range(2)] == [1, 0]
    assert people_told(session) == ["agente", "responsable"]
    body = session.scalars(select(OutboxMessage.body).where(OutboxMessage.key.like("warning:%")).order_by(OutboxMessage.id)).all()[0]
    assert f"{reference} · rétablissement · 24/11/2026 10:00 (reste 4\u00a0h) · suivi par Agente" in body
    assert f"{URL}/assistance/{reference}" in body
    assert title not in body, "mails carry links, not what was reported"


@pytest.mark.parametrize("at", ["2026-11-23 12:30", "2026-11-23 19:00", "2026-11-22 10:00"])
def test_nobody_is_mailed_while_the_desk_is_closed(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database, at: str
) -> None:
    # FL-12.5a
    ticket_of(session, people, clock, hours=1)
    clock.set(paris(at))
    assert warn_before_breaches(database, clock, URL) == 0
    assert told(session) == []


def test_a_day_when_the_desk_is_closed_by_way_of_exception_is_no_opening(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    ticket_of(session, people, clock, hours=1)
    session.add(ExceptionalDay(day=date(2026, 11, 23), code="20261123", label="Inventaire", created_at=clock.now()))
    session.commit()
    assert warn_before_breaches(database, clock, URL) == 0


def test_a_half_day_has_one_mail_for_each_person_soonest_first(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    late, soon = (ticket_of(session, people, clock, hours=hours).reference for hours in (5, 3))
    warn_before_breaches(database, clock, URL)
    third = ticket_of(session, people, clock, hours=2).id
    clock.advance(timedelta(minutes=5))
    warn_before_breaches(database, clock, URL)
    assert told(session) == [("agente", "[Guichet] 2 échéances approchent")], "what came after the mail waits for the next half-day"
    body = session.scalars(select(OutboxMessage.body).where(OutboxMessage.key.like("warning:%"))).one()
    session.rollback()
    assert body.index(soon) < body.index(late)
    clock.set(paris("2026-11-23 13:31"))
    warn_before_breaches(database, clock, URL)
    assert people_told(session).count("agente") == 2
    assert session.scalar(select(func.count()).where(BreachWarning.ticket_id == third)) == 2, "the agent and the lead"


def test_a_deadline_that_moves_warns_again(session: GuichetSession, people: People, clock: FrozenClock, database: Database) -> None:
    ticket = ticket_of(session, people, clock, hours=3)
    warn_before_breaches(database, clock, URL)
    session.refresh(ticket)
    longer = Qualification(Commitment(desk_hours(), restoration=Target(time=timedelta(hours=6))), ServiceType.IN_HOUSE, (), 2)
    qualify(session, people.actors["agente"], clock, ticket, longer)
    session.commit()
    clock.set(paris("2026-11-23 14:00"))
    warn_before_breaches(database, clock, URL)
    assert people_told(session) == ["agente", "agente"]


def test_who_is_away_or_wants_no_mail_is_stood_in_for(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    other = make_person(session, clock.now(), "remplacante", people.organisations["operateur"], Role.DESK_AGENT)
    agent = people.actors["agente"]
    today = date(2026, 11, 23)
    session.add(Absence(account_id=agent.account_id, first_on=today, last_on=today, substitute_id=other.account_id, created_at=clock.now()))
    ticket_of(session, people, clock, hours=3)
    ticket_of(session, people, clock, hours=3, who=None)
    warn_before_breaches(database, clock, URL)
    assert people_told(session) == ["responsable", "remplacante"] or people_told(session) == ["remplacante", "responsable"]
    session.execute(update(Account).where(Account.id == people.actors["responsable"].account_id).values(mail_notices=False))
    session.commit()
    clock.set(paris("2026-11-23 13:31"))
    assert warn_before_breaches(database, clock, URL) == 0, "the leads want no mail"


def test_the_lead_of_the_team_is_the_one_warned(session: GuichetSession, people: People, clock: FrozenClock, database: Database) -> None:
    lead = make_person(session, clock.now(), "cheffe", people.organisations["operateur"], Role.DESK_LEAD)
    team = Team(name="Réseau", created_at=clock.now())
    session.add(team)
    session.flush()
    session.add(TeamMember(team_id=team.id, account_id=lead.account_id))
    ticket = ticket_of(session, people, clock, hours=1, who=None)
    ticket.team_id = team.id
    session.commit()
    warn_before_breaches(database, clock, URL)
    assert people_told(session) == ["cheffe"]


def test_a_report_about_to_be_late_warns_too(session: GuichetSession, people: People, clock: FrozenClock, database: Database) -> None:
    # FL-12.7
    ticket = ticket_of(session, people, clock)
    for verb in (Verb.RESTORE, Verb.CLOSE):
        act(session, people.actors["agente"], clock, ticket, verb, public_url=URL)
    session.commit()
    assert warn_before_breaches(database, clock, URL) == 0
    clock.set(paris("2026-12-03 11:00"))
    warn_before_breaches(database, clock, URL)
    assert people_told(session) == ["agente"]
    clock.set(paris("2026-12-04 11:00"))
    warn_before_breaches(database, clock, URL)
    assert people_told(session) == ["agente", "responsable"]


def test_two_sweepers_at_once_mail_once(session: GuichetSession, people: People, clock: FrozenClock, database: Database) -> None:
    ticket_of(session, people, clock, hours=3)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: warn_before_breaches(database, clock, URL), range(4)))
    assert people_told(session) == ["agente"]
    assert sum(sent) >= 1
    assert session.scalar(select(func.count()).select_from(BreachWarning)) == 1


def test_a_crash_between_two_people_leaves_the_other_to_the_next_sweep(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    ticket_of(session, people, clock, hours=1)
    letters = letters_of(session, clock.now())
    assert len(letters) == 2
    write(session, clock, letters[0], URL)
    session.commit()
    write(session, clock, letters[1], URL)
    session.rollback()  # the process dies before its commit
    assert len(people_told(session)) == 1
    warn_before_breaches(database, clock, URL)
    assert sorted(people_told(session)) == ["agente", "responsable"]
