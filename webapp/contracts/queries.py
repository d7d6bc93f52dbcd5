"""Named reads of contracts, levels and sites."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.contracts.exceptional import first_day, read_days, write_days
from webapp.contracts.models import Contract, ContractLevel, ExceptionalDay, ServiceLevel, ServiceLevelVersion, Site
from webapp.contracts.rules import (
    DESK_HOURS_CODE,
    DayRule,
    DurationRule,
    Hosting,
    LevelTerms,
    Plan,
    day_of,
    service_calendar,
)
from webapp.db import Rows, plain_rows
from webapp.worktime import Territory, WorkCalendar


@dataclass(frozen=True, slots=True)
class LevelInForce:
    """A version of a service level: ``version_id`` is what a ticket keeps."""

    version_id: int
    level_id: int
    code: str
    label: str
    number: int
    terms: LevelTerms
    days: str = ""

    def calendar(self, site: Any = None, since: date = date.min) -> WorkCalendar:
        """Return the level's opening hours at a site, or in metropolitan France without one, with the exceptional days since one."""
        return calendar_for_site(site, self.terms.hours_code, write_days(read_days(self.days), since))


@dataclass(frozen=True, slots=True)
class Subscription:
    """A contract in force and the level that it gives."""

    contract_id: int
    number: str
    hosting: Hosting
    plan: Plan
    level: LevelInForce


def calendar_for_site(site: Any = None, hours_code: str = DESK_HOURS_CODE, days: str = "") -> WorkCalendar:
    """Return the shared calendar for a site (anything with ``territory``, ``good_friday``, ``timezone``); metropolitan when None.

    ``days`` are the exceptional days that count, as `exceptional.write_days` writes them.
    """
    if site is None:
        return service_calendar(code=hours_code, days=days)
    return service_calendar(Territory(site.territory), bool(site.good_friday), str(site.timezone), hours_code, days)


_EXCEPTIONAL_DAYS = (
    select(ExceptionalDay.id, ExceptionalDay.day, ExceptionalDay.code, ExceptionalDay.label)
    .where(ExceptionalDay.day >= bindparam("since"))
    .order_by(ExceptionalDay.day)
)


def exceptional_days(session: Session, since: date = date.min) -> Rows:
    """Return the exceptional days (id, day, code, label) from a day on, in order."""
    return plain_rows(session, _EXCEPTIONAL_DAYS, {"since": since}).all()


def days_since(session: Session, at: datetime) -> str:
    """Return the exceptional days that may matter to a ticket notified at an instant, as a calendar's version carries them."""
    since = first_day(at)
    return write_days((day for row in exceptional_days(session, since) for day in read_days(row.code)), since)


_VERSION_COLUMNS = (
    ServiceLevelVersion.id.label("version_id"),
    ServiceLevel.id.label("level_id"),
    ServiceLevel.code,
    ServiceLevel.label,
    ServiceLevelVersion.number.label("version_number"),
    ServiceLevelVersion.response_days,
    ServiceLevelVersion.response_minutes,
    ServiceLevelVersion.restoration_days,
    ServiceLevelVersion.restoration_minutes,
    ServiceLevelVersion.rule,
    ServiceLevelVersion.hours_code,
    ServiceLevelVersion.warning_minutes,
    ServiceLevelVersion.lead_warning_minutes,
    ServiceLevelVersion.day_rule,
    ServiceLevelVersion.report_days,
    ServiceLevelVersion.pauses_allowed,
    ServiceLevelVersion.paying_first,
    ServiceLevelVersion.reopening_days,
    select(func.aggregate_strings(ExceptionalDay.code, ",")).scalar_subquery().label("days"),
)


def _level(row: Any) -> LevelInForce:
    terms = LevelTerms(
        row.response_days,
        row.response_minutes,
        row.restoration_days,
        row.restoration_minutes,
        DurationRule(row.rule),
        row.hours_code,
        row.warning_minutes,
        row.lead_warning_minutes,
        DayRule(row.day_rule),
        row.report_days,
        tuple(row.pauses_allowed.split()),
        row.paying_first,
        row.reopening_days,
    )
    return LevelInForce(row.version_id, row.level_id, row.code, row.label, row.version_number, terms, row.days or "")


def _version_on(day: date) -> Any:
    """That `ServiceLevelVersion` is the one of `ServiceLevel` in force on a day; the first one before its time (a level always promises).

    Numbers and days grow together, so the highest number that has begun is in force.
    """
    dated = aliased(ServiceLevelVersion)
    in_force = select(func.max(dated.number)).where(dated.service_level_id == ServiceLevel.id, dated.in_force_from <= day).scalar_subquery()
    first = select(func.min(dated.number)).where(dated.service_level_id == ServiceLevel.id).scalar_subquery()
    return ServiceLevelVersion.number == func.coalesce(in_force, first)


