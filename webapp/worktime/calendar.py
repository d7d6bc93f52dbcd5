"""Business time: adding it, measuring it, and finding when it runs. Pure; no clock, no database."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from webapp.worktime.hours import (
    CalendarNeverOpens,
    Interval,
    OutsideCalendarRange,
    Span,
    spans_by_date,
    spans_by_weekday,
)
from webapp.worktime.table import (
    EPOCH,
    FIRST_YEAR,
    LAST_YEAR,
    MICROSECOND,
    NOTHING_BUILT,
    OpenTable,
    build,
    instant_of,
    micros,
)

_YEARS_AHEAD = 8
_EMPTY_YEARS = 100
_LONGER_DAYS = timedelta(days=2)
"""More than what changes of offset can add to the hours of a year."""
_NO_OVERRIDES: Mapping[date, Sequence[Interval]] = MappingProxyType({})


class Closure(StrEnum):
    """Why a calendar is closed, the weightiest reason first."""

    HOLIDAY = "holiday"
    EXCEPTIONAL = "exceptional"
    REST_DAY = "rest_day"
    NIGHT = "night"
    BREAK = "break"


class WorkCalendar:
    """Opening hours of a place: a weekly pattern, holidays, and dates with hours of their own.

    Instants are aware datetimes in any zone; results are aware, in UTC, exact to the microsecond. Open periods are
    half-open, resolved once for a range of years that grows by itself; each call is a binary search in it.
    """

    def __init__(
        self,
        timezone: str,
        hours: Mapping[int, Sequence[tuple[time, time]]],
        holidays: Collection[date] | Callable[[int], Collection[date]] = (),
        overrides: Mapping[date, Sequence[tuple[time, time]]] = _NO_OVERRIDES,
        version: str = "",
    ) -> None:
        """Weekday 0 is Monday; a closing `time(0, 0)` is midnight at the end of the day.

        `holidays` is a collection of dates or a function that gives those of a year; `overrides` replace the hours of
        a date (an empty sequence closes it) and win over holidays. `version` names this state of the calendar.
        Raises ValueError for hours that are empty or reversed, ZoneInfoNotFoundError for an unknown zone.
        """
        self.timezone = timezone
        self.version = version
        self._zone = ZoneInfo(timezone)
        self._weekly = spans_by_weekday(hours)
        self._overrides = spans_by_date(overrides)
        self._holidays = frozenset(holidays) if isinstance(holidays, set | list | tuple) else holidays
        self._holidays_by_year: dict[int, frozenset[date]] = {}
        self._table = NOTHING_BUILT
        week = sum((closing - opening for day in self._weekly for opening, closing in day), timedelta())
        self._year_at_most = (53 * week + _LONGER_DAYS) // MICROSECOND
        self._overrides_at_most = len(self._overrides) * _LONGER_DAYS // MICROSECOND

    def __repr__(self) -> str:
        return f"WorkCalendar({self.timezone!r}, version={self.version!r})"

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The instant at which `amount` of business time, counted from `start`, is used up.

        Used up exactly at closing, it is the closing time; a negative amount counts backwards and mirrors this (the
        opening time). Nothing added is `start` itself. Raises CalendarNeverOpens, OutsideCalendarRange.
        """
        at = micros(start)
        wanted = amount // MICROSECOND
        if not wanted:
            return instant_of(at)
        table = self._table
        if not table.low <= at < table.high:
            table = self._cover(at)
        i = bisect_right(table.starts, at) - 1
        end = table.ends[i]
        target = (min(end, at)) + table.shifts[i] + wanted
        if not 0 <= target <= table.total:
            table = self._reach(at, wanted)
            target = table.opened(at) + wanted
        if wanted > 0:
            i = bisect_left(table.after, target)
        else:
            i = bisect_right(table.before, target) - 1
        return EPOCH + timedelta(0, 0, target - table.shifts[i])

    def add_business_days(self, start: datetime, days: int) -> datetime:
        """From the first open instant at or after `start`: the same wall time `days` open dates later, then the first
        open instant from there. Negative days go back as many open dates. Raises as `add` does.
        """
        opening = self.next_open(start)
        if not days:
            return opening
        day = self._open_day(opening, days)
        return self.next_open(datetime.combine(day, opening.astimezone(self._zone).time(), tzinfo=self._zone))

    def end_of_business_day(self, start: datetime, days: int) -> datetime:
        """The last closing of the date that comes `days` (1 or more) open dates after the first open instant at or after
        `start`; of that instant's own date when `days` is 0. Raises as `add` does.
        """
        opening = self.next_open(start)
        day = self._open_day(opening, days) if days else opening.astimezone(self._zone).date()
        midnight = datetime.combine(day, time(), tzinfo=self._zone)
        return (midnight + self._spans_on(day)[-1][1]).astimezone(UTC)

    @cached_property
    def usual_day(self) -> timedelta:
        """The length that most of the week's open days have, the longest of those that are as many; zero when it never opens."""
        lengths = [sum((closing - opening for opening, closing in day), timedelta()) for day in self._weekly if day]
        return max(lengths, key=lambda length: (lengths.count(length), length), default=timedelta())

    def _open_day(self, opening: datetime, days: int) -> date:
        """The date that is open `days` open dates after (before, when negative) that of an open instant."""
        ordinal = opening.astimezone(self._zone).toordinal()
        table = self._cover(micros(opening))
        while True:
            if days > 0:
                i = bisect_right(table.open_days, ordinal) + days - 1
            else:
                i = bisect_left(table.open_days, ordinal) + days
            if 0 <= i < len(table.open_days):
                break
            table = self._grow(table, forward=days > 0)
        return date.fromordinal(table.open_days[i])

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Business time from `start` to `end`; negative when `end` comes first."""
        first, last = micros(start), micros(end)
        table = self._table
        if not (table.low <= first < table.high and table.low <= last < table.high):
            self._cover(first)
            table = self._cover(last)
        starts, ends, shifts = table.starts, table.ends, table.shifts
        i = bisect_right(starts, first) - 1
        j = bisect_right(starts, last) - 1
        closing = ends[i]
        first = min(first, closing)
        closing = ends[j]
        last = min(last, closing)
        return timedelta(0, 0, last + shifts[j] - first - shifts[i])

    def next_open(self, instant: datetime) -> datetime:
        """The instant itself when open, else the next opening, in UTC. Raises CalendarNeverOpens."""
        at = micros(instant)
        table = self._cover(at)
        i = bisect_right(table.starts, at) - 1
        if at < table.ends[i]:
            return instant_of(at)
        while i + 1 >= len(table.starts):
            table = self._grow(table, forward=True)
        return instant_of(table.starts[i + 1])

    def is_open(self, instant: datetime) -> bool:
        """Whether business time runs at the instant: true at the opening, false at the closing."""
        at = micros(instant)
        table = self._cover(at)
        return at < table.ends[bisect_right(table.starts, at) - 1]

    def segments(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open periods between two instants, clipped to them, in order, in UTC; none when `end` comes first."""
        first, last = micros(start), micros(end)
        self._cover(first)
        table = self._cover(last)
        i = max(bisect_right(table.starts, first) - 1, 0)
        j = bisect_left(table.starts, last)
        clipped = ((max(table.starts[k], first), min(table.ends[k], last)) for k in range(i, j))
        return [(instant_of(a), instant_of(b)) for a, b in clipped if a < b]

    def closure(self, start: datetime, end: datetime) -> Closure:
        """Why the calendar is closed from `start` to `end`, two instants between which it never opens."""
        first = instant_of(micros(start)).astimezone(self._zone)
        last = (instant_of(micros(end)) - MICROSECOND).astimezone(self._zone)
        days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
        reasons = {self._closed_all_day(day) for day in days}
        for reason in (Closure.HOLIDAY, Closure.EXCEPTIONAL, Closure.REST_DAY):
            if reason in reasons:
                return reason
        midnight = datetime.combine(days[0], time(), tzinfo=self._zone)
        spans = self._spans_on(days[0])
        opened = any(midnight + closing <= first for _, closing in spans)
        reopens = any(midnight + opening > last for opening, _ in spans)
        return Closure.BREAK if len(days) == 1 and opened and reopens else Closure.NIGHT

    def _closed_all_day(self, day: date) -> Closure | None:
        if self._spans_on(day):
            return None
        if day in self._overrides:
            return Closure.EXCEPTIONAL
        return Closure.HOLIDAY if day in self._holidays_of(day.year) else Closure.REST_DAY

    def _spans_on(self, day: date) -> tuple[Span, ...]:
        """The hours of a date, in wall time."""
        if day in self._overrides:
            return self._overrides[day]
        weekly = self._weekly[day.weekday()]
        return () if weekly and day in self._holidays_of(day.year) else weekly

    def _holidays_of(self, year: int) -> frozenset[date]:
        """The year's holidays, asked for once. Collections that fill themselves when asked are asked day by day."""
        if isinstance(self._holidays, frozenset):
            return self._holidays
        known = self._holidays_by_year.get(year)
        if known is None:
            if callable(self._holidays):
                known = frozenset(self._holidays(year))
            else:
                first, last = (
                    date(year, 1, 1).toordinal(),
                    date(year, 12, 31).toordinal(),
                )
                days = map(date.fromordinal, range(first, last + 1))
                known = frozenset(day for day in days if day in self._holidays)
            self._holidays_by_year[year] = known
        return known

    def _cover(self, at: int) -> OpenTable:
        """The table, grown if need be to hold the instant."""
        table = self._table
        if table.low <= at < table.high:
            return table
        year = instant_of(at).year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise OutsideCalendarRange(f"{year} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
        first, last = max(year - 1, FIRST_YEAR), min(year + _YEARS_AHEAD, LAST_YEAR)
        if table.low < table.high:
            first, last = min(first, table.first_year), max(last, table.last_year)
        table = self._build(first, last)
        if not table.low <= at < table.high:
            raise OutsideCalendarRange(f"{instant_of(at)} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
        return table

    def _reach(self, at: int, wanted: int) -> OpenTable:
        """The table, grown until `wanted` can be counted from the instant."""
        forward = wanted > 0
        table = self._cover(at)
        while not 0 <= (target := table.opened(at) + wanted) <= table.total:
            years = LAST_YEAR - table.last_year if forward else table.first_year - FIRST_YEAR
            missing = target - table.total if forward else -target
            possible = years * self._year_at_most + self._overrides_at_most
            if missing > possible and any(self._weekly):
                raise OutsideCalendarRange(f"the answer is outside the years {FIRST_YEAR} to {LAST_YEAR}")
            table = self._grow(table, forward=forward)
        return table

    def _grow(self, table: OpenTable, *, forward: bool) -> OpenTable:
        """A table at least twice as long. Raises CalendarNeverOpens when no opening can be found that way."""
        years = table.last_year - table.first_year + 1
        reach = max(years, _YEARS_AHEAD)
        first = table.first_year if forward else max(table.first_year - reach, FIRST_YEAR)
        last = min(table.last_year + reach, LAST_YEAR) if forward else table.last_year
        overrides = [day.year for day in self._overrides]
        if not any(self._weekly):
            first, last = (
                min([table.first_year, *overrides]),
                max([table.last_year, *overrides]),
            )
        if (first, last) == (table.first_year, table.last_year):
            if any(self._weekly):
                raise OutsideCalendarRange(f"the answer is outside the years {FIRST_YEAR} to {LAST_YEAR}")
            raise CalendarNeverOpens(f"{self!r} has no opening {'after' if forward else 'before'} that")
        grown = self._build(first, last)
        seen_overrides = all(first <= year <= last for year in overrides)
        if grown.total == table.total and reach >= _EMPTY_YEARS and seen_overrides:
            raise CalendarNeverOpens(f"{self!r} has no opening in {reach} years")
        return grown

    def _build(self, first: int, last: int) -> OpenTable:
        self._table = build(self._zone, self._spans_on, first, last)
        return self._table
