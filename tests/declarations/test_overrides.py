"""A control is switched off from a day on, with a reason, without touching the form; and on again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import People, SignedIn
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.declarations import queries
from webapp.declarations.models import ControlOverride
from webapp.declarations.services import overrides
from webapp.declarations.services.saving import sheet_of
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent

Fill = Callable[..., None]
ADDRESS = "/modeles/esf-opco/2025.1/controles/D-02"


def switch_off(session: GuichetSession, people: People, clock: FrozenClock, begins_on: date, who: str = "nationale") -> None:
    overrides.switch_off(
        session,
        people.actors[who],
        clock,
        code="esf-opco",
        version="2025.1",
        control="D-02",
        begins_on=begins_on,
        reason="Le plafond de 6 % est contesté.",
    )
    session.commit()


def codes(session: GuichetSession, people: People, number: str) -> set[str]:
    file = queries.find_return(session, people.actors["nationale"], number)
    found = {control.code for control in file.model.controls}
    session.commit()
    return found


def test_a_control_switched_off_today_no_longer_holds_and_the_form_is_the_same(
    session: GuichetSession, people: People, clock: FrozenClock, number_of: Callable[[str], str], fill: Fill
) -> None:
    # SO-34
    number = number_of("opco")
    fill(number, {("plafond", "taux", "valeur"): 9})
    file = queries.find_return(session, people.actors["nationale"], number)
    before = sheet_of(file, queries.stored_cells(session, file.id))
    assert "D-02" in {finding.control.code for finding in before.blockers()}
    session.commit()
    switch_off(session, people, clock, date(2026, 11, 23))
    file = queries.find_return(session, people.actors["nationale"], number)
    after = sheet_of(file, queries.stored_cells(session, file.id))
    assert "D-02" not in {finding.control.code for finding in after.blockers()}
    assert file.model.tables.keys() == before.model.tables.keys()
    assert before.figures == after.figures


def test_a_control_switched_off_from_a_later_day_holds_until_then(
    session: GuichetSession, people: People, clock: FrozenClock, number_of: Callable[[str], str], database: Database
) -> None:
    number = number_of("opco")
    switch_off(session, people, clock, date(2026, 11, 25))
    assert overrides.sweep_overrides(database, clock) == 0
    assert "D-02" in codes(session, people, number)
    clock.advance(timedelta(days=1, hours=14, minutes=1))  # 25 November 00:01 in Paris
    assert overrides.sweep_overrides(database, clock) == 1
    assert overrides.sweep_overrides(database, clock) == 0
    assert "D-02" not in codes(session, people, number)


def test_switching_it_on_again_restores_it_and_both_acts_are_in_the_trail(
    session: GuichetSession, people: People, clock: FrozenClock, number_of: Callable[[str], str]
) -> None:
    number = number_of("opco")
    switch_off(session, people, clock, date(2026, 11, 1))
    national = people.actors["nationale"]
    assert overrides.switch_on(session, national, clock, code="esf-opco", version="2025.1", control="D-02")
    assert not overrides.switch_on(session, national, clock, code="esf-opco", version="2025.1", control="D-02")
    session.commit()
    assert "D-02" in codes(session, people, number)
    actions = select(AuditEvent.action).where(AuditEvent.action.like("control.%")).order_by(AuditEvent.id)
    assert list(session.scalars(actions)) == ["control.switched_off", "control.switched_on"]


def test_it_is_switched_off_once_by_a_national_agent_and_only_where_it_exists(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    with pytest.raises(Forbidden):
        switch_off(session, people, clock, date(2026, 11, 1), who="regionale")
    session.rollback()
    switch_off(session, people, clock, date(2026, 11, 1))
    with pytest.raises(Invalid):
        switch_off(session, people, clock, date(2026, 12, 1))
    session.rollback()
    for code, version, control in (("esf-opco", "2025.1", "Z-99"), ("esf-opco", "1999.1", "D-02"), ("autre", "1", "D-02")):
        with pytest.raises(NotFound):
            overrides.find_control(code, version, control)


def test_the_pages_lead_from_the_models_to_a_control_and_switch_it_off_and_on(
    signed_in: SignedIn, session: GuichetSession, opened: dict[str, int]
) -> None:
    agent = signed_in("nationale")
    assert 'href="/modeles"' in agent.get("/campagnes").text
    assert 'href="/modeles/esf-opco/2025.1"' in agent.get("/modeles").text
    assert f'href="{ADDRESS}"' in agent.get("/modeles/esf-opco/2025.1").text
    page = agent.get(ADDRESS).text
    assert "plafond.taux.valeur" in page
    assert "arrêté du 26 mars 2019" in page
    refused = agent.submit("form#desactiver", {"reason": "", "begins_on": "2026-02-30"})
    assert refused.status_code == 422
    assert 'value="2026-02-30"' in refused.text
    done = agent.submit("form#desactiver", {"reason": "Contesté <b>devant</b> le juge", "begins_on": "2026-11-20"})
    assert done.status_code == 303
    assert "Contesté &lt;b&gt;devant&lt;/b&gt; le juge" in agent.get(ADDRESS).text
    assert "Désactivé" in agent.get("/modeles/esf-opco/2025.1").text
    assert session.scalars(select(ControlOverride.in_force)).one()
    session.commit()
    agent.get(ADDRESS)
    assert agent.submit("form#retablir").status_code == 303
    restored = agent.get(ADDRESS).text
    assert "s’applique de nouveau" in restored
    assert "Désactivations passées" in restored


def test_an_unknown_model_or_control_is_not_found(signed_in: SignedIn) -> None:
    agent = signed_in("nationale")
    for address in ("/modeles/esf-opco/1999.1", "/modeles/esf-opco/2025.1/controles/Z-99", "/modeles/x/y/controles/z"):
        assert agent.get(address).status_code == 404
