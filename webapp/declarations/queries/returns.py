"""One return as every page names it, with its cells, its submissions and its steps; another's return does not exist (404)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.accounts.queries import role_held_until
from webapp.actor import Actor, Role
from webapp.db import Rows, plain_rows
from webapp.declarations.models import BodyRecord, Campaign, CellValue, ControlOverride, Return, ReturnEvent, SectionShare, Submission
from webapp.declarations.policies import Holder, ReturnFacts, is_declarant_of, may_know
from webapp.declarations.queries.previous import figures_of_last_year, submitted_last_year
from webapp.declarations.rules.form_models.model import FormModel, RecordField
from webapp.declarations.rules.form_models.registry import model_in_force
from webapp.declarations.rules.language.evaluation import Figure
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.values import Entry
from webapp.declarations.rules.workflow import Audience, CampaignState, Kind, ReturnState, same_digest
from webapp.declarations.rules.workflow import digest as text_digest
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
    """The last day on which this return is in time: the campaign's, or later when it was put off."""
    model_code: str
    model_version: str
    extended_to: date | None = None
    acceptances: int = 0
    accepted_rank: int | None = None
    reminded_at: datetime | None = None
    question_at: datetime | None = None
    switched_off: str | None = None
    """Codes of the controls switched off in its form model, one a line; only read for one return at a time."""
    former_sha256: str | None = None
    """The digest of what was last submitted for the year before; only read for one return at a time."""
    signatory_until: date | None = None
    """The last day on which a signatory of the organisation may sign in; only read for one return at a time."""
    reserved: str | None = None
    """The reserved sections, each with to whom it is entrusted, one a line; only read for one return at a time."""
    signatory_told_at: datetime | None = None
    """When a colleague last told the signatories that the return waits for them; only read for one return at a time."""
    signatory_told_by: str = ""
    body_siret: str | None = None
    """The body's record, as far as it was written (and so on); only read for one return at a time."""
    body_name: str | None = None
    body_address: str | None = None
    body_legal_form: str | None = None
    body_naf: str | None = None
    body_headcount: str | None = None
    previous: Mapping[CellKey, Figure] = field(default_factory=dict, compare=False)
    """Last year's figures, as the form reads them (``@N-1``); only read for one return at a time."""

    @property
    def facts(self) -> ReturnFacts:
        """What the policies need."""
        held = [line.split(" ", 2) for line in (self.reserved or "").splitlines()]
        reserved = {section: Holder(int(account), name) for section, account, name in held}
        return ReturnFacts(
            self.organisation_id, self.region, self.state, self.campaign_state, self.opens_on, self.signatory_until, reserved
        )

    @property
    def record(self) -> dict[RecordField, str]:
        """What cells may be prefilled with: the body's record, and what the portal knows where it says nothing."""
        return {
            RecordField.NAME: self.body_name or self.organisation,
            RecordField.SIRET: self.body_siret or self.siret or "",
            RecordField.REGION: self.region or "",
            RecordField.ADDRESS: self.body_address or "",
            RecordField.LEGAL_FORM: self.body_legal_form or "",
            RecordField.NAF: self.body_naf or "",
            RecordField.HEADCOUNT: self.body_headcount or "",
        }

    @property
    def model(self) -> FormModel:
        """The form model of the campaign, with the controls that hold for its exercise and were not switched off."""
        return model_in_force(self.model_code, self.model_version, self.year, frozenset((self.switched_off or "").split()))


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
    Return.due_on,
    Campaign.model_code,
    Campaign.model_version,
    Return.extended_to,
    Return.acceptances,
    Return.accepted_rank,
    Return.reminded_at,
    Return.question_at,
)


def files_with_campaign() -> Any:
    """Select what :class:`ReturnFile` holds, in its order; the caller says of which returns."""
    joined = select(*_FILE).join(Campaign, Return.campaign_id == Campaign.id)
    return joined.join(Organisation, Return.organisation_id == Organisation.id)


def switched_off() -> ScalarSelect[str]:
    """The codes of the controls switched off in a campaign's form model, one a line, as a column beside the campaign's."""
    in_force = and_(ControlOverride.in_force, ControlOverride.lifted_at.is_(None))
    same = and_(ControlOverride.model_code == Campaign.model_code, ControlOverride.model_version == Campaign.model_version)
    return select(func.aggregate_strings(ControlOverride.control_code, "\n")).where(in_force, same).scalar_subquery()


