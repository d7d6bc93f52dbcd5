"""The life of one line of a file that the caller has already authorised."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.scopes.models import DraftLine, GeneralLine, PublishedLine, PublishedVersion, ScopeChange, ScopeStep
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.lines import Line


@dataclass(frozen=True, slots=True)
class LineLife:
    """What is known of a line: every change of it, oldest first, and every version of its file with what the line said in it.

    ``codes`` are those of the general lines by id; ``live`` tells whether the draft has the line.
    """

    changes: Sequence[AnyRow]
    versions: Sequence[tuple[AnyRow, Line | None]]
    codes: dict[int, str]
    live: bool


def line_life(session: Session, dossier_id: int, number: int) -> LineLife:
    """Return the life of a line, its end included; :class:`NotFound` when the file never had that number."""
    changes = session.execute(
        select(
            ScopeChange.before,
            ScopeChange.after,
            ScopeStep.id,
            ScopeStep.kind,
            ScopeStep.at,
            ScopeStep.actor_name,
            ScopeStep.note,
            ScopeStep.line_count,
        )
        .join(ScopeStep, ScopeStep.id == ScopeChange.step_id)
        .where(ScopeChange.dossier_id == dossier_id, ScopeChange.line_number == number)
        .order_by(ScopeChange.id)
    ).all()
    mine = exists().where(DraftLine.dossier_id == dossier_id, DraftLine.number == number, ~DraftLine.deleted)
    generals = select(GeneralLine.id, GeneralLine.code, mine.label("live")).where(GeneralLine.dossier_id == dossier_id)
    rows = session.execute(generals.order_by(GeneralLine.id)).all()
    versions = version_lines_of(session, dossier_id, number)
    live = any(row.live for row in rows)
    if not changes and not live and not any(line for _row, line in versions):
        raise NotFound(str(number))
    return LineLife(changes, versions, {row.id: row.code for row in rows}, live)


def version_lines_of(session: Session, dossier_id: int, number: int, *wanted: Any) -> list[tuple[AnyRow, Line | None]]:
    """Return every version of a file in its order, each with what the line said in it; ``wanted`` are more conditions."""
    in_it = and_(PublishedLine.version_id == PublishedVersion.id, PublishedLine.number == number)
    rows = session.execute(
        select(
            PublishedVersion.number,
            PublishedVersion.requested_at,
            PublishedVersion.effective_at,
            PublishedVersion.withdrawn_at,
            PublishedVersion.snapshot_head,
            PublishedLine.general_code,
            PublishedLine.cells,
        )
        .outerjoin(PublishedLine, in_it)
        .where(PublishedVersion.dossier_id == dossier_id, *wanted)
        .order_by(PublishedVersion.number)
    ).all()
    return [(row, Line(number, row.general_code, row.cells) if row.general_code is not None else None) for row in rows]
