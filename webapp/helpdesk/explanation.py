"""The explanation of a ticket's time: for each site the ordered segments, with reason and clause, that add up to the stored figures.

The page, the command line and the incident report show the same one (FL-12.4, FL-12.7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.contracts.rules import read_calendar
from webapp.helpdesk.clockwork import as_events, counted_of, stored_events, tell_sites, worst
from webapp.helpdesk.models import Ticket, TicketClockEvent
from webapp.helpdesk.queries.sites import ticket_sites
from webapp.helpdesk.rules.account import Account, Durations
from webapp.helpdesk.rules.contests import Suspension, suspensions
from webapp.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class SiteExplanation:
    """The time of one site, or of a ticket without sites (``site_id`` None, no name). ``account.pieces`` are the segments."""

    site_id: int | None
    name: str
    calendar: WorkCalendar
    account: Account
    due_at: datetime | None
    restored_at: datetime | None

    @property
    def zone(self) -> str:
        """The time zone of the site, by its IANA name: its segments are told as its own clocks tell them."""
        return read_calendar(self.calendar.version).timezone

    @property
    def durations(self) -> Durations:
        """Elapsed, business, paused and total: the sums of the segments."""
        return self.account.durations()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole ticket: ``sites`` by name (at least one), the suspensions with what was said of them, and which duration is contractual.

    ``elapsed_counts``: the level counts the elapsed time, else the business hours. ``worst_id`` is the site whose durations are the
    ticket's.
    """

    sites: tuple[SiteExplanation, ...]
    suspensions: tuple[Suspension, ...]
    elapsed_counts: bool
    worst_id: int | None

    @property
    def worst(self) -> SiteExplanation:
        """The site with the longest contractual duration."""
        return self.site(self.worst_id)

    def site(self, site_id: int | None) -> SiteExplanation:
        """Return one site. Raises ``KeyError`` when the ticket does not concern it."""
        for found in self.sites:
            if found.site_id == site_id:
                return found
        raise KeyError(site_id)

    @property
    def names(self) -> dict[int | None, str]:
        """The names of the sites."""
        return {site.site_id: site.name for site in self.sites}


def explain(session: Session, ticket: Ticket, at: datetime) -> Explanation:
    """Explain a ticket's time until ``at`` (aware), or until each site's restoration. Two statements."""
    return explained(ticket, stored_events(session, ticket.id), ticket_sites(session, ticket.id), at)


def explained(ticket: Ticket, rows: Sequence[TicketClockEvent], sites: Sequence[Any], at: datetime) -> Explanation:
    """Explain a ticket's time from what was read of it: its events, and its sites (rows of ``ticket_sites``)."""
    accounts = tell_sites(ticket, rows, sites, at)
    calendars = {place.site_id: place.calendar for place in counted_of(ticket, sites)}
    told = [
        SiteExplanation(site.site_id, site.name, calendars[site.site_id], accounts[site.site_id], site.restoration_due_at, site.restored_at)
        for site in sites
    ]
    if not told:
        told = [SiteExplanation(None, "", calendars[None], accounts[None], ticket.restoration_due_at, ticket.restored_at)]
    return Explanation(
        sites=tuple(told),
        suspensions=tuple(suspensions(as_events(rows))),
        elapsed_counts=ticket.restoration_elapsed,
        worst_id=worst(accounts, elapsed=ticket.restoration_elapsed),
    )
