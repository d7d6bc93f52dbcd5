"""Reading open tickets as a change of calendar or level meets them: plain rows, three statements for any number of tickets."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Organisation
from webapp.contracts.models import ServiceLevelVersion, Site
from webapp.contracts.rules import DayRule
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketSite
from webapp.helpdesk.rules.clock import ClockEvent, EventKind
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.shift import Place, Promise, Standing
from webapp.helpdesk.rules.states import OFF_CLOCK, OPEN

#: Events that suspend or stop nothing: a ticket that has no others needs no replay.
_NEUTRAL = (EventKind.STARTED, EventKind.CONFIRMED, EventKind.RECOMMITTED)
_OWING = OPEN - OFF_CLOCK


def open_at_site(site_id: int) -> ColumnElement[bool]:
    """The open tickets that concern a site."""
    at_site = aliased(TicketSite)
    return and_(Ticket.is_open.is_(True), Ticket.id.in_(select(at_site.ticket_id).where(at_site.site_id == site_id)))


def open_before(instant: datetime) -> ColumnElement[bool]:
    """The open tickets notified before an instant."""
    return and_(Ticket.is_open.is_(True), Ticket.notified_at < instant)


def open_under(level_id: int, version_id: int) -> ColumnElement[bool]:
    """The open tickets under another version of a level than this one."""
    versions = select(ServiceLevelVersion.id).where(ServiceLevelVersion.service_level_id == level_id, ServiceLevelVersion.id != version_id)
    return and_(Ticket.is_open.is_(True), Ticket.level_version_id.in_(versions))


def one_ticket(ticket_id: int) -> ColumnElement[bool]:
    """One ticket, open or not."""
    return Ticket.id == ticket_id


def standings(session: Session, condition: ColumnElement[bool]) -> list[Standing]:
    """Return the tickets that meet a condition on ``Ticket``, with the sites and the clock events that their deadlines depend on.

    Plain rows of the connection, for those who oversee every organisation: the session's guard does not look at them.
    """
    places = _places(session, condition)
    events = _events(session, condition)
    rows = session.connection().execute(
        select(
            Ticket.id,
            Ticket.organisation_id,
            Ticket.version,
            Ticket.state,
            Ticket.notified_at,
            Ticket.first_responded_at,
            Ticket.first_response_due_at,
            Ticket.restoration_due_at,
            Ticket.due_at,
            Ticket.calendar,
            Ticket.response_days,
            Ticket.response_seconds,
            Ticket.restoration_days,
            Ticket.restoration_seconds,
            Ticket.restoration_elapsed,
            Ticket.day_rule,
        )
        .where(condition)
        .order_by(Ticket.id)
    )
    return [
        Standing(
            ticket_id=row[0],
            organisation_id=row[1],
            version=row[2],
            owes=row[3] in _OWING,
            interruption=row[3] not in OFF_CLOCK,
            notified_at=row[4],
            responded=row[5] is not None,
            response_due_at=row[6],
            restoration_due_at=row[7],
            due_at=row[8],
            promise=_promise(*row[9:]),
            places=tuple(Place(site_id, calendar or row[9], due) for site_id, calendar, due in places.get(row[0], ())),
            events=tuple(events.get(row[0], ())),
        )
        for row in rows
    ]


@lru_cache(maxsize=4096)
def _promise(
    calendar: str,
    response_days: int,
    response_seconds: int,
    restoration_days: int,
    restoration_seconds: int,
    elapsed: bool,
    day_rule: DayRule,
) -> Promise:
    """Tickets of one promise share it: what is computed from it is looked up by it."""
    return Promise(
        calendar,
        Target(response_days, timedelta(seconds=response_seconds), day_rule=day_rule),
        Target(restoration_days, timedelta(seconds=restoration_seconds), elapsed, day_rule),
    )


def _places(session: Session, condition: ColumnElement[bool]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    columns = (TicketSite.ticket_id, TicketSite.site_id, TicketSite.calendar, TicketSite.restoration_due_at)
    for ticket_id, *place in session.connection().execute(
        select(*columns).join(Ticket, Ticket.id == TicketSite.ticket_id).where(condition).order_by(TicketSite.ticket_id, TicketSite.site_id)
    ):
        found[ticket_id].append(place)
    return found


def _events(session: Session, condition: ColumnElement[bool]) -> dict[int, list[ClockEvent]]:
    """Return the events of the tickets that something has suspended or stopped."""
    row, other = TicketClockEvent, aliased(TicketClockEvent)
    telling = exists().where(other.ticket_id == Ticket.id, other.kind.not_in(_NEUTRAL))
    columns = (row.kind, row.at, row.reason, row.asked_by, row.since, row.until, row.site_id, row.evidence, row.about_id, row.id)
    found: dict[int, list[ClockEvent]] = defaultdict(list)
    for ticket_id, *event in session.connection().execute(
        select(row.ticket_id, *columns).join(Ticket, Ticket.id == row.ticket_id).where(condition, telling).order_by(row.id)
    ):
        found[ticket_id].append(ClockEvent(*event))
    return found


def names_of(session: Session, ticket_ids: Sequence[int]) -> dict[int, Any]:
    """Return (reference, title, client) of some tickets by id."""
    rows = session.execute(
        select(Ticket.id, Ticket.reference, Ticket.title, Organisation.name.label("client"))
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .where(Ticket.id.in_(ticket_ids))
        .order_by(Ticket.id)
    )
    return {row.id: row for row in rows}


def site_names(session: Session, site_ids: Collection[int]) -> dict[int, str]:
    """Return the names of some sites by id; no statement for none."""
    if not site_ids:
        return {}
    rows = session.execute(select(Site.id, Site.name).where(Site.id.in_(site_ids)).order_by(Site.id))
    return {row.id: row.name for row in rows}
