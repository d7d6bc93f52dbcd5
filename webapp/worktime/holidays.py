"""French public holidays by territory, copied from the `holidays` library into frozensets.

Code du travail L3133-1 (metropolitan France), L3134-13 (Alsace-Moselle), L3422-2 (overseas), and local usage as the
library records it. Good Friday depends on the commune in Alsace-Moselle (where there is a Protestant church or a
mixed one), and on usage overseas: it is a choice.
"""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, partial

import holidays as library


class Territory(StrEnum):
    """Where a site stands, as far as its public holidays go. Overseas values are the INSEE or ISO codes."""

    METROPOLITAN = "metropolitan"
    ALSACE_MOSELLE = "alsace_moselle"
    GUADELOUPE = "971"
    MARTINIQUE = "972"
    GUYANE = "973"
    REUNION = "974"
    MAYOTTE = "976"
    SAINT_PIERRE_ET_MIQUELON = "PM"
    SAINT_BARTHELEMY = "BL"
    SAINT_MARTIN = "MF"
    WALLIS_ET_FUTUNA = "WF"
    POLYNESIE_FRANCAISE = "PF"
    NOUVELLE_CALEDONIE = "NC"


_SUBDIVISIONS = {Territory.METROPOLITAN: None, Territory.ALSACE_MOSELLE: "6AE"}

TIME_ZONES: dict[Territory, str] = {
    Territory.METROPOLITAN: "Europe/Paris",
    Territory.ALSACE_MOSELLE: "Europe/Paris",
    Territory.GUADELOUPE: "America/Guadeloupe",
    Territory.MARTINIQUE: "America/Martinique",
    Territory.GUYANE: "America/Cayenne",
    Territory.REUNION: "Indian/Reunion",
    Territory.MAYOTTE: "Indian/Mayotte",
    Territory.SAINT_PIERRE_ET_MIQUELON: "America/Miquelon",
    Territory.SAINT_BARTHELEMY: "America/St_Barthelemy",
    Territory.SAINT_MARTIN: "America/Marigot",
    Territory.WALLIS_ET_FUTUNA: "Pacific/Wallis",
    Territory.POLYNESIE_FRANCAISE: "Pacific/Tahiti",
    Territory.NOUVELLE_CALEDONIE: "Pacific/Noumea",
}
"""The IANA zone of each territory (the main one where there are several)."""


@lru_cache(maxsize=4096)
def holidays_in(territory: Territory, year: int, good_friday: bool = True) -> frozenset[date]:
    """The public holidays of a territory in a year.

    `good_friday=False` leaves Good Friday out where the library counts it; it adds none where it does not.
    """
    found = library.country_holidays("FR", subdiv=_SUBDIVISIONS.get(territory, territory.value), years=year)
    days = frozenset(day for day in found if day.year == year)
    return days if good_friday else days - {_good_friday(year)}


def french_holidays(territory: Territory, good_friday: bool = True) -> Callable[[int], frozenset[date]]:
    """The function that `WorkCalendar` takes: a year in, its holidays out."""
    return partial(_of_year, territory, good_friday)


def _of_year(territory: Territory, good_friday: bool, year: int) -> frozenset[date]:
    return holidays_in(territory, year, good_friday)


def _good_friday(year: int) -> date:
    """Two days before Easter Sunday (anonymous Gregorian algorithm, as printed by Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1) - timedelta(days=2)
