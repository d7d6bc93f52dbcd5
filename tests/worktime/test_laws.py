"""Laws that hold for any instant and any amount, to the microsecond."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.worktime import SlaClock, Territory, WorkCalendar, desk_calendar

PARIS = desk_calendar()
CALENDARS = st.sampled_from(
    [
        PARIS,
        desk_calendar(Territory.ALSACE_MOSELLE),
        desk_calendar(Territory.REUNION),
        desk_calendar(Territory.SAINT_PIERRE_ET_MIQUELON),
        WorkCalendar("Europe/Paris", {day: [(time(0), time(0))] for day in range(7)}),
        WorkCalendar("America/New_York", {6: [(time(1, 15), time(2, 45)), (time(22), time(0))]}),
        WorkCalendar("Europe/Paris", {}, overrides={date(2026, 5, 5): [(time(9), time(10))]}),
    ]
)
USUAL = st.sampled_from(
    [PARIS, desk_calendar(Territory.REUNION), WorkCalendar("America/Havana", {d: [(time(0), time(9))] for d in range(7)})]
)
ZONES = st.sampled_from([UTC, ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Havana")])
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1), timezones=ZONES)  # noqa: DTZ001 -- hypothesis adds the zone
AMOUNTS = st.timedeltas(timedelta(microseconds=1), timedelta(days=60))


@given(USUAL, INSTANTS, AMOUNTS)
def test_what_was_added_is_found_between(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    assert calendar.between(start, calendar.add(start, amount)) == amount
    assert calendar.between(start, calendar.add(start, -amount)) == -amount


@given(USUAL, INSTANTS, AMOUNTS)
def test_adding_is_the_soonest_instant_and_taking_away_the_latest(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    tick = timedelta(microseconds=1)
    assert calendar.between(start, calendar.add(start, amount) - tick) == amount - tick
    assert calendar.between(start, calendar.add(start, -amount) + tick) == tick - amount


@given(USUAL, INSTANTS, AMOUNTS, AMOUNTS)
def test_amounts_add_up(calendar: WorkCalendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert calendar.add(calendar.add(start, one), two) == calendar.add(start, one + two)
    assert calendar.add(calendar.add(start, -one), -two) == calendar.add(start, -one - two)


@given(CALENDARS, INSTANTS, INSTANTS, INSTANTS)
def test_between_is_additive_and_antisymmetric(calendar: WorkCalendar, a: datetime, b: datetime, c: datetime) -> None:
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert calendar.between(a, b) == -calendar.between(b, a)


@given(CALENDARS, INSTANTS, INSTANTS)
def test_segments_sum_to_between_and_are_open(calendar: WorkCalendar, a: datetime, b: datetime) -> None:
    start, end = sorted((a, b))
    periods = calendar.segments(start, end)
    assert sum((until - since for since, until in periods), timedelta()) == calendar.between(start, end)
    for since, until in periods[:50]:
        assert calendar.is_open(since)
        assert calendar.is_open(until - timedelta(microseconds=1))
    assert calendar.segments(end, start) == []


@given(USUAL, INSTANTS, st.integers(-40, 40))
def test_business_days_land_on_open_instants_in_order(calendar: WorkCalendar, start: datetime, days: int) -> None:
    landed = calendar.add_business_days(start, days)
    assert calendar.is_open(landed)
    assert landed <= calendar.add_business_days(start, days + 1)


@given(USUAL, INSTANTS, AMOUNTS)
def test_results_are_aware_and_in_utc(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    for result in (calendar.add(start, amount), calendar.next_open(start), calendar.add_business_days(start, 1)):
        assert result.tzinfo is UTC


@st.composite
def clocks(draw: st.DrawFn) -> SlaClock:
    """A clock with up to four pauses, overlapping or not, the last perhaps open."""
    started = draw(INSTANTS).astimezone(UTC)  # in UTC, so that what is added to it comes after it whatever the offset does
    days = st.timedeltas(timedelta(0), timedelta(days=20))
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        from_ = started + draw(days)
        pauses.append((from_, draw(st.none() | days.map(from_.__add__))))
    stopped = draw(st.none() | days.map(started.__add__))
    return SlaClock(draw(USUAL), started, draw(AMOUNTS), pauses, stopped)


@settings(deadline=None)
@given(clocks(), st.timedeltas(timedelta(0), timedelta(days=90)))
def test_a_clock_is_accounted_for_without_holes(clock: SlaClock, later: timedelta) -> None:
    at = clock.started_at + later
    pieces = clock.segments(at)
    counted = sum((piece.to - piece.from_ for piece in pieces if piece.kind == "counted"), timedelta())
    assert counted == clock.elapsed(at)
    assert clock.elapsed(at) + clock.remaining(at) == clock.target
    end = min(at, clock.stopped_at or at)
    edges = [clock.started_at, *(piece.to for piece in pieces)]
    assert [piece.from_ for piece in pieces] == edges[:-1]
    assert edges[-1] == end or (not pieces and end == clock.started_at)


@settings(deadline=None)
@given(clocks())
def test_the_target_is_used_up_exactly_when_due(clock: SlaClock) -> None:
    due = clock.due_at
    if due is None:
        return
    running_on = SlaClock(clock.calendar, clock.started_at, clock.target, clock.pauses)
    if clock.stopped_at is None or due <= clock.stopped_at:
        assert running_on.remaining(due) == timedelta(0)
        if due > clock.started_at:
            assert running_on.remaining(due - timedelta(microseconds=1)) == timedelta(microseconds=1)


@settings(deadline=None)
@given(clocks(), st.randoms(use_true_random=False))
def test_the_order_and_the_overlap_of_pauses_do_not_matter(clock: SlaClock, random: object) -> None:
    shuffled = list(clock.pauses) * 2
    random.shuffle(shuffled)
    other = SlaClock(clock.calendar, clock.started_at, clock.target, shuffled, clock.stopped_at)
    at = clock.started_at + timedelta(days=30)
    assert (other.due_at, other.elapsed(at)) == (clock.due_at, clock.elapsed(at))
    assert other.segments(at) == clock.segments(at)
