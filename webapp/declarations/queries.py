"""Named reads of returns, always for what the actor may see: another's return does not exist (404)."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.db import Rows
from webapp.declarations import rules
from webapp.declarations.formula import CellKey
from webapp.declarations.model import FormModel
from webapp.declarations.models import Campaign, CellValue, Return, ReturnEvent, Submission
from webapp.declarations.policies import ReturnFacts, may_know
from webapp.declarations.registry import get_model
from webapp.declarations.rules import Audience, CampaignState, Kind, ReturnState
from webapp.declarations.values import Entry
from webapp.errors import NotFound
from webapp.folding import like
from webapp.folding import words as folded_words
from webapp.web.rows import FoundRow, WaitingRow


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


def _files() -> Any:
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
    row = session.execute(_files().where(Return.number == number)).one_or_none()
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


SORTS = {
    "echeance": Campaign.deadline,
    "numero": Return.number,
    "organisme": Organisation.name,
    "region": Return.region,
    "etat": Return.state,
    "depot": Return.submitted_at,
}
FILTERS = ("campagne", "public", "region", "etat", "q")


def filtered(actor: Actor, filters: dict[str, str]) -> list[ColumnElement[bool]]:
    """The conditions of a list of returns: what the actor may see, and the filters of the URL that make sense."""
    conditions = [visible_to(actor)]
    if filters["campagne"].isdecimal() and len(filters["campagne"]) < 10:
        conditions.append(Campaign.id == int(filters["campagne"]))
    if filters["public"] in set(Audience):
        conditions.append(Campaign.audience == Audience(filters["public"]))
    if filters["region"]:
        conditions.append(Return.region == filters["region"])
    if filters["etat"] in set(ReturnState):
        conditions.append(Return.state == ReturnState(filters["etat"]))
    conditions += [Return.search_text.like(like(word), escape="\\") for word in folded_words(filters["q"])]
    return conditions


def list_returns(session: Session, actor: Actor, filters: dict[str, str], order: Any, offset: int, limit: int) -> Rows:
    """A page of the returns that the actor may see."""
    query = _files().where(*filtered(actor, filters)).order_by(order, Return.number)
    return session.execute(query.offset(offset).limit(limit)).all()


def count_returns(session: Session, actor: Actor, filters: dict[str, str]) -> int:
    """How many returns `list_returns` would list."""
    query = select(func.count(Return.id)).join(Campaign, Return.campaign_id == Campaign.id)
    return session.scalar(query.where(*filtered(actor, filters))) or 0


def campaign_choices(session: Session) -> Rows:
    """Every campaign that began (id, kind, year, audience), the newest first: for the filter."""
    return session.execute(
        select(Campaign.id, Campaign.kind, Campaign.year, Campaign.audience)
        .where(Campaign.state != CampaignState.DRAFT)
        .order_by(Campaign.year.desc(), Campaign.kind, Campaign.audience)
    ).all()


def completeness(session: Session, campaign_id: int | None = None) -> Rows:
    """Every campaign (or one), the newest first, with its returns counted by state. For national agents."""

    def counted(state: ReturnState) -> ColumnElement[int]:
        return func.count(Return.id).filter(Return.state == state).label(state.value)

    query = (
        select(
            Campaign.id,
            Campaign.kind,
            Campaign.year,
            Campaign.audience,
            Campaign.state,
            Campaign.opens_on,
            Campaign.deadline,
            Campaign.model_code,
            Campaign.model_version,
            Campaign.version,
            func.count(Return.id).label("total"),
            *(counted(state) for state in ReturnState),
        )
        .outerjoin(Return, Return.campaign_id == Campaign.id)
        .group_by(Campaign.id)
        .order_by(Campaign.year.desc(), Campaign.kind.desc(), Campaign.audience)
    )
    if campaign_id is not None:
        query = query.where(Campaign.id == campaign_id)
    return session.execute(query).all()


def waiting(session: Session, actor: Actor, clock: Clock, limit: int = 20) -> list[WaitingRow]:
    """What waits for the actor at this counter, soonest first: returns to fill in or correct, or returns to decide on."""
    conditions = [visible_to(actor), Campaign.state == CampaignState.OPEN, Campaign.opens_on <= rules.today(clock.now())]
    if actor.has(*rules.AGENTS):
        conditions.append(Return.state == ReturnState.SUBMITTED)
        order: Sequence[Any] = (Return.submitted_at, Return.number)
    elif actor.has(Role.DECLARANT):
        conditions.append(Return.state.in_(rules.EDITABLE))
        order = (Campaign.deadline, Return.number)
    else:
        return []
    rows = session.execute(_files().where(*conditions).order_by(*order).limit(limit)).all()
    return [_waiting(ReturnFile(*row), actor, clock.now()) for row in rows]


def _waiting(file: ReturnFile, actor: Actor, now: datetime) -> WaitingRow:
    label = f"{file.number} · {file.organisation}"
    where = ("declarations.overview", {"number": file.number})
    if actor.has(*rules.AGENTS):
        return WaitingRow(label, *where, file.submitted_at, gettext("À examiner"), "q")
    timing = rules.timing(file.deadline, now)
    if timing is rules.Timing.LATE:
        words, kind = gettext("En retard"), "late"
    else:
        words = gettext(rules.STATE_LABELS[file.state])
        kind = "late" if file.state is ReturnState.RETURNED else ("soon" if timing is rules.Timing.SOON else "q")
    return WaitingRow(label, *where, rules.end_of(file.deadline) - timedelta(minutes=1), words, kind)


def search(session: Session, actor: Actor, words: list[str], limit: int = 10) -> list[FoundRow]:
    """Returns whose number or declarant contains every one of the folded words, among those the actor may see."""
    if not words or not actor.has(Role.DECLARANT, *rules.AGENTS):
        return []
    conditions = [Return.search_text.like(like(word), escape="\\") for word in words]
    rows = session.execute(_files().where(visible_to(actor), *conditions).order_by(Return.number.desc()).limit(limit)).all()
    files = [ReturnFile(*row) for row in rows]
    return [
        FoundRow(
            f"{file.number} · {file.organisation}",
            "declarations.overview",
            {"number": file.number},
            gettext(rules.STATE_LABELS[file.state]),
        )
        for file in files
    ]
