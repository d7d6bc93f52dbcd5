"""Campaigns, and the controls of their form models that the ministry switched off."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base
from webapp.declarations.models.columns import codes
from webapp.declarations.rules.workflow import Audience, CampaignState, Kind


class Campaign(Base):
    """One year's call for one kind of return, to one kind of declarant, with the form model it uses.

    ``reminder_days`` are the days on which declarants are reminded, counted from the deadline: « -15 -3 1 8 ».
    """

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("kind", "year", "audience"), CheckConstraint("opens_on <= deadline", name="dates"))

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    kind: Mapped[Kind] = mapped_column(codes(Kind))
    audience: Mapped[Audience] = mapped_column(codes(Audience))
    model_code: Mapped[str] = mapped_column(String(40))
    model_version: Mapped[str] = mapped_column(String(20))
    opens_on: Mapped[date]
    deadline: Mapped[date]
    state: Mapped[CampaignState] = mapped_column(codes(CampaignState))
    reminder_days: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


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
