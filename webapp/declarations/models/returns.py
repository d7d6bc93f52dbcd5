"""Returns, their cells, what was submitted, and their steps from state to state."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, OrganisationOwned
from webapp.declarations.models.campaign import Campaign
from webapp.declarations.models.columns import codes, of_return
from webapp.declarations.rules.values import MAX_RAW_LENGTH, ValueKind
from webapp.declarations.rules.workflow import Act, ReturnState


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
    state: Mapped[ReturnState] = mapped_column(codes(ReturnState))
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
    __table_args__ = (of_return(),)

    return_id: Mapped[int] = mapped_column(primary_key=True)
    table_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    column_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[ValueKind] = mapped_column(codes(ValueKind))
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
        of_return(),
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
        of_return(),
        Index("ix_declaration_event_return_id_at", "return_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    act: Mapped[Act] = mapped_column(codes(Act))
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, default="")
    receipt: Mapped[str | None] = mapped_column(String(60))
    until: Mapped[date | None]
