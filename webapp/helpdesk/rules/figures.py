"""The help desk's figures: what is counted, in which month, and how rows add up. Pure; instants are aware, days are those of Paris.

A ticket belongs to the month of its notification. Merged duplicates are counted nowhere. The queries say the same as the verdicts here
in SQL; a test compares both over generated tickets.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from webapp.clock import PARIS
from webapp.helpdesk.rules.states import ENDED, NOT_INTERRUPTIONS, State

Key = TypeVar("Key")

#: Months that one page of figures covers at most, and those it covers unless asked otherwise.
MOST_MONTHS, USUAL_MONTHS = 60, 12


class Verdict(StrEnum):
    """What became of a promise: kept, broken, still open, or without object."""

    MET = "met"
    MISSED = "missed"
    PENDING = "pending"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the verdicts need to know of a ticket."""

    state: State
    first_response_due_at: datetime
    first_responded_at: datetime | None
    restoration_due_at: datetime | None
    restored_at: datetime | None
    closed_at: datetime | None


def response_verdict(facts: Facts, now: datetime) -> Verdict:
    """Judge the first response against its deadline (FL-12.1). A ticket that ended before it was due owed none any more."""
    due = facts.first_response_due_at
    if facts.first_responded_at is not None:
        return Verdict.MET if facts.first_responded_at <= due else Verdict.MISSED
    if facts.closed_at is not None:
        return Verdict.NONE if facts.closed_at <= due else Verdict.MISSED
    return Verdict.MISSED if due < now else Verdict.PENDING


def restoration_verdict(facts: Facts, now: datetime) -> Verdict:
    """Judge the restoration against its deadline, which already leaves out suspensions and planned work (FL-12.4, 12.6b, 12.8).

    What was no interruption has none to judge (FL-12.6a); a suspended count has no deadline yet.
    """
    if facts.state in NOT_INTERRUPTIONS:
        return Verdict.NONE
    due = facts.restoration_due_at
    if due is None:
        return Verdict.NONE if facts.state in ENDED else Verdict.PENDING
    if facts.restored_at is not None:
        return Verdict.MET if facts.restored_at <= due else Verdict.MISSED
    return Verdict.MISSED if due < now else Verdict.PENDING


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tickets, and how many promises of each kind were kept and broken."""

    tickets: int = 0
    response_met: int = 0
    response_missed: int = 0
    restoration_met: int = 0
    restoration_missed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.tickets + other.tickets,
            self.response_met + other.response_met,
            self.response_missed + other.response_missed,
            self.restoration_met + other.restoration_met,
            self.restoration_missed + other.restoration_missed,
        )

    @property
    def response_share(self) -> float | None:
        """The share of first responses in time, in hundredths, of those that can be judged; None when none can."""
        return share(self.response_met, self.response_met + self.response_missed)

    @property
    def restoration_share(self) -> float | None:
        """The share of restorations in time, in hundredths, of those that can be judged; None when none can."""
        return share(self.restoration_met, self.restoration_met + self.restoration_missed)


def share(part: int, whole: int) -> float | None:
    """Return ``part`` of ``whole`` in hundredths, to one decimal; None of nothing. Only the whole is 100, only nothing is 0."""
    if not whole:
        return None
    rounded = round(100 * part / whole, 1)
    if 0 < part < whole:
        return min(max(rounded, 0.1), 99.9)
    return rounded


def add_up(rows: Iterable[tuple[Key, Tally]]) -> dict[Key, Tally]:
    """Add the tallies of each key up, keys in the order of their first appearance."""
    sums: dict[Key, Tally] = {}
    for key, tally in rows:
        sums[key] = sums.get(key, Tally()) + tally
    return sums


@dataclass(frozen=True, slots=True)
class Month:
    """A month of Paris, or the part of it that lies within the period. ``start`` included, ``end`` not."""

    first: date
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of Paris, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The instant at which it begins, in UTC."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The instant at which it ends (not included), in UTC."""
        return midnight(self.last + timedelta(days=1))

    def months(self) -> list[Month]:
        """Return its months, the first and the last cut to it."""
        firsts = [self.first.replace(day=1)]
        while (following := _next_month(firsts[-1])) <= self.last:
            firsts.append(following)
        bounds = [self.start, *[midnight(day) for day in firsts[1:]], self.end]
        return [Month(day, *between) for day, between in zip(firsts, pairwise(bounds), strict=True)]


