"""Lines chosen one by one, and what became of them since they were read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.scopes.models import DraftLine, GeneralLine, ScopeChange, ScopeStep
from webapp.scopes.queries.heads import AnyRow


def chosen_lines(session: Session, dossier_id: int, numbers: Collection[int]) -> Sequence[AnyRow]:
    """Return the live lines among ``numbers`` (number, version, cells, code) in the file's order."""
    query = (
        select(DraftLine.number, DraftLine.version, DraftLine.cells, GeneralLine.code)
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(DraftLine.dossier_id == dossier_id, DraftLine.number.in_(numbers), ~DraftLine.deleted)
        .order_by(GeneralLine.rank, GeneralLine.id, DraftLine.rank, DraftLine.number)
    )
    return session.execute(query).all()


@dataclass(frozen=True, slots=True)
class Since:
    """What became of a line since it was read: its cells then and now (None: deleted), who changed it last, and when."""

    number: int
    before: Mapping[str, str]
    now: Mapping[str, str] | None
    who: str
    at: datetime


def changes_since(session: Session, dossier_id: int, read: Mapping[int, int]) -> list[Since]:
    """Return, for lines read at a version (number → version), what others or other tabs did to them since."""
    rows = session.execute(
        select(ScopeChange.line_number, ScopeChange.line_version, ScopeChange.before, ScopeChange.after, ScopeStep.actor_name, ScopeStep.at)
        .join(ScopeStep, ScopeStep.id == ScopeChange.step_id)
        .where(ScopeChange.dossier_id == dossier_id, ScopeChange.line_number.in_(read))
        .order_by(ScopeChange.id)
    ).all()
    found: dict[int, Since] = {}
    for row in rows:
        if row.line_version <= read[row.line_number]:
            continue
        first = found.get(row.line_number)
        before = first.before if first is not None else (row.before or {}).get("cells", {})
        gone = row.after is None or row.after["deleted"]
        found[row.line_number] = Since(row.line_number, before, None if gone else row.after["cells"], row.actor_name, row.at)
    return sorted(found.values(), key=lambda since: since.number)
