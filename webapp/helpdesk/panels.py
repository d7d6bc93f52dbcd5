"""The parts of the ticket page that are not the ticket itself: each reads its own context and names its template.

A panel costs statements on the page that agents open all day: one that can tell from the ticket's own columns that it has nothing to
show returns None before it reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from webapp.actor import Actor
from webapp.db import GuichetSession
from webapp.helpdesk import about
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.owed_panel import read_owed
from webapp.helpdesk.presence import people_panel, satisfaction_panel
from webapp.helpdesk.queries import attachments, billable, public_reports
from webapp.helpdesk.relations_panel import read_actions, read_merged, read_relations


class Place(StrEnum):
    """Where a panel stands in ``_ticket.html``, from the top."""

    HEAD = "head"
    CLOCK = "clock"
    REPORT = "report"
    TALK = "talk"
    ACTS = "acts"


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the ticket page. ``read`` returns the context that ``template`` needs, or None when it has nothing to show."""

    place: Place
    template: str
    read: Callable[[GuichetSession, Actor, Ticket, datetime], dict[str, Any] | None]


#: In the order in which they are drawn at each place.
PANELS: tuple[Panel, ...] = (
    Panel(Place.CLOCK, "helpdesk/_owed.html", read_owed),
    Panel(Place.HEAD, "helpdesk/_satisfaction.html", satisfaction_panel),
    Panel(Place.HEAD, "helpdesk/_public_report.html", public_reports.panel),
    Panel(Place.CLOCK, "helpdesk/_billable.html", billable.panel),
    Panel(Place.REPORT, "helpdesk/_about.html", about.panel),
    Panel(Place.REPORT, "helpdesk/_files.html", attachments.panel),
    Panel(Place.HEAD, "helpdesk/_relations.html", read_relations),
    Panel(Place.REPORT, "helpdesk/_merged.html", read_merged),
    Panel(Place.ACTS, "helpdesk/_people.html", people_panel),
    Panel(Place.ACTS, "helpdesk/_relate.html", read_actions),
)


def panels_of(session: GuichetSession, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return the context of every panel that has something to show, with ``panels``: the templates by place."""
    context: dict[str, Any] = {}
    templates: dict[str, list[str]] = {place.value: [] for place in Place}
    for panel in PANELS:
        found = panel.read(session, actor, ticket, now)
        if found is not None:
            context |= found
            templates[panel.place.value].append(panel.template)
    return {**context, "panels": templates}
