"""Opening hours of a day: the shape they are given in, checked and merged."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

Interval = tuple[time, time]
"""Opening and closing wall time, half-open; a closing `time(0, 0)` is midnight at the end of the day."""

Span = tuple[timedelta, timedelta]
"""The same, as distances from the midnight that begins the day."""

WHOLE_DAY = timedelta(days=1)


class CalendarNeverOpens(ValueError):
    """Asked for an open instant in a direction where the calendar has none."""


class OutsideCalendarRange(OverflowError):
    """The instant asked for, or the answer, lies outside the years that a date can hold."""


def spans_of(intervals: Sequence[Interval]) -> tuple[Span, ...]:
    """One day's intervals in order, the overlapping and the touching ones merged.

    Raises ValueError for an interval that is empty, reversed or has a time zone of its own.
    """
    merged: list[Span] = []
    for opening, closing in sorted(_span(interval) for interval in intervals):
        if merged and opening <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closing))
        else:
            merged.append((opening, closing))
    return tuple(merged)


def spans_by_weekday(
    hours: Mapping[int, Sequence[Interval]],
) -> tuple[tuple[Span, ...], ...]:
    """Seven entries, Monday first. Raises ValueError for a weekday that is not 0 to 6."""
    unknown = sorted(day for day in hours if day not in range(7))
    if unknown:
        raise ValueError(f"weekdays go from 0 (Monday) to 6 (Sunday), not {unknown}")
    return tuple(spans_of(hours.get(weekday, ())) for weekday in range(7))


def spans_by_date(
    overrides: Mapping[date, Sequence[Interval]],
) -> dict[date, tuple[Span, ...]]:
    """The days whose hours replace the weekly ones. Raises ValueError for a datetime used as a date."""
    if any(isinstance(day, datetime) for day in overrides):
        raise ValueError("overrides are keyed by date, not by datetime")
    return {day: spans_of(intervals) for day, intervals in overrides.items()}


def _span(interval: Interval) -> Span:
    opening, closing = interval
    if opening.tzinfo is not None or closing.tzinfo is not None:
        raise ValueError("opening hours are local wall times, without a time zone")
    start = _since_midnight(opening)
    end = _since_midnight(closing) or WHOLE_DAY
    if end <= start:
        raise ValueError(f"{opening} to {closing} is empty or reversed: hours past midnight belong to the next day")
    return start, end


def _since_midnight(wall: time) -> timedelta:
    return timedelta(
        hours=wall.hour,
        minutes=wall.minute,
        seconds=wall.second,
        microseconds=wall.microsecond,
    )
