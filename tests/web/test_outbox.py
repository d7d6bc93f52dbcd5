"""Mail leaves after the commit, once, with a stable identifier, and is tried again when the server does not answer."""

import email
import email.policy
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from tests.support.server import free_port
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.outbox.models import OutboxMessage
from webapp.outbox.services import RETRY_DELAYS, deliver_due, enqueue
from webapp.outbox.transport import FolderTransport, SmtpTransport

SENDER = "Guichet <ne-pas-repondre@guichet.example>"


class Broken:
    """A server that never answers."""

    def __init__(self) -> None:
        self.tries: list[str] = []

    def send(self, message: OutboxMessage) -> None:
        self.tries.append(message.message_id)
        raise ConnectionRefusedError("refusé")


class Slow:
    """A way out that takes its time, for two deliverers at once."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.lock = threading.Lock()

    def send(self, message: OutboxMessage) -> None:
        threading.Event().wait(0.02)
        with self.lock:
            self.sent.append(message.message_id)


def queue(session: GuichetSession, clock: FrozenClock, count: int = 1, to: str = "a@exemple.invalid") -> None:
    for number in range(count):
        enqueue(session, clock, to=to, subject=f"Sujet n° {number}\nligne", body="Bonjour,\n\nétat : à définir.\n", key=f"clé-{number}")
    session.commit()


def test_the_same_cause_mails_once(session: GuichetSession, clock: FrozenClock) -> None:
    queue(session, clock)
    queue(session, clock)
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_nothing_leaves_when_the_act_is_rolled_back(
    session: GuichetSession, clock: FrozenClock, database: Database, tmp_path: Path
) -> None:
    enqueue(session, clock, to="a@exemple.invalid", subject="x", body="x", key="x")
    session.rollback()
    assert deliver_due(database, clock, FolderTransport(tmp_path / "mail", SENDER)) == 0
    assert not (tmp_path / "mail").exists()


def test_a_mail_written_as_a_file_can_be_read_back(session: GuichetSession, clock: FrozenClock, database: Database, tmp_path: Path) -> None:
    queue(session, clock)
    assert deliver_due(database, clock, FolderTransport(tmp_path, SENDER)) == 1
    (path,) = tmp_path.glob("*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"] == "a@exemple.invalid"
    assert message["Subject"] == "Sujet n° 0 ligne", "a line end in a subject adds no header"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "à définir" in message.get_content()
    assert deliver_due(database, clock, FolderTransport(tmp_path, SENDER)) == 0
    assert len([*tmp_path.glob("*.eml")]) == 1
    assert not [*tmp_path.glob("*.part")]


def test_a_mail_held_back_leaves_when_its_time_has_come(
    session: GuichetSession, clock: FrozenClock, database: Database, tmp_path: Path
) -> None:
    enqueue(session, clock, to="a@exemple.invalid", subject="x", body="x", key="x", not_before=clock.now() + timedelta(days=1))
    session.commit()
    transport = FolderTransport(tmp_path, SENDER)
    assert deliver_due(database, clock, transport) == 0
    clock.advance(timedelta(days=1))
    assert deliver_due(database, clock, transport) == 1


def test_a_failed_delivery_is_tried_again_later_and_later_then_given_up(
    session: GuichetSession, clock: FrozenClock, database: Database
) -> None:
    queue(session, clock)
    session.close()
    broken = Broken()
    for delay in RETRY_DELAYS:
        assert deliver_due(database, clock, broken) == 0
        tries = len(broken.tries)
        clock.advance(delay - timedelta(seconds=1))
        deliver_due(database, clock, broken)
        assert len(broken.tries) == tries, "tried again too early"
        clock.advance(timedelta(seconds=1))
    deliver_due(database, clock, broken)
    clock.advance(timedelta(days=30))
    deliver_due(database, clock, broken)
    assert len(broken.tries) == len(RETRY_DELAYS) + 1
    assert len(set(broken.tries)) == 1, "the Message-ID is stable"
    with database.reader() as reading:
        message = reading.scalars(select(OutboxMessage)).one()
    assert message.abandoned_at is not None
    assert message.delivered_at is None
    assert message.last_error == "refusé"


def test_one_mail_that_cannot_be_written_does_not_hold_back_the_others(
    session: GuichetSession, clock: FrozenClock, database: Database
) -> None:
    class Choosy(Slow):
        def send(self, message: OutboxMessage) -> None:
            if message.subject.startswith("Sujet n° 0"):
                raise UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range")
            super().send(message)

    queue(session, clock, count=3)
    session.close()
    choosy = Choosy()
    assert deliver_due(database, clock, choosy) == 2
    assert len(choosy.sent) == 2
    with database.reader() as reading:
        refused = reading.scalars(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None)).order_by(OutboxMessage.id)).one()
    assert "ordinal" in (refused.last_error or "")


def test_two_deliverers_at_once_send_each_mail_once(session: GuichetSession, clock: FrozenClock, database: Database) -> None:
    queue(session, clock, 12)
    session.close()
    slow, counts = Slow(), []
    threads = [threading.Thread(target=lambda: counts.append(deliver_due(database, clock, slow))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(slow.sent) == sorted(set(slow.sent))
    assert sum(counts) == len(slow.sent) == 12


class Mailbox:
    """Keeps what the SMTP server receives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.refuse = False

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.refuse:
            return "451 plus tard"
        self.received.append(envelope.content)
        return "250 reçu"


@pytest.fixture
def smtp() -> Iterator[tuple[Mailbox, str]]:
    """A real SMTP server on a free port, with what it received."""
    mailbox = Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def test_a_mail_reaches_an_smtp_server(smtp: tuple[Mailbox, str], session: GuichetSession, clock: FrozenClock, database: Database) -> None:
    mailbox, url = smtp
    queue(session, clock)
    assert deliver_due(database, clock, SmtpTransport(url, SENDER)) == 1
    message = email.message_from_bytes(mailbox.received[0], policy=email.policy.default)
    assert "à définir" in message.get_content()
    assert message["Message-ID"].endswith(">")


def test_a_server_that_says_later_gets_the_same_mail_again(
    smtp: tuple[Mailbox, str], session: GuichetSession, clock: FrozenClock, database: Database
) -> None:
    mailbox, url = smtp
    queue(session, clock)
    session.close()
    mailbox.refuse = True
    assert deliver_due(database, clock, SmtpTransport(url, SENDER)) == 0
    mailbox.refuse = False
    clock.advance(RETRY_DELAYS[0])
    assert deliver_due(database, clock, SmtpTransport(url, SENDER)) == 1
    assert len(mailbox.received) == 1
