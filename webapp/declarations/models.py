"""Campaigns, returns, their cells, what was submitted, and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Enum, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, OrganisationOwned
from webapp.declarations.rules import Act, Audience, CampaignState, Kind, ReturnState
from webapp.declarations.values import MAX_RAW_LENGTH, ValueKind


def _codes(kind: type[StrEnum]) -> Enum:
    """Store an enumeration as its value in a plain string column."""
    return Enum(kind, native_enum=False, length=20, create_constraint=False, values_callable=lambda members: [m.value for m in members])


class Campaign(Base):
    """One year's call for one kind of return, to one kind of declarant, with the form model it uses."""

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
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class Return(OrganisationOwned, Base):
    """One declarant's return in one campaign. ``region`` is the organisation's, copied so that lists need no join for it."""

    __tablename__ = "declaration_return"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        UniqueConstraint("campaign_id", "organisation_id"),
        Index("ix_declaration_return_state_number", "state", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[ReturnState] = mapped_column(_codes(ReturnState))
    region: Mapped[str | None] = mapped_column(String(60), index=True)
    search_text: Mapped[str] = mapped_column(String(600))
    submitted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
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
    """One step of a return: submitted, accepted, or sent back with its reason."""

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
