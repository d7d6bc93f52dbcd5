"""Plans, targets and opening hours of contracts: pure values, and the calendar that a site is served on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from webapp.clock import PARIS
from webapp.contracts.exceptional import read_days
from webapp.texts import mark as _m
from webapp.worktime import DESK_HOURS, Interval, Territory, WorkCalendar, french_holidays

#: The opening hours of FL-12.5a, as a calendar version names them.
DESK_HOURS_CODE = "desk-1"

#: Longest code of opening hours, so that a calendar's version fits in a ticket's column.
LONGEST_HOURS_CODE = 66

WEEKDAYS = (_m("Lundi"), _m("Mardi"), _m("Mercredi"), _m("Jeudi"), _m("Vendredi"), _m("Samedi"), _m("Dimanche"))

WeeklyHours = Mapping[int, Sequence[Interval]]


class Hosting(StrEnum):
    """Where the service runs (FL-4): it decides whether site access suspends the clock (FL-12.6b)."""

    CLOUD = "cloud"
    IN_HOUSE = "in_house"


class Plan(StrEnum):
    """The support tier: paying clients come before the others; advanced support has a number of hours (FL-12.2, FL-12.3)."""

    ADVANCED = "advanced"
    PAYING = "paying"
    FREEMIUM = "freemium"


class Unit(StrEnum):
    """How a target is written in the contract."""

    DAYS = "days"
    HOURS = "hours"


class DayRule(StrEnum):
    """What "2 business days" means (FL-12.1): an amount of business hours, the same time of day, or the end of the day."""

    BUSINESS_HOURS = "business_hours"
    SAME_TIME = "same_time"
    END_OF_DAY = "end_of_day"


class DurationRule(StrEnum):
    """Which of the two durations counts against a target (FL-12.4)."""

    BUSINESS = "business"
    ELAPSED = "elapsed"


HOSTING_LABELS = {Hosting.CLOUD: "Cloud", Hosting.IN_HOUSE: "In-House"}
PLAN_LABELS = {Plan.ADVANCED: _m("support avancé"), Plan.PAYING: _m("payant"), Plan.FREEMIUM: _m("gratuit (freemium)")}
DAY_RULE_LABELS = {
    DayRule.BUSINESS_HOURS: _m("autant d’heures ouvrées (8 par jour aux heures des conditions générales)"),
    DayRule.SAME_TIME: _m("à la même heure, autant de jours ouvrés plus tard"),
    DayRule.END_OF_DAY: _m("jusqu’à la fermeture du dernier jour ouvré"),
}
#: The suspensions that a level may allow, by the codes of the help desk's clock: access to the site (FL-12.6b), planned
#: interruptions (FL-12.8). A relapse is no suspension that anybody asks for: it is always left out of the count.
PAUSE_LABELS = {
    "site_access": _m("attente d’un accès au site (In-House)"),
    "planned": _m("interruption programmée, 8 heures ouvrées au plus"),
}
UNIT_LABELS = {Unit.DAYS: _m("jours ouvrés"), Unit.HOURS: _m("heures ouvrées")}
RULE_LABELS = {DurationRule.BUSINESS: _m("heures ouvrées"), DurationRule.ELAPSED: _m("temps écoulé")}
TERRITORY_LABELS = {
    Territory.METROPOLITAN: _m("France métropolitaine"),
    Territory.ALSACE_MOSELLE: _m("Alsace-Moselle"),
    Territory.GUADELOUPE: _m("Guadeloupe"),
    Territory.MARTINIQUE: _m("Martinique"),
    Territory.GUYANE: _m("Guyane"),
    Territory.REUNION: _m("La Réunion"),
    Territory.MAYOTTE: _m("Mayotte"),
    Territory.SAINT_PIERRE_ET_MIQUELON: _m("Saint-Pierre-et-Miquelon"),
    Territory.SAINT_BARTHELEMY: _m("Saint-Barthélemy"),
    Territory.SAINT_MARTIN: _m("Saint-Martin"),
    Territory.WALLIS_ET_FUTUNA: _m("Wallis-et-Futuna"),
    Territory.POLYNESIE_FRANCAISE: _m("Polynésie française"),
    Territory.NOUVELLE_CALEDONIE: _m("Nouvelle-Calédonie"),
}


class ContractState(StrEnum):
    """Where a contract stands on a day."""

    COMING = "coming"
    IN_FORCE = "in_force"
    ENDED = "ended"


STATE_LABELS = {ContractState.COMING: _m("à venir"), ContractState.IN_FORCE: _m("en cours"), ContractState.ENDED: _m("terminé")}
STATE_CHIPS = {ContractState.COMING: "soon", ContractState.IN_FORCE: "ok", ContractState.ENDED: "q"}


def contract_state(starts_on: date, ends_on: date | None, today: date) -> ContractState:
    """Return where the contract stands; ``ends_on`` is its last day (FL-7.3)."""
    if today < starts_on:
        return ContractState.COMING
    return ContractState.ENDED if ends_on is not None and today > ends_on else ContractState.IN_FORCE


def day_of(at: datetime) -> date:
    """Return the date in Paris of an aware instant: contracts begin and end on days."""
    return at.astimezone(PARIS).date()


@dataclass(frozen=True, slots=True)
class LevelTerms:
    """What a version of a service level promises; in each pair of days and minutes exactly one is not zero.

    ``warning_minutes`` and ``lead_warning_minutes``: business time left at which the assignee, then the lead, are warned.
    ``report_days``: business days for the incident report (FL-12.7). ``pauses_allowed``: codes of ``PAUSE_LABELS``.
    ``paying_first``: paying clients come before freemium (FL-12.3). ``reopening_days``: how long the client may reopen.
    """

    response_days: int
    response_minutes: int
    restoration_days: int
    restoration_minutes: int
    rule: DurationRule
    hours_code: str
    warning_minutes: int
    lead_warning_minutes: int = 60
    day_rule: DayRule = DayRule.BUSINESS_HOURS
    report_days: int = 10
    pauses_allowed: tuple[str, ...] = tuple(PAUSE_LABELS)
    paying_first: bool = True
    reopening_days: int = 10

    @property
    def response_time(self) -> timedelta:
        """The first response as business time; zero when it is promised in days."""
        return timedelta(minutes=self.response_minutes)

    @property
    def restoration_time(self) -> timedelta:
        """Restoration as business time; zero when it is promised in days."""
        return timedelta(minutes=self.restoration_minutes)


#: FL-12.1: what everybody is promised, contract or not.
GENERAL_TERMS = LevelTerms(2, 0, 2, 0, DurationRule.BUSINESS, DESK_HOURS_CODE, 240)


def split_target(amount: int, unit: Unit) -> tuple[int, int]:
    """Return (business days, minutes of business time) of a target as typed; one of them is zero."""
    return (amount, 0) if unit is Unit.DAYS else (0, amount * 60)


class HoursError(ValueError):
    """Opening hours that cannot be understood; ``problem`` is a French sentence with ``%(text)s``."""

    def __init__(self, problem: str, text: str) -> None:
        super().__init__(problem % {"text": text})
        self.problem = problem
        self.text = text


_PERIOD = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:-|–|à)\s*(\d{1,2})\s*[h:]\s*(\d{2})?", re.IGNORECASE)


def read_hours(text: str) -> tuple[Interval, ...]:
    """Read one day's opening hours as people type them: « 8h30-12h, 13h30-18h »; empty text is a closed day.

    24h (and 0h) as a closing time is midnight at the end of the day. Raises HoursError.
    """
    periods = [part.strip() for part in re.split(r"[,;]|\bet\b", text) if part.strip()]
    found: list[Interval] = []
    for part in periods:
        match = _PERIOD.fullmatch(part)
        if match is None:
            raise HoursError(_m("« %(text)s » n'est pas une plage horaire : écrivez par exemple 8h30-12h."), part)
        opening, closing = _wall(match[1], match[2], part), _wall(match[3], match[4], part, closing=True)
        if closing != time(0) and closing <= opening:
            raise HoursError(_m("« %(text)s » finit avant de commencer."), part)
        found.append((opening, closing))
    ordered = tuple(sorted(found))
    for (_, closing), (opening, _later) in pairwise(ordered):
        if closing == time(0) or opening < closing:
            raise HoursError(_m("Les plages de « %(text)s » se chevauchent."), text)
    return ordered


def _wall(hours: str, minutes: str | None, part: str, *, closing: bool = False) -> time:
    hour, minute = int(hours), int(minutes or 0)
    if closing and (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:
        raise HoursError(_m("« %(text)s » contient une heure qui n'existe pas."), part)
    return time(hour, minute)


def write_hours(intervals: Sequence[Interval]) -> str:
    """Write one day's opening hours as `read_hours` reads them; empty for a closed day."""
    return ", ".join(f"{_say(opening)}-{'24h' if closing == time(0) else _say(closing)}" for opening, closing in intervals)


