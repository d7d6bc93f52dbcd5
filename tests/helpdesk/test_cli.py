"""``flask sla explain``: the same segments as the page, and clear words for a wrong reference."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import People
from tests.helpdesk.support import URL, opened, report
from webapp.clock import FrozenClock
from webapp.contracts.models import Site
from webapp.db import GuichetSession
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.states import State, Verb
from webapp.helpdesk.services import Client, act, open_ticket
from webapp.worktime import Territory


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
    assert words[4] == "Suspension : accès au site demandé, 23/11/2026 10:30:05 → 23/11/2026 14:30:05"
    assert words[6:10] == [
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


def test_explain_tells_each_site_or_the_one_asked_for_in_either_language(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock
) -> None:  # FL-12.4
    owner = people.organisations["client"].id
    places = {"Le Port": (Territory.REUNION, "Indian/Reunion"), "Siège": (Territory.METROPOLITAN, "Europe/Paris")}
    rows = [
        Site(organisation_id=owner, name=name, address="", territory=land, timezone=zone, created_at=clock.now())
        for name, (land, zone) in places.items()
    ]
    session.add_all(rows)
    session.flush()
    client = people.actors["cliente"]
    with app.app_context():
        ticket = open_ticket(
            session, client, clock, report=report(site_ids=tuple(row.id for row in rows)), client=Client(owner, "Société Alpha"),
            commitment=Commitment(desk_hours()), public_url=URL,
        )  # fmt: skip
    session.commit()
    clock.advance(timedelta(hours=1))
    runner, reference = app.test_cli_runner(), ticket.reference
    session.rollback()
    whole = runner.invoke(args=["sla", "explain", reference]).output
    assert whole.index("Site : Le Port") < whole.index("Site : Siège")
    assert "Heures du site : Indian/Reunion\n23/11/2026 13:00:00 → 23/11/2026 13:30:00" in whole
    assert whole.count("Heures du site") == 1
    assert whole.count("Total : 1\N{NO-BREAK SPACE}h") == 2
    only = runner.invoke(args=["sla", "explain", reference, "--site", "siège", "--lang", "en"]).output
    assert "Le Port" not in only
    assert "Site: Siège" in only
    assert "In business hours:" in only
    wrong = runner.invoke(args=["sla", "explain", reference, "--site", "Lyon"])
    assert wrong.exit_code == 1
    assert "Le Port, Siège" in wrong.output