def midnight(day: date) -> datetime:
    """Return the instant at which a day of Paris begins, in UTC: no clock changes at midnight there."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def usual_period(today: date) -> Period:
    """Return the twelve months that end today."""
    first = today.replace(day=1)
    for _ in range(USUAL_MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return Period(first, today)


@dataclass(frozen=True, slots=True)
class Season:
    """A stretch of time over which Paris is a whole number of hours ahead of UTC."""

    start: datetime
    end: datetime
    hours_ahead: int


def seasons(period: Period) -> list[Season]:
    """Return the stretches of a period between two changes of the clocks, oldest first."""
    found: list[Season] = []
    instant = period.start
    while instant < period.end:
        ahead = _hours_ahead(instant)
        after = instant
        while after < period.end and _hours_ahead(after) == ahead:
            after += timedelta(days=1)
        end = min(after, period.end)
        while end > instant and _hours_ahead(end - timedelta(hours=1)) != ahead:
            end -= timedelta(hours=1)
        found.append(Season(instant, end, ahead))
        instant = end
    return found


def _hours_ahead(instant: datetime) -> int:
    offset = instant.astimezone(PARIS).utcoffset()
    return int((offset or timedelta()).total_seconds() // 3600)


#: Hours of a week.
WEEK = 7 * 24


def weekly_load(groups: Iterable[tuple[int, int, int, int]]) -> list[list[int]]:
    """Return how many tickets were notified in each hour of the week of Paris: seven days from Monday, of 24 hours.

    Each group is (weekday of UTC from 0 = Sunday, hour of UTC, hours that Paris is ahead, tickets).
    """
    week = [0] * WEEK
    for weekday, hour, ahead, count in groups:
        week[((weekday - 1) * 24 + hour + ahead) % WEEK] += count
    return [week[day * 24 : day * 24 + 24] for day in range(7)]


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in and went out in a month, and what was open at its end."""

    opened: int
    closed: int
    open_at_end: int


def backlog(groups: Mapping[tuple[int, int], int], months: int) -> list[Flow]:
    """Return the flow of each month from tickets grouped by (month opened, month closed).

    Month -1 is before the period; a closing month equal to ``months`` is after it, or never. A ticket that was reopened counts as
    open since its notification: only its last closing is known.
    """
    opened, closed = Counter[int](), Counter[int]()
    for (came, went), count in groups.items():
        opened[came] += count
        closed[went] += count
    standing, flows = opened[-1] - closed[-1], []
    for month in range(months):
        standing += opened[month] - closed[month]
        flows.append(Flow(opened[month], closed[month], standing))
    return flows


#: Upper bounds of the classes of a distribution, in minutes of business time; the last class has none.
CLASSES = (30, 60, 120, 240, 480, 960, 1440, 2400)
PERCENTILES = (50, 75, 90, 95)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Durations, in whole minutes of business time, with how many tickets took each."""

    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        """How many tickets."""
        return sum(self.counts.values())

    def classes(self) -> list[int]:
        """Return how many took less than each bound of ``CLASSES`` and not less than the one before; then how many took more."""
        found = [0] * (len(CLASSES) + 1)
        for minutes, count in self.counts.items():
            found[sum(bound <= minutes for bound in CLASSES)] += count
        return found

    def percentile(self, rank: int) -> int | None:
        """Return the shortest duration, in minutes, that at least ``rank`` hundredths of the tickets do not exceed; None of none."""
        needed, reached = self.total * rank, 0
        for minutes in sorted(self.counts):
            reached += self.counts[minutes] * 100
            if reached >= needed:
                return minutes
        return None


def mean_score(scores: Mapping[int, int]) -> float | None:
    """Return the mean of the marks given, to one decimal; None when nobody answered."""
    answers = sum(scores.values())
    return round(sum(score * count for score, count in scores.items()) / answers, 1) if answers else None


def extremes(values: Sequence[float | None]) -> tuple[int, int] | None:
    """Return where the lowest and the highest value stand (the first of each); None when there is no value."""
    known = [index for index, value in enumerate(values) if value is not None]
    if not known:
        return None
    return min(known, key=lambda index: values[index] or 0), max(known, key=lambda index: (values[index] or 0, -index))
