"""What the pages show of a ticket's clock: chips, the drawn bar, the words below it. Reads the rules, changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.clock import PARIS, Clock
from webapp.helpdesk.commitments import calendar_named, desk_hours
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.queue import waiting_rows
from webapp.helpdesk.rules.account import Account, Cause
from webapp.helpdesk.rules.deadlines import SOON, Urgency, urgency
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.site_time import Place, place_of, with_place
from webapp.helpdesk.texts import STATES, STATES_FOR_CLIENT
from webapp.web.i18n import business_duration, language, machine, wall_clock
from webapp.web.rows import WaitingRow
from webapp.worktime import PieceKind, WorkCalendar


class Chip(NamedTuple):
    """Words and their kind (late, soon, ok or q)."""

    text: str
    kind: str


class Line(NamedTuple):
    """One row of a list, ready to be drawn; a tuple, whose parts a template names once for the whole list."""

    id: int
    reference: str
    title: str
    client: str
    chip: Chip
    due: str
    due_machine: str
    due_title: str
    what: str
    reported: str
    mine: bool
    urgent: bool


def lines(rows: Iterable[Any], now: datetime, actor: Actor, *, for_desk: bool = True) -> list[Line]:
    """Return queue or list rows as they are drawn."""
    words, mine = _Words(now, for_desk=for_desk), actor.account_id
    return [
        Line(  # by place: by name takes twice as long
            row.id,
            row.reference,
            row.title,
            row.client,
            words.chip(row, row.warning_minutes),
            *(words.due(row.due_at, row.calendar) if row.due_at else ("", "", "")),
            words.what(row),
            words.short(row.notified_at.astimezone(PARIS)),
            row.assignee_id == mine,
            row.priority == 1,
        )
        for row in rows
    ]


def chip_of(ticket: Any, warning_minutes: int | None, now: datetime, *, for_desk: bool) -> Chip:
    """Return the chip of one ticket; ``warning_minutes`` is its level's threshold, None without a level."""
    return _Words(now, for_desk=for_desk).chip(ticket, warning_minutes)


class _Words:
    """The few words that a list repeats, translated once for the whole list."""

    def __init__(self, now: datetime, *, for_desk: bool) -> None:
        self.now = now
        self.states = STATES if for_desk else STATES_FOR_CLIENT
        self.late, self.left = _("Dépassé de %(time)s"), _("Reste %(time)s")
        self.response = str(_("1re réponse"))
        self.paris = _("heure de Paris")
        self.days = _day_names(language())
        self.places: dict[str, Place] = {}

    def chip(self, row: Any, warning_minutes: int | None) -> Chip:
        """Say how near the next deadline is, or what the ticket waits for."""
        if row.due_at is None:
            kind = "ok" if row.state is State.RESTORED else "q"
            text = _("En pause : accès au site") if row.state is State.WAITING_ACCESS else _(self.states[row.state])
            return Chip(text, kind)
        elapsed = row.restoration_elapsed and row.due_at == row.restoration_due_at
        left = row.due_at - self.now if elapsed else calendar_named(row.calendar).between(self.now, row.due_at)
        if left == timedelta() and self.now > row.due_at:
            return Chip(_("Échéance dépassée"), "late")
        near = urgency(left, SOON if warning_minutes is None else timedelta(minutes=warning_minutes))
        words = self.late if near is Urgency.LATE else self.left
        return Chip(words % {"time": business_duration(left)}, str(near))

    def what(self, row: Any) -> str:
        """Say that the deadline is that of the first response; else it is that of restoration."""
        first = row.due_at is not None and row.first_responded_at is None and row.due_at == row.first_response_due_at
        return self.response if first else ""

    def due(self, instant: datetime, calendar: str) -> tuple[str, str, str]:
        """Say a deadline briefly, for a machine and exactly, for a title; by the clocks of the place where it is counted.

        That place is named when it is not on Paris time; the title then gives the hour of Paris too.
        """
        place = self.places.get(calendar) or self.places.setdefault(calendar, place_of(calendar))
        local = instant.astimezone(place.zone)
        if not place.name:
            return self.short(local), machine(instant), f"{_figures(local)} ({self.paris})"
        title = f"{with_place(_figures(local), place)} · {_figures(instant.astimezone(PARIS))} ({self.paris})"
        return f"{self.short(local)} ({place.name})", machine(instant), title

    def short(self, local: datetime) -> str:
        """Say a local time briefly, as ``i18n.short`` does, without asking Babel for each cell."""
        return f"{self.days[local.weekday()]} {local.day:02d}/{local.month:02d} {local.hour:02d}:{local.minute:02d}"


