"""Comments that declarants leave beside a cell for their colleagues. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations.models import CellComment
from webapp.declarations.queries import ReturnFile
from webapp.declarations.rules.language.formula import CellKey
from webapp.errors import Forbidden, NotFound

LONGEST_COMMENT = 2000


def add_comment(session: Session, actor: Actor, clock: Clock, file: ReturnFile, key: CellKey, body: str) -> None:
    """Leave a comment on a cell of a return of one's own organisation, in whatever state the return is. Raises NotFound."""
    if key not in file.model.cells:
        raise NotFound
    session.add(
        CellComment(
            organisation_id=file.organisation_id,
            return_id=file.id,
            table_code=key[0],
            row_code=key[1],
            column_code=key[2],
            body=body,
            by=actor.account_id,
            by_name=actor.name,
            at=clock.now(),
        )
    )
    session.flush()


def remove_comment(session: Session, actor: Actor, clock: Clock, file: ReturnFile, comment_id: int) -> None:
    """Take one's own comment away; it is kept, unseen. Twice is once. Raises NotFound, Forbidden for somebody else's."""
    comment = session.scalars(select(CellComment).where(CellComment.id == comment_id, CellComment.return_id == file.id)).one_or_none()
    if comment is None:
        raise NotFound
    if comment.by != actor.account_id:
        raise Forbidden(_("Seul son auteur retire un commentaire."))
    comment.removed_at = comment.removed_at or clock.now()
    session.flush()
