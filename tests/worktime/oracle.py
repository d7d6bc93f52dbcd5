"""Business time the slow way: every minute looked at, wall times found by looking for them. Shares no code."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=64)
def local_minutes(zone: str, start: datetime, minutes: int) -> tuple[datetime, ...]:
    """What the wall clock shows at each UTC minute from `start`."""
    tz = ZoneInfo(zone)
    return tuple((start + n * MINUTE).astimezone(tz).replace(tzinfo=None) for n in range(minutes))


class SlowCalendar:
    """Opening hours to the minute over a window of days, with the open minutes written out one by one."""

    def __init__(
        self,
        zone: str,
        hours: Mapping[int, Sequence[tuple[time, time]]],
        holidays: frozenset[date],
        overrides: Mapping[date, Sequence[tuple[time, time]]],
        first: date,
        days: int,
    ) -> None:
        self.start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
        self.walls = local_minutes(zone, self.start, (days + 4) * 1440)
        self.first_shown = {}
        for n, wall in enumerate(self.walls):
            self.first_shown.setdefault(wall, n)
        self.open = [False] * len(self.walls)
        for offset in range(days):
            day = first + timedelta(days=offset)
            if day in overrides:
                intervals = overrides[day]
            else:
                intervals = [] if day in holidays else hours.get(day.weekday(), [])
            for opening, closing in self._union(day, intervals):
                for n in range(self.minute_of(opening), self.minute_of(closing)):
                    self.open[n] = True

    @staticmethod
    def _union(day: date, intervals: Sequence[tuple[time, time]]) -> list[tuple[datetime, datetime]]:
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 -- wall time is meant
        covered = set()
        for opening, closing in intervals:
            last = closing.hour * 60 + closing.minute or 1440
            covered.update(range(opening.hour * 60 + opening.minute, last))
        edges = sorted({n for n in covered if n - 1 not in covered} | {n + 1 for n in covered if n + 1 not in covered})
        ordered = [midnight + n * MINUTE for n in edges]
        return list(zip(ordered[::2], ordered[1::2], strict=True))

    def minute_of(self, wall: datetime) -> int:
        """The first minute that shows the wall time; one that is never shown is moved by the jump that skips it."""
        if wall in self.first_shown:
            return self.first_shown[wall]
        jump = next(n for n in range(1, len(self.walls)) if self.walls[n - 1] < wall < self.walls[n])
        gap = self.walls[jump] - self.walls[jump - 1] - MINUTE
        return self.first_shown[wall + gap]

    def add(self, start: datetime, minutes: int) -> datetime | None:
        """Walk forwards or backwards until the minutes are used up; None when the window ends first."""
        n = (start - self.start) // MINUTE
        step = 1 if minutes > 0 else -1
        left = abs(minutes)
        while left:
            looked_at = n if step > 0 else n - 1
            if not 0 <= looked_at < len(self.open):
                return None
            left -= self.open[looked_at]
            n += step
        return self.start + n * MINUTE

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Count the open minutes."""
        if end < start:
            return -self.between(end, start)
        a, b = (start - self.start) // MINUTE, (end - self.start) // MINUTE
        return sum(self.open[a:b]) * MINUTE

    def next_open(self, start: datetime) -> datetime | None:
        """Walk to the next open minute."""
        for n in range((start - self.start) // MINUTE, len(self.open)):
            if self.open[n]:
                return self.start + n * MINUTE
        return None
