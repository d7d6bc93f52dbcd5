"""Teams, absences that pass tickets on, and the tickets of agents who leave the desk."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOW, People
from tests.factories import make_person
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import URL, opened
from webapp.accounts.models import Account, Membership
from webapp.accounts.people import set_open, withdraw_role
from webapp.actor import Actor, Role
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import AbsenceTicket, Team, Ticket
from webapp.helpdesk.queries.teams import get_absence, members_of
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.rules.absences import Days, Problem, problem
from webapp.helpdesk.services import assign
from webapp.helpdesk.services.absences import Away, declare, end
from webapp.helpdesk.services.presence_sweep import sweep
from webapp.helpdesk.services.teams import change_team, create_team
from webapp.outbox.models import OutboxMessage

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _language(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def second(session: GuichetSession, people: People) -> Actor:
    """A second agent of the desk."""
    actor = make_person(session, NOW, "agent-deux", people.organisations["operateur"], Role.DESK_AGENT)
    session.commit()
    return actor


def number(actor: Actor) -> int:
    assert actor.account_id is not None
    return actor.account_id


def followed(session: GuichetSession, people: People, clock: FrozenClock, title: str = "Import Excel refusé sans message") -> str:
    """Return the reference of a ticket that the agent follows."""
    ticket, agent = opened(session, people, clock, title=title), people.actors["agente"]
    reference = ticket.reference
    assign(session, agent, clock, ticket, number(agent), agent.name)
    session.commit()
    return reference


def hands(session: GuichetSession) -> list[dict[str, object]]:
    """The audit events of tickets that changed hands by themselves."""
    session.rollback()
    found = list(session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "ticket.reassigned").order_by(AuditEvent.id)))
    session.rollback()  # a test that reads holds nobody else up
    return found


def mailed(session: GuichetSession, key: str) -> Any:
    """The one mail of a key (recipient, subject, body)."""
    session.rollback()
    columns = (OutboxMessage.recipient, OutboxMessage.subject, OutboxMessage.body)
    mail = session.execute(select(*columns).where(OutboxMessage.key == key)).one()
    session.rollback()
    return mail


class Stored:
    """What is stored of a ticket, read afresh."""

    def __init__(self, session: GuichetSession, reference: str) -> None:
        session.rollback()
        row = session.execute(select(Ticket.id, Ticket.assignee_id, Ticket.team_id).where(Ticket.reference == reference)).one()
        self.id, self.assignee_id, self.team_id = row
        session.rollback()


@pytest.mark.parametrize(
    ("days", "substitute", "own", "theirs", "found"),
    [
        (Days(TODAY, TODAY), 2, [], [], None),
        (Days(TOMORROW, TODAY), 2, [], [], Problem.BACKWARD),
        (Days(TODAY - timedelta(days=9), TODAY - timedelta(days=1)), 2, [], [], Problem.OVER),
        (Days(TODAY - timedelta(days=9), TODAY), 2, [], [], None),
        (Days(TODAY, TODAY + timedelta(days=366)), 2, [], [], Problem.TOO_LONG),
        (Days(TODAY, TOMORROW), 2, [Days(TOMORROW, TOMORROW)], [], Problem.OVERLAPS),
        (Days(TODAY, TODAY), 2, [Days(TOMORROW, TOMORROW)], [], None),
        (Days(TODAY, TOMORROW), 1, [], [], Problem.ONESELF),
        (Days(TODAY, TOMORROW), 2, [], [Days(TOMORROW, TOMORROW)], Problem.SUBSTITUTE_AWAY),
    ],
)
def test_an_absence_has_days_to_come_and_a_substitute_who_is_there(
    days: Days, substitute: int, own: list[Days], theirs: list[Days], found: Problem | None
) -> None:
    assert problem(days, TODAY, 1, substitute, own, theirs) is found


def test_on_the_first_day_the_open_tickets_pass_to_the_substitute_once(
    session: GuichetSession, database: Database, people: People, clock: FrozenClock, second: Actor
) -> None:
    agent = people.actors["agente"]
    tickets = [followed(session, people, clock, f"Incident {rank}") for rank in range(3)]
    away = Away(number(agent), Days(TOMORROW, date(2026, 11, 30)), number(second))
    absence = declare(session, agent, clock, away, public_url=URL).id
    session.commit()
    sweep(database, clock, URL)
    assert hands(session) == []
    clock.set(paris("2026-11-24 00:04"))
    sweep(database, clock, URL)
    sweep(database, clock, URL)
    assert [Stored(session, ticket).assignee_id for ticket in tickets] == [second.account_id] * 3
    assert [(detail["reason"], detail["before"], detail["after"]) for detail in hands(session)] == [
        ("absence", agent.account_id, second.account_id)
    ] * 3
    mail = mailed(session, f"absence:{absence}:substitute")
    assert mail.recipient == "agent-deux@exemple.invalid"
    assert mail.subject == "3 tickets vous sont confiés"
    assert all(reference in mail.body for reference in tickets)
    assert "Incident" not in mail.body, "a mail carries links, nothing declared"
    clock.set(paris("2026-12-01 00:04"))
    sweep(database, clock, URL)
    sweep(database, clock, URL)
    back = mailed(session, f"absence:{absence}:return")
    assert f"/assistance/absences/{absence}" in back.body
    assert Stored(session, tickets[0]).assignee_id == second.account_id, "nothing comes back by itself"


def test_an_absence_that_begins_today_passes_tickets_on_at_once_and_without_substitute_to_the_queue(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    agent, lead = people.actors["agente"], people.actors["responsable"]
    ticket = followed(session, people, clock)
    team = create_team(session, lead, clock, "Niveau 2", [number(agent)])
    held = get_ticket(session, lead, ticket)
    assign(session, lead, clock, held, number(agent), agent.name, team=(team.id, team.name))
    team_id = team.id
    declare(session, lead, clock, Away(number(agent), Days(TODAY, TODAY), None), public_url=URL)
    session.commit()
    after = Stored(session, ticket)
    assert (after.assignee_id, after.team_id) == (None, team_id), "the team keeps it"
    assert len(hands(session)) == 1
    assert session.scalars(select(AbsenceTicket.ticket_id)).all() == [after.id]


def test_a_substitute_who_is_away_or_gone_on_the_day_takes_nothing_over(
    session: GuichetSession, database: Database, people: People, clock: FrozenClock, second: Actor
) -> None:
    agent, lead = people.actors["agente"], people.actors["responsable"]
    ticket = followed(session, people, clock)
    declare(session, agent, clock, Away(number(agent), Days(TOMORROW, TOMORROW), number(second)), public_url=URL)
    declare(session, lead, clock, Away(number(second), Days(TODAY, TOMORROW), None), public_url=URL)
    session.commit()
    clock.set(paris("2026-11-24 08:00"))
    sweep(database, clock, URL)
    assert Stored(session, ticket).assignee_id is None


def test_an_absence_called_off_moves_nothing(
    session: GuichetSession, database: Database, people: People, clock: FrozenClock, second: Actor
) -> None:
    agent = people.actors["agente"]
    ticket = followed(session, people, clock)
    absence = declare(session, agent, clock, Away(number(agent), Days(TOMORROW, TOMORROW), None), public_url=URL)
    with pytest.raises(Forbidden):
        end(session, second, clock, absence)
    end(session, agent, clock, absence)
    with pytest.raises(Conflict):
        end(session, agent, clock, absence)
    session.commit()
    clock.set(paris("2026-11-24 08:00"))
    sweep(database, clock, URL)
    assert Stored(session, ticket).assignee_id == agent.account_id
    declare(session, agent, clock, Away(number(agent), Days(TOMORROW, TOMORROW), None), public_url=URL)


def test_an_agent_writes_their_own_absence_only_and_reads_no_colleague_s(
    session: GuichetSession, people: People, clock: FrozenClock, second: Actor
) -> None:
    agent = people.actors["agente"]
    with pytest.raises(Forbidden):
        declare(session, agent, clock, Away(number(second), Days(TODAY, TODAY), None), public_url=URL)
    absence = declare(session, second, clock, Away(number(second), Days(TODAY, TODAY), None), public_url=URL)
    with pytest.raises(NotFound):
        get_absence(session, agent, absence.id)
    assert get_absence(session, people.actors["responsable"], absence.id) is absence
    for wrong, field in ((number(people.actors["cliente"]), "substitute"), (number(agent), "substitute")):
        with pytest.raises(Invalid) as refused:
            declare(session, agent, clock, Away(number(agent), Days(TODAY, TODAY), wrong), public_url=URL)
        assert field in refused.value.errors


@pytest.mark.parametrize("how", ["closed", "role", "expired"])
def test_the_tickets_of_an_agent_who_leaves_go_back_with_their_trace(
    session: GuichetSession, database: Database, people: People, clock: FrozenClock, how: str
) -> None:
    agent, lead, admin = people.actors["agente"], people.actors["responsable"], people.actors["administratrice"]
    ticket = followed(session, people, clock)
    team_id = create_team(session, lead, clock, "Niveau 2", [number(agent), number(lead)]).id
    session.commit()
    sweep(database, clock, URL)
    assert Stored(session, ticket).assignee_id == agent.account_id
    if how == "closed":
        set_open(session, admin, clock, number(agent), is_open=False)
    elif how == "role":
        [membership] = session.scalars(select(Membership.id).where(Membership.account_id == agent.account_id)).all()
        withdraw_role(session, admin, clock, number(agent), membership)
    else:
        session.get_one(Account, number(agent)).expires_on = TODAY - timedelta(days=1)
    session.commit()
    sweep(database, clock, URL)
    sweep(database, clock, URL)
    assert Stored(session, ticket).assignee_id is None
    [trace] = hands(session)
    assert (trace["reason"], trace["before"], trace["after"]) == ("departure", agent.account_id, None)
    assert members_of(session, team_id) == [lead.account_id]


def test_a_team_is_made_renamed_and_closed_by_a_lead(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    agent, lead = people.actors["agente"], people.actors["responsable"]
    with pytest.raises(Forbidden):
        create_team(session, agent, clock, "Niveau 2", [])
    team = create_team(session, lead, clock, "Niveau 2", [number(agent)])
    for name, members in (("NIVEAU 2", []), ("Autre", [number(people.actors["cliente"])])):
        with pytest.raises(Invalid):
            create_team(session, lead, clock, name, members)
    ticket = opened(session, people, clock)
    reference = ticket.reference
    assign(session, lead, clock, ticket, number(agent), agent.name, team=(team.id, team.name))
    with pytest.raises(Conflict):
        change_team(session, lead, clock, team, "Niveau 3", [], closed=False, seen_version=team.version + 1)
    change_team(session, lead, clock, team, "Niveau 3", [number(lead)], closed=True, seen_version=team.version)
    team_id, name = team.id, team.name
    session.commit()
    after = Stored(session, reference)
    assert (after.team_id, after.assignee_id) == (None, agent.account_id)
    assert [detail["team_before"] for detail in hands(session)] == [team_id]
    assert (name, members_of(session, team_id)) == ("Niveau 3", [lead.account_id])
    assert session.scalar(select(Team.closed)) is True
