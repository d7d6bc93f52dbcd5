"""Named reads of the sites that a ticket concerns, each counted by itself (FL-12.4)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.contracts.models import Site
from webapp.db import plain_rows
from webapp.helpdesk.ahead import remembered
from webapp.helpdesk.models import TicketSite

#: A site of a ticket, with its name and figures.
NAMED = (
    TicketSite.site_id,
    Site.name,
    TicketSite.calendar,
    TicketSite.restoration_due_at,
    TicketSite.restored_at,
    TicketSite.elapsed_seconds,
    TicketSite.business_seconds,
    TicketSite.paused_seconds,
)


_NAMED_SITES = (
    select(*NAMED).join(Site, Site.id == TicketSite.site_id).where(TicketSite.ticket_id == bindparam("ticket")).order_by(Site.name, Site.id)
)


def ticket_sites(session: Session, ticket_id: int) -> Sequence[Any]:
    """Return the sites of a ticket with their names and figures, by name.

    Each row has site_id, name, calendar ('' where the ticket's own counts), restoration_due_at, restored_at, and in seconds
    elapsed_seconds, business_seconds, paused_seconds.
    """
    return remembered(session, "named_sites", ticket_id, lambda: plain_rows(session, _NAMED_SITES, {"ticket": ticket_id}).all())