def _figures(local: datetime) -> str:
    return f"{local.day:02d}/{local.month:02d}/{local.year} {local.hour:02d}:{local.minute:02d}:{local.second:02d}"


@lru_cache(maxsize=8)
def _day_names(locale: str) -> dict[int, str]:
    return dict(get_day_names("abbreviated", locale=locale))


def closed_until(now: datetime, calendar: WorkCalendar | None = None) -> datetime | None:
    """Return the desk's next opening, or None while it is open."""
    opening = (calendar or desk_hours()).next_open(now)
    return opening if opening > now else None


def opening_words(opening: datetime, now: datetime, zone: str = "") -> str:
    """Say a coming opening as people do: « lundi 8 h 30 », with its date when it is a week away or more.

    ``zone``: the time zone of a site that is not on Paris time; its opening is told by its own clocks.
    """
    local = opening.astimezone(ZoneInfo(zone) if zone else PARIS)
    clock = wall_clock(local)
    day = get_day_names("wide", locale=language())[local.weekday()]
    said = f"{day} {local:%d/%m} {clock}" if opening - now >= timedelta(days=6) else f"{day} {clock}"
    return str(_("%(when)s à l’heure du site", when=said)) if zone else said


@dataclass(frozen=True, slots=True)
class Rect:
    """One rectangle of the drawn clock: class c (counted), z (closed) or p (paused); in hundredths of the bar."""

    kind: str
    x: float
    width: float


_CLASSES = {PieceKind.COUNTED: "c", PieceKind.CLOSED: "z", PieceKind.PAUSED: "p"}
_CLOSED_SHARE = 0.18
_MOST_STROKES = 80


@dataclass(frozen=True, slots=True)
class Bar:
    """The drawn clock and the figures of the sentence below it."""

    rects: list[Rect]
    counted: timedelta
    target: timedelta
    paused: timedelta
    elapsed: bool


def bar(told: Account, calendar: WorkCalendar, target: timedelta, *, elapsed: bool = False) -> Bar:
    """Draw an account: counted time to scale, closings as narrow marks, the part of the target not yet used left blank.

    ``elapsed``: the level counts wall-clock time from the first business hour, so closings count too.
    """
    sums = told.durations()
    used = sums.elapsed if elapsed else sums.business
    strokes = _strokes(told, calendar, elapsed=elapsed)
    whole = sum((length for kind, length in strokes if kind != "z"), max(target - used, timedelta()))
    closings = sum(1 for kind, _length in strokes if kind == "z")
    mark = min(0.02, _CLOSED_SHARE / closings) if closings else 0.0
    scale = (1 - mark * closings) / (whole.total_seconds() or 1)
    rects, x = [], 0.0
    for kind, length in strokes:
        width = mark if kind == "z" else length.total_seconds() * scale
        rects.append(Rect(kind, round(x * 100, 2), round(width * 100, 2)))
        x += width
    paused = sum((length for kind, length in strokes if kind == "p"), timedelta())
    return Bar(rects, used, target, paused, elapsed)


def _strokes(told: Account, calendar: WorkCalendar, *, elapsed: bool) -> list[tuple[str, timedelta]]:
    """Return the pieces as (class, open time); of a long account the closings are left out and what touches is joined."""
    strokes: list[tuple[str, timedelta]] = []
    brief = len(told.pieces) > _MOST_STROKES
    for piece in told.pieces:
        if piece.kind is PieceKind.CLOSED and brief and not elapsed:
            continue
        kind = "c" if elapsed and piece.kind is PieceKind.CLOSED and piece.cause is not Cause.BEFORE_OPENING else _CLASSES[piece.kind]
        length = piece.length if elapsed else calendar.between(piece.start, piece.end)
        if strokes and strokes[-1][0] == kind:
            strokes[-1] = (kind, strokes[-1][1] + length)
        else:
            strokes.append((kind, length))
    return strokes


def waiting(session: Any, actor: Actor, clock: Clock) -> list[WaitingRow]:
    """Return what waits for this person at the help desk, soonest first, ten at most: one statement."""
    desk = works_the_desk(actor)
    words, answer = _Words(clock.now(), for_desk=desk), Chip(_("Votre réponse est attendue"), "soon")
    rows = waiting_rows(session, actor)
    chips = [answer if row.state is State.WAITING_CLIENT and not desk else words.chip(row, row.warning_minutes) for row in rows]
    return [
        WaitingRow(
            label=row.title,
            url_endpoint="helpdesk.ticket",
            url_values={"reference": row.reference},
            when=row.due_at,
            chip_text=chip.text,
            chip_kind=chip.kind,
        )
        for row, chip in zip(rows, chips, strict=True)
    ]
