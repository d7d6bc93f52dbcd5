"""Verbs of contracts and sites. None commits; each leaves one audit event."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, OrganisationKind, Role
from webapp.clock import Clock
from webapp.contracts.models import Contract, ContractLevel, ServiceLevel, Site
from webapp.contracts.policies import can_manage, can_read
from webapp.contracts.rules import Hosting, Plan, day_of, has_good_friday
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.texts import mark as _m
from webapp.worktime import TIME_ZONES, Territory


@dataclass(frozen=True, slots=True)
class ContractValues:
    """What the form of a contract holds; ``level_from`` is the first day of the level when it changes.

    ``manager_id``: the operator's account manager; ``referent_id``: the client's own person (FL-8); ``support_hours``: the hours of
    advanced support a year, zero without it (FL-12.3).
    """

    number: str
    starts_on: date
    ends_on: date | None
    hosting: Hosting
    plan: Plan
    level_id: int
    level_from: date | None = None
    manager_id: int | None = None
    referent_id: int | None = None
    support_hours: int = 0


@dataclass(frozen=True, slots=True)
class SiteValues:
    """What the form of a site holds; an empty zone is the territory's own."""

    name: str
    address: str
    territory: Territory
    good_friday: bool
    timezone: str = ""
    closed: bool = False

    @property
    def zone(self) -> str:
        """The time zone, the territory's own when none is named."""
        return self.timezone or TIME_ZONES[self.territory]


def _only_managers(actor: Actor) -> None:
    if not can_manage(actor):
        raise Forbidden


def _client(session: Session, organisation_id: int) -> Organisation:
    client = session.get(Organisation, organisation_id)
    if client is None or client.kind is not OrganisationKind.CLIENT or client.closed_at is not None:
        raise NotFound
    return client


def _check_contract(session: Session, values: ContractValues, own_id: int, client_id: int) -> None:
    errors = {}
    if values.plan is Plan.ADVANCED and values.support_hours < 1:
        errors["support_hours"] = _m("Donnez le nombre d'heures de support avancé.")
    if values.plan is not Plan.ADVANCED and values.support_hours:
        errors["support_hours"] = _m("Seul le support avancé comprend un nombre d'heures.")
    if values.plan is not Plan.FREEMIUM and values.manager_id is None:
        errors["manager"] = _m("Choisissez un gestionnaire de compte : chaque client payant en a un.")
    if values.referent_id is not None and values.referent_id not in {person_id for person_id, _name in referents(session, client_id)}:
        errors["referent"] = _m("Choisissez une valeur de la liste.")
    if values.ends_on is not None and values.ends_on < values.starts_on:
        errors["ends_on"] = _m("Le dernier jour ne peut pas précéder le premier.")
    if session.scalar(select(Contract.id).where(Contract.number == values.number, Contract.id != own_id)) is not None:
        errors["number"] = _m("Ce numéro est déjà celui d'un autre contrat.")
    if session.get(ServiceLevel, values.level_id) is None:
        errors["level"] = _m("Choisissez une valeur de la liste.")
    if errors:
        raise Invalid(errors)


def referents(session: Session, organisation_id: int) -> list[tuple[int, str]]:
    """Return the client's people (id, name) who may be its referent (FL-8, FL-11), by name."""
    return [(row.account_id, row.full_name) for row in people_with_role(session, organisation_id, *Role)]


def create_contract(session: Session, actor: Actor, clock: Clock, organisation_id: int, values: ContractValues) -> Contract:
    """Write a client's contract, subscribed to its level from its first day. Raises Invalid, NotFound, Forbidden."""
    _only_managers(actor)
    client = _client(session, organisation_id)
    _check_contract(session, values, 0, client.id)
    contract = Contract(organisation_id=client.id, created_at=clock.now())
    _fill(contract, client, values)
    session.add(contract)
    session.flush()
    _subscribe(session, contract, values.level_id, values.starts_on)
    _record(session, actor, clock, "contract.created", contract, values)
    return contract


def edit_contract(session: Session, actor: Actor, clock: Clock, contract_id: int, seen: int, values: ContractValues) -> Contract:
    """Change a contract. Raises Conflict when it is no longer at the version seen, and what `create_contract` raises.

    Another level runs from ``level_from`` (today without it), and never rewrites the past: tickets keep the level they were opened under.
    """
    _only_managers(actor)
    contract = get_contract(session, actor, contract_id)
    if contract.version != seen:
        raise Conflict(_m("Ce contrat a changé pendant votre saisie."), current=contract)
    _check_contract(session, values, contract.id, contract.organisation_id)
    client = _client(session, contract.organisation_id)
    today = day_of(clock.now())
    _change_level(session, contract, values, today)
    _fill(contract, client, values)
    _record(session, actor, clock, "contract.changed", contract, values)
    return contract


def get_contract(session: Session, actor: Actor, contract_id: int) -> Contract:
    """Return a contract that the actor may read. Raises NotFound."""
    contract = session.scalar(select(Contract).where(Contract.id == contract_id))
    if contract is None or not can_read(actor, contract.organisation_id):
        raise NotFound
    return contract


def level_rows(session: Session, contract_id: int) -> list[ContractLevel]:
    """Return the levels that a contract subscribed to, in order."""
    return list(session.scalars(select(ContractLevel).where(ContractLevel.contract_id == contract_id).order_by(ContractLevel.from_on)))


