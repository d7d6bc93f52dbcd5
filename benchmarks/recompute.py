"""A calendar edit over 100,000 open tickets: what would move, then the one transaction that moves it.

The tickets are what an operator of many clients has open: notified over the last three days under three promises, a third of them at
a site with holidays of its own, one in ten suspended for a time. The seconds are those of the whole act, from reading the tickets to
the commit. A sample is then checked against the clock's own recount.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, insert, select

import webapp.db_models  # noqa: F401 -- maps every table
from webapp.accounts.models import Organisation
from webapp.actor import SYSTEM, OrganisationKind
from webapp.clock import FrozenClock
from webapp.contracts.exceptional import SpecialDay
from webapp.contracts.models import Site
from webapp.contracts.rules import DayRule, service_calendar
from webapp.db import Base, Database, GuichetSession
from webapp.helpdesk.clockwork import recount
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketSite
from webapp.helpdesk.queries.standings import open_before
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.shift import DayChange
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.services import shifting
from webapp.worktime import Territory

TICKETS = 100_000
MOST_SECONDS = 10.0
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOMORROW = SpecialDay(date(2026, 11, 24))
CALENDARS = (service_calendar().version, service_calendar(Territory.ALSACE_MOSELLE).version, "0-5.0800-2000:metropolitan:Europe/Paris")
PROMISES = ((2, 0, DayRule.BUSINESS_HOURS), (2, 0, DayRule.SAME_TIME), (0, 8 * 3600, DayRule.BUSINESS_HOURS))
STEP = 1_000


class Taken(NamedTuple):
    """Seconds to compute what would move, seconds of the transaction that moves it, and the tickets that moved."""

    planning: float
    applying: float
    moved: int

    @property
    def whole(self) -> float:
        """Seconds of the whole act."""
        return self.planning + self.applying


def run(url: str | None = None, tickets: int = TICKETS) -> Taken:
    """Build the tickets in a database of their own (``url``: one that is empty), close the desk tomorrow, and check a sample."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(url or f"sqlite:///{folder}/recompute.db")
        Base.metadata.create_all(database.engine)
        try:
            _fill(database, tickets)
            taken = _close_tomorrow(database)
            _check(database, tickets)
        finally:
            if url is not None:  # SQLite would check foreign keys row by row: its file goes as a whole
                Base.metadata.drop_all(database.engine)
            database.engine.dispose()
    return taken


def _close_tomorrow(database: Database) -> Taken:
    clock, change, condition = FrozenClock(NOW), DayChange(TOMORROW), open_before(NOW + timedelta(days=2))
    begun = time.perf_counter()
    with database.reader() as reading:
        reading.acts_for(SYSTEM)
        planned = shifting.plan(reading, change, condition)
    computed = time.perf_counter()
    with database.transaction(SYSTEM) as session:
        applied = shifting.apply(session, SYSTEM, clock, planned, change, condition, why="fermeture")
    return Taken(computed - begun, time.perf_counter() - computed, applied.tickets)


def _fill(database: Database, tickets: int) -> None:
    chance = random.Random(20261123)
    with database.transaction(SYSTEM) as session:
        client = Organisation(kind=OrganisationKind.CLIENT, name="Client", search_text="client", created_at=NOW)
        session.add(client)
        session.flush()
        site = Site(organisation_id=client.id, name="Site", address="", territory=Territory.ALSACE_MOSELLE, timezone="Europe/Paris")
        site.created_at = NOW
        session.add(site)
        session.flush()
        for first in range(1, tickets + 1, STEP):
            numbers = range(first, min(first + STEP, tickets + 1))
            rows = [_ticket(number, client.id, chance) for number in numbers]
            _insert(session, Ticket, rows)
            _insert(session, TicketSite, [_at(row, site.id) for row in rows if row["id"] % 3 == 0])
            _insert(session, TicketClockEvent, [event for row in rows for event in _events(row)])


def _insert(session: GuichetSession, model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(cast(Table, model.__table__)), rows)


def _ticket(number: int, organisation_id: int, chance: random.Random) -> dict[str, Any]:
    """Return a ticket with the deadlines of its promise: those of the suspended ones are stored when they are planned."""
    days, seconds, rule = PROMISES[number % 3]
    at = NOW - timedelta(minutes=chance.randrange(60 * 24 * 3))
    return {
        "id": number,
        "organisation_id": organisation_id,
        "reference": f"B-{number}",
        "year": 2026,
        "counter": number,
        **dict.fromkeys(("title", "description", "location", "consequences", "contact_name", "contact_phone", "contact_email"), "…"),
        "service": ServiceType.OTHER,
        "state": State.CONFIRMED,
        "is_open": True,
        "calendar": CALENDARS[1 if number % 3 == 0 else number % 2 * 2],
        "response_days": days,
        "response_seconds": seconds,
        "restoration_days": days,
        "restoration_seconds": seconds,
        "day_rule": rule,
        "notified_at": at,
        "first_response_due_at": at,
        "first_responded_at": at if number % 2 else None,
        "search_text": "…",
    }


def _at(row: dict[str, Any], site_id: int) -> dict[str, Any]:
    return {"organisation_id": row["organisation_id"], "ticket_id": row["id"], "site_id": site_id, "calendar": row["calendar"]}


def _events(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A start, and for one ticket in ten an hour of suspension."""
    common = {"organisation_id": row["organisation_id"], "ticket_id": row["id"]}
    yield {**common, "kind": EventKind.STARTED, "at": row["notified_at"], "reason": None}
    if row["id"] % 10 == 0:
        asked = row["notified_at"] + timedelta(minutes=5)
        yield {**common, "kind": EventKind.PAUSED, "at": asked, "reason": Reason.SITE_ACCESS}
        yield {**common, "kind": EventKind.RESUMED, "at": asked + timedelta(hours=1), "reason": None}


def _check(database: Database, tickets: int) -> None:
    """A sample is what its own clock says, to the second; AssertionError when it is not."""
    with database.transaction(SYSTEM) as session:
        sample = select(Ticket).where(Ticket.id.in_(range(1, tickets + 1, max(tickets // 200, 1)))).order_by(Ticket.id)
        for ticket in session.scalars(sample):
            stored = (ticket.restoration_due_at, ticket.due_at)
            recount(session, ticket)
            if (ticket.restoration_due_at, ticket.due_at) != stored or not ticket.calendar.endswith("+20261124"):
                raise AssertionError(f"ticket {ticket.id}: {stored} is not what its clock says")


def main() -> None:
    """Print the seconds; ``python -m benchmarks.recompute [url of an empty database]``."""
    taken = run(sys.argv[1] if len(sys.argv) > 1 else None)
    print(
        f"{taken.moved} of {TICKETS} tickets moved: {taken.planning:.1f} s to plan, {taken.applying:.1f} s to apply, aim {MOST_SECONDS} s"
    )


if __name__ == "__main__":
    main()
