"""Instants told by the clocks of a site away from Paris time, with the place said: deadlines are promised there."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_timezone_location
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.contracts.rules import read_calendar
from webapp.web.i18n import language, local_time, paris, wall_clock


class Place(NamedTuple):
    """Whose clocks tell an instant: a time zone, and the name of its place, empty where it is Paris."""

    zone: ZoneInfo
    name: str


@lru_cache(maxsize=2048)
def zone_of(calendar: str) -> str:
    """Return the IANA name of the zone of a stored calendar (its version), empty for that of Paris."""
    zone = read_calendar(calendar).timezone
    return "" if zone == PARIS.key else zone


def place_of(calendar: str) -> Place:
    """Return whose clocks tell the deadlines counted on a stored calendar (its version)."""
    zone = zone_of(calendar)
    return Place(ZoneInfo(zone), _city(zone, language())) if zone else Place(PARIS, "")


@lru_cache(maxsize=64)
def _city(zone: str, locale: str) -> str:
    return str(get_timezone_location(zone, locale=locale, return_city=True))


def deadline_words(instant: datetime, calendar: str) -> str:
    """Say an instant counted on a stored calendar: « lundi 23 novembre 2026 à 17 h 30, heure locale (La Réunion) », or as in Paris."""
    place = place_of(calendar)
    return with_place(local_time(instant, place.zone), place) if place.name else paris(instant)


def with_place(when: str, place: Place) -> str:
    """Add the name of a place away from Paris time to an instant told by its clocks."""
    return str(_("%(when)s, heure locale (%(place)s)", when=when, place=place.name)) if place.name else when


def on_site(instant: datetime, zone: str) -> str:
    """Say when an instant is on the clocks of a site away from Paris time: « 17 h 59 à l’heure du site », with the day if it is another."""
    if not zone:
        return ""
    local = instant.astimezone(ZoneInfo(zone))
    day = "" if local.date() == instant.astimezone(PARIS).date() else get_day_names("wide", locale=language())[local.weekday()] + " "
    return str(_("%(when)s à l’heure du site", when=f"{day}{wall_clock(local)}"))
