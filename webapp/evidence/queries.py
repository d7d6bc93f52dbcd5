"""Reading the trail of acts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from webapp.db import Rows
from webapp.evidence.models import AuditEvent
from webapp.folding import like


def _filtered(action: str, text: str, account_id: int | None) -> Select[Any]:
    query = select(
        AuditEvent.id,
        AuditEvent.at,
        AuditEvent.action,
        AuditEvent.subject,
        AuditEvent.actor_name,
        AuditEvent.network_address,
        AuditEvent.detail,
    )
    if action:
        query = query.where(AuditEvent.action == action)
    if text:
        pattern = like(text)
        query = query.where(AuditEvent.subject.ilike(pattern, escape="\\") | AuditEvent.actor_name.ilike(pattern, escape="\\"))
    if account_id is not None:
        query = query.where(AuditEvent.account_id == account_id)
    return query


def events(session: Session, *, action: str = "", text: str = "", account_id: int | None = None, offset: int = 0, limit: int = 50) -> Rows:
    """Return audit events, newest first: all of them, or those of one account (``account_id``)."""
    query = _filtered(action, text, account_id).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    return session.execute(query.offset(offset).limit(limit)).all()


def count_events(session: Session, *, action: str = "", text: str = "", account_id: int | None = None) -> int:
    """Count the events that ``events`` would list."""
    return session.scalar(select(func.count()).select_from(_filtered(action, text, account_id).subquery())) or 0


def actions(session: Session) -> Sequence[str]:
    """Return every action code present in the trail, sorted."""
    return session.scalars(select(AuditEvent.action).distinct().order_by(AuditEvent.action)).all()
