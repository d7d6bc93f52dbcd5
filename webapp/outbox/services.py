"""Queueing mail in the caller's transaction, and delivering what is due."""

import hashlib
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actor import SYSTEM
from webapp.clock import Clock
from webapp.db import Database
from webapp.outbox.models import OutboxMessage
from webapp.outbox.transport import Transport

log = structlog.get_logger()

#: Delay before each new try; after the last the message is abandoned and shown to the administrator.
RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
MAIL_DOMAIN = "guichet.invalid"


def enqueue(session: Session, clock: Clock, *, to: str, subject: str, body: str, key: str, not_before: datetime | None = None) -> None:
    """Add one mail to the caller's transaction; a second call with the same ``key`` does nothing.

    ``body`` is plain text; mails carry links, never declared data (SO-CFG). ``not_before`` (aware) holds the mail back.
    """
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return
    now = clock.now()
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    session.add(
        OutboxMessage(
            key=key,
            message_id=f"<{digest}@{MAIL_DOMAIN}>",
            recipient=to,
            subject=" ".join(subject.split())[:300],
            body=body,
            created_at=now,
            not_before=not_before or now,
        )
    )
    session.flush()
    session.info["mail_queued"] = True


def deliver_due(database: Database, clock: Clock, transport: Transport, limit: int = 200) -> int:
    """Send what is due and return how many mails left.

    Each message is claimed first (its next try pushed into the future, committed), sent outside any transaction, then marked: two
    deliverers never send the same one at once, and one that dies is tried again. The Message-ID is stable, so a mail that was sent
    just before a crash is recognised as the same one by the reader's mail system.
    """
    with database.transaction(SYSTEM) as session:
        due = session.scalars(
            select(OutboxMessage.id)
            .where(OutboxMessage.delivered_at.is_(None), OutboxMessage.abandoned_at.is_(None), OutboxMessage.not_before <= clock.now())
            .order_by(OutboxMessage.not_before, OutboxMessage.id)
            .limit(limit)
        ).all()
    return sum(_deliver_one(database, clock, transport, identifier) for identifier in due)


def _deliver_one(database: Database, clock: Clock, transport: Transport, identifier: int) -> bool:
    message = _claim(database, clock, identifier)
    if message is None:
        return False
    try:
        transport.send(message)
    except Exception as error:  # whatever is wrong with one mail, the others leave
        _note_failure(database, clock, message, str(error) or type(error).__name__)
        return False
    with database.transaction(SYSTEM) as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.id == identifier).values(delivered_at=clock.now(), last_error=None))
    return True


def _claim(database: Database, clock: Clock, identifier: int) -> OutboxMessage | None:
    now = clock.now()
    with database.transaction(SYSTEM) as session:
        message = session.get(OutboxMessage, identifier, with_for_update={"skip_locked": True})
        if message is None or message.delivered_at is not None or message.not_before > now:
            return None
        message.not_before = now + RETRY_DELAYS[min(message.attempts, len(RETRY_DELAYS) - 1)]
        message.attempts += 1
    return message


def _note_failure(database: Database, clock: Clock, message: OutboxMessage, reason: str) -> None:
    given_up = message.attempts > len(RETRY_DELAYS)
    log.warning("outbox.delivery_failed", message_id=message.message_id, attempts=message.attempts, reason=reason, given_up=given_up)
    with database.transaction(SYSTEM) as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == message.id)
            .values(last_error=reason[:500], abandoned_at=clock.now() if given_up else None)
        )
