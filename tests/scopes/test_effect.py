"""What follows from a publication happens once: late, together, interrupted, with clocks that jump."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.conftest import NOW, People
from tests.scopes.midnight import fill, left
from tests.scopes.world import NUMBER, cells, make_file, publish
from tests.support.statements import statements
from webapp.accounts.models import Account
from webapp.clock import PARIS, FrozenClock
from webapp.config import Settings
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, NotFound
from webapp.outbox.models import OutboxMessage
from webapp.register import queries as register
from webapp.scopes.models import Dossier, PublishedVersion
from webapp.scopes.rules.publication import effective_instant
from webapp.scopes.rules.states import Draft, Online
from webapp.scopes.services import effect, lines, publication
from webapp.scopes.services.files import open_file

MIDNIGHT = effective_instant(NOW)
URL = "https://guichet.example"
FILES, LINES = 7, 4


@pytest.fixture
def many(session: GuichetSession, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven files due at midnight, in chunks of three."""
    monkeypatch.setattr(effect, "MOST_VERSIONS", 3)
    editor = people.actors["editrice"].account_id
    assert editor is not None
    fill(session, people.organisations["laboratoire"].id, [editor], MIDNIGHT, FILES, LINES)


def told(session: GuichetSession, database: Database, clock: FrozenClock) -> int:
    """Let the sweeper pass; this session holds nothing meanwhile."""
    session.commit()
    return effect.sweep(database, clock, URL)


def whole(session: GuichetSession) -> dict[str, Any]:
    """Check that the effect is complete and single, and return what it left."""
    found = left(session)
    assert {(online, draft) for _id, online, draft in found["files"]} == {(Online.PUBLISHED, Draft.NONE)}
    assert len(found["events"]) == len(set(found["events"])) == FILES
    assert len(found["mails"]) == len(set(found["mails"])) == FILES
    assert found["untold"] == 0
    assert [number for _file, number, *_ in found["lines"]] == [2, 3, 4] * FILES
    assert all(digest is not None and rank == number * 65_536 for _file, number, _deleted, digest, rank in found["lines"])
    return found


def test_the_chunks_do_all_of_it_and_nothing_before_midnight(
    many: None, session: GuichetSession, database: Database, clock: FrozenClock
) -> None:
    clock.set(MIDNIGHT - timedelta(microseconds=1))
    assert told(session, database, clock) == 0
    clock.set(MIDNIGHT)
    session.commit()
    with statements(database.engine) as sent:
        assert told(session, database, clock) == FILES
    assert len(sent) <= 3 * 9 + FILES + 1  # each event is a statement of its own on SQLite
    first = whole(session)
    assert told(session, database, clock) == 0
    assert left(session) == first


def test_a_chunk_holds_few_lines_whatever_the_files(
    many: None, session: GuichetSession, database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effect, "MOST_LINES", 1)
    clock.set(MIDNIGHT)
    session.commit()
    with database.transaction(effect.SYSTEM) as own:
        assert effect.take_effect(own, clock, URL) == (1, 1)
    assert told(session, database, clock) == FILES - 1
    whole(session)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=5)])
def test_schedulers_that_wake_together_share_the_work_and_tell_once(
    many: None, session: GuichetSession, database: Database, clock: FrozenClock, late: timedelta
) -> None:
    clock.set(MIDNIGHT + late)
    barrier = Barrier(4)

    def run(_index: int) -> int:
        barrier.wait(timeout=20)
        return effect.sweep(database, clock, URL)

    session.commit()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(run, range(4)))
    assert sum(done) + told(session, database, clock) == FILES  # what one held, another left aside
    whole(session)


KILLED = """
import os, sys
from datetime import datetime
from sqlalchemy import event
import webapp.db_models
from flask import Flask
from webapp.clock import FrozenClock
from webapp.db import Database
from webapp.scopes.services import effect
effect.MOST_VERSIONS = 3
database, left = Database(sys.argv[1]), [int(sys.argv[3])]
def count(_connection, _cursor, statement, *_):
    left[0] -= 1
    if left[0] == 0:
        os._exit(9)
event.listen(database.engine, "before_cursor_execute", count)
event.listen(database.engine, "commit", lambda connection: count(connection, None, "COMMIT"))
effect.sweep(database, FrozenClock(datetime.fromisoformat(sys.argv[2])), "https://guichet.example")
"""


