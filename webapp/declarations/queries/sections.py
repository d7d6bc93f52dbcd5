"""The sections of a return as colleagues share them: entrusted to whom, said ready by whom, changed since or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.declarations.models import CellValue, SectionShare
from webapp.declarations.queries.returns import ReturnFile
from webapp.declarations.rules.form_models.model import Section
from webapp.declarations.rules.sections import Review, review


@dataclass(frozen=True, slots=True)
class SharedSection:
    """A section with who fills it in and where it is. `entrusted_to` is an account; names are as they were when written."""

    section: Section
    review: Review
    entrusted_to: int | None = None
    entrusted_name: str = ""
    reserved: bool = False
    ready_at: datetime | None = None
    ready_by: str = ""


def shared_sections(session: Session, file: ReturnFile) -> list[SharedSection]:
    """Every section of the form, in its order: two statements, one when none was said ready."""
    query = select(SectionShare).where(SectionShare.return_id == file.id)
    known = {row.section_code: row for row in session.scalars(query.order_by(SectionShare.section_code))}
    changed: dict[str, datetime] = {}
    if any(row.ready_at for row in known.values()):
        last = select(CellValue.table_code, func.max(CellValue.edited_at).label("last_at")).where(CellValue.return_id == file.id)
        changed = {row.table_code: row.last_at for row in session.execute(last.group_by(CellValue.table_code))}
    return [
        SharedSection(
            section,
            review(section, row.ready_at, changed),
            row.entrusted_to,
            row.entrusted_name,
            row.reserved,
            row.ready_at,
            row.ready_by_name,
        )
        if (row := known.get(section.code))
        else SharedSection(section, Review.FILLING)
        for section in file.model.sections
    ]
