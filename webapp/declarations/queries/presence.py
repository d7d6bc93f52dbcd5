"""Who else has a return on the screen, and who ended its entry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.db import Rows, UtcDateTime, plain_rows
from webapp.declarations.models import ReturnEvent, ReturnPresence
from webapp.declarations.queries.returns import ReturnFile
from webapp.presence import PRESENT_FOR

_OTHERS = (
    select(ReturnPresence.name, ReturnPresence.table_code, ReturnPresence.enters)
    .where(
        ReturnPresence.return_id == bindparam("file"),
        ReturnPresence.account_id != bindparam("me"),
        ReturnPresence.seen_at > bindparam("seen", type_=UtcDateTime),
    )
    .order_by(ReturnPresence.name, ReturnPresence.account_id)
)


def others_here(session: Session, actor: Actor, file: ReturnFile, now: datetime) -> Rows:
    """The colleagues (name, table_code, enters) who have the return on the screen, by name."""
    return plain_rows(session, _OTHERS, {"file": file.id, "me": actor.account_id, "seen": now - PRESENT_FOR}).all()


def last_step(session: Session, file: ReturnFile) -> Rows:
    """The last step of a return (act, by_name, at): one row or none."""
    query = select(ReturnEvent.act, ReturnEvent.by_name, ReturnEvent.at).where(ReturnEvent.return_id == file.id)
    return session.execute(query.order_by(ReturnEvent.at.desc(), ReturnEvent.id.desc()).limit(1)).all()
