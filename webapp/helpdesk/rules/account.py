"""The account of a ticket's time: every second between two instants as counted, paused or closed, with its article (FL-12.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.helpdesk.rules.clock import ClockInputs, Pause, Reason
from webapp.worktime import Closure, PieceKind, SlaClock, WorkCalendar
from webapp.worktime import Piece as Stretch


class Cause(StrEnum):
    """Why a stretch is what it is; ``CLAUSES`` gives the article."""

    OPEN_HOURS = "open_hours"
    BEFORE_OPENING = "before_opening"
    LUNCH = "lunch"
    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    EXCEPTIONAL = "exceptional"
    SITE_ACCESS = "site_access"
    PLANNED = "planned"
    RELAPSE = "relapse"


CLAUSES: dict[Cause, str] = {
    Cause.OPEN_HOURS: "FL-12.4",
    Cause.BEFORE_OPENING: "FL-12.4",
    Cause.LUNCH: "FL-12.5a",
    Cause.NIGHT: "FL-12.5a",
    Cause.WEEKEND: "FL-12.5a",
    Cause.HOLIDAY: "FL-12.5a",
    Cause.EXCEPTIONAL: "FL-12.5a",
    Cause.SITE_ACCESS: "FL-12.6b",
    Cause.PLANNED: "FL-12.8",
    Cause.RELAPSE: "FL-12.4",
}

_CLOSURES = {
    Closure.BREAK: Cause.LUNCH,
    Closure.NIGHT: Cause.NIGHT,
    Closure.REST_DAY: Cause.WEEKEND,
    Closure.HOLIDAY: Cause.HOLIDAY,
    Closure.EXCEPTIONAL: Cause.EXCEPTIONAL,
}
_PAUSES = {Reason.SITE_ACCESS: Cause.SITE_ACCESS, Reason.PLANNED: Cause.PLANNED, Reason.RELAPSE: Cause.RELAPSE}


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of the account, half-open, in UTC. ``event_id`` is the event that suspended the count, 0 when none did."""

    kind: PieceKind
    start: datetime
    end: datetime
    cause: Cause
    asked_by: str = ""
    evidence: str = ""
    event_id: int = 0

    @property
    def length(self) -> timedelta:
        """The wall-clock length."""
        return self.end - self.start

    @property
    def clause(self) -> str:
        """The article that makes it so."""
        return CLAUSES[self.cause]


@dataclass(frozen=True, slots=True)
class Durations:
    """What FL-12.7 fixes at closing. All exact.

    ``business``: business time counted. ``elapsed``: wall-clock time from the first business hour, nights included, suspensions
    not (FL-12.4). ``paused``: wall-clock time of the suspensions. ``total``: everything since the notification.
    """

    business: timedelta
    elapsed: timedelta
    paused: timedelta
    total: timedelta


@dataclass(frozen=True, slots=True)
class Account:
    """The ordered pieces from the notification until ``until``; they touch, and add up to the second."""

    pieces: tuple[Piece, ...]
    started_at: datetime
    until: datetime

    def durations(self) -> Durations:
        """Add the pieces up."""
        sums = dict.fromkeys(PieceKind, timedelta())
        waiting = timedelta()
        for piece in self.pieces:
            sums[piece.kind] += piece.length
            if piece.cause is Cause.BEFORE_OPENING:
                waiting += piece.length
        counted, closed = sums[PieceKind.COUNTED], sums[PieceKind.CLOSED]
        return Durations(counted, counted + closed - waiting, sums[PieceKind.PAUSED], self.until - self.started_at)


def account(calendar: WorkCalendar, inputs: ClockInputs, at: datetime) -> Account:
    """Explain the time from the notification until ``at``, or until the notice of restoration when that is earlier.

    Where suspensions overlap, the earlier one gives the cause.
    """
    start = inputs.started_at
    at = max(at, start)
    clock = SlaClock(calendar, start, timedelta(), pauses=inputs.spans(), stopped_at=inputs.stopped_at)
    pieces = tuple(piece for stretch in clock.segments(at) for piece in _pieces(stretch, inputs))
    return Account(pieces, start, pieces[-1].end if pieces else start)


def _pieces(stretch: Stretch, inputs: ClockInputs) -> Iterator[Piece]:
    """Give a stretch of the clock its cause, and cut merged suspensions where the cause changes."""
    if stretch.kind is PieceKind.COUNTED:
        yield Piece(stretch.kind, stretch.from_, stretch.to, Cause.OPEN_HOURS)
    elif stretch.kind is PieceKind.CLOSED:
        first = stretch.from_ == inputs.started_at
        cause = Cause.BEFORE_OPENING if first else _CLOSURES[Closure(stretch.reason)]
        yield Piece(stretch.kind, stretch.from_, stretch.to, cause)
    else:
        yield from _suspensions(stretch, inputs.pauses)


def _suspensions(stretch: Stretch, pauses: tuple[Pause, ...]) -> Iterator[Piece]:
    cursor = stretch.from_
    for pause in pauses:
        end = stretch.to if pause.end is None else min(pause.end, stretch.to)
        if pause.start < stretch.to and end > cursor:
            yield Piece(PieceKind.PAUSED, cursor, end, _PAUSES[pause.reason], pause.asked_by, pause.evidence, pause.event_id)
            cursor = end
