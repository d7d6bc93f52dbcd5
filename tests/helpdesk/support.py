"""Tickets for tests: opened by the service itself, in the small world."""

from sqlalchemy.orm import Session

from tests.conftest import People
from webapp.clock import Clock
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.services import Client, Report, open_ticket

URL = "http://127.0.0.1:8000"


def report(title: str = "Import Excel refusé sans message", **values: object) -> Report:
    """Return a report as somebody would write it."""
    given: dict[str, object] = {
        "title": title,
        "description": "Le classeur est refusé depuis hier.",
        "location": "Siège, tableau 3",
        "consequences": "Nous ne pouvons pas déposer la déclaration.",
        "service": ServiceType.DECLARATIONS,
        "contact_name": "Inès Garnier",
        "contact_phone": "01 23 45 67 89",
        "contact_email": "ines@exemple.invalid",
        **values,
    }
    return Report(**given)


def opened(
    session: Session,
    people: People,
    clock: Clock,
    who: str = "cliente",
    *,
    title: str = "Import Excel refusé sans message",
    in_house: bool = False,
) -> Ticket:
    """Open a ticket as this person of the small world."""
    actor = people.actors[who]
    ticket = open_ticket(
        session,
        actor,
        clock,
        report=report(title),
        client=Client(actor.organisation_id or 0, actor.organisation_name),
        commitment=Commitment(desk_hours(), in_house=in_house),
        public_url=URL,
    )
    session.commit()
    return ticket