def reserved_sections() -> ScalarSelect[str]:
    """The reserved sections of a return, each with to whom it is entrusted, one a line, as a column beside the return's."""
    held = SectionShare.section_code + " " + cast(SectionShare.entrusted_to, String) + " " + SectionShare.entrusted_name
    of_return = select(func.aggregate_strings(held, "\n")).where(SectionShare.return_id == Return.id, SectionShare.reserved)
    return of_return.scalar_subquery()


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
    file = any_return(session, number)
    if not may_know(actor, file.facts):
        raise NotFound
    return file


def find_own_return(session: Session, actor: Actor, number: str) -> ReturnFile:
    """Load a return by its number, for those who declare in its organisation. Raises NotFound for everybody else."""
    file = find_return(session, actor, number)
    if not is_declarant_of(actor, file.facts):
        raise NotFound
    return file


def any_return(session: Session, number: str) -> ReturnFile:
    """Load a return whoever asks: for the system's own work. Raises NotFound."""
    row = plain_rows(session, _whole(), {"number": number}).one_or_none()
    if row is None:
        raise NotFound
    file = ReturnFile(*row)
    return replace(file, previous=figures_of_last_year(session, file))


@cache
def _whole() -> Any:
    """The statement that reads one return (``number``), made once: making it takes longer than running it."""
    alone = (
        switched_off(),
        submitted_last_year(),
        role_held_until(Role.SIGNATORY, Return.organisation_id),
        reserved_sections(),
        Return.signatory_told_at,
        Return.signatory_told_by,
        BodyRecord.siret.label("body_siret"),
        BodyRecord.name.label("body_name"),
        BodyRecord.address.label("body_address"),
        BodyRecord.legal_form.label("body_legal_form"),
        BodyRecord.naf.label("body_naf"),
        BodyRecord.headcount.label("body_headcount"),
    )
    joined = files_with_campaign().outerjoin(BodyRecord, BodyRecord.organisation_id == Return.organisation_id)
    return joined.add_columns(*alone).where(Return.number == bindparam("number"))


_CELLS = select(
    CellValue.table_code,
    CellValue.row_code,
    CellValue.column_code,
    CellValue.kind,
    CellValue.raw,
    CellValue.value,
    CellValue.version,
    CellValue.edited_by_name,
    CellValue.edited_at,
).where(CellValue.return_id == bindparam("file"))
_CELLS_OF_TABLES = _CELLS.where(CellValue.table_code.in_(bindparam("tables", expanding=True)))


def stored_cells(session: Session, return_id: int, tables: Collection[str] | None = None) -> dict[CellKey, StoredCell]:
    """Every cell of a return that was ever filled in; only those of some `tables` when given."""
    if tables is None:
        rows = plain_rows(session, _CELLS, {"file": return_id})
    else:
        rows = plain_rows(session, _CELLS_OF_TABLES, {"file": return_id, "tables": sorted(tables)})
    return {
        (table, row, column): StoredCell(Entry(kind, raw, value), version, by, at)
        for table, row, column, kind, raw, value, version, by, at in rows.all()
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


def submission_of_rank(session: Session, return_id: int, rank: int) -> Submitted | None:
    """One submission of a return by its rank, with its snapshot; None when there is none."""
    row = session.execute(select(*_SUBMITTED).where(Submission.return_id == return_id, Submission.rank == rank)).one_or_none()
    return Submitted(*row) if row is not None else None


def find_submission(session: Session, file: ReturnFile, receipt: str) -> Submitted:
    """One submission of a return that was found for the actor. Raises NotFound."""
    row = session.execute(select(*_SUBMITTED).where(Submission.return_id == file.id, Submission.receipt == receipt)).one_or_none()
    if row is None:
        raise NotFound
    return Submitted(*row)


def vouched(session: Session, receipt: str, digest: str) -> tuple[str, datetime, str] | None:
    """Number, instant and digest of a submission, for somebody who gives its number and its digest; None when either is wrong.

    A snapshot that no longer is what was frozen is vouched for by nobody.
    """
    query = select(Submission.receipt, Submission.submitted_at, Submission.sha256, Submission.snapshot)
    row = session.execute(query.where(Submission.receipt == receipt)).one_or_none()
    if row is None or not same_digest(digest, row.sha256) or not same_digest(text_digest(row.snapshot), row.sha256):
        return None
    return row.receipt, row.submitted_at, row.sha256


def history(session: Session, return_id: int) -> Rows:
    """The steps of a return, newest first."""
    return session.execute(
        select(ReturnEvent.act, ReturnEvent.at, ReturnEvent.by_name, ReturnEvent.reason, ReturnEvent.receipt, ReturnEvent.until)
        .where(ReturnEvent.return_id == return_id)
        .order_by(ReturnEvent.at.desc(), ReturnEvent.id.desc())
    ).all()
