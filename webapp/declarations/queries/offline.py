"""The workbooks that a person filled in offline and sent for a return: theirs alone, for a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.db import Rows
from webapp.declarations.models import DeclarationImport
from webapp.declarations.queries.returns import ReturnFile
from webapp.errors import NotFound

KEPT_FOR = timedelta(days=30)
"""How long what was sent is kept."""
MOST_LISTED = 20


def _own(actor: Actor, file: ReturnFile, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        DeclarationImport.return_id == file.id,
        DeclarationImport.account_id == actor.account_id,
        DeclarationImport.created_at > now - KEPT_FOR,
    )


def find_import(session: Session, actor: Actor, file: ReturnFile, import_id: int, now: datetime) -> DeclarationImport:
    """The person's own import of a return. Raises NotFound for anybody else's, and for one that is too old."""
    query = select(DeclarationImport).where(DeclarationImport.id == import_id, *_own(actor, file, now))
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def waiting_imports(session: Session, actor: Actor, file: ReturnFile, now: datetime) -> Rows:
    """The person's imports of a return in which something may be left to accept, the latest first: id, name, instant."""
    columns = (DeclarationImport.id, DeclarationImport.filename, DeclarationImport.created_at)
    query = select(*columns).where(DeclarationImport.done_at.is_(None), *_own(actor, file, now))
    return session.execute(query.order_by(DeclarationImport.id.desc()).limit(MOST_LISTED)).all()
