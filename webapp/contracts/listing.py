"""Reads for the pages: the list of clients, one client, the service levels."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Account, Organisation
from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, OrganisationKind, Role
from webapp.contracts.models import Contract, ContractLevel, ServiceLevel, ServiceLevelVersion, Site
from webapp.contracts.policies import can_read
from webapp.contracts.queries import not_ended
from webapp.contracts.rules import ContractState
from webapp.db import Rows
from webapp.errors import NotFound
from webapp.folding import like, words
from webapp.web.lists import ListState

SORTS = ("client", "numero", "niveau", "debut", "fin")
FILTERS = ("q", "etat", "formule")
#: Filter value for clients that have no contract at all.
WITHOUT = "sans"


@dataclass(frozen=True, slots=True)
class ClientHead:
    """Whose page it is."""

    id: int
    name: str
    city: str | None


def _level_label(day: date) -> Any:
    """The label of the level that `Contract` subscribes to on a day; of its first one before it starts."""
    labels = (
        select(ServiceLevel.label)
        .join(ContractLevel, ContractLevel.service_level_id == ServiceLevel.id)
        .where(ContractLevel.contract_id == Contract.id)
        .limit(1)
        .correlate(Contract)
    )
    in_force = labels.where(ContractLevel.from_on <= day).order_by(ContractLevel.from_on.desc()).scalar_subquery()
    first = labels.order_by(ContractLevel.from_on).scalar_subquery()
    return func.coalesce(in_force, first)


_REFERENT = aliased(Account)
_CONTRACT_COLUMNS = (
    Contract.id.label("contract_id"),
    Contract.number,
    Contract.plan,
    Contract.hosting,
    Contract.starts_on,
    Contract.ends_on,
    Contract.support_hours,
    Account.full_name.label("manager"),
    _REFERENT.full_name.label("referent"),
)


def _conditions(asked: ListState, day: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Organisation.kind == OrganisationKind.CLIENT, Organisation.closed_at.is_(None)]
    for word in words(asked.filters["q"]):
        pattern = like(word)
        found.append(or_(Organisation.search_text.like(pattern, escape="\\"), Contract.search_text.like(pattern, escape="\\")))
    state = asked.filters["etat"]
    if state == ContractState.IN_FORCE:
        found.append(and_(Contract.starts_on <= day, not_ended(day)))
    elif state == ContractState.COMING:
        found.append(Contract.starts_on > day)
    elif state == ContractState.ENDED:
        found.append(Contract.ends_on < day)
    elif state == WITHOUT:
        found.append(Contract.id.is_(None))
    if asked.filters["formule"]:
        found.append(Contract.plan == asked.filters["formule"])
    return found


def clients(session: Session, asked: ListState, day: date) -> tuple[int, Rows]:
    """Return how many lines answer the filters, and one page of them: each client with each of its contracts. Two statements."""
    conditions = _conditions(asked, day)
    level = _level_label(day).label("level")
    total = session.scalar(select(func.count()).select_from(Organisation).outerjoin(Contract, _own()).where(*conditions)) or 0
    order = {
        "client": Organisation.search_text,
        "numero": Contract.number,
        "niveau": level,
        "debut": Contract.starts_on,
        "fin": Contract.ends_on,
    }
    rows = session.execute(
        select(Organisation.id.label("client_id"), Organisation.name.label("client"), Organisation.city, *_CONTRACT_COLUMNS, level)
        .select_from(Organisation)
        .outerjoin(Contract, _own())
        .outerjoin(Account, Account.id == Contract.manager_id)
        .outerjoin(_REFERENT, _REFERENT.id == Contract.referent_id)
        .where(*conditions)
        .order_by(asked.order(order), Organisation.search_text, Contract.number, Organisation.id)
        .limit(asked.size)
        .offset(asked.offset)
    ).all()
    return total, rows


def _own() -> ColumnElement[bool]:
    return Contract.organisation_id == Organisation.id


def client_head(session: Session, actor: Actor, organisation_id: int) -> ClientHead:
    """Return whose page it is. Somebody else's is a NotFound."""
    row = session.execute(
        select(Organisation.id, Organisation.name, Organisation.city).where(
            Organisation.id == organisation_id, Organisation.kind == OrganisationKind.CLIENT
        )
    ).one_or_none()
    if row is None or not can_read(actor, organisation_id):
        raise NotFound
    return ClientHead(row.id, row.name, row.city)


