"""The pages that show what a change of calendar or level would move, through their real forms (FL-12.1, FL-12.5a)."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.contracts.conftest import Signed
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import opened
from tests.helpdesk.test_shifting import check_clock, under_contract
from webapp.clock import FrozenClock
from webapp.contracts.models import ExceptionalDay
from webapp.contracts.rules import Plan
from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.services.billable import Offer, propose
from webapp.web.i18n import paris as said


def test_the_rank_follows_the_level_the_impact_and_the_tier(
    app: Flask,
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    signed: Signed,
    signed_in: SignedIn,
) -> None:  # FL-12.2, FL-12.3
    with app.app_context():
        ticket = under_contract(session, people, clock, impact=1)
    assert (ticket.impact, ticket.rank) == (1, 21)
    client = signed_in("responsable")
    client.get(f"/contrats/{signed.contract.id}")
    assert client.submit("form#contrat", {"plan": Plan.FREEMIUM.value}).status_code == 303
    session.expire_all()
    assert ticket.rank == 121


def test_a_day_is_shown_then_confirmed_once_even_on_a_double_click(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    with app.app_context():
        ticket = opened(session, people, clock)
    client = signed_in("responsable")
    client.get("/contrats/jours-exceptionnels")
    assert client.submit("form#jour", {"day": "2026-11-24", "label": "Fermeture annuelle"}).status_code == 303
    client.follow()
    assert "2 échéances changent" in client.text()
    assert client.tree.cssselect(f"a[href='/assistance/{ticket.reference}']")
    assert not session.scalars(select(ExceptionalDay).order_by(ExceptionalDay.id)).all()
    session.commit()
    shown = client.last
    first = client.submit("form#confirmer")
    client.last = shown
    second = client.submit("form#confirmer")
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    client.follow()
    assert "2 échéances ont changé." in client.text()
    session.expire_all()
    assert ticket.restoration_due_at == paris("2026-11-26 10:00")
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "exceptional_day.added").order_by(AuditEvent.id)).one()
    assert told.detail["moved"] == {"deadlines": 2, "tickets": 1, "computed_again": 0}
    (row,) = session.scalars(select(ExceptionalDay).order_by(ExceptionalDay.id)).all()
    session.commit()
    client.get(f"/assistance/recalcul/jour/{row.id}/retrait")
    assert client.submit("form#confirmer").status_code == 303
    session.expire_all()
    assert ticket.restoration_due_at == paris("2026-11-25 10:00")
    assert not session.scalars(select(ExceptionalDay).order_by(ExceptionalDay.id)).all()


def test_a_confirmation_that_would_do_something_else_shows_the_new_account_first(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    with app.app_context():
        opened(session, people, clock)
    client = signed_in("responsable")
    client.get("/assistance/recalcul/jour?code=20261124&label=Fermeture")
    with app.app_context():
        opened(session, people, clock, title="Arrivé entre-temps")
    assert client.submit("form#confirmer").status_code == 409
    assert "4 échéances changent" in client.text()
    assert "relisez-le, puis confirmez" in client.tree.cssselect("#conflit")[0].text_content()
    assert client.submit("form#confirmer").status_code == 303


def test_a_site_s_calendar_changes_with_its_tickets_or_not_at_all(
    app: Flask,
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    signed: Signed,
    signed_in: SignedIn,
) -> None:
    with app.app_context():
        ticket = under_contract(session, people, clock, signed.strasbourg)
    one, two = signed_in("responsable"), signed_in("administratrice")
    one.get(f"/contrats/sites/{signed.strasbourg.id}")
    assert one.submit("form#site", {"timezone": "Indian/Reunion", "name": "Strasbourg centre"}).status_code == 303
    one.follow()
    assert "2 échéances changent" in one.text()
    two.get(f"/contrats/sites/{signed.strasbourg.id}")
    assert two.submit("form#site", {"name": "Strasbourg gare"}).status_code == 303
    assert one.submit("form#confirmer").status_code == 409
    assert "Ce site a changé pendant votre saisie." in one.tree.cssselect("#conflit")[0].text_content()
    session.expire_all()
    assert signed.strasbourg.timezone == "Europe/Paris"
    session.commit()
    one.get(f"/contrats/sites/{signed.strasbourg.id}")
    assert one.submit("form#site", {"timezone": "Indian/Reunion"}).status_code == 303
    one.follow()
    assert one.submit("form#confirmer").status_code == 303
    session.expire_all()
    assert signed.strasbourg.timezone == "Indian/Reunion"
    assert ticket.calendar == "desk-1:alsace_moselle:Indian/Reunion"
    check_clock(session, ticket)


def test_qualifying_shows_what_the_ticket_is_promised_at_its_sites(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed: Signed, signed_in: SignedIn
) -> None:  # FL-12.5c: 11:00 in Paris is 14:00 in La Réunion; both promise restoration for the same instant
    clock.set(paris("2026-11-23 11:00"))
    with app.app_context():
        ticket = under_contract(session, people, clock, signed.strasbourg, signed.reunion)
        promised = [said(ticket.first_response_due_at), said(ticket.restoration_due_at or ticket.notified_at)]
    session.rollback()
    agent = signed_in("agente")
    agent.get(f"/assistance/{ticket.reference}/qualifier")
    assert [cell.text_content() for cell in agent.tree.cssselect("form.pad table td")[1:]] == promised
    assert agent.submit("form.pad").status_code == 303
    session.expire_all()
    with app.app_context():
        assert [said(ticket.first_response_due_at), said(ticket.restoration_due_at or ticket.notified_at)] == promised


def test_every_deadline_that_is_counted_is_shown(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed: Signed, signed_in: SignedIn
) -> None:  # FL-12.4, FL-12.6a
    clock.set(paris("2027-03-24 10:00"))  # the Wednesday before Good Friday, a holiday in Strasbourg
    with app.app_context():
        two_sites = under_contract(session, people, clock, signed.strasbourg, signed.reunion)
        offered = under_contract(session, people, clock, title="Raccorder deux capteurs")
        propose(session, people.actors["agente"], clock, offered, Offer("Raccorder", Decimal(1), Decimal(90)), public_url="http://x")
    session.commit()
    lead = signed_in("responsable")
    lead.get(f"/contrats/sites/{signed.strasbourg.id}")
    lead.submit("form#site", {"territory": "metropolitan"})
    lead.follow()
    (row,) = lead.tree.cssselect("main table.rows tbody tr th a")
    assert row.text == two_sites.reference, "what is no interruption has no deadline to move"
    moves = row.getparent().getparent().text_content()
    assert "Rétablissement de Strasbourg : mardi 30 mars 2027 à 10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00 → vendredi 26 mars 2027" in moves
    assert "Saint-Denis" not in moves
    assert lead.submit("form#confirmer").status_code == 303
    lead.get("/contrats/jours-exceptionnels")
    lead.submit("form#jour", {"day": "2027-03-25", "label": "Fermeture annuelle"})
    lead.follow()
    assert [link.text for link in lead.tree.cssselect("main table.rows tbody tr th a")] == [two_sites.reference]
    assert lead.submit("form#confirmer").status_code == 303
    check_clock(session, offered)
    check_clock(session, two_sites)


def test_another_level_is_applied_to_a_ticket_from_its_page(
    app: Flask,
    session: GuichetSession,
    people: People,
    clock: FrozenClock,
    signed: Signed,
    signed_in: SignedIn,
) -> None:
    with app.app_context():
        ticket = under_contract(session, people, clock, signed.strasbourg)
    client = signed_in("agente")
    client.get(f"/assistance/{ticket.reference}")
    assert "2 jours ouvrés = 16 heures ouvrées" in client.text()
    client.get(f"/assistance/{ticket.reference}/niveau")
    assert client.submit("form#niveau", {"reason": ""}).status_code == 422
    assert client.submit("form#niveau", {"reason": "Client passé au support avancé"}).status_code == 303
    session.expire_all()
    assert ticket.restoration_due_at == paris("2026-11-24 10:00")
    client.get(f"/assistance/{ticket.reference}")
    assert "rétablissement sous 8 heures ouvrées" in client.text()


@pytest.mark.parametrize("query", ["", "code=20261124", "code=hier&label=x", "code=20261124,20261125&label=x"])
def test_an_address_that_carries_no_change_is_refused(signed_in: SignedIn, query: str) -> None:
    assert signed_in("responsable").get(f"/assistance/recalcul/jour?{query}").status_code == 400
