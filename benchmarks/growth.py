"""What becomes of the help desk when its archive grows a hundredfold: the same requests at 10,000 tickets and at 1,000,000.

The tickets added are copies of the archived ones of the first 10,000, further back in time, with their words in the full-text index
(their messages are not copied: nothing measured reads those of other tickets). The open tickets stay the same.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Connection, Table, select

from benchmarks.measure import Environ, WrongAnswerError, request, run
from benchmarks.people import Person
from benchmarks.world import World, longest_open_ticket
from webapp.actor import Actor
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.models.search import SQLITE
from webapp.helpdesk.rules.bulk import BulkAct, Order
from webapp.helpdesk.services import bulk

CALLS = 60
MOST_GROWTH = 1.2
STEP_SECONDS = 211


@dataclass(frozen=True)
class Measured:
    """Milliseconds of one kind of request: the median, and what 95 of 100 stay under."""

    p50: float
    p95: float


def measure(small: tuple[World, Person], large: tuple[World, Person]) -> dict[str, tuple[Measured, Measured]]:
    """Measure each request ``CALLS`` times in both worlds by turns, so that what the machine does besides hits both."""
    pairs = {what: (one, other) for (what, one), (_what, other) in zip(_calls(*small), _calls(*large), strict=True)}
    taken: dict[str, tuple[list[float], list[float]]] = {what: ([], []) for what in pairs}
    for pair in pairs.values():
        for call in pair:
            call()
    for turn in range(CALLS):
        for what, pair in pairs.items():
            if what.startswith("bulk") and turn % 10:
                continue
            for call, times in zip(pair, taken[what], strict=True):
                begun = time.perf_counter()
                call()
                times.append((time.perf_counter() - begun) * 1000)
    return {what: (_summed(mine), _summed(grown)) for what, (mine, grown) in taken.items()}


def _summed(times: list[float]) -> Measured:
    return Measured(statistics.median(times), sorted(times)[int(len(times) * 0.95)])


def _calls(world: World, person: Person) -> Iterator[tuple[str, Callable[[], object]]]:
    assert person.user is not None
    with world.database.engine.connect() as connection:
        reference = longest_open_ticket(connection)
        newest = select(Ticket.notified_at, Ticket.id).where(~Ticket.is_open).order_by(Ticket.notified_at.desc(), Ticket.id.desc())
        middle = connection.execute(newest.offset(5000).limit(1)).one()
        chosen = list(connection.execute(select(Ticket.reference).where(Ticket.is_open).order_by(Ticket.id).limit(100)).scalars())
    cursor = f"{int(middle.notified_at.timestamp() * 1_000_000)}~{middle.id}"
    pages = {
        "queue": "/assistance/file",
        "queue by priority": "/assistance/file?tri=priorite",
        "archive, a page far down": f"/assistance/file?vue=archives&apres={cursor}",
        "search, open tickets, a word of many": "/assistance/file?q=import",
        "search, archive, a word of many": "/assistance/file?vue=archives&q=import",
        "search, archive, two words, the last begun": "/assistance/file?vue=archives&q=refus%C3%A9+exc",
        "search across the counters": "/recherche?q=connexion",
        "ticket": f"/assistance/{reference}",
    }
    for what, path in pages.items():
        yield what, _page(world, path, person)
    yield "reply", _reply(world, reference, person)
    yield "bulk of 100", _bulk(world, person.user.actor, chosen)


def _page(world: World, path: str, person: Person) -> Callable[[], object]:
    def call() -> None:
        _right(world, request(path, person.cookie), 200)

    return call


def _right(world: World, environ: Environ, status: int) -> None:
    found, _headers, body = run(world.app, environ)
    if found != status:
        raise WrongAnswerError(f"{environ['PATH_INFO']}: status {found}, {body[:300]!r}")


def _reply(world: World, reference: str, person: Person) -> Callable[[], object]:
    numbers = count(1)

    def call() -> None:
        with world.database.engine.connect() as connection:
            version = connection.execute(select(Ticket.version).where(Ticket.reference == reference)).scalar_one()
        form = {"csrf_token": person.token, "body": f"Réponse numéro {next(numbers)}.", "version": str(version), "do": "reply"}
        _right(world, request(f"/assistance/{reference}/messages", person.cookie, form), 303)

    return call


def _bulk(world: World, actor: Actor, chosen: list[str]) -> Callable[[], object]:
    turns = count(1)

    def call() -> None:
        with world.app.test_request_context("/"), world.database.transaction(actor) as session:
            order = Order(BulkAct.TAG, tags=(f"mesure-{next(turns) % 2}",))
            bulk.run(session, actor, world.clock, order, chosen, public_url="http://localhost")

    return call


def grow(connection: Connection, total: int) -> float:
    """Add copies of the archived tickets until there are ``total``; return the seconds it took. The index is made anew in the end."""
    begun = time.monotonic()
    tickets: Table = Ticket.__table__  # type: ignore[assignment]  # -- a mapped class's table is a Table
    there, top = connection.exec_driver_sql("SELECT count(*), max(id) FROM ticket").one()
    archived = connection.exec_driver_sql("SELECT count(*) FROM ticket WHERE NOT is_open").scalar_one()
    connection.exec_driver_sql("PRAGMA cache_size=-400000")
    indexes = sorted(tickets.indexes, key=lambda index: str(index.name))
    for index in indexes:
        index.drop(connection)  # made anew in one pass each
    for name in ("learn", "forget", "change"):
        connection.exec_driver_sql(f"DROP TRIGGER ticket_search_{name}")
    changed = {
        "id": "id + :step",
        "reference": "reference || '-' || :turn",
        "counter": "counter + :step",
        "notified_at": "strftime('%Y-%m-%d %H:%M:%f000', notified_at, :back)",
    }
    columns = [column.name for column in tickets.columns]
    values = [changed.get(name, name) for name in columns]
    copy = f"INSERT INTO ticket ({', '.join(columns)}) SELECT {', '.join(values)} FROM ticket WHERE id <= :top AND NOT is_open LIMIT :most"
    words = (
        "INSERT INTO ticket_search (ticket_id, organisation_id, marks, head, said, noted)"
        " SELECT ticket_id + :step, organisation_id, marks, head || ' ' || :turn, said, noted FROM ticket_search"
        " WHERE ticket_id IN (SELECT id - :step FROM ticket WHERE id > :step AND id <= :step + :top)"
    )
    turn = 0
    while there < total:
        turn += 1
        asked = {
            "step": turn * top,
            "turn": turn,
            "top": top,
            "back": f"-{turn * STEP_SECONDS * 97} seconds",
            "most": total - there,
        }
        connection.exec_driver_sql(copy, asked)
        connection.exec_driver_sql(words, {key: asked[key] for key in ("step", "turn", "top")})
        connection.exec_driver_sql("INSERT OR IGNORE INTO ticket_fts_word VALUES (?)", (str(turn),))
        there += min(archived, total - there)
    for index in indexes:
        index.create(connection)
    connection.exec_driver_sql("INSERT INTO ticket_fts(ticket_fts) VALUES ('rebuild')")
    for statement in SQLITE:
        if statement.startswith("CREATE TRIGGER"):
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql("ANALYZE")
    connection.exec_driver_sql("PRAGMA cache_size=-16000")
    return time.monotonic() - begun
