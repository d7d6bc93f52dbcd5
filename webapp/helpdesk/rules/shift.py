"""What a change of calendar or of service level would move: the deadlines of open tickets, before and after. Pure.

A ticket's deadlines depend on its clock events, its calendars and its targets alone, so the same function serves the page that shows
what would move, its confirmation, and another level on one ticket.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from webapp.contracts.exceptional import SpecialDay, first_day, read_days, write_days
from webapp.contracts.rules import DurationRule, LevelTerms, calendar_named, read_calendar
from webapp.helpdesk.rules.clock import ClockEvent, EventKind
from webapp.helpdesk.rules.deadlines import Target, next_due
from webapp.helpdesk.rules.reckoning import Counted, reckon
from webapp.worktime import Territory


@dataclass(frozen=True, slots=True)
class Place:
    """A site of a ticket with the calendar it is counted on."""

    site_id: int
    calendar: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What a ticket was promised: its calendar and its targets. Thousands of tickets share one."""

    calendar: str
    first_response: Target
    restoration: Target


@dataclass(frozen=True, slots=True)
class Standing:
    """An open ticket as a change meets it. ``owes`` is False while nothing is owed (restored, or not an interruption).

    ``interruption`` is False for work that is offered or under way: it has no deadline, so none of it can move (FL-12.6a).
    """

    ticket_id: int
    organisation_id: int
    version: int
    notified_at: datetime
    promise: Promise
    responded: bool
    owes: bool
    response_due_at: datetime
    restoration_due_at: datetime | None
    due_at: datetime | None
    places: tuple[Place, ...] = ()
    events: tuple[ClockEvent, ...] = ()
    interruption: bool = True


class Change(Protocol):
    """A change of calendars or of a level, as a function of what tickets were promised."""

    @property
    def targets(self) -> tuple[Target, Target] | None:
        """The targets of first response and restoration from now on; None when they stay."""

    def calendar(self, version: str, site_id: int | None, notified_at: datetime, /) -> str:
        """Return what becomes of a calendar: that of a site, or (None) the ticket's own."""


@dataclass(frozen=True, slots=True)
class SiteChange:
    """A site gets other holidays or another time zone. The ticket's own calendar follows: see ``after``."""

    site_id: int
    territory: Territory
    good_friday: bool
    timezone: str
    targets: None = None

    def calendar(self, version: str, site_id: int | None, _notified_at: datetime, /) -> str:
        """Only that site's calendar changes."""
        return _at_site(version, self.territory, self.good_friday, self.timezone) if site_id == self.site_id else version


@dataclass(frozen=True, slots=True)
class DayChange:
    """The operator adds an exceptional day, or takes it back (``added`` False): every calendar it matters to names it, or no longer."""

    special: SpecialDay
    added: bool = True
    targets: None = None

    def calendar(self, version: str, _site_id: int | None, notified_at: datetime, /) -> str:
        """A ticket notified after the day keeps its calendar."""
        meets = notified_at.date() <= self.special.day or first_day(notified_at) <= self.special.day
        return _with_day(version, self.special, self.added) if meets else version


@dataclass(frozen=True, slots=True)
class LevelChange:
    """Other terms are applied: targets, day rule and opening hours; holidays, time zones and exceptional days stay."""

    terms: LevelTerms

    @property
    def targets(self) -> tuple[Target, Target]:
        """What the level promises."""
        return targets_of(self.terms)

    def calendar(self, version: str, _site_id: int | None, _notified_at: datetime, /) -> str:
        """Each calendar takes the level's hours."""
        return _on_hours(version, self.terms.hours_code)


@lru_cache(maxsize=4096)
def _at_site(calendar: str, territory: Territory, good_friday: bool, timezone: str) -> str:
    return str(replace(read_calendar(calendar), territory=territory, good_friday=good_friday, timezone=timezone))


@lru_cache(maxsize=4096)
def _with_day(calendar: str, special: SpecialDay, added: bool) -> str:
    name = read_calendar(calendar)
    days = [day for day in read_days(name.days) if day.day != special.day] + ([special] if added else [])
    return str(replace(name, days=write_days(days, date.min)))


@lru_cache(maxsize=4096)
def _on_hours(calendar: str, hours_code: str) -> str:
    return str(replace(read_calendar(calendar), code=hours_code))


