"""Two people, or two clicks, at the same instant: real threads on a real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import update

from tests.conftest import People, SignedIn
from tests.scopes.world import NUMBER, cells, make_file, publish, texts
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.scopes.models import PublishedLine
from webapp.scopes.services import effect, lines


def at_once(act: Callable[[int], str], times: int) -> list[str]:
    """Run ``act`` in as many threads, all let go together; return what each said, sorted."""
    barrier = Barrier(times)

    def run(index: int) -> str:
        barrier.wait(timeout=20)
        return act(index)

    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(run, range(times)))


def test_of_two_simultaneous_saves_of_one_line_one_is_kept_and_the_other_told(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    file = make_file(session, people, clock)

    def save(index: int) -> str:
        try:
            with database.transaction(people.actors["editrice"]) as own:
                lines.save_line(own, people.actors["editrice"], clock, NUMBER, 1, 1, cells(f"Saisie {index}"))
        except lines.StaleLine:
            return "stale"
        return "saved"

    assert at_once(save, 4) == ["saved", "stale", "stale", "stale"]
    assert texts(session, file)[0][1].startswith("Saisie")


def test_simultaneous_additions_get_numbers_of_their_own(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    file = make_file(session, people, clock, names=())

    def add(index: int) -> str:
        with database.transaction(people.actors["editrice"]) as own:
            return str(lines.add_line(own, people.actors["editrice"], clock, NUMBER, "1", cells(f"Saisie {index}")).number)

    assert at_once(add, 5) == ["1", "2", "3", "4", "5"]
    assert [number for number, _ in texts(session, file)] == [1, 2, 3, 4, 5]


def test_two_consumers_tell_a_publication_once(session: GuichetSession, people: People, clock: FrozenClock, database: Database) -> None:
    make_file(session, people, clock)
    publish(session, people, clock)

    def notify(_index: int) -> str:
        return str(effect.sweep(database, clock, "https://guichet.example"))

    assert at_once(notify, 3) == ["0", "0", "1"]


def test_the_command_tells_once_and_says_how_many(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    make_file(session, people, clock)
    publish(session, people, clock)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["scopes", "notify-published"]).output == "1 publication(s) notified.\n"
    assert runner.invoke(args=["scopes", "notify-published"]).output == "0 publication(s) notified.\n"


def test_the_command_verifies_what_was_frozen_and_names_what_no_longer_is(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    make_file(session, people, clock)
    publish(session, people, clock)
    session.commit()
    runner = app.test_cli_runner()
    done = runner.invoke(args=["scopes", "verify-versions"])
    assert (done.exit_code, done.output) == (0, "1 version(s) verified, 0 wrong.\n")
    session.execute(update(PublishedLine).where(PublishedLine.number == 2).values(general_code="2"))
    session.commit()
    done = runner.invoke(args=["scopes", "verify-versions"])
    assert done.exit_code == 1
    assert "1-0042 v1" in done.output
