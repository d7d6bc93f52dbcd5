"""Days on which the operator closes, or opens at other hours than its levels say: pure values, and the text that stands for them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from webapp.clock import PARIS
from webapp.worktime import Interval

#: As much of a calendar's version as its exceptional days may take, so that the whole fits in a ticket's column of 400.
LONGEST_DAYS = 240

_DAY = re.compile(r"(\d{8})(?:x((?:\d{4}-\d{4}\.?)+))?")


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is closed (no ``hours``) or has hours of its own, whatever the weekday, the holidays and the service level."""

    day: date
    hours: tuple[Interval, ...] = ()

    @property
    def code(self) -> str:
        """Return the text that stands for it: ``20261224``, or ``20261231x0830-1200``."""
        hours = ".".join(f"{opening:%H%M}-{closing:%H%M}" for opening, closing in self.hours)
        return f"{self.day:%Y%m%d}x{hours}" if hours else f"{self.day:%Y%m%d}"


def read_days(text: str) -> tuple[SpecialDay, ...]:
    """Return the days of a text of codes between commas, in order. Raises ValueError for a text that is none."""
    return tuple(sorted((_read(code) for code in filter(None, text.split(","))), key=lambda special: special.day))


@lru_cache(maxsize=1024)
def _read(code: str) -> SpecialDay:
    match = _DAY.fullmatch(code)
    if match is None:
        raise ValueError(f"{code!r} stands for no day")
    hours = tuple((_clock(part[:4]), _clock(part[5:])) for part in (match[2] or "").split(".") if part)
    return SpecialDay(datetime.strptime(match[1], "%Y%m%d").date(), hours)  # noqa: DTZ007 -- a day has no zone


def _clock(digits: str) -> time:
    return time(int(digits[:2]), int(digits[2:]))


def first_day(at: datetime) -> date:
    """Return the first day that can matter to a ticket notified then: the day before in Paris, since overseas it may still be that."""
    return (at.astimezone(PARIS) - timedelta(days=1)).date()


def write_days(days: Iterable[SpecialDay], since: date) -> str:
    """Return the text of the days from ``since`` on, in order; those that come last are left out where it would be too long.

    So many days are only left out of a ticket notified long ago: `fits` keeps the days to come few enough.
    """
    codes: list[str] = []
    for special in sorted(days, key=lambda special: special.day):
        if special.day >= since and len(",".join([*codes, special.code])) <= LONGEST_DAYS:
            codes.append(special.code)
    return ",".join(codes)


def fits(days: Iterable[SpecialDay], today: date) -> bool:
    """Tell whether the text of a month's past days and of all to come holds every one of them."""
    wanted = [special for special in days if special.day >= today - timedelta(days=31)]
    return len(read_days(write_days(wanted, date.min))) == len(wanted)
