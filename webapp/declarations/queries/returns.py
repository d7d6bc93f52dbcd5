"""One return as every page names it, with its cells, its submissions and its steps; another's return does not exist (404)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor, Role
from webapp.db import Rows
from webapp.declarations.formula import CellKey
from webapp.declarations.model import FormModel
from webapp.declarations.models import Campaign, CellValue, Return, ReturnEvent, Submission
from webapp.declarations.policies import ReturnFacts, may_know
from webapp.declarations.registry import get_model
from webapp.declarations.rules import Audience, CampaignState, Kind, ReturnState
from webapp.declarations.values import Entry
from webapp.errors import NotFound


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """What every page says of a return."""

    id: int
    number: str
    organisation_id: int
    organisation: str
    siret: str | None
    region: str | None
    state: ReturnState
    version: int
    submitted_at: datetime | None
    year: int
    kind: Kind
    audience: Audience
    campaign_state: CampaignState
    opens_on: date
    deadline: date
    model_code: str
    model_version: str

    @property
    def facts(self) -> ReturnFacts:
        """What the policies need."""
        return ReturnFacts(self.organisation_id, self.region, self.state, self.campaign_state, self.opens_on)

    @property
    def model(self) -> FormModel:
        """The form model of the campaign."""
        return get_model(self.model_code, self.model_version)


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell as stored: its entry, its version, and who changed it last."""

    entry: Entry
    version: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Submitted:
    """One submission: its receipt number, when, by whom, whether after the deadline, and the frozen text with its digest."""

    receipt: str
    rank: int
    at: datetime
    by: str
    late: bool
    snapshot: str
    sha256: str

    @property
    def content(self) -> dict[str, Any]:
        """The frozen content."""
        content: dict[str, Any] = json.loads(self.snapshot)
        return content


_FILE = (
    Return.id,
    Return.number,
    Return.organisation_id,
    Organisation.name.label("organisation"),
    Organisation.siret,
    Return.region,
    Return.state,
    Return.version,
    Return.submitted_at,
    Campaign.year,
    Campaign.kind,
    Campaign.audience,
    Campaign.state.label("campaign_state"),
    Campaign.opens_on,
    Campaign.deadline,
    Campaign.model_code,
    Campaign.model_version,
)


def files_with_campaign() -> Any:
    """Select what :class:`ReturnFile` holds, in its order; the caller says of which returns."""
    joined = select(*_FILE).join(Campaign, Return.campaign_id == Campaign.id)
    return joined.join(Organisation, Return.organisation_id == Organisation.id)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition that keeps the returns that the actor may know of (the twin of ``policies.may_know``)."""
    if actor.has(Role.NATIONAL_AGENT):
        return Return.id.is_not(None)
    seen = []
    if actor.has(Role.REGIONAL_AGENT) and actor.region is not None:
        seen.append(Return.region == actor.region)
    if actor.has(Role.DECLARANT):
        seen.append(Return.organisation_id == actor.organisation_id)
    return or_(*seen) if seen else Return.id.is_(None)


def find_return(session: Session, actor: Actor, number: str) -> ReturnFile:
    """Load a return by its number. Raises NotFound when there is none that the actor may know of."""
    row = session.execute(files_with_campaign().where(Return.number == number)).one_or_none()
    if row is None:
        raise NotFound
    file = ReturnFile(*row)
    if not may_know(actor, file.facts):
        raise NotFound
    return file


def stored_cells(session: Session, return_id: int, tables: Collection[str] | None = None) -> dict[CellKey, StoredCell]:
    """Every cell of a return that was ever filled in; only those of some `tables` when given."""
    wanted = CellValue.return_id == return_id
    rows = session.execute(
        select(
            CellValue.table_code,
            CellValue.row_code,
            CellValue.column_code,
            CellValue.kind,
            CellValue.raw,
            CellValue.value,
            CellValue.version,
            CellValue.edited_by_name,
            CellValue.edited_at,
        ).where(wanted if tables is None else and_(wanted, CellValue.table_code.in_(sorted(tables))))
    )
    return {
        (table, row, column): StoredCell(Entry(kind, raw, value), version, by, at)
        for table, row, column, kind, raw, value, version, by, at in rows
    }


_SUBMITTED = (
    Submission.receipt,
    Submission.rank,
    Submission.submitted_at,
    Submission.submitted_by_name,
    Submission.late,
    Submission.snapshot,
    Submission.sha256,
)


def latest_submission(session: Session, return_id: int) -> Submitted | None:
    """The last submission of a return, with its snapshot; None when it was never submitted."""
    query = select(*_SUBMITTED).where(Submission.return_id == return_id).order_by(Submission.rank.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return Submitted(*row) if row is not None else None


def find_submission(session: Session, file: ReturnFile, receipt: str) -> Submitted:
    """One submission of a return that was found for the actor. Raises NotFound."""
    row = session.execute(select(*_SUBMITTED).where(Submission.return_id == file.id, Submission.receipt == receipt)).one_or_none()
    if row is None:
        raise NotFound
    return Submitted(*row)


def history(session: Session, return_id: int) -> Rows:
    """The steps of a return, newest first."""
    return session.execute(
        select(ReturnEvent.act, ReturnEvent.at, ReturnEvent.by_name, ReturnEvent.reason, ReturnEvent.receipt)
        .where(ReturnEvent.return_id == return_id)
        .order_by(ReturnEvent.at.desc(), ReturnEvent.id.desc())
    ).all()
