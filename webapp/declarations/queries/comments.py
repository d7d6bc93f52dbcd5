"""What colleagues noted beside the cells of a return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.declarations.models import CellComment
from webapp.declarations.rules.language.formula import CellKey


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment: who wrote it, when, and the account that may take it away."""

    id: int
    body: str
    by: int | None
    by_name: str
    at: datetime


def comments_of_cell(session: Session, return_id: int, key: CellKey) -> list[Comment]:
    """The comments of a cell that stand, oldest first."""
    columns = (CellComment.id, CellComment.body, CellComment.by, CellComment.by_name, CellComment.at)
    rows = session.execute(
        select(*columns)
        .where(
            CellComment.return_id == return_id,
            CellComment.table_code == key[0],
            CellComment.row_code == key[1],
            CellComment.column_code == key[2],
            CellComment.removed_at.is_(None),
        )
        .order_by(CellComment.id)
    )
    return [Comment(*row) for row in rows]
