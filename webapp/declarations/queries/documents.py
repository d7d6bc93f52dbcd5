"""Named reads of the documents of a return, of a return that was found for the actor."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.declarations.models import ReturnDocument
from webapp.declarations.queries.returns import ReturnFile, Submitted
from webapp.declarations.rules.documents import Attached, FrozenDocument, frozen_documents
from webapp.errors import NotFound


def documents_of(session: Session, file: ReturnFile) -> list[Attached]:
    """The files attached to a return now, in the order in which they came; no statement when its form expects none."""
    if not file.model.documents:
        return []
    rows = session.execute(
        select(
            ReturnDocument.id,
            ReturnDocument.document_code,
            ReturnDocument.name,
            ReturnDocument.media_type,
            ReturnDocument.size,
            ReturnDocument.sha256,
            ReturnDocument.by_name,
            ReturnDocument.at,
        )
        .where(ReturnDocument.return_id == file.id, ReturnDocument.removed_at.is_(None))
        .order_by(ReturnDocument.id)
    )
    return [Attached(*row) for row in rows]


def find_document(session: Session, file: ReturnFile, identifier: int) -> Any:
    """One file attached to a return now. Raises NotFound."""
    query = select(ReturnDocument).where(
        ReturnDocument.id == identifier, ReturnDocument.return_id == file.id, ReturnDocument.removed_at.is_(None)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound
    return row


def find_submitted_document(session: Session, file: ReturnFile, submitted: Submitted, sha256: str) -> tuple[FrozenDocument, str]:
    """A file that a submission lists, by the digest of its bytes, and the key of the store that holds them. Raises NotFound."""
    listed = next((item for item in frozen_documents(submitted.content) if item.sha256 == sha256), None)
    if listed is None:
        raise NotFound
    query = select(ReturnDocument.file_key).where(
        ReturnDocument.return_id == file.id, ReturnDocument.sha256 == sha256, ReturnDocument.last_rank.is_not(None)
    )
    key = session.scalars(query.order_by(ReturnDocument.id).limit(1)).one_or_none()
    if key is None:
        raise NotFound
    return listed, key