def _say(wall: time) -> str:
    return f"{wall.hour}h{wall.minute:02d}" if wall.minute else f"{wall.hour}h"


def hours_code(hours: WeeklyHours) -> str:
    """Return the short text that stands for weekly opening hours: ``desk-1``, or ``0-4.0830-1200.1330-1800_5.0900-1200``."""
    if all(tuple(hours.get(day, ())) == tuple(DESK_HOURS.get(day, ())) for day in range(7)):
        return DESK_HOURS_CODE
    groups: list[tuple[int, int, tuple[Interval, ...]]] = []
    for day in range(7):
        intervals = tuple(hours.get(day, ()))
        if groups and groups[-1][1] == day - 1 and groups[-1][2] == intervals:
            groups[-1] = (groups[-1][0], day, intervals)
        else:
            groups.append((day, day, intervals))
    return "_".join(
        f"{first}-{last}." + ".".join(f"{a:%H%M}-{b:%H%M}" for a, b in intervals) for first, last, intervals in groups if intervals
    )


@lru_cache(maxsize=256)
def hours_of(code: str) -> dict[int, tuple[Interval, ...]]:
    """Return the weekly opening hours that a code stands for. Raises ValueError for a code that is none."""
    if code == DESK_HOURS_CODE:
        return {day: tuple(intervals) for day, intervals in DESK_HOURS.items()}
    weekly: dict[int, tuple[Interval, ...]] = {}
    for group in filter(None, code.split("_")):
        days, *periods = group.split(".")
        first, _, last = days.partition("-")
        intervals = tuple((_clock(period[:4]), _clock(period[5:])) for period in periods)
        weekly.update(dict.fromkeys(range(int(first), int(last) + 1), intervals))
    return weekly


