"""The sites that a ticket concerns: writing them down, each with the calendar it is counted on (FL-12.4, FL-12.5c)."""

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.helpdesk.commitments import site_calendars
from webapp.helpdesk.models import Ticket, TicketSite


def place_sites(session: Session, ticket: Ticket, site_ids: Iterable[int]) -> None:
    """Make these the ticket's sites, on the opening hours of its calendar with the holidays and the time zone of each.

    What the events make of them is stored by the next ``recount`` (or ``append``).
    """
    chosen = tuple(dict.fromkeys(site_ids))
    session.execute(delete(TicketSite).where(TicketSite.ticket_id == ticket.id))
    calendars = site_calendars(session, ticket.calendar, chosen)
    session.add_all(
        TicketSite(organisation_id=ticket.organisation_id, ticket_id=ticket.id, site_id=site, calendar=calendars.get(site, ticket.calendar))
        for site in chosen
    )
    session.flush()
