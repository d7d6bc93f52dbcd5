"""Whom to warn, and when: half-days, thresholds, stand-ins (FL-12.5a, FL-12.1)."""

from datetime import datetime, timedelta

import pytest

from tests.helpdesk.calendars import paris
from webapp.helpdesk.rules.warnings import Deadline, Digest, Due, Level, Member, digests, half_day, receivers, time_left
from webapp.worktime import desk_calendar

DESK = desk_calendar()
DUE_AT = paris("2026-11-23 16:00")
AGENT, OTHER, LEAD, TEAM_LEAD = 1, 2, 3, 4
STAFF = {
    AGENT: Member(AGENT),
    OTHER: Member(OTHER),
    LEAD: Member(LEAD, lead=True),
    TEAM_LEAD: Member(TEAM_LEAD, lead=True, teams=frozenset({7})),
}


def due(left: int, left_at_end: int, *, ticket_id: int = 1, assignee_id: int | None = AGENT, team_id: int | None = None) -> Due:
    """A restoration deadline; times left in minutes, thresholds of four hours and of one."""
    minutes = [timedelta(minutes=value) for value in (left, left_at_end, 240, 60)]
    return Due(ticket_id, Deadline.RESTORATION, DUE_AT, *minutes, assignee_id=assignee_id, team_id=team_id)


@pytest.mark.parametrize(
    ("at", "period"),
    [
        ("2026-11-23 08:30", ("2026-11-23 08:30", "2026-11-23 12:00")),
        ("2026-11-23 11:59", ("2026-11-23 08:30", "2026-11-23 12:00")),
        ("2026-11-23 12:00", None),
        ("2026-11-23 13:00", None),
        ("2026-11-23 13:30", ("2026-11-23 13:30", "2026-11-23 18:00")),
        ("2026-11-23 18:00", None),
        ("2026-11-21 10:00", None),
        ("2026-12-25 10:00", None),
        ("2026-03-30 09:00", ("2026-03-30 08:30", "2026-03-30 12:00")),
        ("2026-10-26 09:00", ("2026-10-26 08:30", "2026-10-26 12:00")),
    ],
)
def test_a_half_day_is_an_opening_of_the_desk_and_nothing_else(at: str, period: tuple[str, str] | None) -> None:
    # FL-12.5a: lunch, night, rest days, holidays, the days after each change of offset
    assert half_day(DESK, paris(at)) == (tuple(map(paris, period)) if period else None)


def test_the_time_left_is_business_time_unless_the_level_counts_all_of_it() -> None:
    friday, monday = paris("2026-11-20 17:00"), paris("2026-11-23 09:30")
    assert time_left(DESK, monday, friday) == timedelta(hours=2)
    assert time_left(DESK, monday, friday, elapsed=True) == timedelta(hours=64, minutes=30)
    assert time_left(DESK, friday, monday) == -timedelta(hours=2)


def test_the_assignee_is_told_first_and_the_leads_when_less_is_left() -> None:
    assert receivers(due(200, 100), Level.ASSIGNEE, STAFF) == [AGENT]
    assert receivers(due(50, 0), Level.LEAD, STAFF) == [LEAD, TEAM_LEAD]
    assert receivers(due(50, 0, team_id=7), Level.LEAD, STAFF) == [TEAM_LEAD], "the lead of the ticket's own team"
    assert receivers(due(50, 0, team_id=8), Level.LEAD, STAFF) == [LEAD, TEAM_LEAD], "a team without a lead has all of them"
    assert receivers(due(200, 100, assignee_id=None), Level.ASSIGNEE, STAFF) == [LEAD, TEAM_LEAD], "nobody follows it: the leads"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (Member(AGENT, away=True, substitute_id=OTHER), [OTHER]),
        (Member(AGENT, away=True), [LEAD, TEAM_LEAD]),
        (Member(AGENT, away=True, substitute_id=99), [LEAD, TEAM_LEAD]),
        (Member(AGENT, wants=False), [LEAD, TEAM_LEAD]),
        (None, [LEAD, TEAM_LEAD]),
    ],
    ids=["away, with a substitute", "away, with nobody", "a substitute who left", "wants no mail", "left the desk"],
)
def test_somebody_who_would_not_read_it_is_passed_over(changed: Member | None, told: list[int]) -> None:
    staff = {**STAFF, AGENT: changed} if changed else {key: member for key, member in STAFF.items() if key != AGENT}
    assert receivers(due(200, 100), Level.ASSIGNEE, staff) == told


def test_two_people_who_are_away_for_each_other_send_no_mail_in_circles() -> None:
    staff = {AGENT: Member(AGENT, away=True, substitute_id=OTHER), OTHER: Member(OTHER, away=True, substitute_id=AGENT)}
    assert receivers(due(200, 100), Level.ASSIGNEE, staff) == []


def said(found: list[Digest]) -> dict[int, list[tuple[int, list[Level]]]]:
    return {digest.account_id: [(key[0], levels) for key, levels in digest.levels.items()] for digest in found}


def test_the_first_mail_of_a_half_day_tells_what_will_come_near_before_it_ends() -> None:
    pressing, later, far = due(230, 100, ticket_id=1), due(300, 200, ticket_id=2), due(600, 400, ticket_id=3)
    assert said(digests([later, far], STAFF, [], [])) == {}, "nothing presses yet"
    assert said(digests([pressing, later, far], STAFF, [], [])) == {AGENT: [(1, [Level.ASSIGNEE]), (2, [Level.ASSIGNEE])]}


def test_nobody_is_told_twice_nor_mailed_twice_in_a_half_day() -> None:
    item = due(200, 100)
    told = [(*item.key, AGENT, Level.ASSIGNEE)]
    assert digests([item], STAFF, told, []) == []
    assert digests([item], STAFF, [], [AGENT]) == []
    moved = Due(1, Deadline.RESTORATION, DUE_AT + timedelta(hours=1), item.left, item.left_at_end, item.warning, item.lead_warning, AGENT)
    assert [digest.account_id for digest in digests([moved], STAFF, told, [])] == [AGENT], "a deadline that moved is another one"


def test_a_lead_who_follows_the_ticket_gets_both_levels_in_one_line() -> None:
    found = digests([due(30, -10, assignee_id=LEAD)], {LEAD: STAFF[LEAD]}, [], [])
    assert said(found) == {LEAD: [(1, [Level.ASSIGNEE, Level.LEAD])]}


@pytest.mark.parametrize(("left", "told"), [(-60, True), (-480, True), (-481, False)])
def test_a_deadline_missed_while_nobody_watched_is_told_for_a_business_day(left: int, told: bool) -> None:
    assert bool(digests([due(left, left - 60)], STAFF, [], [])) is told


def test_instants_are_aware() -> None:
    period = half_day(DESK, paris("2026-11-23 09:00"))
    assert period is not None
    assert all(isinstance(at, datetime) and at.tzinfo is not None for at in period)
