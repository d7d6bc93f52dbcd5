"""Queueing mail in the caller's transaction, and delivering what is due."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, select, update
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

    ``body`` is plain text; mails carry links, never declared data (SO-CFG). ``not_before`` (aware) holds the mail back. Inside
    ``holding`` every mail waits with the others of the batch.
    """
    held: Held | None = session.info.get(_HELD)
    if held is not None:
        held.rows.append(_row(clock, to, subject, body, key) | {"not_before": held.until, "batch": held.batch})
        return
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return
    row = _row(clock, to, subject, body, key)
    session.add(OutboxMessage(**row, not_before=not_before or row["created_at"]))
    session.flush()
    session.info["mail_queued"] = True


def _row(clock: Clock, to: str, subject: str, body: str, key: str) -> dict[str, Any]:
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return {
        "key": key,
        "message_id": f"<{digest}@{MAIL_DOMAIN}>",
        "recipient": to,
        "subject": " ".join(subject.split())[:300],
        "body": body,
        "created_at": clock.now(),
    }


_HELD = "held_mail"
#: Keys looked up by one statement.
_KEYS = 500


@dataclass(slots=True)
class Held:
    """Mails of one batch, gathered to be written together; ``rows`` may be cut back to what it was before something failed."""

    batch: str
    until: datetime
    rows: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def holding(session: Session, batch: str, until: datetime) -> Iterator[Held]:
    """Hold back until ``until`` (aware) every mail that is queued inside, and mark it with ``batch`` so that it can be cancelled."""
    held = Held(batch, until)
    session.info[_HELD] = held
    try:
        yield held
    finally:
        del session.info[_HELD]
    _write(session, held.rows)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to be queued, as :func:`enqueue` takes it."""

    to: str
    subject: str
    body: str
    key: str


def enqueue_all(session: Session, clock: Clock, mails: Sequence[Mail]) -> None:
    """Queue many mails by few statements; those whose key is known do nothing."""
    now = clock.now()
    _write(session, [_row(clock, mail.to, mail.subject, mail.body, mail.key) | {"not_before": now} for mail in mails])
    session.info["mail_queued"] = session.info.get("mail_queued", False) or bool(mails)


def _write(session: Session, wanted: Sequence[dict[str, Any]]) -> None:
    """Write the mails whose keys are not known yet."""
    rows = {row["key"]: row for row in wanted}
    for keys in _in_slices([*rows]):
        for known in session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys)).order_by(OutboxMessage.key)):
            del rows[known]
    if rows:
        session.execute(insert(OutboxMessage), [*rows.values()])


def hold_longer(session: Session, batch: str, until: datetime) -> None:
    """Have the mails of a batch that is still growing wait until ``until``, those that have not begun to leave."""
    session.execute(update(OutboxMessage).where(OutboxMessage.batch == batch, *_STILL_HELD).values(not_before=until))


def cancel_held(session: Session, clock: Clock, keys: Sequence[str]) -> set[str]:
    """Cancel these mails and return the keys of those that will never leave: the others have left, or are leaving."""
    cancelled: set[str] = set()
    for some in _in_slices(keys):
        session.execute(update(OutboxMessage).where(OutboxMessage.key.in_(some), *_STILL_HELD).values(cancelled_at=clock.now()))
        gone = select(OutboxMessage.key).where(OutboxMessage.key.in_(some), OutboxMessage.cancelled_at.is_not(None))
        cancelled |= {*session.scalars(gone.order_by(OutboxMessage.key))}
    return cancelled


def cancel_batch(session: Session, clock: Clock, batch: str) -> None:
    """Cancel every mail of a batch that has not begun to leave."""
    session.execute(update(OutboxMessage).where(OutboxMessage.batch == batch, *_STILL_HELD).values(cancelled_at=clock.now()))


def release(session: Session, keys: Sequence[str]) -> None:
    """Let cancelled mails leave after all."""
    for some in _in_slices(keys):
        session.execute(update(OutboxMessage).where(OutboxMessage.key.in_(some)).values(cancelled_at=None))


_STILL_HELD = (OutboxMessage.delivered_at.is_(None), OutboxMessage.attempts == 0, OutboxMessage.cancelled_at.is_(None))


def _in_slices(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _KEYS] for start in range(0, len(keys), _KEYS))


def deliver_due(database: Database, clock: Clock, transport: Transport, limit: int = 200) -> int:
    """Send what is due and return how many mails left.

    Each message is claimed first (its next try pushed into the future, committed), sent outside any transaction, then marked: two
    deliverers never send the same one at once, and one that dies is tried again. The Message-ID is stable, so a mail that was sent
    just before a crash is recognised as the same one by the reader's mail system.
    """
    with database.transaction(SYSTEM) as session:
        due = session.scalars(
            select(OutboxMessage.id)
            .where(
                OutboxMessage.delivered_at.is_(None),
                OutboxMessage.abandoned_at.is_(None),
                OutboxMessage.cancelled_at.is_(None),
                OutboxMessage.not_before <= clock.now(),
            )
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
        if message is None or message.delivered_at is not None or message.cancelled_at is not None or message.not_before > now:
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
