"""Reporting an incident through the real forms (FL-12.5)."""

from sqlalchemy import select

from tests.conftest import SignedIn
from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import Ticket, TicketClockEvent
from webapp.outbox.models import OutboxMessage

FILLED = {
    "service": "declarations",
    "title": "Import Excel refusé sans message",
    "description": "Le classeur est refusé depuis hier.",
    "location": "Siège, tableau 3",
    "consequences": "Nous ne pouvons pas déposer la déclaration.",
    "contact_name": "Inès Garnier",
    "contact_phone": "01 23 45 67 89",
    "contact_email": "ines@exemple.invalid",
}


def test_a_report_says_its_deadlines_before_and_gets_a_reference_after(signed_in: SignedIn, session: GuichetSession) -> None:
    # SO-46, SO-52, FL-12.5b
    browser = signed_in("declarante")
    browser.get("/assistance/signaler")
    assert "Première réponse avant mercredi 25 novembre 2026 à 10 h 00" in browser.text()
    assert "Rétablissement avant mercredi 25 novembre 2026 à 10 h 00" in browser.text()
    assert browser.text().index("État des services") < browser.text().index("Type de service")
    response = browser.submit("#signalement", FILLED)
    assert response.status_code == 303, browser.text()
    assert response.headers["Location"].startswith("/assistance/INC-2026-000001-")
    browser.follow()
    assert "INC-2026-000001-" in browser.text()
    ticket = session.scalars(select(Ticket)).one()
    assert [event.kind for event in session.scalars(select(TicketClockEvent))] == ["started"]
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("ticket.%"))).all() == ["ticket.opened"]
    mail = session.scalars(select(OutboxMessage)).one()
    assert ticket.reference in mail.subject
    assert f"/assistance/{ticket.reference}" in mail.body
    assert mail.recipient == "ines@exemple.invalid"