@lru_cache(maxsize=64)
def targets_of(terms: LevelTerms) -> tuple[Target, Target]:
    """Return the targets of first response and restoration that a level gives."""
    elapsed = terms.rule is DurationRule.ELAPSED and terms.restoration_minutes > 0
    return (
        Target(terms.response_days, terms.response_time, day_rule=terms.day_rule),
        Target(terms.restoration_days, terms.restoration_time, elapsed, terms.day_rule),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """A ticket before and after a change."""

    before: Standing
    after: Standing

    @property
    def moved(self) -> int:
        """How many of its deadlines change: that of the first response while it is owed, and that of restoration."""
        return self.redated if self.before.interruption else 0

    @property
    def redated(self) -> int:
        """How many of the instants that are stored change, whether or not anybody owes something by them."""
        before, after = self.before, self.after
        response = not before.responded and before.response_due_at != after.response_due_at
        restoration = before.restoration_due_at != after.restoration_due_at or bool(self.moved_places)
        return int(response) + int(restoration)

    @property
    def moved_places(self) -> tuple[tuple[Place, Place], ...]:
        """The sites whose own deadline changes, before and after."""
        pairs = zip(self.before.places, self.after.places, strict=True)
        return tuple((one, two) for one, two in pairs if one.due_at != two.due_at)

    @property
    def changed(self) -> bool:
        """Whether anything about it must be written, be it only the name of a calendar."""
        return self.before != self.after


def outcomes(change: Change, standings: Iterable[Standing]) -> Iterator[Outcome]:
    """Return what the change makes of each ticket."""
    for standing in standings:
        yield Outcome(standing, after(change, standing))


def after(change: Change, standing: Standing) -> Standing:
    """Return the ticket after the change; every pause and every other event is kept.

    The ticket's own calendar, on which the first response is counted, is that of the site whose restoration is promised first.
    """
    start, old = standing.notified_at, standing.promise
    first, restoration = change.targets or (old.first_response, old.restoration)
    calendar = change.calendar(old.calendar, None, start)
    places = standing.places
    if places:
        places = tuple(Place(one.site_id, change.calendar(one.calendar, one.site_id, start), one.due_at) for one in places)
        if places != standing.places:
            own = next((one.site_id for one in standing.places if one.calendar == old.calendar), 0)
            calendar = _soonest(places, restoration, start, own)
    if places == standing.places and calendar == old.calendar and (first, restoration) == (old.first_response, old.restoration):
        return standing
    return reckoned(standing, Promise(calendar, first, restoration), places)


def _soonest(places: tuple[Place, ...], restoration: Target, start: datetime, own: int) -> str:
    """Return the calendar of the site whose restoration is promised first; of several, that of the site the ticket was counted on."""
    if len(places) == 1:
        return places[0].calendar
    return min(places, key=lambda place: (restoration.due(calendar_named(place.calendar), start), place.site_id != own)).calendar


def reckoned(standing: Standing, promise: Promise, places: tuple[Place, ...]) -> Standing:
    """Return the ticket under a promise, its sites on their calendars: the deadlines are those that its clock itself would give."""
    start, target = standing.notified_at, promise.restoration
    response = promise.first_response.due(calendar_named(promise.calendar), start)
    if standing.events or target.elapsed:
        places, restoration = _replayed(standing, promise, places)
    elif places:
        places = tuple(Place(one.site_id, one.calendar, _plain(one.calendar, target, start)) for one in places)
        restoration = min(one.due_at for one in places if one.due_at)
    else:
        restoration = response if target == promise.first_response else _plain(promise.calendar, target, start)
    return Standing(
        standing.ticket_id,
        standing.organisation_id,
        standing.version,
        start,
        promise,
        standing.responded,
        standing.owes,
        response,
        restoration,
        next_due(response, restoration, responded=standing.responded, ended=not standing.owes),
        places,
        standing.events,
        standing.interruption,
    )


def _plain(calendar: str, target: Target, start: datetime) -> datetime:
    """The deadline of a clock that nothing has suspended or stopped: what most tickets are, in a tenth of the time of a replay."""
    return target.due(calendar_named(calendar), start)


def _replayed(standing: Standing, promise: Promise, places: tuple[Place, ...]) -> tuple[tuple[Place, ...], datetime | None]:
    events = standing.events or (ClockEvent(EventKind.STARTED, standing.notified_at),)
    counted = [Counted(place.site_id, calendar_named(place.calendar)) for place in places]
    told = reckon(events, counted or [Counted(None, calendar_named(promise.calendar))], promise.restoration)
    dated = tuple(Place(place.site_id, place.calendar, figures.due_at) for place, figures in zip(places, told.sites, strict=False))
    return dated, told.due_at


def digest(moved: Sequence[Outcome]) -> str:
    """Return a digest of what would move: the confirmation refuses a change that would not do what was shown."""
    lines = sorted(f"{one.before.ticket_id} {_said(one.before)} {_said(one.after)}" for one in moved)
    return sha256("\n".join(lines).encode()).hexdigest()[:32]


def _said(standing: Standing) -> str:
    restoration = standing.restoration_due_at
    return f"{standing.response_due_at.isoformat()} {restoration.isoformat() if restoration else ''}"