def _level_of_contract_on(day: date) -> Any:
    """The day from which the subscription of `Contract` in force on a day runs; the first one before its time."""
    dated = aliased(ContractLevel)
    in_force = select(func.max(dated.from_on)).where(dated.contract_id == Contract.id, dated.from_on <= day).scalar_subquery()
    first = select(func.min(dated.from_on)).where(dated.contract_id == Contract.id).scalar_subquery()
    return ContractLevel.from_on == func.coalesce(in_force, first)


def _subscriptions(day: date) -> Any:
    contract = (Contract.id.label("contract_id"), Contract.number.label("contract_number"), Contract.hosting, Contract.plan)
    return (
        select(*contract, *_VERSION_COLUMNS)
        .select_from(Contract)
        .join(ContractLevel, ContractLevel.contract_id == Contract.id)
        .join(ServiceLevel, ServiceLevel.id == ContractLevel.service_level_id)
        .join(ServiceLevelVersion, ServiceLevelVersion.service_level_id == ServiceLevel.id)
        .where(_level_of_contract_on(day), _version_on(day))
    )


def _subscription(row: Any) -> Subscription:
    return Subscription(row.contract_id, row.contract_number, Hosting(row.hosting), Plan(row.plan), _level(row))


def not_ended(day: date) -> Any:
    """The condition that `Contract` has not ended on a day."""
    return or_(Contract.ends_on.is_(None), Contract.ends_on >= day)


def contracts_in_force(session: Session, organisation_id: int, at: datetime) -> list[Subscription]:
    """Return the organisation's contracts in force at an instant, with their level, paying ones first. One statement."""
    day = day_of(at)
    rows = session.execute(
        _subscriptions(day)
        .where(
            Contract.organisation_id == organisation_id, Contract.starts_on <= day, or_(Contract.ends_on.is_(None), Contract.ends_on >= day)
        )
        .order_by(Contract.plan == Plan.FREEMIUM, Contract.number)
    ).all()
    return [_subscription(row) for row in rows]


def subscription(session: Session, contract_id: int, at: datetime) -> Subscription | None:
    """Return one contract, ended or not, with the level that it gives at an instant."""
    row = session.execute(_subscriptions(day_of(at)).where(Contract.id == contract_id)).one_or_none()
    return _subscription(row) if row is not None else None


def level_in_force(session: Session, contract_id: int, at: datetime) -> LevelInForce | None:
    """Return the version of the contract's service level in force at an instant."""
    found = subscription(session, contract_id, at)
    return found.level if found else None


def level_version(session: Session, version_id: int) -> LevelInForce | None:
    """Return the version that a ticket kept."""
    row = session.execute(
        select(*_VERSION_COLUMNS)
        .select_from(ServiceLevelVersion)
        .join(ServiceLevel, ServiceLevel.id == ServiceLevelVersion.service_level_id)
        .where(ServiceLevelVersion.id == version_id)
    ).one_or_none()
    return _level(row) if row is not None else None


def levels_in_force(session: Session, at: datetime) -> list[LevelInForce]:
    """Return the version in force of every service level at an instant, by label."""
    rows = session.execute(
        select(*_VERSION_COLUMNS)
        .select_from(ServiceLevel)
        .join(ServiceLevelVersion, ServiceLevelVersion.service_level_id == ServiceLevel.id)
        .where(_version_on(day_of(at)))
        .order_by(ServiceLevel.label, ServiceLevel.id)
    ).all()
    return [_level(row) for row in rows]


def default_level(session: Session, at: datetime) -> LevelInForce | None:
    """Return the level of those who have no contract; None when the operator has named none (FL-12.1 then applies alone)."""
    row = session.execute(
        select(*_VERSION_COLUMNS)
        .select_from(ServiceLevel)
        .join(ServiceLevelVersion, ServiceLevelVersion.service_level_id == ServiceLevel.id)
        .where(ServiceLevel.is_default.is_(True), _version_on(day_of(at)))
        .order_by(ServiceLevel.id)
        .limit(1)
    ).one_or_none()
    return _level(row) if row is not None else None


def sites_of(session: Session, organisation_id: int, *, closed_too: bool = False) -> Rows:
    """Return the organisation's sites (id, name, address, territory, good_friday, timezone, closed, version), by name."""
    statement = select(Site.id, Site.name, Site.address, Site.territory, Site.good_friday, Site.timezone, Site.closed, Site.version).where(
        Site.organisation_id == organisation_id
    )
    if not closed_too:
        statement = statement.where(Site.closed.is_(False))
    return session.execute(statement.order_by(Site.name, Site.id)).all()


def sites_by_id(session: Session, site_ids: tuple[int, ...]) -> Rows:
    """Return some sites (as `sites_of`), closed ones too, by name."""
    return session.execute(
        select(Site.id, Site.name, Site.address, Site.territory, Site.good_friday, Site.timezone, Site.closed, Site.version)
        .where(Site.id.in_(site_ids))
        .order_by(Site.name, Site.id)
    ).all()
