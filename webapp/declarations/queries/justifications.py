"""What declarants wrote about the warnings of their returns, and what agents said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.db import Rows
from webapp.declarations.models import Campaign, ControlJustification, Return
from webapp.declarations.queries.lists import NATIONAL
from webapp.declarations.queries.returns import ReturnFile, visible_to
from webapp.declarations.rules.justifications import Justification, Opinion
from webapp.declarations.rules.workflow import Kind, ReturnState


@dataclass(frozen=True, slots=True)
class Written:
    """A justification with who decided on it, and why it was refused."""

    justification: Justification
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
        code: Written(Justification(code, text, covers, opinion, by, at), decided_by, decided_at, reason)
        for code, text, covers, opinion, by, at, decided_by, decided_at, reason in session.execute(query)
    }


def justifications_alone(written: Mapping[str, Written]) -> dict[str, Justification]:
    """The justifications without who judged them, as the rules take them."""
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


TO_EXAMINE_FILTERS = ("campagne", "genre", "region")
TO_EXAMINE_SORTS = {
    "depot": Return.submitted_at,
    "numero": Return.number,
    "organisme": Organisation.name,
    "controle": ControlJustification.control_code,
}


def to_examine(session: Session, actor: Actor, filters: Mapping[str, str], order: Any, offset: int, limit: int) -> Rows:
    """A page of the justifications that wait for an agent's decision, of the returns that the actor may see, and how many there are.

    Each row: number, organisation, region, model_code, model_version, submitted_at, control_code, text, by_name, at, and total.
    """
    columns = (
        Return.number,
        Organisation.name.label("organisation"),
        Return.region,
        Campaign.model_code,
        Campaign.model_version,
        Return.submitted_at,
        ControlJustification.control_code,
        ControlJustification.text,
        ControlJustification.by_name,
        ControlJustification.at,
        func.count().over().label("total"),
    )
    joined = (
        select(*columns)
        .join(Return, ControlJustification.return_id == Return.id)
        .join(Campaign, Return.campaign_id == Campaign.id)
        .join(Organisation, Return.organisation_id == Organisation.id)
    )
    waits = ControlJustification.submitted, ControlJustification.opinion == Opinion.PENDING, Return.state == ReturnState.SUBMITTED
    wanted = joined.where(visible_to(actor), *waits, *_wanted(filters))
    return session.execute(wanted.order_by(order, Return.number, ControlJustification.control_code).offset(offset).limit(limit)).all()


def _wanted(filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The filters of the URL that make sense."""
    conditions: list[ColumnElement[bool]] = []
    if filters["campagne"].isdecimal() and len(filters["campagne"]) < 10:
        conditions.append(Campaign.id == int(filters["campagne"]))
    if filters["genre"] in set(Kind):
        conditions.append(Campaign.kind == Kind(filters["genre"]))
    if filters["region"]:
        conditions.append(Return.region.is_(None) if filters["region"] == NATIONAL else Return.region == filters["region"])
    return conditions
