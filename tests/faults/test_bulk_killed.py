"""Acts on many tickets on the real server, killed on the way: one request is all or nothing, a job goes on where it stopped."""

import random
import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from tests.faults.test_server import gone
from tests.support.http import HttpBrowser
from tests.support.server import Server
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD
from webapp.actor import SYSTEM
from webapp.db import Database
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.models import BulkItem, BulkJob, Ticket, TicketClockEvent, TicketMessage
from webapp.helpdesk.rules.bulk import MOST_AT_ONCE, JobState, Result
from webapp.helpdesk.rules.clock import EventKind
from webapp.outbox.models import OutboxMessage

pytestmark = pytest.mark.xdist_group("server")

MANY = MOST_AT_ONCE + 60
AGENT = "camille.roux"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose queue holds more tickets than one request may take."""
    server = Server(tmp_path_factory.mktemp("bulk") / "var")
    server.start()
    fill(server)
    yield server
    server.kill()


def database(server: Server) -> Database:
    return Database(f"sqlite:///{server.folder / 'guichet.db'}")


def fill(server: Server) -> None:
    """Add tickets that are copies of one, with their clocks."""
    found = database(server)
    with found.transaction(SYSTEM) as session:
        one = session.scalars(select(Ticket).where(Ticket.is_open.is_(True)).order_by(Ticket.id)).first()
        assert one is not None
        last = session.scalar(select(func.max(Ticket.id))) or 0
        kept = {column.key: getattr(one, column.key) for column in Ticket.__table__.columns if column.key != "id"}
        rows: list[dict[str, Any]] = [
            kept
            | {"id": last + number, "reference": f"LOT-{number:05}", "counter": 900_000 + number, "title": f"Lot de panne {number}"}
            | {"search_text": f"lot-{number:05} lot de panne {number}", "assignee_id": None, "link_count": 0, "tags": " lot "}
            for number in range(1, MANY + 1)
        ]
        session.execute(insert(Ticket), rows)
        start = {"kind": EventKind.STARTED, "at": one.notified_at, "organisation_id": one.organisation_id}
        session.execute(insert(TicketClockEvent), [{**start, "ticket_id": row["id"], "asked_by": ""} for row in rows])
    found.engine.dispose()


def counted(server: Server, words: str) -> dict[str, int]:
    """Count what acts with these words have left, in every table that they write."""
    found = database(server)
    try:
        with found.reader() as session:
            session.acts_for(SYSTEM)
            said = select(func.count(TicketMessage.ticket_id.distinct())).where(TicketMessage.body == words)
            jobs = [row.id for row in session.scalars(select(BulkJob)) if row.order["body"] == words]
            return {
                "messages": session.scalar(select(func.count()).select_from(TicketMessage).where(TicketMessage.body == words)) or 0,
                "tickets": session.scalar(said) or 0,
                "items": session.scalar(
                    select(func.count()).select_from(BulkItem).where(BulkItem.bulk_job_id.in_(jobs), BulkItem.result == Result.DONE)
                )
                or 0,
                "events": session.scalar(
                    select(func.count())
                    .select_from(AuditEvent)
                    .where(AuditEvent.action == "ticket.replied", AuditEvent.subject.like("ticket LOT-%"))
                )
                or 0,
                "mails": session.scalar(
                    select(func.count()).select_from(OutboxMessage).where(OutboxMessage.batch.in_([f"lot:{job}" for job in jobs]))
                )
                or 0,
            }
    finally:
        found.engine.dispose()


def signed_in(server: Server) -> HttpBrowser:
    browser = HttpBrowser(server.url, timeout=30)
    browser.sign_in(AGENT, DEMONSTRATION_PASSWORD)
    browser.open("/assistance/lots")
    return browser


def token(browser: HttpBrowser) -> str:
    return browser.text.split('name="csrf_token" value="')[1].split('"')[0]


def test_500_replies_in_one_request_are_all_there_or_none_after_a_kill(server: Server) -> None:
    # FL-12.7
    seed, whole = random.Random(7), 0
    for turn in range(2):
        words = f"Tour {turn} : nous regardons."
        browser = signed_in(server)
        data = [("csrf_token", token(browser)), ("act", "reply"), ("body", words), ("confirme", "1")]
        data += [("t", f"LOT-{number:05}") for number in range(1, MOST_AT_ONCE + 1)]
        stop = threading.Timer(0.15 + seed.random(), server.kill)
        before = counted(server, words)["events"]
        stop.start()
        with suppress(urllib.error.URLError, OSError, HTTPException):
            browser.open("/assistance/lots", data)
        stop.join()
        assert gone(server)
        server.start()
        left = counted(server, words)
        left["events"] -= before
        assert set(left.values()) in ({0}, {MOST_AT_ONCE}), left
        whole += left["items"] == MOST_AT_ONCE
    print(f"{whole} of 2 had been committed")


def test_a_job_killed_on_the_way_goes_on_and_does_no_ticket_twice(server: Server) -> None:
    words = "Le réseau revient."
    before = counted(server, words)["events"]
    browser = signed_in(server)
    data = [("csrf_token", token(browser)), ("act", "reply"), ("body", words), ("confirme", "1"), ("portee", "filtres")]
    assert browser.open("/assistance/lots?etiquette=lot", data) == 303, browser.text[:2000]
    deadline = time.monotonic() + 60
    while counted(server, words)["items"] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    server.kill()
    assert gone(server)
    partly = counted(server, words)["items"]
    print(f"{partly} of {MANY} were done before the kill")
    assert partly > 0
    server.run("bulk", "work")
    left = counted(server, words)
    left["events"] -= before
    assert left == dict.fromkeys(left, MANY)
    found = database(server)
    with found.reader() as session:
        session.acts_for(SYSTEM)
        assert session.scalars(select(BulkJob.state).order_by(BulkJob.id.desc())).first() is JobState.DONE
    found.engine.dispose()
