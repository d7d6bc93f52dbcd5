"""Every change of offset from 2020 to 2040 in hard zones, against nothing but the instants that the zones themselves give."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from webapp.worktime import DESK_HOURS, WorkCalendar

#: Zones that change, of which two overseas, one by half an hour, one that stopped; and how often in these years.
CHANGING = {
    "Europe/Paris": 42,
    "America/Miquelon": 42,
    "Atlantic/Azores": 42,
    "America/New_York": 42,
    "Australia/Lord_Howe": 42,
    "Asia/Tehran": 6,
}
STEADY = ("Indian/Reunion", "America/Guadeloupe")
DAY, HALF_HOUR, TICK = timedelta(days=1), timedelta(minutes=30), timedelta(microseconds=1)
NIGHTS = {day: [(time(0), time(6)), (time(20), time(0))] for day in range(7)}
DAILY = {day: list(DESK_HOURS[0]) for day in range(7)}


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants from which the offset is another, to the second."""
    tz, first = ZoneInfo(zone), datetime(2020, 1, 1, tzinfo=UTC)
    days = [(day, day.astimezone(tz).utcoffset()) for day in (first + n * DAY for n in range(21 * 366))]
    found = []
    for (low, before), (high, after) in pairwise(days):
        if before == after:
            continue
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) // 2
            if middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset():
                low = middle
            else:
                high = middle
        found.append(high.replace(microsecond=0))
    return tuple(found)


def wall(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def resolved(zone: str, hours: dict[int, list[tuple[time, time]]]) -> WorkCalendar:
    """A calendar whose years are resolved at once: growing year by year is slower, and tested elsewhere."""
    calendar = WorkCalendar(zone, hours)
    calendar.between(datetime(2040, 12, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))
    return calendar


@pytest.mark.parametrize(("zone", "times"), CHANGING.items())
def test_a_night_is_as_long_as_it_lasts_and_adding_finds_its_end(zone: str, times: int) -> None:
    calendar = resolved(zone, NIGHTS)
    assert len(changes(zone)) == times
    for change in changes(zone):
        local = (change - TICK).astimezone(ZoneInfo(zone))
        morning = local.date() + DAY if local.hour >= 12 else local.date()
        start, end = wall(zone, morning - DAY, 20), wall(zone, morning, 6)
        assert start < change < end
        assert end - start != timedelta(hours=10), "the change is in this night"
        assert calendar.between(start, end) == end - start
        assert calendar.add(start, end - start) == end
        steps = [calendar.add(start, n * HALF_HOUR) for n in range(1, 2 * 14)]
        assert all(low < high for low, high in pairwise(steps)), "adding more is later"
        assert [calendar.between(start, at) for at in steps] == [n * HALF_HOUR for n in range(1, 2 * 14)]
        assert [calendar.add(at, -calendar.between(start, at)) for at in steps] == [start] * len(steps)
        assert calendar.next_open(change) == change


@pytest.mark.parametrize("zone", CHANGING)
def test_a_change_takes_nothing_from_a_business_day_and_adds_nothing_to_it(zone: str) -> None:
    calendar = resolved(zone, DAILY)
    for change in changes(zone):
        eve = change.astimezone(ZoneInfo(zone)).date() - DAY
        opening = wall(zone, eve, 8, 30)
        for days in range(1, 4):
            again = wall(zone, eve + days * DAY, 8, 30)
            assert calendar.between(opening, again) == days * timedelta(hours=8)
            assert calendar.add_business_days(opening, days) == again
            assert calendar.add(opening, days * timedelta(hours=8)) == wall(zone, eve + (days - 1) * DAY, 18)


@pytest.mark.parametrize("zone", STEADY)
def test_overseas_nothing_ever_changes(zone: str) -> None:
    assert changes(zone) == ()
    start = wall(zone, date(2020, 1, 1), 8, 30)
    assert WorkCalendar(zone, DAILY).between(start, start + 7000 * DAY) == 7000 * timedelta(hours=8)
