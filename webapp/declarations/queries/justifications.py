"""What declarants wrote about the warnings of their returns, and what agents said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from webapp.declarations.models import Campaign, ControlJustification, Return
from webapp.declarations.queries.returns import ReturnFile
from webapp.declarations.rules.justifications import Justification


@dataclass(frozen=True, slots=True)
class Written:
    """A justification with who wrote it, who decided on it, and why it was refused."""

    justification: Justification
    by: str
    at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


_COLUMNS = (
    ControlJustification.control_code,
    ControlJustification.text,
    ControlJustification.covers,
    ControlJustification.opinion,
    ControlJustification.by_name,
    ControlJustification.at,
    ControlJustification.decided_by_name,
    ControlJustification.decided_at,
    ControlJustification.reason,
)


def justifications_of(session: Session, return_id: int) -> dict[str, Written]:
    """The justifications of a return that was found for the actor, by control."""
    query = select(*_COLUMNS).where(ControlJustification.return_id == return_id).order_by(ControlJustification.control_code)
    return {
        code: Written(Justification(code, text, covers, opinion), by, at, decided_by, decided_at, reason)
        for code, text, covers, opinion, by, at, decided_by, decided_at, reason in session.execute(query)
    }


def justifications_alone(written: Mapping[str, Written]) -> dict[str, Justification]:
    """The justifications without who wrote and judged them, as the rules take them."""
    return {code: item.justification for code, item in written.items()}


def justification_of_last_year(session: Session, file: ReturnFile, control: str) -> Justification | None:
    """What the declarant wrote about the same control in the return of the year before."""
    earlier = aliased(Return)
    query = (
        select(ControlJustification.text, ControlJustification.covers, ControlJustification.opinion)
        .join(earlier, ControlJustification.return_id == earlier.id)
        .join(Campaign, earlier.campaign_id == Campaign.id)
        .where(
            ControlJustification.organisation_id == file.organisation_id,
            ControlJustification.control_code == control,
            Campaign.kind == file.kind,
            Campaign.audience == file.audience,
            Campaign.year == file.year - 1,
        )
    )
    row = session.execute(query).one_or_none()
    return Justification(control, *row) if row is not None else None
