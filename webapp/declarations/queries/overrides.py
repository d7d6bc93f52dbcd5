"""Named reads of the controls that the ministry switched off."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.declarations.models import ControlOverride


def overrides_of(session: Session, code: str, version: str, control: str | None = None) -> Sequence[ControlOverride]:
    """What was switched off in a form model, or of one of its controls, newest first; ended ones too."""
    wanted = [ControlOverride.model_code == code, ControlOverride.model_version == version]
    if control is not None:
        wanted.append(ControlOverride.control_code == control)
    order = (ControlOverride.created_at.desc(), ControlOverride.id.desc())
    return session.scalars(select(ControlOverride).where(*wanted).order_by(*order)).all()


def standing_by_model(session: Session) -> dict[tuple[str, str], int]:
    """How many controls are switched off, or will be, by model code and version."""
    found: dict[tuple[str, str], int] = {}
    rows = session.execute(
        select(ControlOverride.model_code, ControlOverride.model_version).where(ControlOverride.lifted_at.is_(None)).order_by("model_code")
    )
    for code, version in rows:
        found[code, version] = found.get((code, version), 0) + 1
    return found
