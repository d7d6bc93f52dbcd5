"""The calendar against a minute-by-minute count, around changes of offset in many zones."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.worktime.oracle import MINUTE, SlowCalendar
from webapp.worktime import WorkCalendar

DAYS = 10

WINDOWS = [
    ("Europe/Paris", date(2026, 3, 25)),  # 02:00 becomes 03:00 on the 29th
    ("Europe/Paris", date(2026, 10, 20)),  # 03:00 becomes 02:00 on the 25th
    ("Europe/Paris", date(2026, 12, 27)),  # across a year
    ("Indian/Reunion", date(2026, 7, 10)),
    ("America/Miquelon", date(2026, 3, 4)),
    ("America/New_York", date(2026, 10, 28)),
    ("Australia/Lord_Howe", date(2026, 4, 1)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 9, 30)),
    ("America/Havana", date(2026, 3, 4)),  # midnight itself is skipped
    ("America/Havana", date(2026, 10, 28)),
    ("Africa/Cairo", date(2026, 4, 20)),
    ("Asia/Beirut", date(2026, 10, 20)),
    ("America/Santiago", date(2026, 4, 1)),
    ("America/Santiago", date(2026, 9, 2)),
    ("Pacific/Apia", date(2011, 12, 26)),  # 30 December 2011 did not exist
    ("Pacific/Kiritimati", date(1994, 12, 27)),  # nor did 31 December 1994
    ("Asia/Kathmandu", date(2026, 1, 5)),
    ("UTC", date(2026, 2, 25)),
]


@st.composite
def intervals(draw: st.DrawFn) -> list[tuple[time, time]]:
    """Up to three intervals of a day, which may overlap or reach midnight; many edges near the changes of offset."""
    edges = st.integers(0, 1440) | st.sampled_from([0, 30, 60, 90, 120, 135, 150, 180, 195, 510, 720, 810, 1080, 1440])
    found = []
    for _ in range(draw(st.integers(0, 3))):
        a, b = sorted((draw(edges), draw(edges)))
        if a < b:
            found.append((time(*divmod(a, 60)), time(*divmod(b % 1440, 60))))
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[WorkCalendar, SlowCalendar]:
    """The same opening hours given to both calendars."""
    zone, first = draw(st.sampled_from(WINDOWS))
    hours = {weekday: draw(intervals()) for weekday in range(7)}
    dates = st.integers(0, DAYS - 1).map(lambda n: first + timedelta(days=n))
    holidays = draw(st.frozensets(dates, max_size=2))
    overrides = draw(st.dictionaries(dates, intervals(), max_size=2))
    outside = {first + timedelta(days=n): [] for n in (-3, -2, -1, DAYS, DAYS + 1, DAYS + 2)}
    quick = WorkCalendar(zone, hours, holidays, overrides | outside)
    return quick, SlowCalendar(zone, hours, holidays, overrides, first, DAYS)


MINUTES = st.integers(2 * 1440, (DAYS + 2) * 1440)


@settings(max_examples=100, deadline=None)
@given(cases(), MINUTES, MINUTES)
def test_between_counts_the_open_minutes(case: tuple[WorkCalendar, SlowCalendar], a: int, b: int) -> None:
    quick, slow = case
    start, end = slow.start + a * MINUTE, slow.start + b * MINUTE
    assert quick.between(start, end) == slow.between(start, end)
    assert quick.between(end, start) == -slow.between(start, end)


@settings(max_examples=100, deadline=None)
@given(cases(), MINUTES, st.integers(-3000, 3000))
def test_add_walks_as_the_minutes_do(case: tuple[WorkCalendar, SlowCalendar], a: int, minutes: int) -> None:
    quick, slow = case
    start = slow.start + a * MINUTE
    expected = slow.add(start, minutes)
    assume(expected is not None)
    assert quick.add(start, minutes * MINUTE) == expected


@settings(max_examples=100, deadline=None)
@given(cases(), MINUTES)
def test_next_open_and_is_open_agree_with_the_minutes(case: tuple[WorkCalendar, SlowCalendar], a: int) -> None:
    quick, slow = case
    at = slow.start + a * MINUTE
    assert quick.is_open(at) == slow.open[a]
    expected = slow.next_open(at)
    assume(expected is not None)
    assert quick.next_open(at) == expected


@settings(max_examples=100, deadline=None)
@given(cases(), MINUTES, MINUTES)
def test_segments_are_the_runs_of_open_minutes(case: tuple[WorkCalendar, SlowCalendar], a: int, b: int) -> None:
    quick, slow = case
    first, last = sorted((a, b))
    covered = set()
    previous = datetime(1, 1, 1, tzinfo=UTC)
    for start, end in quick.segments(slow.start + first * MINUTE, slow.start + last * MINUTE):
        assert previous < start < end
        previous = end
        covered.update(range((start - slow.start) // MINUTE, (end - slow.start) // MINUTE))
    assert covered == {n for n in range(first, last) if slow.open[n]}
