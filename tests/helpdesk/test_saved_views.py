"""Views that agents keep: for themselves, their team or the desk (FL-12.7)."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import opened
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.errors import Invalid
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import SavedView, Team, TeamMember
from webapp.helpdesk.services.saved_views import MOST_VIEWS, Kept, keep_view


@pytest.fixture
def team(session: GuichetSession, people: People, clock: FrozenClock) -> Team:
    found = Team(name="Nord", created_at=clock.now())
    session.add(found)
    session.flush()
    session.add(TeamMember(team_id=found.id, account_id=people.actors["agente"].account_id or 0))
    session.commit()
    return found


def kept(
    session: GuichetSession, people: People, clock: FrozenClock, who: str, name: str, filters: str = "", **audience: object
) -> SavedView:
    view = keep_view(session, people.actors[who], clock, Kept(name, filters, **audience))
    session.commit()
    return view


def test_filters_are_kept_under_a_name_and_lead_back(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    with app.app_context():
        opened(session, people, clock, "cliente")
    agent = signed_in("agente")
    agent.get("/assistance/file?vue=a-qualifier&service=declarations&tri=priorite")
    [link] = [node for node in agent.tree.cssselect("#file a") if "nouvelle" in node.get("href")]
    agent.get(link.get("href"))
    assert agent.submit("form[novalidate]", {"name": ""}).status_code == 422
    answer = agent.submit("form[novalidate]", {"name": "Déclarations"})
    assert answer.status_code == 303
    agent.get(answer.location)
    [current] = agent.tree.cssselect(".saved a[aria-current]")
    assert current.text_content() == "Déclarations"
    agent.get(agent.tree.cssselect("#vues-gardees")[0].get("hx-get"), headers={"HX-Request": "true"})
    assert agent.tree.cssselect(".saved a span")[0].text_content() == "1"
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "saved_view.kept")) == 1


def test_a_view_is_seen_by_its_audience_alone(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, team: Team
) -> None:
    views = {
        "moi": kept(session, people, clock, "agente", "Perso"),
        "equipe": kept(session, people, clock, "agente", "Équipe", team_id=team.id),
        "tous": kept(session, people, clock, "agente", "Bureau", for_desk=True),
    }
    lead = signed_in("responsable")
    lead.get("/assistance/vues")
    assert [node.text_content() for node in lead.tree.cssselect("tbody td:first-child")] == ["Bureau"]
    assert lead.get(f"/assistance/vues/{views['moi'].id}").status_code == 404
    assert lead.get(f"/assistance/vues/{views['equipe'].id}").status_code == 404
    lead.get(f"/assistance/vues/{views['tous'].id}")
    assert lead.submit("form[novalidate]", {"name": "À tous"}).status_code == 303
    with pytest.raises(Invalid):
        keep_view(session, people.actors["agente"], clock, Kept("X", "", team.id + 1))


def test_a_view_is_renamed_shared_and_deleted_and_a_stale_form_shows_both_sides(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    view = kept(session, people, clock, "agente", "Perso", "vue=les-miens")
    first, second = signed_in("agente"), signed_in("agente")
    for browser in (first, second):
        browser.get(f"/assistance/vues/{view.id}")
    assert first.submit("form[novalidate]", {"name": "À moi", "audience": "tous"}).status_code == 303
    answer = second.submit("form[novalidate]", {"name": "Autre nom"})
    assert answer.status_code == 409
    assert "À moi" in answer.text
    assert second.tree.cssselect("[name=name]")[0].get("value") == "Autre nom"
    first.get(f"/assistance/vues/{view.id}")
    assert first.submit("form.act[action$=suppression]").status_code == 303
    assert session.scalar(select(func.count()).select_from(SavedView)) == 0


def test_views_are_counted_in_one_statement_over_open_tickets(
    app: Flask, database: Database, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    with app.app_context():
        opened(session, people, clock, "cliente")
        opened(session, people, clock, "cliente", title="Œuvre")
    for name, filters in (("Tout", ""), ("Mot", "q=oeuvre"), ("Vieux", "vue=archives"), ("Contrat", "contrat=x&site=3&equipe=1")):
        kept(session, people, clock, "agente", name, filters)
    agent = signed_in("agente")
    agent.get("/assistance/vues")
    with statements(database.engine) as sent:
        agent.get("/assistance/vues")
    assert len(sent) == 4  # that of the session, the views, the exceptional days of the desk, the counts
    cells = [[cell.text_content().strip() for cell in row.cssselect("td")][::2] for row in agent.tree.cssselect("tbody tr")]
    assert cells == [["Contrat", "0"], ["Mot", "1"], ["Tout", "2"], ["Vieux", ""]]


def test_one_person_keeps_so_many_views(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> None:
    with app.app_context():
        for number in range(MOST_VIEWS):
            keep_view(session, people.actors["agente"], clock, Kept(str(number), ""))
        with pytest.raises(Invalid):
            keep_view(session, people.actors["agente"], clock, Kept("de trop", ""))
        with pytest.raises(Invalid):
            keep_view(session, people.actors["responsable"], clock, Kept("long", "q=" + "a" * 2000))
