"""Many scopes that take effect at one midnight: how long until all are settled, recorded, and their notices queued.

``python -m benchmarks.midnight`` measures in a fresh SQLite file; ``DATABASE_URL`` names an empty PostgreSQL database instead.
"""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.measure import WrongAnswerError
from benchmarks.scopes import Timed
from benchmarks.world import NOW
from tests.factories import make_organisation, make_person
from tests.scopes.midnight import fill, left
from webapp import migration
from webapp.actor import SYSTEM, OrganisationKind, Role
from webapp.clock import Clock, FrozenClock
from webapp.db import Database
from webapp.scopes.rules.publication import effective_instant
from webapp.scopes.services import effect

FILES, LINES, EDITORS = 2_000, 100, 2
MOST_SECONDS = 15.0


def midnight(database: Database, clock: Clock, files: int = FILES, lines: int = LINES) -> Timed:
    """Make that many files due at the next midnight, and time what follows from it. The database holds no other file."""
    instant = effective_instant(clock.now())
    with database.transaction(SYSTEM) as session:
        body = make_organisation(session, clock.now(), OrganisationKind.ACCREDITED_BODY, "Laboratoire de minuit")
        people = [make_person(session, clock.now(), f"minuit.{number}", body, Role.SCOPE_EDITOR).account_id for number in range(EDITORS)]
        organisation_id = body.id
    with database.writer() as session:
        session.acts_for(SYSTEM)
        fill(session, organisation_id, [person for person in people if person is not None], instant, files, lines)
    started = time.perf_counter()
    told = effect.sweep(database, FrozenClock(instant), "https://guichet.example")
    seconds = time.perf_counter() - started
    with database.reader() as session:
        session.acts_for(SYSTEM)
        found = left(session)
    seen = (told, len(found["events"]), len(found["mails"]), found["untold"])
    if seen != (files, files, EDITORS * files, 0):
        raise WrongAnswerError(f"midnight: told, events, mails, untold: {seen}")
    return Timed(f"{files:,} scopes ({files * lines:,} lines) at midnight", seconds, MOST_SECONDS, f"{EDITORS * files:,} notices")


def once() -> Timed:
    """Measure once, in a fresh SQLite file or the empty database that ``DATABASE_URL`` names."""
    with tempfile.TemporaryDirectory(prefix="guichet-midnight-") as folder:
        database = Database(os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'midnight.db'}")
        migration.upgrade(database.engine)
        found = midnight(database, FrozenClock(NOW))
        database.engine.dispose()
    return found


def main() -> None:
    """Measure once and print it."""
    found = once()
    print(f"{found.what}: {found.seconds:.1f} s (at most {found.most:.0f} s), {found.note}")


if __name__ == "__main__":
    main()