def _clock(digits: str) -> time:
    return time(int(digits[:2]), int(digits[2:]))


_VERSION = re.compile(r"(?P<code>[^:]*):(?P<place>[^:]*):(?P<zone>.+?)(?:\+(?P<days>\d{8}.*))?")


@dataclass(frozen=True, slots=True)
class CalendarName:
    """A calendar by what makes it: opening hours, holidays, time zone, exceptional days (the text of `exceptional.write_days`).

    Its text, which tickets store as the calendar's version, says all of it: ``desk-1:metropolitan:Europe/Paris+20261224``. So a stored
    calendar never changes, and explains itself.
    """

    code: str = DESK_HOURS_CODE
    territory: Territory = Territory.METROPOLITAN
    good_friday: bool = True
    timezone: str = "Europe/Paris"
    days: str = ""

    def __str__(self) -> str:
        place = f"{self.territory}{'' if self.good_friday else '-no-good-friday'}"
        return f"{self.code}:{place}:{self.timezone}{'+' if self.days else ''}{self.days}"

    def calendar(self) -> WorkCalendar:
        """Return the calendar of that name, shared."""
        return calendar_named(str(self))


def read_calendar(version: str) -> CalendarName:
    """Return what makes the calendar whose version was stored with a deadline. Raises ValueError when it is none."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"{version!r} is the version of no calendar")
    place = match["place"]
    territory = Territory(place.removesuffix("-no-good-friday"))
    return CalendarName(match["code"], territory, not place.endswith("-no-good-friday"), match["zone"], match["days"] or "")


@lru_cache(maxsize=2048)
def calendar_named(version: str) -> WorkCalendar:
    """Return the calendar whose version was stored with a deadline, shared. Raises ValueError when it is none."""
    name = read_calendar(version)
    overrides = {special.day: special.hours for special in read_days(name.days)}
    return WorkCalendar(
        name.timezone, hours_of(name.code), french_holidays(name.territory, name.good_friday), overrides=overrides, version=version
    )


def service_calendar(
    territory: Territory = Territory.METROPOLITAN,
    good_friday: bool = True,
    timezone: str = "Europe/Paris",
    code: str = DESK_HOURS_CODE,
    days: str = "",
) -> WorkCalendar:
    """Return the calendar of some opening hours at a place; its ``version`` names it fully (`calendar_named` gives it back)."""
    return CalendarName(code, territory, good_friday, timezone, days).calendar()


def has_good_friday(territory: Territory) -> bool:
    """Tell whether Good Friday is a matter of choice there: where the calendar of holidays counts it."""
    return len(french_holidays(territory, True)(2026)) != len(french_holidays(territory, False)(2026))
