"""When a publication takes effect (FX-8a, « le lendemain »)."""

from datetime import UTC, datetime, time, timedelta

from webapp.clock import PARIS


def effective_instant(requested_at: datetime) -> datetime:
    """Return the next 00:00 in Paris strictly after ``requested_at`` (aware), in UTC.

    The day is counted on the Paris calendar, so the wait is 23 or 25 hours around the changes of hour. A request made at
    00:00 exactly takes effect the next day.
    """
    if requested_at.tzinfo is None:
        raise ValueError("an aware instant is needed")
    next_day = requested_at.astimezone(PARIS).date() + timedelta(days=1)
    return datetime.combine(next_day, time(0), PARIS).astimezone(UTC)
