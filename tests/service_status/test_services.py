"""Announcing, following up and ending, on a real database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from tests.conftest import NOW, People
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage
from webapp.service_status import services
from webapp.service_status.models import Component
from webapp.service_status.queries import current_status, history
from webapp.service_status.rules import Health, Kind, State
from webapp.service_status.services import NoticeValues

URL = "https://guichet.exemple.invalid"
Parts = tuple[Component, Component]


def planned(components: Parts, **changes: object) -> NoticeValues:
    values = NoticeValues(
        Kind.PLANNED, "Mise à jour", "Le portail sera fermé.", (components[0].id,), Health.MAINTENANCE, NOW + timedelta(days=7), 90
    )
    return replace(values, **changes)


def incident(components: Parts, **changes: object) -> NoticeValues:
    return planned(components, kind=Kind.INCIDENT, health=Health.DOWN, starts_at=NOW, expected_minutes=None, title="Panne", **changes)


def test_without_a_notice_everything_works(session: GuichetSession, components: Parts) -> None:
    status = current_status(session, NOW)
    assert status.all_well
    assert status.active == status.upcoming == ()


def test_a_planned_interruption_is_mailed_with_its_start_duration_and_link(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts
) -> None:  # FL-12.8, SO-38
    notice = services.announce(session, people.actors["agente"], clock, planned(components), URL)
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.recipient)).all()
    assert [mail.recipient for mail in mails] == ["autre-cliente@exemple.invalid", "cliente@exemple.invalid"]
    body = mails[0].body.replace("\N{NO-BREAK SPACE}", " ")
    assert "lundi 30 novembre 2026 à 10 h 00" in body
    assert "1 h 30" in body
    assert f"{URL}/etat-des-services/annonces/{notice.id}" in body
    status = current_status(session, NOW)
    assert status.all_well
    assert [line.title for line in status.upcoming] == ["Mise à jour"]


def test_less_than_five_days_ahead_needs_a_reason(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts
) -> None:  # FL-12.8
    soon = planned(components, starts_at=NOW + timedelta(days=2))
    with pytest.raises(Invalid) as refusal:
        services.announce(session, people.actors["agente"], clock, soon, URL)
    assert set(refusal.value.errors) == {"urgent_reason"}
    services.announce(session, people.actors["agente"], clock, replace(soon, urgent_reason="faille de sécurité"), URL)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"expected_minutes": None}, {"expected_minutes"}),
        ({"starts_at": NOW - timedelta(hours=1)}, {"starts_at"}),
        ({"component_ids": ()}, {"components"}),
        ({"component_ids": (987654,)}, {"components"}),
    ],
)
def test_an_announcement_that_says_too_little_is_refused(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts, changes: dict[str, object], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        services.announce(session, people.actors["agente"], clock, planned(components, **changes), URL)
    assert set(refusal.value.errors) == fields


def test_an_incident_has_begun(session: GuichetSession, people: People, clock: FrozenClock, components: Parts) -> None:
    with pytest.raises(Invalid):
        services.announce(session, people.actors["agente"], clock, replace(incident(components), starts_at=NOW + timedelta(hours=1)), URL)


def test_the_worst_of_two_notices_is_the_state_and_its_end_brings_it_back(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts
) -> None:
    agent = people.actors["agente"]
    down = services.announce(session, agent, clock, incident(components), URL)
    slow = replace(incident(components), health=Health.DEGRADED, component_ids=(components[1].id,))
    services.announce(session, agent, clock, slow, URL)
    assert current_status(session, NOW).health is Health.DOWN
    clock.advance(timedelta(hours=2))
    services.follow_up(session, agent, clock, down.id, down.version, State.ENDED, "Disque remplacé.", URL)
    assert current_status(session, clock.now()).health is Health.DEGRADED
    (past,) = history(session, clock.now())
    assert (past.state, past.ended_at) == (State.ENDED, clock.now())
    assert len(session.scalars(select(OutboxMessage).where(OutboxMessage.key.like(f"status:{down.id}:over:%"))).all()) == 2


def test_history_goes_back_ninety_days(session: GuichetSession, people: People, clock: FrozenClock, components: Parts) -> None:
    agent = people.actors["agente"]
    old = services.announce(session, agent, clock, incident(components), URL)
    services.follow_up(session, agent, clock, old.id, old.version, State.ENDED, "Fini.", URL)
    assert len(history(session, NOW + timedelta(days=90))) == 1
    assert history(session, NOW + timedelta(days=90, seconds=1)) == []


def test_an_interruption_is_cancelled_only_before_it_begins(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts
) -> None:
    agent = people.actors["agente"]
    notice = services.announce(session, agent, clock, planned(components), URL)
    clock.advance(timedelta(days=7))
    with pytest.raises(Invalid):
        services.follow_up(session, agent, clock, notice.id, notice.version, State.CANCELLED, "Annulée.", URL)
    clock.advance(timedelta(days=-1))
    services.follow_up(session, agent, clock, notice.id, notice.version, State.CANCELLED, "Annulée.", URL)
    assert current_status(session, clock.now()).upcoming == ()


def test_a_step_out_of_order_and_a_stale_one_are_refused(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts
) -> None:
    agent = people.actors["agente"]
    notice = services.announce(session, agent, clock, incident(components), URL)
    with pytest.raises(Invalid):
        services.follow_up(session, agent, clock, notice.id, notice.version, State.CANCELLED, "Non.", URL)
    seen = notice.version
    services.follow_up(session, agent, clock, notice.id, seen, State.IDENTIFIED, "Trouvé.", URL)
    with pytest.raises(Conflict):
        services.follow_up(session, agent, clock, notice.id, seen, State.ENDED, "Fini.", URL)


@pytest.mark.parametrize("username", ["cliente", "editrice", "nationale"])
def test_only_the_operator_announces(session: GuichetSession, people: People, clock: FrozenClock, components: Parts, username: str) -> None:
    actor = people.actors[username]
    with pytest.raises(Forbidden):
        services.announce(session, actor, clock, planned(components), URL)
    with pytest.raises(Forbidden):
        services.add_component(session, actor, clock, "X", "")


def test_agents_do_not_name_components_and_a_name_serves_once(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts
) -> None:
    with pytest.raises(Forbidden):
        services.add_component(session, people.actors["agente"], clock, "X", "")
    with pytest.raises(Invalid):
        services.add_component(session, people.actors["responsable"], clock, "Portail", "")
    with pytest.raises(NotFound):
        services.change_component(session, people.actors["responsable"], clock, 987654, "Y", "", False)


def test_each_act_leaves_one_event(session: GuichetSession, people: People, clock: FrozenClock, components: Parts) -> None:
    services.announce(session, people.actors["agente"], clock, planned(components), URL)
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["status.component_added"] * 2 + ["status.announced"]


def test_the_current_status_is_one_statement(
    session: GuichetSession, people: People, clock: FrozenClock, components: Parts, database: Database
) -> None:
    services.announce(session, people.actors["agente"], clock, incident(components), URL)
    session.commit()
    engine: Engine = database.engine
    with database.reader() as reader, statements(engine) as sent:
        assert not current_status(reader, NOW).all_well
    assert len([text for text in sent if "set_config" not in text]) == 1