def _change_level(session: Session, contract: Contract, values: ContractValues, today: date) -> None:
    rows = level_rows(session, contract.id)
    if rows[-1].service_level_id == values.level_id and values.level_from is None:
        return
    from_on = max(values.level_from or today, values.starts_on)
    if values.level_from is not None and values.level_from < min(today, rows[-1].from_on):
        raise Invalid({"level_from": _m("Un niveau ne change pas rétroactivement : choisissez aujourd'hui ou un jour à venir.")})
    if from_on <= rows[-1].from_on:
        if rows[-1].from_on < today:
            raise Invalid({"level_from": _m("Choisissez un jour après le début du niveau actuel.")})
        rows[-1].service_level_id = values.level_id  # not begun yet: the choice is corrected
        return
    if rows[-1].service_level_id != values.level_id:
        _subscribe(session, contract, values.level_id, from_on)


def _subscribe(session: Session, contract: Contract, level_id: int, from_on: date) -> None:
    session.add(
        ContractLevel(organisation_id=contract.organisation_id, contract_id=contract.id, service_level_id=level_id, from_on=from_on)
    )
    session.flush()


def _fill(contract: Contract, client: Organisation, values: ContractValues) -> None:
    contract.number = values.number
    contract.starts_on = values.starts_on
    contract.ends_on = values.ends_on
    contract.hosting = values.hosting
    contract.plan = values.plan
    contract.manager_id = values.manager_id
    contract.referent_id = values.referent_id
    contract.support_hours = values.support_hours
    contract.search_text = fold(f"{values.number} {client.name}")[:400]


def _record(session: Session, actor: Actor, clock: Clock, action: str, contract: Contract, values: ContractValues) -> None:
    session.flush()
    detail = {
        "starts_on": contract.starts_on.isoformat(),
        "ends_on": contract.ends_on.isoformat() if contract.ends_on else None,
        "hosting": contract.hosting.value,
        "plan": contract.plan.value,
        "support_hours": contract.support_hours,
        "manager": contract.manager_id,
        "referent": contract.referent_id,
        "service_level_id": values.level_id,
    }
    subject = f"contrat {contract.number}"
    record(session, actor, clock, action=action, subject=subject, organisation_id=contract.organisation_id, detail=detail)


def moves_calendar(site: Site, values: SiteValues) -> bool:
    """Tell whether saving these values would change the calendar on which the site's tickets are counted."""
    now = (site.territory, site.good_friday and has_good_friday(site.territory), site.timezone)
    return now != (values.territory, values.good_friday and has_good_friday(values.territory), values.zone)


def create_site(session: Session, actor: Actor, clock: Clock, organisation_id: int, values: SiteValues) -> Site:
    """Add a client's site. Raises Invalid, NotFound, Forbidden."""
    _only_managers(actor)
    client = _client(session, organisation_id)
    _check_site(session, client.id, values, 0)
    site = Site(organisation_id=client.id, created_at=clock.now())
    _fill_site(site, values)
    session.add(site)
    _record_site(session, actor, clock, "site.created", site)
    return site


def edit_site(
    session: Session, actor: Actor, clock: Clock, site_id: int, seen: int, values: SiteValues, moved: dict[str, Any] | None = None
) -> Site:
    """Change a site, or close it. Raises Conflict when it is no longer at the version seen.

    ``moved`` is what the evidence tells of the deadlines that a new calendar moved with it.
    """
    _only_managers(actor)
    site = get_site(session, actor, site_id)
    if site.version != seen:
        raise Conflict(_m("Ce site a changé pendant votre saisie."), current=site)
    _check_site(session, site.organisation_id, values, site.id)
    _fill_site(site, values)
    _record_site(session, actor, clock, "site.changed", site, moved)
    return site


def get_site(session: Session, actor: Actor, site_id: int) -> Site:
    """Return a site that the actor may read. Raises NotFound."""
    site = session.scalar(select(Site).where(Site.id == site_id))
    if site is None or not can_read(actor, site.organisation_id):
        raise NotFound
    return site


def _check_site(session: Session, organisation_id: int, values: SiteValues, own_id: int) -> None:
    twin = select(Site.id).where(Site.organisation_id == organisation_id, Site.name == values.name, Site.id != own_id)
    if session.scalar(twin) is not None:
        raise Invalid({"name": _m("Ce client a déjà un site de ce nom.")})
    if values.timezone and values.timezone not in available_timezones():
        raise Invalid({"timezone": _m("Choisissez une valeur de la liste.")})


def _fill_site(site: Site, values: SiteValues) -> None:
    site.name = values.name
    site.address = values.address
    site.territory = values.territory
    site.good_friday = values.good_friday
    site.timezone = values.zone
    site.closed = values.closed


def _record_site(session: Session, actor: Actor, clock: Clock, action: str, site: Site, moved: dict[str, Any] | None = None) -> None:
    session.flush()
    detail: dict[str, Any] = {"territory": site.territory.value, "good_friday": site.good_friday, "timezone": site.timezone}
    detail |= {"closed": site.closed} | ({"moved": moved} if moved is not None else {})
    record(session, actor, clock, action=action, subject=f"site {site.name}", organisation_id=site.organisation_id, detail=detail)
