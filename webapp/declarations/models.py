"""Campaigns, returns, their cells, what was submitted, and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Enum, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, OrganisationOwned
from webapp.declarations.rules.justifications import Opinion
from webapp.declarations.rules.values import MAX_RAW_LENGTH, ValueKind
from webapp.declarations.rules.workflow import Act, Audience, CampaignState, Kind, ReturnState


def _codes(kind: type[StrEnum]) -> Enum:
    """Store an enumeration as its value in a plain string column."""
    return Enum(kind, native_enum=False, length=20, create_constraint=False, values_callable=lambda members: [m.value for m in members])


class Campaign(Base):
    """One year's call for one kind of return, to one kind of declarant, with the form model it uses.

    ``reminder_days`` are the days on which declarants are reminded, counted from the deadline: « -15 -3 1 8 ».
    """

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("kind", "year", "audience"), CheckConstraint("opens_on <= deadline", name="dates"))

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    kind: Mapped[Kind] = mapped_column(_codes(Kind))
    audience: Mapped[Audience] = mapped_column(_codes(Audience))
    model_code: Mapped[str] = mapped_column(String(40))
    model_version: Mapped[str] = mapped_column(String(20))
    opens_on: Mapped[date]
    deadline: Mapped[date]
    state: Mapped[CampaignState] = mapped_column(_codes(CampaignState))
    reminder_days: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class Return(OrganisationOwned, Base):
    """One declarant's return in one campaign. ``region`` is the organisation's, copied so that lists need no join for it.

    ``due_on`` is the campaign's deadline or, when later, ``extended_to``. ``figures_at`` is when a cell last changed; what the sweep
    counted at ``checked_at`` is ``answered``, ``expected`` and ``blocking`` (unreadable cells and blocking controls that fail).
    ``acceptances`` counts the submissions accepted; ``accepted_rank`` is the one in force. ``question_at``: the declarant's
    message that no agent has answered. ``signatory_told_at``: a colleague's word to the signatories, the last one. These follow
    from acts and are no edits: they leave ``version`` alone.
    """

    __tablename__ = "declaration_return"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        UniqueConstraint("campaign_id", "organisation_id"),
        Index("ix_declaration_return_state_number", "state", "number"),
        Index("ix_declaration_return_due_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[ReturnState] = mapped_column(_codes(ReturnState))
    region: Mapped[str | None] = mapped_column(String(60), index=True)
    search_text: Mapped[str] = mapped_column(String(600))
    due_on: Mapped[date]
    extended_to: Mapped[date | None]
    submitted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    figures_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    answered: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)
    blocking: Mapped[int] = mapped_column(default=0)
    acceptances: Mapped[int] = mapped_column(default=0)
    accepted_rank: Mapped[int | None]
    reminded_at: Mapped[datetime | None]
    reminded_for: Mapped[date | None]
    question_at: Mapped[datetime | None]
    signatory_told_at: Mapped[datetime | None]
    signatory_told_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    campaign: Mapped[Campaign] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class CellValue(OrganisationOwned, Base):
    """One cell that somebody filled in: the text as typed, what it is, its figure, and its version for concurrent edits."""

    __tablename__ = "declaration_cell"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
    )

    return_id: Mapped[int] = mapped_column(primary_key=True)
    table_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    column_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[ValueKind] = mapped_column(_codes(ValueKind))
    raw: Mapped[str] = mapped_column(String(MAX_RAW_LENGTH))
    value: Mapped[Decimal | None]
    version: Mapped[int]
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    edited_by_name: Mapped[str] = mapped_column(String(200))
    edited_at: Mapped[datetime]


class ControlOverride(Base):
    """A control of a form model that the ministry switched off from a day on, with its reason, and when it was switched on again.

    ``in_force`` is set by the act when the day has come, else by the sweep that follows it.
    """

    __tablename__ = "control_override"
    __table_args__ = (
        Index(
            "uq_control_override_standing",
            "model_code",
            "model_version",
            "control_code",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_code: Mapped[str] = mapped_column(String(40))
    model_version: Mapped[str] = mapped_column(String(20))
    control_code: Mapped[str] = mapped_column(String(80))
    begins_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    in_force: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_by_name: Mapped[str] = mapped_column(String(200))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    lifted_by_name: Mapped[str] = mapped_column(String(200), default="")


class Submission(OrganisationOwned, Base):
    """What was submitted, frozen: the canonical text of the snapshot and its SHA-256. Never changed."""

    __tablename__ = "declaration_submission"
    __table_args__ = (
        UniqueConstraint("return_id", "rank"),
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    rank: Mapped[int]
    receipt: Mapped[str] = mapped_column(String(60), unique=True)
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submitted_by_name: Mapped[str] = mapped_column(String(200))
    late: Mapped[bool]
    snapshot: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))


class ReturnEvent(OrganisationOwned, Base):
    """One step of a return: submitted, accepted, sent back with its reason, its deadline put off until a day."""

    __tablename__ = "declaration_event"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
        Index("ix_declaration_event_return_id_at", "return_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    act: Mapped[Act] = mapped_column(_codes(Act))
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, default="")
    receipt: Mapped[str | None] = mapped_column(String(60))
    until: Mapped[date | None]


class CellMark(OrganisationOwned, Base):
    """A cell that an agent asks to be corrected, with a note. ``rank`` is the submission that it is about.

    Only agents see it until the return is sent back (``sent_at``); it stays open until it is settled.
    """

    __tablename__ = "declaration_mark"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
        Index("ix_declaration_mark_return_id", "return_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    rank: Mapped[int]
    table_code: Mapped[str] = mapped_column(String(40))
    row_code: Mapped[str] = mapped_column(String(40))
    column_code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(600))
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_name: Mapped[str] = mapped_column(String(200), default="")


class ReturnMessage(OrganisationOwned, Base):
    """What was said of a return, or of one marked cell of it. Never changed."""

    __tablename__ = "declaration_message"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
        ForeignKeyConstraint(["organisation_id", "mark_id"], ["declaration_mark.organisation_id", "declaration_mark.id"]),
        Index("ix_declaration_message_return_id_at", "return_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    mark_id: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    from_agent: Mapped[bool]
    at: Mapped[datetime]


class SectionShare(OrganisationOwned, Base):
    """A section of a return as colleagues share it: entrusted to one of them, maybe for them alone, and said ready to be read again."""

    __tablename__ = "declaration_section"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
    )

    return_id: Mapped[int] = mapped_column(primary_key=True)
    section_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    entrusted_to: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entrusted_name: Mapped[str] = mapped_column(String(200), default="")
    reserved: Mapped[bool] = mapped_column(default=False)
    ready_at: Mapped[datetime | None]
    ready_by_name: Mapped[str] = mapped_column(String(200), default="")


class ReturnDocument(OrganisationOwned, Base):
    """A file attached to a return, for one of the documents that its form expects.

    ``last_rank`` is the last submission that lists it: from then on its bytes stay, and the row outlives its removal.
    """

    __tablename__ = "declaration_document"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
        Index("ix_declaration_document_return_id", "return_id"),
        CheckConstraint("removed_at IS NULL OR last_rank IS NOT NULL", name="kept_once_submitted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    document_code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    file_key: Mapped[str] = mapped_column(ForeignKey("stored_file.key"), unique=True)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    last_rank: Mapped[int | None]
    removed_at: Mapped[datetime | None]


class ControlJustification(OrganisationOwned, Base):
    """What a declarant wrote about a warning, the digest of the figures that it covers, and what an agent said of it."""

    __tablename__ = "declaration_justification"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
    )

    return_id: Mapped[int] = mapped_column(primary_key=True)
    control_code: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    covers: Mapped[str] = mapped_column(String(64))
    opinion: Mapped[Opinion] = mapped_column(_codes(Opinion))
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")


class DeclarationImport(OrganisationOwned, Base):
    """A workbook that one person filled in offline and sent: what it carries, kept for a time until its sections are accepted.

    ``payload`` holds the changes as they were read; ``choices`` whose text the person keeps in conflicts; ``done_at`` is when nothing
    was left to accept.
    """

    __tablename__ = "declaration_import"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "return_id"], ["declaration_return.organisation_id", "declaration_return.id"]),
        Index("ix_declaration_import_return_id_account_id", "return_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    filename: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]]
    choices: Mapped[dict[str, Any]]
    done_at: Mapped[datetime | None]
