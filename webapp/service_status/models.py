"""Components of the service, notices about them, and what was said of each notice over time. All of it is public."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, Integer, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base
from webapp.service_status.rules import Health, Kind, State


def _codes(kind: Any) -> Enum:
    """Store an enumeration as its value in a plain string column."""
    return Enum(kind, native_enum=False, length=32, create_constraint=False, values_callable=lambda members: [m.value for m in members])


class HealthCode(TypeDecorator[Health]):
    """A state stored as its rank, so that the database can order by it."""

    impl = Integer
    cache_ok = True

    def process_result_value(self, value: int | None, dialect: Any) -> Health | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Return the member of the enumeration."""
        return None if value is None else Health(value)


class Component(Base):
    """A part of the service that people know by name."""

    __tablename__ = "status_component"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    description: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]


class Notice(Base):
    """A planned interruption (FL-12.8) or an incident, as told to everybody. ``expected_minutes`` is its approximate duration."""

    __tablename__ = "status_notice"
    __table_args__ = (
        CheckConstraint("expected_minutes IS NULL OR expected_minutes > 0", name="duration"),
        Index("ix_status_notice_over_starts_at", "over", "starts_at"),
        Index("ix_status_notice_ended_at", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(_codes(Kind))
    state: Mapped[State] = mapped_column(_codes(State))
    over: Mapped[bool] = mapped_column(default=False)
    health: Mapped[Health] = mapped_column(HealthCode)
    title: Mapped[str] = mapped_column(String(160))
    urgent_reason: Mapped[str] = mapped_column(String(300), default="")
    starts_at: Mapped[datetime]
    expected_minutes: Mapped[int | None]
    expected_end_at: Mapped[datetime | None]
    announced_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class NoticeComponent(Base):
    """A component that a notice is about."""

    __tablename__ = "status_notice_component"

    notice_id: Mapped[int] = mapped_column(ForeignKey("status_notice.id"), primary_key=True)
    component_id: Mapped[int] = mapped_column(ForeignKey("status_component.id"), primary_key=True, index=True)


class NoticeUpdate(Base):
    """What was said of a notice at an instant, and the state that it was in from then on. Only ever added."""

    __tablename__ = "status_notice_update"
    __table_args__ = (Index("ix_status_notice_update_notice_id_id", "notice_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("status_notice.id"))
    at: Mapped[datetime]
    state: Mapped[State] = mapped_column(_codes(State))
    text: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
