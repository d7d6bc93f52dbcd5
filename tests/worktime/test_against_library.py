"""The desk's calendar against businesstimedelta, an independent library: same hours, same holidays, any instants."""

from datetime import UTC, datetime, time, timedelta

import businesstimedelta
import holidays
import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.worktime import Territory, WorkCalendar, desk_calendar

SECONDS = st.integers(0, 9 * 365 * 86_400)
START = datetime(2025, 1, 10, tzinfo=UTC)


def rival(zone: str, subdivision: str | None) -> businesstimedelta.Rules:
    tz = pytz.timezone(zone)
    mornings = businesstimedelta.WorkDayRule(time(8, 30), time(12), range(5), tz=tz)
    afternoons = businesstimedelta.WorkDayRule(time(13, 30), time(18), range(5), tz=tz)
    closed = holidays.country_holidays("FR", subdiv=subdivision, years=range(2024, 2036))
    return businesstimedelta.Rules([mornings, afternoons, businesstimedelta.HolidayRule(closed, tz=tz)])


#: Good Friday is a holiday of both sides in Alsace-Moselle.
PAIRS: list[tuple[WorkCalendar, businesstimedelta.Rules]] = [
    (desk_calendar(), rival("Europe/Paris", None)),
    (desk_calendar(Territory.ALSACE_MOSELLE), rival("Europe/Paris", "6AE")),
    (desk_calendar(Territory.REUNION), rival("Indian/Reunion", "RE")),
]


@settings(max_examples=40)
@given(st.sampled_from(PAIRS), SECONDS, st.integers(0, 25 * 86_400))
def test_both_measure_the_same_time(pair: tuple[WorkCalendar, businesstimedelta.Rules], second: int, length: int) -> None:
    ours, theirs = pair
    start = START + timedelta(seconds=second)
    end = start + timedelta(seconds=length)
    assert ours.between(start, end) == theirs.difference(start, end).timedelta


@settings(max_examples=40)
@given(st.sampled_from(PAIRS), SECONDS, st.integers(1, 90 * 3600))
def test_both_add_the_same_time(pair: tuple[WorkCalendar, businesstimedelta.Rules], second: int, amount: int) -> None:
    ours, theirs = pair
    start, time_ = START + timedelta(seconds=second), timedelta(seconds=amount)
    assert ours.add(start, time_) == start + businesstimedelta.BusinessTimeDelta(theirs, timedelta=time_)
