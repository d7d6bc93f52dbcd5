"""Opening hours as people type them, their codes, and the calendars they make."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.contracts.rules import (
    DESK_HOURS_CODE,
    LONGEST_HOURS_CODE,
    ContractState,
    HoursError,
    Unit,
    calendar_named,
    contract_state,
    has_good_friday,
    hours_code,
    hours_of,
    read_hours,
    service_calendar,
    split_target,
    write_hours,
)
from webapp.worktime import DESK_HOURS, Interval, Territory


@st.composite
def days(draw: st.DrawFn) -> tuple[Interval, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=0, max_size=6)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return tuple((time(*divmod(a * 15, 60)), time(*divmod(b * 15 % 1440, 60))) for a, b in pairs)


@given(days())
def test_hours_written_are_read_back(intervals: tuple[Interval, ...]) -> None:
    assert read_hours(write_hours(intervals)) == intervals


@given(st.lists(days(), min_size=7, max_size=7))
def test_a_code_gives_its_hours_back(week: list[tuple[Interval, ...]]) -> None:
    hours = dict(enumerate(week))
    found = hours_of(hours_code(hours))
    assert {day: found.get(day, ()) for day in range(7)} == hours


def test_the_desk_hours_have_a_code_of_their_own() -> None:  # FL-12.5a
    typed = {day: read_hours("8h30-12h, 13h30-18h") for day in range(5)}
    assert hours_code(typed) == DESK_HOURS_CODE
    assert hours_of(DESK_HOURS_CODE) == {day: tuple(spans) for day, spans in DESK_HOURS.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("8h30-12h", ((time(8, 30), time(12)),)),
        ("8:30 à 12:00 ; 14h–18h", ((time(8, 30), time(12)), (time(14), time(18)))),
        ("0h-24h", ((time(0), time(0)),)),
        ("14h-18h et 8h-12h", ((time(8), time(12)), (time(14), time(18)))),
    ],
)
def test_hours_are_read_as_people_type_them(text: str, expected: tuple[Interval, ...]) -> None:
    assert read_hours(text) == expected


@pytest.mark.parametrize("text", ["matin", "12h-8h", "8h-8h", "25h-26h", "8h75-9h", "8h-12h, 11h-14h", "0h-24h, 9h-10h"])
def test_hours_that_make_no_sense_are_refused_with_their_words(text: str) -> None:
    with pytest.raises(HoursError) as refusal:
        read_hours(text)
    assert "%(text)s" in refusal.value.problem


@pytest.mark.parametrize("territory", Territory)
@pytest.mark.parametrize("good_friday", [True, False])
def test_a_calendar_is_found_again_by_its_version(territory: Territory, good_friday: bool) -> None:
    calendar = service_calendar(territory, good_friday, "Indian/Reunion", "0-6.0000-0000")
    assert calendar_named(calendar.version) is calendar
    assert len(calendar.version) <= 120


def test_the_longest_hours_still_fit_beside_the_longest_place() -> None:
    version = service_calendar(Territory.ALSACE_MOSELLE, False, "America/St_Barthelemy", "0-6.0000-0000").version
    assert len(version) - len("0-6.0000-0000") + LONGEST_HOURS_CODE <= 120


def test_strasbourg_closes_when_paris_opens() -> None:  # FL-12.4, per site
    good_friday = datetime(2026, 4, 3, 10, tzinfo=ZoneInfo("Europe/Paris"))
    assert not service_calendar(Territory.ALSACE_MOSELLE, True).is_open(good_friday)
    assert service_calendar(Territory.ALSACE_MOSELLE, False).is_open(good_friday)
    assert service_calendar().is_open(good_friday)


def test_la_reunion_opens_at_half_past_eight_there() -> None:
    calendar = service_calendar(Territory.REUNION, False, "Indian/Reunion")
    assert calendar.next_open(datetime(2026, 11, 23, 0, tzinfo=UTC)) == datetime(2026, 11, 23, 4, 30, tzinfo=UTC)


def test_a_contract_runs_through_its_last_day() -> None:  # FL-7.3
    first, last = date(2026, 3, 1), date(2026, 5, 31)
    assert contract_state(first, last, date(2026, 2, 28)) is ContractState.COMING
    assert contract_state(first, last, first) is ContractState.IN_FORCE
    assert contract_state(first, last, last) is ContractState.IN_FORCE
    assert contract_state(first, last, date(2026, 6, 1)) is ContractState.ENDED
    assert contract_state(first, None, date(2126, 6, 1)) is ContractState.IN_FORCE


def test_a_target_is_days_or_time_never_both() -> None:
    assert split_target(2, Unit.DAYS) == (2, 0)
    assert split_target(4, Unit.HOURS) == (0, 240)


def test_good_friday_is_a_choice_where_usage_varies() -> None:
    assert has_good_friday(Territory.ALSACE_MOSELLE)
    assert not has_good_friday(Territory.METROPOLITAN)
    assert not has_good_friday(Territory.REUNION)
