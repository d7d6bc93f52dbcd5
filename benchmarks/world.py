"""What is measured on: the demonstration in a fresh SQLite file under ``var/``, its tickets multiplied, and browsers' cookies.

The file lies where a real one would (a file system in memory would make every commit free), with the house's own settings:
write-ahead log, ``synchronous=FULL``, pysqlite3. The clock stands on a working morning, so that each run shows the same pages.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, func, insert, select, update

from tests.support.client import CheckingClient
from webapp.app import create_app
from webapp.clock import FrozenClock
from webapp.config import ROOT, load_settings
from webapp.db import Base, Database
from webapp.demonstration import load_all
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketCounter, TicketMessage, TicketSearch, TicketSite
from webapp.helpdesk.rules.reference import Reference

#: Monday 23 November 2026, 10:00 in Paris.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICKETS = 10_000
#: Each copy of a ticket lies this much further back than the one before.
SHIFT = timedelta(seconds=211)


@dataclass
class World:
    """The application under measurement, and a signed-in cookie for each person who is needed."""

    app: Flask
    clock: FrozenClock
    database: Database

    def browser(self, username: str = "") -> CheckingClient:
        """Return a client that checks what it fetches, signed in through the real form when a name is given."""
        client = self.app.test_client()
        assert isinstance(client, CheckingClient)
        client.get("/registre")
        if username:
            client.sign_in(username)
        return client


@contextmanager
def world() -> Iterator[World]:
    """Build the world of the demonstration, and throw it away in the end."""
    with empty_world() as built:
        load_all(built.app.extensions["guichet"])
        with built.database.engine.begin() as connection:
            _multiply(connection)
        yield built


@contextmanager
def empty_world() -> Iterator[World]:
    """Build a world without anything in it, and throw it away in the end."""
    (ROOT / "var").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))
    try:
        settings = load_settings(
            {
                "GUICHET_MODE": "demonstration",
                "DATA_DIR": str(folder),
                "ARGON2_MEMORY_KIB": "8",
                "ARGON2_TIME_COST": "1",
                "SECRET_KEY": "k" * 48,
            }
        )
        clock = FrozenClock(NOW)
        app = create_app(settings, clock)
        app.test_client_class = CheckingClient
        state = app.extensions["guichet"]
        state.mail_queued = lambda: None
        Base.metadata.create_all(state.database.engine)
        yield World(app, clock, state.database)
        state.database.engine.dispose()
        app.extensions["queue"].storage.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _multiply(connection: Connection) -> None:
    """Copy the demonstration's tickets, with their events, messages and sites, until there are ``TICKETS``."""
    originals = [dict(row) for row in connection.execute(select(Ticket.__table__).order_by(Ticket.id)).mappings()]
    last = {row.year: row.last for row in connection.execute(select(TicketCounter.year, TicketCounter.last))}
    top = max(row["id"] for row in originals)
    copies: dict[int, list[tuple[int, int]]] = {}
    rows = []
    for place in range(TICKETS - len(originals)):
        turn, original = place // len(originals) + 1, originals[place % len(originals)]
        last[original["year"]] += 1
        number = last[original["year"]]
        identifier = top + place + 1
        copies.setdefault(original["id"], []).append((turn, identifier))
        reference = str(Reference(original["year"], number))
        rows.append(_shifted(original, turn) | {"id": identifier, "counter": number, "reference": reference})
    connection.execute(insert(Ticket.__table__), rows)
    for year, number in last.items():
        connection.execute(update(TicketCounter).where(TicketCounter.year == year).values(last=number))
    for model in (TicketClockEvent, TicketMessage, TicketSite, TicketSearch):
        _copy(connection, model.__table__, copies)


def _copy(connection: Connection, table: Table, copies: dict[int, list[tuple[int, int]]]) -> None:
    rows = [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
    new = [
        _shifted({key: value for key, value in row.items() if key != "id"}, turn) | {"ticket_id": ticket}
        for row in rows
        for turn, ticket in copies.get(row["ticket_id"], ())
    ]
    connection.execute(insert(table), new)


def _shifted(row: dict[str, Any], turn: int) -> dict[str, Any]:
    return {key: value - turn * SHIFT if isinstance(value, datetime) else value for key, value in row.items()}


def longest_open_ticket(connection: Connection) -> str:
    """Return the reference of an open ticket that has many messages."""
    query = (
        select(Ticket.reference)
        .join(TicketMessage, TicketMessage.ticket_id == Ticket.id)
        .where(Ticket.is_open)
        .group_by(Ticket.id)
        .order_by(func.count().desc(), Ticket.id)
        .limit(1)
    )
    return str(connection.execute(query).scalar_one())
