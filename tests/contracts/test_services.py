"""What was promised to whom and when, on a real database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import People
from tests.contracts.conftest import Signed, promise
from webapp.clock import FrozenClock
from webapp.contracts import level_services, queries, services
from webapp.contracts.models import Contract, Site
from webapp.contracts.rules import DayRule, Hosting, Plan, Unit
from webapp.contracts.services import ContractValues, SiteValues
from webapp.db import GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.worktime import Territory

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def values_of(signed: Signed) -> ContractValues:
    manager = signed.contract.manager_id
    return ContractValues("C-2026-0001", date(2026, 3, 1), None, Hosting.IN_HOUSE, Plan.PAYING, signed.standard.id, manager_id=manager)


def test_a_contract_gives_its_level_and_the_version_in_force(session: GuichetSession, signed: Signed) -> None:  # FL-12.5c
    (found,) = queries.contracts_in_force(session, signed.contract.organisation_id, AT)
    assert (found.number, found.hosting, found.level.label, found.level.number) == ("C-2026-0001", Hosting.IN_HOUSE, "Standard", 1)
    assert (found.level.terms.response_days, found.level.terms.restoration_days) == (2, 2)


def test_a_contract_is_not_in_force_before_its_first_day_nor_after_its_last(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock
) -> None:
    # FL-9.3
    organisation_id = signed.contract.organisation_id
    assert queries.contracts_in_force(session, organisation_id, datetime(2026, 2, 28, 22, 59, tzinfo=UTC)) == []
    assert len(queries.contracts_in_force(session, organisation_id, datetime(2026, 2, 28, 23, 0, tzinfo=UTC))) == 1  # 1 March in Paris
    services.edit_contract(
        session,
        people.actors["responsable"],
        clock,
        signed.contract.id,
        signed.contract.version,
        replace(values_of(signed), ends_on=date(2026, 11, 22)),
    )
    assert queries.contracts_in_force(session, organisation_id, AT) == []
    assert queries.subscription(session, signed.contract.id, AT) is not None


def test_a_new_version_of_a_level_leaves_the_past_as_it_was(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock
) -> None:
    before = queries.level_in_force(session, signed.contract.id, AT)
    new = promise(date(2026, 12, 1), (1, Unit.DAYS), (8, Unit.HOURS))
    level_services.add_version(session, people.actors["responsable"], clock, signed.standard.id, new)
    assert queries.level_in_force(session, signed.contract.id, AT) == before
    later = queries.level_in_force(session, signed.contract.id, AT + timedelta(days=10))
    assert before is not None
    assert later is not None
    assert (later.number, later.terms.response_days, later.terms.restoration_minutes) == (2, 1, 480)
    assert queries.level_version(session, before.version_id) == before


def test_a_version_is_not_written_for_the_past_nor_before_the_last(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock
) -> None:
    lead = people.actors["responsable"]
    with pytest.raises(Invalid) as refusal:
        level_services.add_version(session, lead, clock, signed.standard.id, promise(date(2026, 11, 22), (1, Unit.DAYS), (1, Unit.DAYS)))
    assert set(refusal.value.errors) == {"in_force_from"}
    level_services.add_version(session, lead, clock, signed.standard.id, promise(date(2026, 12, 1), (1, Unit.DAYS), (1, Unit.DAYS)))
    with pytest.raises(Invalid):
        level_services.add_version(session, lead, clock, signed.standard.id, promise(date(2026, 11, 30), (1, Unit.DAYS), (1, Unit.DAYS)))


def test_a_version_from_the_same_day_corrects_the_one_before(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock
) -> None:
    for hours in (6, 7):
        values = promise(date(2026, 11, 23), (1, Unit.HOURS), (hours, Unit.HOURS))
        level_services.add_version(session, people.actors["responsable"], clock, signed.standard.id, values)
    found = queries.level_in_force(session, signed.contract.id, AT)
    assert found is not None
    assert (found.number, found.terms.restoration_minutes) == (3, 420)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"warning_minutes": 16 * 60 + 1}, "warning"),
        ({"warning_minutes": 60, "lead_warning_minutes": 90}, "lead_warning"),
        ({"pauses_allowed": ("holidays",)}, "pauses"),
    ],
)
def test_thresholds_and_pauses_that_make_no_sense_are_refused(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock, changes: dict[str, object], field: str
) -> None:
    values = replace(promise(date(2027, 1, 1), (1, Unit.DAYS), (2, Unit.DAYS)), **changes)
    with pytest.raises(Invalid) as refusal:
        level_services.add_version(session, people.actors["responsable"], clock, signed.standard.id, values)
    assert set(refusal.value.errors) == {field}


def test_a_version_keeps_all_that_it_promises(session: GuichetSession, signed: Signed, people: People, clock: FrozenClock) -> None:
    values = replace(
        promise(date(2026, 11, 23), (1, Unit.DAYS), (2, Unit.DAYS)),
        warning_minutes=300,
        lead_warning_minutes=30,
        day_rule=DayRule.END_OF_DAY,
        report_days=5,
        pauses_allowed=("planned",),
        paying_first=False,
        reopening_days=3,
    )
    level_services.add_version(session, people.actors["responsable"], clock, signed.standard.id, values)
    found = queries.level_in_force(session, signed.contract.id, AT)
    assert found is not None
    terms = found.terms
    assert (terms.warning_minutes, terms.lead_warning_minutes, terms.day_rule, terms.report_days) == (300, 30, DayRule.END_OF_DAY, 5)
    assert (terms.pauses_allowed, terms.paying_first, terms.reopening_days) == (("planned",), False, 3)


def test_one_level_is_the_default_and_a_stale_rename_is_refused(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock
) -> None:
    lead = people.actors["responsable"]
    level_services.edit_level(session, lead, clock, signed.fast.id, ("Avancé", False), "Rapide", True)
    session.flush()
    session.refresh(signed.standard)
    assert (signed.fast.label, signed.fast.is_default, signed.standard.is_default) == ("Rapide", True, False)
    with pytest.raises(Conflict):
        level_services.edit_level(session, lead, clock, signed.fast.id, ("Avancé", False), "Lent", True)
    with pytest.raises(Invalid):
        level_services.edit_level(session, lead, clock, signed.fast.id, ("Rapide", True), "Rapide", False)


def test_another_level_runs_from_today_and_tickets_of_yesterday_keep_theirs(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock
) -> None:
    values = replace(values_of(signed), level_id=signed.fast.id)
    services.edit_contract(session, people.actors["responsable"], clock, signed.contract.id, signed.contract.version, values)
    yesterday = queries.level_in_force(session, signed.contract.id, AT - timedelta(days=1))
    today = queries.level_in_force(session, signed.contract.id, AT)
    assert (yesterday and yesterday.code, today and today.code) == ("standard", "avance")


def test_a_level_does_not_change_backwards(session: GuichetSession, signed: Signed, people: People, clock: FrozenClock) -> None:
    values = replace(values_of(signed), level_id=signed.fast.id, level_from=date(2026, 2, 1))
    with pytest.raises(Invalid):
        services.edit_contract(session, people.actors["responsable"], clock, signed.contract.id, signed.contract.version, values)


def test_the_default_level_serves_those_without_a_contract(session: GuichetSession, signed: Signed, people: People) -> None:  # FL-12.1
    assert queries.contracts_in_force(session, people.organisations["autre-client"].id, AT) == []
    found = queries.default_level(session, AT)
    assert found is not None
    assert found.code == "standard"


def test_a_site_brings_its_holidays_and_its_zone(session: GuichetSession, signed: Signed) -> None:  # FL-12.4
    reunion, strasbourg = queries.sites_of(session, signed.contract.organisation_id)
    assert queries.calendar_for_site(strasbourg).version == "desk-1:alsace_moselle:Europe/Paris"
    assert queries.calendar_for_site(reunion).timezone == "Indian/Reunion"
    assert queries.calendar_for_site(reunion) is queries.calendar_for_site(reunion)
    assert queries.calendar_for_site().timezone == "Europe/Paris"


def test_a_closed_site_is_no_longer_offered(session: GuichetSession, signed: Signed, people: People, clock: FrozenClock) -> None:
    values = SiteValues("Strasbourg", "3 quai des Bateliers", Territory.ALSACE_MOSELLE, True, closed=True)
    services.edit_site(session, people.actors["responsable"], clock, signed.strasbourg.id, signed.strasbourg.version, values)
    assert [site.name for site in queries.sites_of(session, signed.contract.organisation_id)] == ["Saint-Denis"]
    assert len(queries.sites_of(session, signed.contract.organisation_id, closed_too=True)) == 2
    assert len(queries.sites_by_id(session, (signed.strasbourg.id,))) == 1


def test_a_stale_save_is_refused(session: GuichetSession, signed: Signed, people: People, clock: FrozenClock) -> None:
    lead, seen = people.actors["responsable"], signed.contract.version
    services.edit_contract(session, lead, clock, signed.contract.id, seen, replace(values_of(signed), number="C-2026-0009"))
    with pytest.raises(Conflict) as refusal:
        services.edit_contract(session, lead, clock, signed.contract.id, seen, values_of(signed))
    assert refusal.value.facts["current"].number == "C-2026-0009"


def test_a_number_serves_once_and_dates_are_in_order(session: GuichetSession, signed: Signed, people: People, clock: FrozenClock) -> None:
    values = replace(values_of(signed), ends_on=date(2026, 2, 1))
    with pytest.raises(Invalid) as refusal:
        services.create_contract(session, people.actors["responsable"], clock, signed.contract.organisation_id, values)
    assert set(refusal.value.errors) == {"number", "ends_on"}


@pytest.mark.parametrize("username", ["agente", "cliente", "editrice"])
def test_only_leads_and_administrators_write(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock, username: str
) -> None:
    actor = people.actors[username]
    with pytest.raises((Forbidden, NotFound)):
        services.create_contract(session, actor, clock, signed.contract.organisation_id, values_of(signed))
    with pytest.raises((Forbidden, NotFound)):
        services.create_site(session, actor, clock, signed.contract.organisation_id, SiteValues("X", "Y", Territory.METROPOLITAN, False))


def test_contracts_are_for_clients_only(session: GuichetSession, signed: Signed, people: People, clock: FrozenClock) -> None:
    values = replace(values_of(signed), number="C-2")
    with pytest.raises(NotFound):
        services.create_contract(session, people.actors["responsable"], clock, people.organisations["opco"].id, values)


def test_each_act_leaves_one_event(session: GuichetSession, signed: Signed) -> None:
    # FL-9.1
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["service_level.created"] * 2 + ["contract.created"] + ["site.created"] * 2


def test_another_clients_rows_are_out_of_reach(session: GuichetSession, signed: Signed, people: People) -> None:  # FL-7.1
    session.acts_for(people.actors["autre-cliente"])
    assert session.scalars(select(Contract).order_by(Contract.id)).all() == []
    assert session.scalars(select(Site).order_by(Site.id)).all() == []
    assert queries.contracts_in_force(session, signed.contract.organisation_id, AT) == []
    assert queries.level_in_force(session, signed.contract.id, AT) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plan": Plan.ADVANCED}, "support_hours"),
        ({"support_hours": 10}, "support_hours"),
        ({"referent_id": 999_999}, "referent"),
        ({"manager_id": None}, "manager"),  # FL-12.2
    ],
)
def test_hours_come_with_advanced_support_and_the_referent_is_the_client_s(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock, changes: dict[str, object], field: str
) -> None:  # FL-12.3, FL-8
    lead, version = people.actors["responsable"], signed.contract.version
    with pytest.raises(Invalid) as refusal:
        services.edit_contract(session, lead, clock, signed.contract.id, version, replace(values_of(signed), **changes))
    assert set(refusal.value.errors) == {field}


def test_a_contract_has_its_tier_its_hours_and_its_referent(
    session: GuichetSession, signed: Signed, people: People, clock: FrozenClock
) -> None:  # FL-12.2, FL-12.3
    referent = people.actors["cliente"].account_id
    values = replace(values_of(signed), plan=Plan.ADVANCED, support_hours=40, referent_id=referent)
    services.edit_contract(session, people.actors["responsable"], clock, signed.contract.id, signed.contract.version, values)
    assert (signed.contract.plan, signed.contract.support_hours, signed.contract.referent_id) == (Plan.ADVANCED, 40, referent)
