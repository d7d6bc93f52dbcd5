"""The open periods of a range of years, resolved to instants, with running totals to search in."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from webapp.worktime.hours import Span

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_YEAR, LAST_YEAR = 2, 9998
"""A year is kept free at both ends of what a date holds, for the days around the range."""

_MARGIN_DAYS = 2
"""Days resolved beyond the range: a zone that skipped a date moves that date's hours to the next one."""


@dataclass(frozen=True, slots=True)
class OpenTable:
    """Open periods [starts[i], ends[i]) in microseconds since 1970 UTC, disjoint and in order.

    `before[i]` and `after[i]` are the open time counted from `low` to the period's start and end, and
    `shifts[i]` is `before[i] - starts[i]`, so that inside a period `instant + shift` is the open time so far.
    The first entry is an empty period at `low`: every instant of the range then has an entry at or before it.
    """

    first_year: int
    last_year: int
    low: int
    high: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    after: list[int]
    shifts: list[int]
    total: int
    open_days: list[int]
    """Ordinals of the local dates that open."""

    def opened(self, instant: int) -> int:
        """Open microseconds from `low` to the instant, which must lie in the range."""
        i = bisect_right(self.starts, instant) - 1
        return min(instant, self.ends[i]) + self.shifts[i]


NOTHING_BUILT = OpenTable(1, 0, 1, 0, [], [], [], [], [], 0, [])


def build(zone: ZoneInfo, spans_on: Callable[[date], tuple[Span, ...]], first: int, last: int) -> OpenTable:
    """Resolve the hours of the years `first` to `last` (both included) in the zone.

    Nonexistent wall times move forward by the gap and ambiguous ones take the first: what `fold=0` means.
    """
    low = micros(datetime(first, 1, 1, tzinfo=zone))
    high = micros(datetime(last + 1, 1, 1, tzinfo=zone))
    open_days: list[int] = []
    resolved = sorted(_resolved(zone, spans_on, first, last, open_days))
    starts, ends, before, after = [low], [low], [0], [0]
    total = 0
    for start, end in _merged(resolved):
        start, end = max(start, low), min(end, high)
        if start < end:
            starts.append(start)
            ends.append(end)
            before.append(total)
            total += end - start
            after.append(total)
    shifts = [counted - start for counted, start in zip(before, starts, strict=True)]
    return OpenTable(first, last, low, high, starts, ends, before, after, shifts, total, open_days)


def micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC. Raises ValueError for a naive datetime."""
    try:
        return (instant - EPOCH) // MICROSECOND
    except TypeError:
        raise ValueError("business time needs an aware datetime, with its time zone") from None


def instant_of(at: int) -> datetime:
    """The aware UTC datetime of a number of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at)


def _resolved(
    zone: ZoneInfo,
    spans_on: Callable[[date], tuple[Span, ...]],
    first: int,
    last: int,
    open_days: list[int],
) -> Iterator[tuple[int, int]]:
    """Each day's periods as instants; notes in `open_days` the dates of the range that really open."""
    begin, finish = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
    seen: set[int] = set()
    for ordinal in range(begin - _MARGIN_DAYS, finish + _MARGIN_DAYS + 1):
        day = date.fromordinal(ordinal)
        spans = spans_on(day)
        if not spans:
            continue
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        for opening, closing in spans:
            start, end = micros(midnight + opening), micros(midnight + closing)
            if start < end:
                seen.add(instant_of(start).astimezone(zone).toordinal())
                yield start, end
    open_days.extend(day for day in sorted(seen) if begin <= day <= finish)


def _merged(periods: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same periods, those that overlap or touch joined."""
    if not periods:
        return
    start, end = periods[0]
    for _, (next_start, next_end) in pairwise(periods):
        if next_start > end:
            yield start, end
            start, end = next_start, next_end
        else:
            end = max(end, next_end)
    yield start, end
