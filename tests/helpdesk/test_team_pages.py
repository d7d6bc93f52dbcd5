"""The screens of teams, absences and settings, through their forms."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import opened
from tests.helpdesk.test_teams_and_absences import Stored, followed
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.helpdesk.models import Absence, Team, TeamMember


def test_a_lead_makes_a_team_and_gives_it_a_ticket_on_the_pages(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    with app.app_context():
        reference = opened(session, people, clock).reference
    lead, agent = signed_in("responsable"), people.actors["agente"]
    lead.get("/assistance/equipes/nouvelle")
    assert lead.submit("main form", {"name": ""}).status_code == 422
    assert lead.submit("main form", {"name": "Niveau 2", "members": [str(agent.account_id)]}).status_code == 303
    lead.follow()
    assert "Niveau 2" in lead.text()
    lead.get(f"/assistance/{reference}/attribution")
    [team_id] = session.scalars(select(Team.id)).all()
    session.rollback()
    assert lead.submit("main form", {"team": str(team_id), "assignee": ""}).status_code == 303
    lead.follow()
    assert "Niveau 2" in lead.text()
    assert Stored(session, reference).team_id == team_id
    assert session.scalars(select(TeamMember.account_id)).all() == [agent.account_id]
    session.rollback()
    first, second = signed_in("responsable"), signed_in("administratrice")
    for browser in (first, second):
        browser.get(f"/assistance/equipes/{team_id}")
    assert first.submit("main form", {"name": "Niveau deux"}).status_code == 303
    assert second.submit("main form", {"name": "Second niveau"}).status_code == 409
    assert second.tree.cssselect("#name")[0].get("value") == "Second niveau"
    assert "Niveau deux" in second.text()
    assert signed_in("agente").get(f"/assistance/equipes/{team_id}").status_code == 403


def test_an_agent_declares_an_absence_and_new_assignments_warn(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    with app.app_context():
        ticket = followed(session, people, clock)
    agent, lead = signed_in("agente"), signed_in("responsable")
    agent.get("/assistance/absences/nouvelle")
    assert len(agent.tree.cssselect("#account option")) == 1
    assert agent.submit("main form", {"first_on": "2026-11-30", "last_on": "2026-11-23"}).status_code == 422
    assert agent.submit("main form", {"first_on": "2026-11-23", "last_on": "2026-11-30"}).status_code == 303
    agent.follow()
    assert ticket in agent.text()
    [absence] = session.scalars(select(Absence.id).where(Absence.reassigned_at.is_not(None))).all()
    session.rollback()
    lead.get(f"/assistance/{ticket}/attribution")
    assert "absence jusqu’au 30 novembre 2026" in lead.text()
    lead.submit("main form", {"assignee": str(people.actors["agente"].account_id)})
    lead.follow()
    assert "Attention : cette personne est absente jusqu’au 30 novembre 2026." in lead.text()
    assert Stored(session, ticket).assignee_id == people.actors["agente"].account_id
    agent.get(f"/assistance/absences/{absence}")
    assert agent.submit("form.act", {}).status_code == 303
    agent.get("/assistance/absences")
    assert "écourtée" in agent.text()


@pytest.mark.parametrize(
    ("who", "seen", "unseen"),
    [
        ("agente", ["Équipes", "Absences", "Textes types"], ["Personnes et rôles"]),
        ("responsable", ["Équipes", "Absences", "Niveaux de service"], ["Personnes et rôles"]),
        ("administratrice", ["Équipes", "Personnes et rôles"], ["Absences", "Textes types"]),
    ],
)
def test_the_settings_lead_to_the_screens_that_one_may_open(signed_in: SignedIn, who: str, seen: list[str], unseen: list[str]) -> None:
    browser = signed_in(who)
    browser.get("/assistance/reglages")
    links = {link.text_content(): link.get("href") for link in browser.tree.cssselect("main th a")}
    assert set(seen) <= set(links)
    assert not set(unseen) & set(links)
    for href in links.values():
        assert browser.get(href).status_code == 200
