"""Where a section of a return is between the colleagues who fill it in: being filled in, ready to be read again, changed since. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from webapp.declarations.rules.form_models.model import FormModel, Section
from webapp.texts import mark as _m


class Review(StrEnum):
    """Where a section is."""

    FILLING = "filling"
    READY = "ready"
    CHANGED = "changed"


REVIEW_LABELS = {
    Review.FILLING: _m("En saisie"),
    Review.READY: _m("Prête pour relecture"),
    Review.CHANGED: _m("Modifiée depuis qu’elle a été dite prête"),
}
REVIEW_CHIPS = {Review.FILLING: "q", Review.READY: "ok", Review.CHANGED: "soon"}


def section_of(model: FormModel, table: str) -> str:
    """The code of the section that holds a table of the form. Raises KeyError for a table that it has not."""
    for section in model.sections:
        if any(known.code == table for known in section.tables):
            return section.code
    raise KeyError(table)


def review(section: Section, ready_at: datetime | None, changed_at: Mapping[str, datetime]) -> Review:
    """Where a section is, given when it was said ready and when a cell of each table (by code) last changed; instants are aware."""
    if ready_at is None:
        return Review.FILLING
    last = max((changed_at[table.code] for table in section.tables if table.code in changed_at), default=None)
    return Review.CHANGED if last is not None and last > ready_at else Review.READY
