"""The one place where the help desk asks the contracts what was promised: levels, calendars, sites."""

from functools import lru_cache

from webapp.worktime import Territory, WorkCalendar, desk_calendar


def desk_hours() -> WorkCalendar:
    """Return the desk's own calendar: FL-12.5a, metropolitan holidays."""
    return desk_calendar()


@lru_cache(maxsize=256)
def calendar_named(version: str) -> WorkCalendar:
    """Return the calendar that gave a stored deadline, from its version (``desk-1:TERRITORY[-no-good-friday]:ZONE``)."""
    _edition, _, rest = version.partition(":")
    place, _, zone = rest.partition(":")
    territory = place.removesuffix("-no-good-friday")
    return desk_calendar(Territory(territory), not place.endswith("-no-good-friday"), zone)
