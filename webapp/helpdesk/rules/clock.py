"""The clock of a ticket as a list of dated events that is only ever appended to, and its replay (FL-12.4, 12.6b, 12.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from webapp.worktime import WorkCalendar

#: A planned interruption is left out of the count up to this much business time in a row (FL-12.8).
PLANNED_CAP = timedelta(hours=8)


class EventKind(StrEnum):
    """What happened to the clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXCLUDED = "excluded"
    RESTORED = "restored"
    REOPENED = "reopened"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a stretch of time is not counted."""

    SITE_ACCESS = "site_access"
    PLANNED = "planned"
    RELAPSE = "relapse"
    NOT_RESTORED = "not_restored"


class ClockError(ValueError):
    """The events contradict each other, for example a resumption without a pause."""


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One dated fact, in the order in which it was recorded.

    ``asked_by`` names who asked for it (for a pause: who asked for the access to the site). ``since`` and ``until`` bound an
    excluded stretch, None otherwise. All instants are aware.
    """

    kind: EventKind
    at: datetime
    reason: Reason | None = None
    asked_by: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch during which the count is suspended; ``end`` None while it lasts."""

    start: datetime
    end: datetime | None
    reason: Reason
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class ClockInputs:
    """What the events add up to: what ``webapp.worktime.SlaClock`` needs, with the reasons kept."""

    started_at: datetime
    pauses: tuple[Pause, ...]
    stopped_at: datetime | None
    closed_at: datetime | None

    @property
    def paused(self) -> bool:
        """Tell whether the count is suspended with no end known."""
        return self.stopped_at is None and any(pause.end is None for pause in self.pauses)

    def spans(self) -> list[tuple[datetime, datetime | None]]:
        """The pauses as bare pairs."""
        return [(pause.start, pause.end) for pause in self.pauses]


def replay(events: Sequence[ClockEvent]) -> ClockInputs:
    """Add up the events of one ticket, oldest first.

    Raises ``ClockError`` when the list does not begin with a start, goes back in time, or contradicts itself.
    """
    if not events or events[0].kind is not EventKind.STARTED:
        raise ClockError("a clock begins with a start")
    tape = _Tape(events[0].at)
    for before, event in pairwise(events):
        if event.at < before.at:
            raise ClockError(f"{event.kind} at {event.at} comes before {before.kind} at {before.at}")
        tape.take(event)
    return tape.inputs()


class _Tape:
    """The state of the replay between two events."""

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at
        self.pauses: list[Pause] = []
        self.open: ClockEvent | None = None
        self.stopped_at: datetime | None = None
        self.closed_at: datetime | None = None

    def take(self, event: ClockEvent) -> None:
        """Apply one event."""
        match event.kind:
            case EventKind.PAUSED:
                self._need(self.stopped_at is None and self.open is None, event)
                self.open = event
            case EventKind.RESUMED:
                self._need(self.open is not None, event)
                self._end_pause(event.at)
            case EventKind.EXCLUDED:
                if event.since is None or event.until is None or event.until < event.since:
                    raise ClockError(f"an excluded stretch has two ends: {event.since}, {event.until}")
                self.pauses.append(Pause(event.since, event.until, event.reason or Reason.PLANNED, event.asked_by))
            case EventKind.RESTORED:
                self._need(self.stopped_at is None, event)
                self._end_pause(event.at)
                self.stopped_at = event.at
            case EventKind.REOPENED:
                self._need(self.stopped_at is not None, event)
                self._reopen(event)
            case EventKind.CLOSED:
                self._need(self.closed_at is None, event)
                self._end_pause(event.at)
                self.stopped_at = self.stopped_at or event.at
                self.closed_at = event.at
            case EventKind.STARTED:
                raise ClockError("a clock starts once")

    def inputs(self) -> ClockInputs:
        """Return what was added up so far."""
        pauses = list(self.pauses)
        if self.open is not None:
            pauses.append(Pause(self.open.at, None, self.open.reason or Reason.SITE_ACCESS, self.open.asked_by))
        pauses.sort(key=lambda pause: pause.start)
        return ClockInputs(self.started_at, tuple(pauses), self.stopped_at, self.closed_at)

    def _end_pause(self, at: datetime) -> None:
        if self.open is not None:
            self.pauses.append(Pause(self.open.at, at, self.open.reason or Reason.SITE_ACCESS, self.open.asked_by))
            self.open = None

    def _reopen(self, event: ClockEvent) -> None:
        """A relapse leaves out the time since the notice of restoration; a notice given too early never stopped the count."""
        if event.reason is not Reason.NOT_RESTORED and self.stopped_at is not None:
            self.pauses.append(Pause(self.stopped_at, event.at, Reason.RELAPSE, event.asked_by))
        self.stopped_at = self.closed_at = None

    @staticmethod
    def _need(fine: bool, event: ClockEvent) -> None:
        if not fine:
            raise ClockError(f"{event.kind} at {event.at} contradicts the events before it")


def planned_exclusion(
    calendar: WorkCalendar, window: tuple[datetime, datetime], started_at: datetime, stopped_at: datetime | None
) -> tuple[datetime, datetime] | None:
    """Return the part of a planned interruption that is left out of a ticket's count, or None when they do not meet.

    At most 8 consecutive business hours from the start of the window are left out (FL-12.8); the rest counts.
    """
    start, end = window
    end = min(end, calendar.add(start, PLANNED_CAP))
    if stopped_at is not None:
        end = min(end, stopped_at)
    start = max(start, started_at)
    return (start, end) if start < end else None
