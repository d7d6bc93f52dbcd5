"""The opening hours that the service conditions give, and the calendars made from them (FL-12.5a)."""

from collections.abc import Mapping, Sequence
from datetime import time
from functools import lru_cache

from webapp.worktime.calendar import WorkCalendar
from webapp.worktime.holidays import TIME_ZONES, Territory, french_holidays
from webapp.worktime.hours import Interval

DESK_DAY: tuple[Interval, ...] = ((time(8, 30), time(12)), (time(13, 30), time(18)))
"""8 h 30 to 12 h and 13 h 30 to 18 h: eight business hours."""

DESK_HOURS: Mapping[int, Sequence[Interval]] = dict.fromkeys(range(5), DESK_DAY)
"""Monday to Friday (FL-12.5a)."""

DESK_HOURS_VERSION = "desk-1"


@lru_cache(maxsize=64)
def desk_calendar(
    territory: Territory = Territory.METROPOLITAN,
    good_friday: bool = True,
    timezone: str = "",
) -> WorkCalendar:
    """The desk's hours in a territory: its public holidays, its time zone unless another is named. Shared."""
    zone = timezone or TIME_ZONES[territory]
    fridays = "" if good_friday else "-no-good-friday"
    return WorkCalendar(
        zone,
        DESK_HOURS,
        french_holidays(territory, good_friday),
        version=f"{DESK_HOURS_VERSION}:{territory}{fridays}:{zone}",
    )
