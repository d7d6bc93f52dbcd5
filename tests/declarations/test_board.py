"""The board of completeness and the reminders: what is counted, who sees what, who is told, and only once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.conftest import SignedIn
from tests.declarations.test_workflow_pages import audit, count, submit
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.declarations.models import Campaign, Return, ReturnMessage
from webapp.declarations.queries.board import standing_is
from webapp.declarations.rules import workflow
from webapp.declarations.rules.reminders import STALE, parse_days, reminder_due, written
from webapp.declarations.rules.workflow import ReturnState, Standing
from webapp.declarations.services import progress, reminders
from webapp.outbox.models import OutboxMessage

Numbers = Callable[[str], str]
Fill = Callable[..., None]
URL = "https://guichet.test"


def touched(session: GuichetSession, clock: FrozenClock, *numbers: str) -> None:
    """Say that figures changed, as a save does."""
    session.execute(update(Return).where(Return.number.in_(numbers)).values(figures_at=clock.now()))
    session.commit()


def mailed(session: GuichetSession, subject: str) -> list[str]:
    found = session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.subject.contains(subject)).order_by(OutboxMessage.id)).all()
    session.commit()
    return [address.partition("@")[0] for address in found]


def test_the_standing_of_a_return_is_the_same_in_the_database_and_in_the_rules(
    session: GuichetSession, number_of: Numbers, clock: FrozenClock
) -> None:
    number = number_of("atpro-bretagne")
    for state in ReturnState:
        for figures_at in (None, clock.now()):
            for blocking in (0, 2):
                values = {"state": state, "figures_at": figures_at, "blocking": blocking}
                session.execute(update(Return).where(Return.number == number).values(**values))
                held = [found for found in Standing if session.scalar(select(Return.id).where(Return.number == number, standing_is(found)))]
                assert held == [workflow.standing(state, started=figures_at is not None, blocking=blocking)]
    session.rollback()


def test_the_board_counts_each_standing_by_campaign_and_region(
    session: GuichetSession, database: Database, signed_in: SignedIn, number_of: Numbers, fill: Fill, clock: FrozenClock
) -> None:
    # SO-34
    breton, corsican, opco = number_of("atpro-bretagne"), number_of("atpro-corse"), number_of("opco")
    fill(breton)
    submit(signed_in, "declarant-breton", breton)
    fill(corsican, {("demandes", "ouvriers", "deposees"): "douze"})
    fill(opco)
    touched(session, clock, corsican, opco)
    clock.set(clock.now() + timedelta(minutes=1))
    assert progress.sweep(database, clock) == 2
    assert progress.sweep(database, clock) == 0  # nothing changed since
    agent = signed_in("nationale")
    agent.get("/declarations/suivi?exercice=2025")

    def row(table: str, name: str) -> list[str]:
        (found,) = [line for line in agent.tree.cssselect(f"#{table} tbody tr") if name in line.cssselect("th")[0].text_content()]
        return [cell.text_content().strip() for cell in found.cssselect("td")[:8]]

    #                 total, not started, in progress, blocked, submitted, returned, accepted, late
    assert row("par-campagne", "ESF 2025 ATPRO") == ["2", "0", "0", "1", "1", "0", "0", "0"]
    assert row("par-campagne", "ESF 2025 OPCO") == ["2", "1", "1", "0", "0", "0", "0", "0"]
    assert row("par-region", "Bretagne") == ["1", "0", "0", "0", "1", "0", "0", "0"]
    assert row("par-region", "Organismes nationaux") == ["2", "1", "1", "0", "0", "0", "0", "0"]
    clock.set(datetime(2027, 1, 1, 9, 0, tzinfo=UTC))
    agent = signed_in("nationale")
    agent.get("/declarations/suivi")
    assert row("par-campagne", "ESF 2025 OPCO")[-1] == "2"
    for link in [node.get("href") for node in agent.tree.cssselect("#par-region td a, #par-campagne td a")]:
        (expected,) = [node.text_content() for node in agent.tree.cssselect("td a") if node.get("href") == link]
        if expected != "Relancer":
            shown = signed_in("nationale")
            shown.get(link)
            assert len(shown.tree.cssselect("tbody tr")) == int(expected), link


def test_a_regional_agent_s_board_counts_its_region_alone(signed_in: SignedIn, number_of: Numbers) -> None:
    # SO-10
    number_of("atpro-bretagne")
    agent = signed_in("regionale")
    for query in ("", "?exercice=2025", "?region=Corse"):
        agent.get(f"/declarations/suivi{query}")
        totals = [line.cssselect("td")[0].text_content() for line in agent.tree.cssselect("tbody tr")]
        assert totals == ["1", "1"]
        assert "Corse" not in agent.text()
        assert "OPCO" not in agent.tree.cssselect("#par-campagne")[0].text_content()
    assert signed_in("declarante").get("/declarations/suivi").status_code == 403
    for query in ("exercice=abc", "exercice=99999999999", "campagne=x", "campagne=" + "9" * 30, "exercice=1900"):
        assert agent.get(f"/declarations/suivi?{query}").status_code == 200


def test_many_declarants_are_reminded_at_once_and_a_text_goes_to_their_pages(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill
) -> None:
    fill(number_of("atpro-bretagne"))
    submit(signed_in, "declarant-breton", number_of("atpro-bretagne"))
    agent = signed_in("nationale")
    agent.get("/declarations/relances")
    offered = [node.get("value") for node in agent.tree.cssselect("[name=numero]")]
    assert set(offered) == {number_of(key) for key in ("opco", "autre-opco", "atpro-corse")}
    fields = {node.get("name"): node.get("value") for node in agent.form("form#relancer").cssselect("input[type=hidden]")}
    data = {**fields, "numero": [number_of("opco"), number_of("atpro-corse")], "body": "Un point est organisé le 3 décembre."}
    for _again in range(2):  # a double click
        assert agent.post("/declarations/relances", data=data).status_code == 303
    agent.follow()
    assert "2 déclarants relancés" in agent.text()
    assert sorted(mailed(session, "rappel de l’échéance")) == ["declarant-corse", "declarante"]
    assert count(session, ReturnMessage) == 2
    assert audit(session, "return.reminded") == 1
    bodies = session.scalars(select(OutboxMessage.body).where(OutboxMessage.subject.contains("rappel"))).all()
    session.commit()
    assert all("3 décembre" not in body for body in bodies)
    agent.get("/declarations/relances")
    assert [node.get("value") for node in agent.tree.cssselect("[name=numero][checked]")] == [number_of("autre-opco")]
    declarant = signed_in("declarante")
    declarant.get(f"/declarations/{number_of('opco')}")
    assert "Un point est organisé le 3 décembre." in declarant.text()


def test_reminders_by_hand_reach_neither_another_region_nor_who_owes_nothing(
    session: GuichetSession, signed_in: SignedIn, number_of: Numbers, fill: Fill
) -> None:  # SO-10
    breton, corsican = number_of("atpro-bretagne"), number_of("atpro-corse")
    agent = signed_in("regionale")
    agent.get("/declarations/relances?region=Corse")
    assert corsican not in agent.last.text
    agent.get("/declarations/relances")
    assert agent.submit("form#relancer", {"numero": [breton, corsican, "ESF-2025-ATPRO-9999"]}).status_code == 303
    agent.follow()
    assert "2 déclarations n’avaient plus à l’être" in agent.text()  # one that exists, one that does not: told alike
    assert mailed(session, "rappel") == ["declarant-breton"]
    agent.get("/declarations/relances")
    assert agent.submit("form#relancer", {"numero": None}).status_code == 422
    assert agent.submit("form#relancer", {"numero": [breton], "body": "x" * 4001}).status_code == 422
    assert agent.submit("form#relancer", {"numero": [f"N{index}" for index in range(501)]}).status_code == 422


def test_reminders_leave_on_their_days_once_and_begin_anew_when_a_deadline_is_put_off(
    session: GuichetSession, database: Database, number_of: Numbers, clock: FrozenClock
) -> None:
    number = number_of("opco")

    def on(day: date, hour: int = 10) -> int:
        clock.set(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
        return reminders.sweep(database, clock, URL)

    assert on(date(2026, 12, 15)) == 0
    assert on(date(2026, 12, 16), 3) == 0  # at night
    assert on(date(2026, 12, 16)) == 4
    assert on(date(2026, 12, 16), 11) == 0
    assert on(date(2026, 12, 20)) == 0
    assert on(date(2026, 12, 29)) == 4  # a day that the portal missed is caught up
    session.execute(update(Return).where(Return.number == number).values(due_on=date(2027, 1, 31), extended_to=date(2027, 1, 31)))
    session.commit()
    assert on(date(2027, 1, 1)) == 3
    assert on(date(2027, 1, 16)) == 1
    assert mailed(session, "échéance dépassée").count("declarante") == 0
    assert mailed(session, "rappel").count("declarante") == 3
    assert sorted(mailed(session, "échéance dépassée")) == ["autre-declarant", "declarant-breton", "declarant-corse"]


def test_the_days_of_reminders_are_chosen_for_a_campaign(session: GuichetSession, signed_in: SignedIn, opened: dict[str, int]) -> None:
    agent = signed_in("nationale")
    path = f"/campagnes/{opened['OPCO']}"
    agent.get(path)
    assert agent.form("form#rappels").cssselect("input[name=r-days]")[0].get("value") == "-15, -3, 1, 8"
    for wrong in ("demain", "1.5", "-999", "1,2,3,4,5,6,7,8,9", "1" * 81):
        assert agent.submit("form#rappels", {"r-days": wrong}).status_code == 422
        assert wrong in agent.last.text
    assert agent.submit("form#rappels", {"r-days": "+2 ; −10, 2"}).status_code == 303
    assert session.get_one(Campaign, opened["OPCO"]).reminder_days == "-10 2"


def test_moving_a_campaign_s_deadline_moves_its_returns_but_those_put_off_further(
    session: GuichetSession, signed_in: SignedIn, opened: dict[str, int], number_of: Numbers
) -> None:
    number = number_of("opco")
    session.execute(update(Return).where(Return.number == number).values(due_on=date(2027, 1, 20), extended_to=date(2027, 1, 20)))
    session.commit()
    agent = signed_in("nationale")
    for day, expected in (("2027-01-10", {"2027-01-20", "2027-01-10"}), ("2027-02-10", {"2027-02-10"})):
        agent.get(f"/campagnes/{opened['OPCO']}")
        assert agent.submit("form#echeance", {"deadline": day}).status_code == 303
        due = session.scalars(select(Return.due_on).where(Return.campaign_id == opened["OPCO"])).all()
        session.commit()
        assert {found.isoformat() for found in due} == expected


days = st.lists(st.integers(-180, 180), max_size=8)


@given(days)
def test_days_of_reminders_read_back_as_they_were_written(found: list[int]) -> None:
    assert parse_days(written(found)) == tuple(sorted(set(found)))


@given(days, st.integers(-200, 200), st.none() | st.integers(-200, 200))
def test_a_reminder_is_due_on_its_day_is_never_old_and_is_not_sent_twice(found: list[int], today: int, sent: int | None) -> None:
    due_on = date(2026, 6, 1)
    now, last = due_on + timedelta(days=today), due_on + timedelta(days=sent) if sent is not None else None
    day = reminder_due(sorted(found), due_on, now, last)
    if day is not None:
        assert now - STALE <= day <= now
        assert (day - due_on).days in found
        assert last is None or last < day
        assert reminder_due(sorted(found), due_on, now, day) is None
    elif today in found:
        assert last is not None
        assert last >= now


@pytest.mark.parametrize("typed", ["abc", "1,,x", "181", "-181", "1.5", "9" * 30])
def test_days_that_mean_nothing_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_days(typed)
