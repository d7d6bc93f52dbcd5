"""A client with a contract and two sites, under two service levels."""

from dataclasses import dataclass
from datetime import date

import pytest

from tests.conftest import People
from webapp.clock import FrozenClock
from webapp.contracts import level_services, services
from webapp.contracts.level_services import VersionValues
from webapp.contracts.models import Contract, ServiceLevel, Site
from webapp.contracts.rules import DurationRule, Hosting, Plan, Unit
from webapp.contracts.services import ContractValues, SiteValues
from webapp.db import GuichetSession
from webapp.worktime import DESK_HOURS, Territory


@dataclass
class Signed:
    """What the tests start from."""

    standard: ServiceLevel
    fast: ServiceLevel
    contract: Contract
    strasbourg: Site
    reunion: Site


def promise(first_day: date, response: tuple[int, Unit], restoration: tuple[int, Unit]) -> VersionValues:
    return VersionValues(first_day, response, restoration, DurationRule.BUSINESS, DESK_HOURS)


@pytest.fixture
def signed(session: GuichetSession, people: People, clock: FrozenClock) -> Signed:
    lead, client = people.actors["responsable"], people.organisations["client"]
    two_days = (2, Unit.DAYS)
    standard = level_services.create_level(
        session, lead, clock, "standard", "Standard", True, promise(date(2026, 1, 1), two_days, two_days)
    )
    fast = level_services.create_level(
        session, lead, clock, "avance", "Avancé", False, promise(date(2026, 1, 1), (2, Unit.HOURS), (8, Unit.HOURS))
    )
    contract = services.create_contract(
        session,
        lead,
        clock,
        client.id,
        ContractValues("C-2026-0001", date(2026, 3, 1), None, Hosting.IN_HOUSE, Plan.PAYING, standard.id, manager_id=lead.account_id),
    )
    strasbourg = services.create_site(
        session, lead, clock, client.id, SiteValues("Strasbourg", "3 quai des Bateliers", Territory.ALSACE_MOSELLE, True)
    )
    reunion = services.create_site(session, lead, clock, client.id, SiteValues("Saint-Denis", "12 rue de Paris", Territory.REUNION, False))
    session.commit()
    return Signed(standard, fast, contract, strasbourg, reunion)
