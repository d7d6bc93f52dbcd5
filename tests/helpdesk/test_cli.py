"""``flask sla explain``: the same segments as the page, and clear words for a wrong reference."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import People
from tests.helpdesk.support import URL, opened
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.services import act


def test_explain_prints_each_segment_in_order(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> None:
    with app.app_context():
        ticket = opened(session, people, clock, in_house=True)
        ticket.state, ticket.qualified_at = State.QUALIFIED, clock.now()
        clock.advance(timedelta(minutes=30, seconds=5))
        act(session, people.actors["agente"], clock, ticket, Verb.PAUSE, public_url=URL)
        clock.advance(timedelta(hours=4))
        act(session, people.actors["agente"], clock, ticket, Verb.RESUME, public_url=URL)
        session.commit()
    clock.advance(timedelta(hours=4))
    typed = ticket.reference.lower().replace("-", " ").split()
    result = app.test_cli_runner().invoke(args=["sla", "explain", *typed])
    assert result.exit_code == 0, result.output
    words = [" ".join(line.split()) for line in result.output.splitlines()]
    assert words[4:8] == [
        "23/11/2026 10:00:00 → 23/11/2026 10:30:05 0 h 30 min 05 s compté FL-12.4 Heures ouvrées",
        "23/11/2026 10:30:05 → 23/11/2026 14:30:05 4 h 00 min 00 s suspendu FL-12.6b Suspendu : accès au site demandé (demandé par Agente)",
        "23/11/2026 14:30:05 → 23/11/2026 18:00:00 3 h 29 min 55 s compté FL-12.4 Heures ouvrées",
        "23/11/2026 18:00:00 → 23/11/2026 18:30:05 0 h 30 min 05 s fermé FL-12.5a Fermé : nuit",
    ]
    assert "Total : 8 h 30 min 05 s" in words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("INC-2026-000123-4", "mal saisie"),
        ("INC-2O26-000123-3", "Vouliez-vous dire INC-2026-000123-3"),
        ("INC-2026-000123-3", "inconnue"),
        ("bonjour", "n'est pas une référence"),
    ],
)
def test_a_wrong_reference_is_told_apart_from_an_unknown_one(app: Flask, typed: str, said: str) -> None:
    result = app.test_cli_runner().invoke(args=["sla", "explain", typed])
    assert result.exit_code == 1
    assert said in result.output
