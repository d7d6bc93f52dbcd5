"""The clock of a commitment: business time used, left, and what each stretch of time counted for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from webapp.worktime.calendar import WorkCalendar

Pause = tuple[datetime, datetime | None] | tuple[datetime, datetime | None, str]
"""From, to (None while it lasts) and, if wanted, why."""


class PieceKind(StrEnum):
    """What a stretch of a clock's life counts for."""

    COUNTED = "counted"
    PAUSED = "paused"
    CLOSED = "closed"


class Piece(NamedTuple):
    """A stretch of a clock's life: half-open, in UTC.

    `reason` is "open" when counted, a `Closure` when closed, and the pause's own words (or "pause") when paused.
    """

    kind: PieceKind
    from_: datetime
    to: datetime
    reason: str


class _Suspension(NamedTuple):
    from_: datetime
    to: datetime | None
    reason: str


@dataclass(frozen=True)
class SlaClock:
    """Business time counted on a calendar from `started_at`, but for the pauses, until `stopped_at`.

    Overlapping pauses merge. Raises ValueError for naive datetimes, a negative target, a pause that ends before it
    begins, or a stop before the start.
    """

    calendar: WorkCalendar
    started_at: datetime
    target: timedelta
    pauses: Sequence[Pause] = ()
    stopped_at: datetime | None = None
    _suspensions: tuple[_Suspension, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started_at", _utc(self.started_at))
        if self.stopped_at is not None:
            object.__setattr__(self, "stopped_at", _utc(self.stopped_at))
            if self.stopped_at < self.started_at:
                raise ValueError("a clock cannot stop before it starts")
        if self.target < timedelta(0):
            raise ValueError("a target cannot be negative")
        object.__setattr__(self, "pauses", tuple(self.pauses))
        object.__setattr__(self, "_suspensions", self._merged_pauses())

    @property
    def due_at(self) -> datetime | None:
        """When the target is used up, in UTC; None while a pause is open, since nobody can know."""
        if self._suspensions and self._suspensions[-1].to is None:
            return None
        return self._used_up_at()

    @property
    def breached_at(self) -> datetime | None:
        """When the target is used up whatever happens to an open pause; None when that pause came first."""
        return self._used_up_at()

    def elapsed(self, at: datetime) -> timedelta:
        """Business time counted up to `at` (or up to the stop, if that came first)."""
        end = self._end(at)
        if end <= self.started_at:
            return timedelta(0)
        counted = self.calendar.between(self.started_at, end)
        for pause in self._suspensions:
            if pause.from_ < end:
                counted -= self.calendar.between(pause.from_, _earliest(pause.to, end))
        return counted

    def remaining(self, at: datetime) -> timedelta:
        """What is left of the target at `at`; negative once it is exceeded."""
        return self.target - self.elapsed(at)

    def segments(self, at: datetime) -> list[Piece]:
        """The clock's life up to `at` (or the stop), without holes: what counted, was paused, or was closed.

        A pause covers the closed hours inside it. The counted pieces add up to `elapsed(at)`.
        """
        end = self._end(at)
        pieces: list[Piece] = []
        cursor = self.started_at
        for pause in self._suspensions:
            if pause.from_ >= end:
                break
            pieces += self._running(cursor, pause.from_)
            cursor = _earliest(pause.to, end)
            pieces.append(Piece(PieceKind.PAUSED, pause.from_, cursor, pause.reason))
        return pieces + self._running(cursor, end)

    def _running(self, start: datetime, end: datetime) -> list[Piece]:
        """Counted and closed pieces of a stretch without a pause."""
        if start >= end:
            return []
        pieces: list[Piece] = []
        periods = self.calendar.segments(start, end)
        for (_, closed_from), (closed_to, until) in pairwise([(start, start), *periods, (end, end)]):
            if closed_from < closed_to:
                reason = self.calendar.closure(closed_from, closed_to)
                pieces.append(Piece(PieceKind.CLOSED, closed_from, closed_to, reason))
            if closed_to < until:
                pieces.append(Piece(PieceKind.COUNTED, closed_to, until, "open"))
        return pieces

    def _used_up_at(self) -> datetime | None:
        cursor, left = self.started_at, self.target
        for pause in self._suspensions:
            available = self.calendar.between(cursor, pause.from_)
            if left <= available:
                break
            if pause.to is None:
                return None
            left -= available
            cursor = pause.to
        return self.calendar.add(cursor, left)

    def _end(self, at: datetime) -> datetime:
        return _earliest(self.stopped_at, _utc(at))

    def _merged_pauses(self) -> tuple[_Suspension, ...]:
        """Pauses inside the clock's life, in order, those that overlap or touch joined."""
        merged: list[_Suspension] = []
        for pause in sorted(map(_suspension, self.pauses), key=lambda pause: pause.from_):
            clipped = self._clipped(pause)
            if clipped is None:
                continue
            last = merged[-1] if merged else None
            if last is None or (last.to is not None and clipped.from_ > last.to):
                merged.append(clipped)
            else:
                merged[-1] = _joined(last, clipped)
        return tuple(merged)

    def _clipped(self, pause: _Suspension) -> _Suspension | None:
        from_ = max(pause.from_, self.started_at)
        to = pause.to if self.stopped_at is None else _earliest(pause.to, self.stopped_at)
        return None if to is not None and to <= from_ else _Suspension(from_, to, pause.reason)


def _suspension(pause: Pause) -> _Suspension:
    from_, to = _utc(pause[0]), None if pause[1] is None else _utc(pause[1])
    if to is not None and to < from_:
        raise ValueError("a pause cannot end before it begins")
    return _Suspension(from_, to, pause[2] if len(pause) == 3 else "pause")


def _joined(first: _Suspension, second: _Suspension) -> _Suspension:
    to = None if first.to is None or second.to is None else max(first.to, second.to)
    reasons = dict.fromkeys([*first.reason.split(" ; "), *second.reason.split(" ; ")])
    return _Suspension(first.from_, to, " ; ".join(reasons))


def _earliest(instant: datetime | None, other: datetime) -> datetime:
    return other if instant is None else min(instant, other)


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("a clock needs aware datetimes, with their time zone")
    return instant.astimezone(UTC)
