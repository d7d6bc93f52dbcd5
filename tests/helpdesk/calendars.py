"""The desk's hours for pure tests: 8 h 30 to 12 h and 13 h 30 to 18 h on weekdays (FL-12.5a)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from webapp.worktime import WorkCalendar

PARIS = ZoneInfo("Europe/Paris")
HOURS = {day: [(time(8, 30), time(12)), (time(13, 30), time(18))] for day in range(5)}
HOLIDAYS = {date(2026, 11, 11), date(2026, 12, 25), date(2027, 1, 1), date(2026, 5, 1), date(2026, 7, 14)}


def desk() -> WorkCalendar:
    """Return the desk's calendar."""
    return WorkCalendar("Europe/Paris", HOURS, HOLIDAYS, version="tests")


def paris(text: str) -> datetime:
    """Return the instant of a Paris wall time such as ``2026-11-20 11:10``, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)
