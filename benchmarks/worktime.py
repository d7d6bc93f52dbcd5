"""`WorkCalendar.add` and `between` against businesstimedelta (which needs pytz zones), same hours, same holidays."""

import statistics
import timeit
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import businesstimedelta
import holidays
import pytz

from webapp.worktime import desk_calendar

RUNS = 5
DISTANCES = {
    "1 day": timedelta(hours=8),
    "1 month": timedelta(hours=168),
    "10 years": timedelta(hours=20_000),
}


class Row(NamedTuple):
    """One line of the table: our median, the rival's, in microseconds, and how many times faster we are."""

    what: str
    ours_us: float
    theirs_us: float

    @property
    def ratio(self) -> float:
        """The rival's time over ours."""
        return self.theirs_us / self.ours_us


def rows() -> list[Row]:
    """Measure both sides in one run, medians of `RUNS`, after checking that they agree."""
    calendar, rival = desk_calendar(), _rival()
    start = datetime(2026, 3, 3, 10, tzinfo=ZoneInfo("Europe/Paris"))
    their_start = pytz.timezone("Europe/Paris").localize(datetime(2026, 3, 3, 10))  # noqa: DTZ001 -- pytz adds the zone
    table = []
    for name, amount in DISTANCES.items():
        hours = businesstimedelta.BusinessTimeDelta(rival, timedelta=amount)
        end = calendar.add(start, amount)
        their_end = their_start + hours
        if their_end != end or rival.difference(their_start, their_end).timedelta != amount:
            raise AssertionError(f"the two calendars disagree at {name}: {end} and {their_end}")
        slow = amount > timedelta(days=100)
        table.append(
            Row(
                f"worktime add, {name}",
                _median(lambda amount=amount: calendar.add(start, amount), 5000),
                _median(lambda hours=hours: their_start + hours, 1 if slow else 50),
            )
        )
        table.append(
            Row(
                f"worktime between, {name}",
                _median(lambda end=end: calendar.between(start, end), 5000),
                _median(lambda end=their_end: rival.difference(their_start, end), 1 if slow else 50),
            )
        )
    return table


def _rival() -> businesstimedelta.Rules:
    zone = pytz.timezone("Europe/Paris")
    mornings = businesstimedelta.WorkDayRule(time(8, 30), time(12), range(5), tz=zone)
    afternoons = businesstimedelta.WorkDayRule(time(13, 30), time(18), range(5), tz=zone)
    days = businesstimedelta.HolidayRule(holidays.France(years=range(2025, 2040)), tz=zone)
    return businesstimedelta.Rules([mornings, afternoons, days])


def _median(call: Callable[[], object], number: int) -> float:
    runs = timeit.repeat(call, number=number, repeat=RUNS)
    return statistics.median(runs) / number * 1e6


def main() -> None:
    """Print the table."""
    print(f"{'':32}{'ours':>12}{'businesstimedelta':>20}{'ratio':>12}")
    for row in rows():
        print(f"{row.what:32}{row.ours_us:>9.2f} us{row.theirs_us:>17.1f} us{row.ratio:>10.0f} x")


if __name__ == "__main__":
    main()
