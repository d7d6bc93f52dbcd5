"""Examples: the French calendar, edges of the day, nights when the offset changes, and bad input."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import pytest

from webapp.worktime import (
    DESK_HOURS,
    CalendarNeverOpens,
    Closure,
    OutsideCalendarRange,
    Territory,
    WorkCalendar,
    desk_calendar,
)

HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")


def paris(*args: int, fold: int = 0) -> datetime:
    return datetime(*args, tzinfo=PARIS, fold=fold)


def all_day(timezone: str, weekdays: range = range(7)) -> WorkCalendar:
    return WorkCalendar(timezone, {day: [(time(0), time(0))] for day in weekdays})


DESK = desk_calendar()


def test_an_eight_hour_day_ends_at_closing_not_at_the_next_opening() -> None:  # FL-12.5a
    assert DESK.add(paris(2026, 3, 3, 8, 30), 8 * HOUR) == paris(2026, 3, 3, 18, 0)
    assert DESK.add(paris(2026, 3, 3, 8, 30), 3.5 * HOUR) == paris(2026, 3, 3, 12, 0)


def test_taking_away_ends_at_opening_not_at_the_closing_before() -> None:
    assert DESK.add(paris(2026, 3, 3, 18, 0), -8 * HOUR) == paris(2026, 3, 3, 8, 30)
    assert DESK.add(paris(2026, 3, 3, 13, 30), -3.5 * HOUR) == paris(2026, 3, 3, 8, 30)
    assert DESK.add(paris(2026, 3, 3, 18, 0), -4.5 * HOUR) == paris(2026, 3, 3, 13, 30)


def test_a_report_at_lunch_counts_from_half_past_one() -> None:  # FL-12.4
    assert DESK.next_open(paris(2026, 3, 3, 12, 0)) == paris(2026, 3, 3, 13, 30)
    assert DESK.add(paris(2026, 3, 3, 12, 40), HOUR) == paris(2026, 3, 3, 14, 30)


def test_a_friday_evening_report_counts_from_monday() -> None:  # FL-12.4
    assert DESK.next_open(paris(2026, 3, 6, 18, 0)) == paris(2026, 3, 9, 8, 30)
    assert DESK.add(paris(2026, 3, 6, 19, 0), 16 * HOUR) == paris(2026, 3, 10, 18, 0)


def test_the_fourteenth_of_july_is_closed() -> None:  # FL-12.5a
    assert not DESK.is_open(paris(2026, 7, 14, 10))
    assert DESK.add(paris(2026, 7, 13, 17), 2 * HOUR) == paris(2026, 7, 15, 9, 30)


@pytest.mark.parametrize("day", [(2026, 4, 3), (2025, 12, 26)])
def test_strasbourg_rests_on_days_when_paris_works(day: tuple[int, int, int]) -> None:
    assert DESK.is_open(paris(*day, 10))
    assert not desk_calendar(Territory.ALSACE_MOSELLE).is_open(paris(*day, 10))


def test_good_friday_is_a_choice_in_alsace_moselle_and_saint_stephens_day_is_not() -> None:
    without = desk_calendar(Territory.ALSACE_MOSELLE, good_friday=False)
    assert without.is_open(paris(2026, 4, 3, 10))
    assert not without.is_open(paris(2025, 12, 26, 10))


def test_la_reunion_has_its_own_day_and_its_own_hours() -> None:
    reunion = desk_calendar(Territory.REUNION)
    assert reunion.next_open(datetime(2027, 12, 17, 14, tzinfo=UTC)) == datetime(2027, 12, 21, 4, 30, tzinfo=UTC)
    assert DESK.is_open(paris(2027, 12, 20, 10))


def test_saint_pierre_follows_its_own_change_of_offset() -> None:
    miquelon = desk_calendar(Territory.SAINT_PIERRE_ET_MIQUELON)
    assert miquelon.next_open(datetime(2026, 3, 7, tzinfo=UTC)) == datetime(2026, 3, 9, 10, 30, tzinfo=UTC)
    assert miquelon.next_open(datetime(2026, 3, 5, tzinfo=UTC)) == datetime(2026, 3, 5, 11, 30, tzinfo=UTC)


def test_two_business_days_keep_the_wall_time_over_a_weekend_and_a_holiday() -> None:  # FL-12.1
    assert DESK.add_business_days(paris(2026, 7, 10, 15), 2) == paris(2026, 7, 15, 15)
    assert DESK.add_business_days(paris(2026, 7, 11, 9), 2) == paris(2026, 7, 16, 8, 30)


def test_business_days_fall_forward_when_the_wall_time_is_closed_that_day() -> None:
    short = WorkCalendar("Europe/Paris", DESK_HOURS, overrides={date(2026, 3, 4): [(time(9), time(11))]})
    assert short.add_business_days(paris(2026, 3, 3, 15), 1) == paris(2026, 3, 5, 8, 30)
    assert short.add_business_days(paris(2026, 3, 3, 8, 30), 1) == paris(2026, 3, 4, 9)


def test_business_days_count_backwards_and_no_days_is_the_next_opening() -> None:
    assert DESK.add_business_days(paris(2026, 7, 15, 15), -2) == paris(2026, 7, 10, 15)
    assert DESK.add_business_days(paris(2026, 7, 14, 15), 0) == paris(2026, 7, 15, 8, 30)


def test_business_days_cross_the_change_of_offset_at_the_same_wall_time() -> None:
    assert DESK.add_business_days(paris(2026, 3, 27, 10), 1) == paris(2026, 3, 30, 10)
    assert DESK.add_business_days(paris(2026, 3, 27, 10), 1) == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_the_short_night_of_march_has_twenty_three_hours() -> None:
    assert all_day("Europe/Paris").between(paris(2026, 3, 29), paris(2026, 3, 30)) == 23 * HOUR
    assert all_day("Europe/Paris").between(paris(2026, 10, 25), paris(2026, 10, 26)) == 25 * HOUR


def test_a_nonexistent_opening_moves_forward_by_the_gap() -> None:
    night = WorkCalendar("Europe/Paris", {6: [(time(2, 30), time(5))]})
    assert night.next_open(paris(2026, 3, 29, 0)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 in Paris


def test_an_interval_swallowed_by_the_gap_is_closed() -> None:
    night = WorkCalendar("Europe/Paris", {6: [(time(2), time(3))]})
    assert night.segments(paris(2026, 3, 29), paris(2026, 3, 30)) == []
    assert night.next_open(paris(2026, 3, 29)) == paris(2026, 4, 5, 2)


def test_an_ambiguous_wall_time_is_the_first_one() -> None:
    night = WorkCalendar("Europe/Paris", {6: [(time(2, 30), time(3))]})
    assert night.segments(paris(2026, 10, 25), paris(2026, 10, 26)) == [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))
    ]
    early = WorkCalendar("Europe/Paris", {6: [(time(2), time(2, 30))]})
    assert early.between(paris(2026, 10, 25), paris(2026, 10, 26)) == HOUR / 2


def test_instants_given_inside_the_gap_and_the_fold_are_understood() -> None:
    always = all_day("Europe/Paris")
    assert always.next_open(paris(2026, 3, 29, 2, 30)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert always.between(paris(2026, 10, 25, 2, 30), paris(2026, 10, 25, 2, 30, fold=1)) == HOUR


def test_midnight_closing_joins_the_next_day() -> None:
    always = all_day("Europe/Paris")
    assert len(always.segments(paris(2020, 1, 1), paris(2026, 1, 1))) == 1
    assert always.add(paris(2026, 3, 3, 23), 2 * HOUR) == paris(2026, 3, 4, 1)


def test_overlapping_and_touching_intervals_merge() -> None:
    calendar = WorkCalendar("UTC", {0: [(time(10), time(12)), (time(8), time(11)), (time(12), time(13))]})
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    assert calendar.segments(monday, monday + timedelta(days=1)) == [(monday + 8 * HOUR, monday + 13 * HOUR)]


def test_an_override_opens_a_holiday_and_closes_a_working_day() -> None:
    calendar = WorkCalendar(
        "Europe/Paris",
        DESK_HOURS,
        [date(2026, 7, 14)],
        {date(2026, 7, 14): [(time(9), time(10))], date(2026, 7, 15): []},
    )
    assert calendar.between(paris(2026, 7, 14), paris(2026, 7, 16)) == HOUR


def test_a_library_calendar_that_fills_itself_when_asked_is_not_taken_for_empty() -> None:
    assert not WorkCalendar("Europe/Paris", DESK_HOURS, holidays.France()).is_open(paris(2026, 7, 14, 10))
    by_year = WorkCalendar("Europe/Paris", DESK_HOURS, lambda year: holidays.France(years=year))
    assert not by_year.is_open(paris(2026, 7, 14, 10))


def test_the_year_function_is_asked_once_a_year_however_the_range_grows() -> None:
    asked: list[int] = []

    def of_year(year: int) -> list[date]:
        asked.append(year)
        return []

    calendar = WorkCalendar("Europe/Paris", DESK_HOURS, of_year)
    for year in (2026, 2050, 1990, 2026):
        calendar.next_open(paris(year, 5, 5))
    assert len(asked) == len(set(asked))


def test_a_later_change_of_the_given_collection_changes_nothing() -> None:
    days = {date(2026, 3, 3)}
    calendar = WorkCalendar("Europe/Paris", DESK_HOURS, days)
    days.add(date(2026, 3, 4))
    assert calendar.next_open(paris(2026, 3, 3, 10)) == paris(2026, 3, 4, 8, 30)


@pytest.mark.parametrize("year", [1900, 1969, 2126, 2400])
def test_far_years_are_reached(year: int) -> None:
    noon = paris(year, 3, 3, 10)
    assert DESK.add(DESK.add(noon, 5000 * HOUR), -5000 * HOUR) == DESK.next_open(noon)


def test_a_calendar_without_hours_says_so_when_asked() -> None:
    never = WorkCalendar("Europe/Paris", {})
    for ask in (
        lambda: never.next_open(paris(2026, 1, 1)),
        lambda: never.add(paris(2026, 1, 1), HOUR),
        lambda: never.add(paris(2026, 1, 1), -HOUR),
        lambda: never.add_business_days(paris(2026, 1, 1), 1),
    ):
        with pytest.raises(CalendarNeverOpens):
            ask()
    assert never.between(paris(2026, 1, 1), paris(2027, 1, 1)) == timedelta(0)


def test_a_calendar_of_holidays_only_says_so_too() -> None:
    def every_day(year: int) -> set[date]:
        first = date(year, 1, 1).toordinal()
        return {date.fromordinal(first + n) for n in range(366)}

    with pytest.raises(CalendarNeverOpens):
        WorkCalendar("Europe/Paris", DESK_HOURS, every_day).next_open(paris(2026, 1, 1))


def test_a_calendar_that_opens_once_opens_no_more_after_it() -> None:
    once = WorkCalendar("Europe/Paris", {}, overrides={date(2301, 5, 5): [(time(9), time(10))]})
    assert once.next_open(paris(2026, 1, 1)) == paris(2301, 5, 5, 9)
    assert once.add(paris(2400, 1, 1), -HOUR) == paris(2301, 5, 5, 9)
    with pytest.raises(CalendarNeverOpens):
        once.next_open(paris(2301, 5, 5, 10))


def test_an_answer_past_the_last_year_is_refused_without_building_it() -> None:
    with pytest.raises(OutsideCalendarRange):
        DESK.add(paris(2026, 1, 1), timedelta.max)
    with pytest.raises(OutsideCalendarRange):
        DESK.next_open(datetime.max.replace(tzinfo=UTC))
    with pytest.raises(OutsideCalendarRange):
        DESK.is_open(datetime.min.replace(tzinfo=UTC))


def test_naive_datetimes_are_refused() -> None:
    naive = datetime(2026, 3, 3, 10)  # noqa: DTZ001 -- naive on purpose
    aware = paris(2026, 3, 3, 10)
    for ask in (
        lambda: DESK.add(naive, HOUR),
        lambda: DESK.add(naive, timedelta(0)),
        lambda: DESK.between(aware, naive),
        lambda: DESK.between(naive, aware),
        lambda: DESK.next_open(naive),
        lambda: DESK.is_open(naive),
        lambda: DESK.segments(aware, naive),
        lambda: DESK.add_business_days(naive, 1),
    ):
        with pytest.raises(ValueError, match="aware"):
            ask()


@pytest.mark.parametrize(
    "hours",
    [
        {7: [(time(8), time(9))]},
        {0: [(time(9), time(8))]},
        {0: [(time(9), time(9))]},
        {0: [(time(9, tzinfo=UTC), time(10))]},
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: dict[int, list[tuple[time, time]]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- each case has its own words
        WorkCalendar("Europe/Paris", hours)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        WorkCalendar("Europe/Strasbourg", DESK_HOURS)


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ((2026, 3, 3, 12, 0), (2026, 3, 3, 13, 30), Closure.BREAK),
        ((2026, 3, 3, 18, 0), (2026, 3, 4, 8, 30), Closure.NIGHT),
        ((2026, 3, 6, 18, 0), (2026, 3, 9, 8, 30), Closure.REST_DAY),
        ((2026, 7, 13, 18, 0), (2026, 7, 15, 8, 30), Closure.HOLIDAY),
    ],
)
def test_a_closure_has_a_reason(start: tuple[int, ...], end: tuple[int, ...], reason: Closure) -> None:
    assert DESK.closure(paris(*start), paris(*end)) == reason


def test_an_exceptional_closure_is_named_so() -> None:
    calendar = WorkCalendar("Europe/Paris", DESK_HOURS, overrides={date(2026, 3, 4): []})
    assert calendar.closure(paris(2026, 3, 3, 18), paris(2026, 3, 5, 8, 30)) == Closure.EXCEPTIONAL