def client_contracts(session: Session, organisation_id: int, day: date) -> Rows:
    """Return the client's contracts with the label of their level, latest first."""
    return session.execute(
        select(*_CONTRACT_COLUMNS, _level_label(day).label("level"))
        .select_from(Contract)
        .outerjoin(Account, Account.id == Contract.manager_id)
        .outerjoin(_REFERENT, _REFERENT.id == Contract.referent_id)
        .where(Contract.organisation_id == organisation_id)
        .order_by(Contract.starts_on.desc(), Contract.id.desc())
    ).all()


def client_sites(session: Session, organisation_id: int) -> Rows:
    """Return the client's sites, closed ones last."""
    return session.execute(
        select(Site.id, Site.name, Site.address, Site.territory, Site.good_friday, Site.timezone, Site.closed)
        .where(Site.organisation_id == organisation_id)
        .order_by(Site.closed, Site.name, Site.id)
    ).all()


def client_choices(session: Session) -> list[tuple[int, str]]:
    """Return the open clients, by name."""
    rows = session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.kind == OrganisationKind.CLIENT, Organisation.closed_at.is_(None))
        .order_by(Organisation.search_text, Organisation.id)
    ).all()
    return [(row.id, row.name) for row in rows]


def level_choices(session: Session) -> list[tuple[int, str]]:
    """Return the service levels, by label."""
    return [(row.id, row.label) for row in session.execute(select(ServiceLevel.id, ServiceLevel.label).order_by(ServiceLevel.label))]


def manager_choices(session: Session, operator_id: int) -> list[tuple[int, str]]:
    """Return the operator's people who may be a client's account manager (FL-12.2), by name."""
    found = people_with_role(session, operator_id, Role.DESK_AGENT, Role.DESK_LEAD)
    return [(row.account_id, row.full_name) for row in found]


def levels(session: Session) -> Rows:
    """Return each service level with its latest version and how many contracts ever subscribed to it, by label."""
    any_version = aliased(ServiceLevelVersion)
    latest = select(func.max(any_version.number)).where(any_version.service_level_id == ServiceLevel.id).scalar_subquery()
    subscribed = (
        select(func.count(func.distinct(ContractLevel.contract_id)))
        .where(ContractLevel.service_level_id == ServiceLevel.id)
        .correlate(ServiceLevel)
        .scalar_subquery()
    )
    return session.execute(
        select(ServiceLevel.id, ServiceLevel.label, ServiceLevel.code, ServiceLevel.is_default, subscribed.label("contracts"), *_VERSION)
        .join(ServiceLevelVersion, ServiceLevelVersion.service_level_id == ServiceLevel.id)
        .where(ServiceLevelVersion.number == latest)
        .order_by(ServiceLevel.label, ServiceLevel.id)
    ).all()


_VERSION = (
    ServiceLevelVersion.id.label("version_id"),
    ServiceLevelVersion.number,
    ServiceLevelVersion.in_force_from,
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
)


def level(session: Session, level_id: int) -> ServiceLevel:
    """Return a service level, or raise NotFound."""
    found = session.get(ServiceLevel, level_id)
    if found is None:
        raise NotFound
    return found


def versions(session: Session, level_id: int) -> Rows:
    """Return the versions of a level, latest first."""
    return session.execute(
        select(*_VERSION).where(ServiceLevelVersion.service_level_id == level_id).order_by(ServiceLevelVersion.number.desc())
    ).all()
