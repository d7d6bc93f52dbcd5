"""The real server under faults: killed between a save and its answer, stopped, started again, wrongly set."""

import random
import signal
import threading
import time
import urllib.error
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.http import HttpBrowser
from tests.support.server import Server
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD
from webapp.actor import SYSTEM
from webapp.db import Database
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import Ticket
from webapp.web.once import OnceToken

pytestmark = pytest.mark.xdist_group("server")

CLIENT = "nadia.benali"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demonstration content, started."""
    server = Server(tmp_path_factory.mktemp("faults") / "var")
    server.start()
    yield server
    server.kill()


def running(server: Server) -> Server:
    """Return the server, started if it is not."""
    if server.process is None or server.process.poll() is not None:
        server.start()
    return server


def gone(server: Server) -> bool:
    """Tell whether every process of the server has gone, within a few seconds."""
    deadline = time.monotonic() + 5
    while server.group() and time.monotonic() < deadline:
        time.sleep(0.05)
    return server.group() == []


def report(browser: HttpBrowser, words: str) -> int:
    """Report an incident through the real form."""
    assert browser.open("/assistance/signaler") == 200
    values = {
        "service": "declarations",
        "title": words,
        "description": f"{words} : la liste reste vide.",
        "location": "Page des déclarations",
        "consequences": "Saisie sur papier.",
        "contact_phone": "01 23 45 67 89",
    }
    return browser.submit("main form[method=post]", values)


def titles(server: Server) -> list[str]:
    """Return the titles of the tickets that the fault tests made, read from the server's own file."""
    database = Database(f"sqlite:///{server.folder / 'guichet.db'}")
    try:
        with database.reader() as session:
            session.acts_for(SYSTEM)
            return list(session.scalars(select(Ticket.title).where(Ticket.title.like("Essai de panne%")).order_by(Ticket.id)))
    finally:
        database.engine.dispose()


def half_written(server: Server) -> list[str]:
    """Return what a transaction cut in two would leave: a creation's token without its place, a ticket without its audit event."""
    database = Database(f"sqlite:///{server.folder / 'guichet.db'}")
    try:
        with database.reader() as session:
            session.acts_for(SYSTEM)
            found = [
                f"token {key}" for key in session.scalars(select(OnceToken.key).where(OnceToken.location == "").order_by(OnceToken.key))
            ]
            references = session.scalars(select(Ticket.reference).where(Ticket.title.like("Essai de panne%")).order_by(Ticket.id)).all()
            opened = session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "ticket.opened").order_by(AuditEvent.id)).all()
            check = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
        if check != "ok":
            found.append(f"integrity: {check}")
        found += [f"{opened.count(f'ticket {name}')} events for {name}" for name in references if opened.count(f"ticket {name}") != 1]
        return found
    finally:
        database.engine.dispose()


def test_an_acknowledged_report_survives_a_kill_and_nothing_is_half_written(server: Server) -> None:
    seed = random.Random(2026)
    acknowledged: list[str] = []
    for turn in range(3):
        running(server)
        browser = HttpBrowser(server.url, timeout=10)
        browser.sign_in(CLIENT, DEMONSTRATION_PASSWORD)
        stop = threading.Timer(0.4 + seed.random(), server.kill)
        stop.start()
        try:
            for number in range(1000):
                words = f"Essai de panne {turn}-{number}"
                if report(browser, words) == 303:
                    acknowledged.append(words)
        except (urllib.error.URLError, OSError, HTTPException, AssertionError):
            assert server.process is not None
            server.process.wait(10)
        stop.join()
        assert gone(server)
    assert acknowledged, "nothing was saved before the kills"
    server.start()
    kept = titles(server)
    assert [words for words in acknowledged if words not in kept] == []
    assert len(kept) == len(set(kept))
    assert len(kept) <= len(acknowledged) + 3, "at most the last of each turn was saved without its answer"
    assert half_written(server) == []


@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGTERM, False), (signal.SIGINT, True), (signal.SIGINT, False)])
def test_a_stop_ends_every_process_cleanly_and_soon(server: Server, number: int, whole_group: bool) -> None:
    running(server)
    assert len(server.group()) >= 4, "a parent, gunicorn with its workers, the job consumer"
    status, seconds = server.stop(number, whole_group=whole_group)
    assert status == 0, server.output()
    assert seconds < 12
    assert gone(server)


def test_a_second_start_keeps_the_data_and_is_quick(server: Server) -> None:
    running(server)
    before = titles(server)
    server.stop()
    seconds = server.start()
    print(f"second start: {seconds:.1f} s")
    assert seconds < 15, "the aim is 3 s on a machine that is not busy"
    assert titles(server) == before
    HttpBrowser(server.url).sign_in(CLIENT, DEMONSTRATION_PASSWORD)


def test_when_a_child_dies_the_rest_stops_with_an_error(server: Server) -> None:
    import os

    running(server)
    assert server.process is not None
    children = [pid for pid in server.group() if pid != server.process.pid and parent(pid) == server.process.pid]
    assert len(children) == 2
    os.kill(max(children), signal.SIGKILL)
    assert server.process.wait(20) != 0
    assert gone(server)


def parent(pid: int) -> int:
    """Return a process's parent."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_wrong_settings_stop_the_start_with_all_of_them_listed(tmp_path: Path) -> None:
    server = Server(tmp_path / "var", DATABASE_URL="mysql://x/y", MAIL_URL="http://mail", WEB_WORKERS="beaucoup", PORT="8111")
    server.environ["PORT"] = "abc"
    done = server.run("serve")
    assert done.returncode != 0
    for name in ("PORT", "WEB_WORKERS", "DATABASE_URL", "MAIL_URL"):
        assert name in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_production_refuses_the_demonstration(tmp_path: Path) -> None:
    server = Server(tmp_path / "var", GUICHET_MODE="production", SECRET_KEY="k" * 48, PUBLIC_URL="https://guichet.example.fr")
    assert server.run("db", "upgrade").returncode == 0
    for command in (("demo", "load"), ("demo", "accounts", "--json")):
        done = server.run(*command)
        assert done.returncode != 0
        assert "refused" in done.stderr