@pytest.mark.parametrize("place", [3, 9, 12, 17])
def test_a_sweeper_killed_between_two_statements_leaves_whole_files_and_the_next_does_the_rest(
    many: None, session: GuichetSession, database: Database, clock: FrozenClock, settings: Settings, place: int
) -> None:
    session.commit()
    database.engine.dispose()
    command = [sys.executable, "-c", KILLED, settings.database_url, MIDNIGHT.isoformat(), str(place)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, timeout=60, check=False)
    assert done.returncode == 9, done.stderr.decode()
    found = left(session)
    session.rollback()
    online = [online for _id, online, _draft in found["files"]].count(Online.PUBLISHED)
    assert online == len(found["events"]) == len(found["mails"]) == FILES - found["untold"]
    assert online in (0, 3, 6)
    clock.set(MIDNIGHT)
    assert told(session, database, clock) == FILES - online
    whole(session)


def test_two_versions_that_nobody_told_are_told_each_once_in_their_order(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    make_file(session, people, clock)
    publish(session, people, clock)
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("Bromures"))
    publish(session, people, clock)
    clock.advance(timedelta(days=9))
    assert told(session, database, clock) == 2
    mails = session.scalars(select(OutboxMessage.subject).order_by(OutboxMessage.id)).all()
    assert ["version 1" in mails[0], "version 2" in mails[1]] == [True, True]


def test_who_gave_up_notices_or_lost_the_file_is_not_mailed(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    make_file(session, people, clock)
    session.execute(update(Account).where(Account.username == "editrice").values(mail_notices=False))
    publish(session, people, clock)
    assert told(session, database, clock) == 1
    assert session.scalars(select(OutboxMessage)).all() == []


def test_a_file_that_somebody_holds_does_not_stop_the_others(
    many: None, session: GuichetSession, people: People, database: Database, clock: FrozenClock
) -> None:
    if database.engine.dialect.name != "postgresql":
        return  # SQLite has one writer: the sweep waits for its turn
    clock.set(MIDNIGHT)
    session.commit()
    with database.transaction(people.actors["editrice"]) as own:
        number = own.scalars(select(Dossier.number).order_by(Dossier.id)).first()
        assert number is not None
        open_file(own, people.actors["editrice"], clock, number)
        assert effect.sweep(database, clock, URL) == FILES - 1
    assert told(session, database, clock) == 1
    whole(session)


@pytest.mark.parametrize(
    ("asked", "hours"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=PARIS), 12),
        (datetime(2026, 3, 29, 0, 0, tzinfo=PARIS), 23),  # the night of 23 hours
        (datetime(2026, 10, 25, 0, 0, tzinfo=PARIS), 25),  # and that of 25
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=PARIS), 21.5),
    ],
)
def test_the_wait_of_a_night_when_the_hour_changes_ends_at_midnight_in_paris(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database, asked: datetime, hours: float
) -> None:
    # FX-8a
    clock.set(asked - timedelta(days=300))
    make_file(session, people, clock)
    clock.set(asked)
    publish(session, people, clock, wait=False)
    instant = asked.astimezone(UTC) + timedelta(hours=hours)
    assert instant.astimezone(PARIS).hour == 0
    clock.set(instant - timedelta(seconds=1))
    assert told(session, database, clock) == 0
    with pytest.raises(NotFound):
        register.published(session, NUMBER, clock.now())
    clock.set(instant)
    assert register.published(session, NUMBER, clock.now()).version == 1
    assert told(session, database, clock) == 1


def test_a_clock_set_back_tells_nothing_twice_and_orders_no_version_before_another(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    make_file(session, people, clock)
    publish(session, people, clock)
    assert told(session, database, clock) == 1
    clock.set(MIDNIGHT - timedelta(minutes=10))
    assert told(session, database, clock) == 0
    session.expire_all()
    with pytest.raises(Conflict, match="déjà en ligne"):
        publication.withdraw_request(session, people.actors["editrice"], clock, NUMBER)
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("Bromures"))
    publish(session, people, clock, wait=False)
    first, second = session.scalars(select(PublishedVersion.effective_at).order_by(PublishedVersion.number)).all()
    assert (first, second) == (MIDNIGHT, effective_instant(MIDNIGHT))
    clock.set(MIDNIGHT)
    assert told(session, database, clock) == 0
    assert register.published(session, NUMBER, clock.now()).version == 1


class LateClock(FrozenClock):
    """A clock that has passed midnight by the time the act has been carried out."""

    def __init__(self, first: datetime, then: datetime) -> None:
        super().__init__(first)
        self.then, self.asked = then, 0

    def now(self) -> datetime:
        """Return the first instant once, then the other one."""
        self.asked += 1
        return super().now() if self.asked <= 4 else self.then


def test_a_request_cannot_be_taken_back_by_an_act_that_ends_after_midnight(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    make_file(session, people, clock)
    publish(session, people, clock, wait=False)
    late = LateClock(MIDNIGHT - timedelta(milliseconds=5), MIDNIGHT)
    with pytest.raises(Conflict, match="déjà en ligne"):
        publication.withdraw_request(session, people.actors["editrice"], late, NUMBER)
    session.rollback()
    assert register.published(session, NUMBER, MIDNIGHT).version == 1
