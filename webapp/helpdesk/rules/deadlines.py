"""What a service level promises, as instants: first response and restoration (FL-12.1), and how soon they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from enum import StrEnum

from webapp.contracts.rules import DayRule
from webapp.helpdesk.rules.clock import ClockInputs
from webapp.worktime import SlaClock, WorkCalendar

#: Below this much business time left, a deadline is called near: the queue's own view, and levels that say nothing else.
SOON = timedelta(hours=4)

_AROUND_THE_CLOCK = WorkCalendar("UTC", {day: [(clock_time(0), clock_time(0))] for day in range(7)}, version="around-the-clock")


@dataclass(frozen=True, slots=True)
class Target:
    """A promise in business days (``days`` > 0) or as an amount of ``time``; exactly one of them.

    ``elapsed``: the time is wall-clock time from the first business hour, when the service level says so, instead of business time.
    ``day_rule`` says what a business day is worth (FL-12.1 leaves it open). BUSINESS_HOURS: the length of the level's usual day, that
    which most days of its week have (the longest when several are as many): 8 hours with the hours of FL-12.5a, so that 2 days are
    16 business hours; 24 hours where the level never closes. SAME_TIME: the same time of day, so many open days later. END_OF_DAY: the
    closing of that open day. All count from the first business hour that follows the notification (FL-12.4).
    """

    days: int = 0
    time: timedelta = timedelta()
    elapsed: bool = False
    day_rule: DayRule = DayRule.BUSINESS_HOURS

    def __post_init__(self) -> None:
        if (self.days > 0) == (self.time > timedelta()):
            raise ValueError("a target is either a number of business days or an amount of time")

    @property
    def rolls(self) -> bool:
        """Whether a deadline at a closing instant is given as the next opening, as the promise itself says (« same time »)."""
        return self.days > 0 and self.day_rule is DayRule.SAME_TIME

    def length(self, calendar: WorkCalendar, start: datetime) -> timedelta:
        """Return the promise as an amount: business time counted from ``start``, or wall-clock time when it is ``elapsed``."""
        if not self.days:
            return self.time
        if self.day_rule is DayRule.BUSINESS_HOURS:
            return self.days * calendar.usual_day
        return calendar.between(start, self.due(calendar, start))

    def due(self, calendar: WorkCalendar, start: datetime) -> datetime:
        """Return when a promise in days or business time is due if nothing suspends it."""
        if self.days and self.day_rule is DayRule.SAME_TIME:
            return calendar.add_business_days(start, self.days)
        if self.days and self.day_rule is DayRule.END_OF_DAY:
            return calendar.end_of_business_day(start, self.days)
        return calendar.add(start, self.length(calendar, start))


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The instants promised to somebody who reports at a given time: ``counts_from`` is the first business hour."""

    counts_from: datetime
    first_response: datetime
    restoration: datetime | None


class Urgency(StrEnum):
    """How near a deadline is: the kind of its chip."""

    LATE = "late"
    SOON = "soon"
    OK = "ok"


def promise(calendar: WorkCalendar, notified_at: datetime, first_response: Target, restoration: Target | None) -> Deadlines:
    """Return the deadlines of a report notified at ``notified_at``, as shown before sending and stored at creation."""
    fresh = ClockInputs(notified_at, (), None, None)
    return Deadlines(
        counts_from=calendar.next_open(notified_at),
        first_response=response_due(calendar, notified_at, first_response),
        restoration=restoration_due(calendar, fresh, restoration) if restoration else None,
    )


def response_due(calendar: WorkCalendar, notified_at: datetime, target: Target) -> datetime:
    """Return when the first response is due. Nothing suspends it."""
    return target.due(calendar, notified_at)


def restoration_due(calendar: WorkCalendar, inputs: ClockInputs, target: Target) -> datetime | None:
    """Return when restoration is due, suspensions added; None while the count is suspended without a known end.

    Suspensions of a promise in days move it by as much business time, whatever the day rule.
    """
    start = inputs.started_at
    if target.elapsed:
        return SlaClock(_AROUND_THE_CLOCK, calendar.next_open(start), target.time, pauses=inputs.spans()).due_at
    due = SlaClock(calendar, start, target.length(calendar, start), pauses=inputs.spans()).due_at
    return calendar.next_open(due) if due is not None and target.rolls else due


def next_due(first_response_due: datetime | None, restoration_due_at: datetime | None, *, responded: bool, ended: bool) -> datetime | None:
    """Return the deadline that the queue is sorted by: the earliest that is still owed, None when none is."""
    if ended:
        return None
    owed = [restoration_due_at] if responded else [first_response_due, restoration_due_at]
    return min((due for due in owed if due is not None), default=None)


def urgency(remaining: timedelta, warning: timedelta = SOON) -> Urgency:
    """Class the time left; under ``warning``, the service level's own threshold, the deadline is near."""
    if remaining < timedelta():
        return Urgency.LATE
    return Urgency.SOON if remaining < warning else Urgency.OK
