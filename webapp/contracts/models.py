"""Service levels and their versions; contracts with the level they subscribe to; sites."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Enum, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.contracts.rules import DayRule, DurationRule, Hosting, LevelTerms, Plan
from webapp.db import Base, OrganisationOwned
from webapp.worktime import Territory


def _codes(kind: Any) -> Enum:
    """Store an enumeration as its value in a plain string column."""
    return Enum(kind, native_enum=False, length=32, create_constraint=False, values_callable=lambda members: [m.value for m in members])


class ServiceLevel(Base):
    """A level of service that contracts subscribe to. What it promises is in its versions."""

    __tablename__ = "service_level"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    label: Mapped[str] = mapped_column(String(120))
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ServiceLevelVersion(Base):
    """What a service level promises from a day on. Never changed once written: tickets keep the one in force at their notification.

    A correction is another version; of two from the same day the one with the higher number counts.
    """

    __tablename__ = "service_level_version"
    __table_args__ = (
        UniqueConstraint("service_level_id", "number"),
        CheckConstraint("(response_days > 0 AND response_minutes = 0) OR (response_days = 0 AND response_minutes > 0)", name="response"),
        CheckConstraint(
            "(restoration_days > 0 AND restoration_minutes = 0) OR (restoration_days = 0 AND restoration_minutes > 0)", name="restoration"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_level_id: Mapped[int] = mapped_column(ForeignKey("service_level.id"))
    number: Mapped[int]
    in_force_from: Mapped[date]
    response_days: Mapped[int] = mapped_column(default=0)
    response_minutes: Mapped[int] = mapped_column(default=0)
    restoration_days: Mapped[int] = mapped_column(default=0)
    restoration_minutes: Mapped[int] = mapped_column(default=0)
    rule: Mapped[DurationRule] = mapped_column(_codes(DurationRule), default=DurationRule.BUSINESS)
    hours_code: Mapped[str] = mapped_column(String(80))
    warning_minutes: Mapped[int] = mapped_column(default=240)
    lead_warning_minutes: Mapped[int] = mapped_column(default=60)
    day_rule: Mapped[DayRule] = mapped_column(_codes(DayRule), default=DayRule.BUSINESS_HOURS)
    report_days: Mapped[int] = mapped_column(default=10)
    pauses_allowed: Mapped[str] = mapped_column(String(200), default="site_access planned")
    paying_first: Mapped[bool] = mapped_column(default=True)
    reopening_days: Mapped[int] = mapped_column(default=10)
    created_at: Mapped[datetime]

    @property
    def terms(self) -> LevelTerms:
        """The promise as a pure value."""
        return LevelTerms(
            self.response_days,
            self.response_minutes,
            self.restoration_days,
            self.restoration_minutes,
            self.rule,
            self.hours_code,
            self.warning_minutes,
            self.lead_warning_minutes,
            self.day_rule,
            self.report_days,
            tuple(self.pauses_allowed.split()),
            self.paying_first,
            self.reopening_days,
        )


class ExceptionalDay(Base):
    """A day on which the operator closes, or keeps the hours that its ``code`` says (see ``exceptional.SpecialDay``)."""

    __tablename__ = "exceptional_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime]


class Contract(OrganisationOwned, Base):
    """A client's contract (FL-1). ``ends_on`` is its last day, None while no end is known (it is renewed tacitly, FL-9.3).

    ``manager_id``: the operator's account manager (FL-12.2); ``referent_id``: the client's own referent (FL-8, FL-11);
    ``support_hours``: the hours of advanced support a year (FL-12.3).
    """

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    hosting: Mapped[Hosting] = mapped_column(_codes(Hosting))
    plan: Mapped[Plan] = mapped_column(_codes(Plan))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    referent_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    support_hours: Mapped[int] = mapped_column(default=0)
    search_text: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class ContractLevel(OrganisationOwned, Base):
    """The service level that a contract subscribes to from a day on."""

    __tablename__ = "contract_level"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "contract_id"], ["contract.organisation_id", "contract.id"], onupdate="CASCADE"),
        UniqueConstraint("contract_id", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int]
    service_level_id: Mapped[int] = mapped_column(ForeignKey("service_level.id"), index=True)
    from_on: Mapped[date]


class Site(OrganisationOwned, Base):
    """A building of the client's, with the holidays and the time zone that count there (FL-1, FL-12.4)."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("organisation_id", "id"), UniqueConstraint("organisation_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    address: Mapped[str] = mapped_column(String(400))
    territory: Mapped[Territory] = mapped_column(_codes(Territory))
    good_friday: Mapped[bool] = mapped_column(default=True)
    timezone: Mapped[str] = mapped_column(String(60))
    closed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy
