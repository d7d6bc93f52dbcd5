"""The clock of a ticket as a list of dated events that is only ever appended to, and its replay (FL-12.4, 12.6b, 12.8)."""

from collections.abc import Iterable, Sequence
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
    CONFIRMED = "confirmed"
    NOT_INTERRUPTION = "not_interruption"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXCLUDED = "excluded"
    RESTORED = "restored"
    REOPENED = "reopened"
    CLOSED = "closed"
    CONTESTED = "contested"
    CONTEST_ANSWERED = "contest_answered"
    RECOMMITTED = "recommitted"  # another level or calendar was applied: the figures change, the events stay
    UNDONE = "undone"


#: What a client can contest: an act of the desk that keeps time out of the count.
CONTESTABLE = frozenset({EventKind.PAUSED, EventKind.EXCLUDED})


class Reason(StrEnum):
    """Why a stretch of time is not counted, why a clock starts again or ends, and what was answered to a contest."""

    SITE_ACCESS = "site_access"
    PLANNED = "planned"
    RELAPSE = "relapse"
    NOT_RESTORED = "not_restored"
    WITHDRAWN = "withdrawn"
    UPHELD = "upheld"
    ANNULLED = "annulled"
    DUPLICATE = "duplicate"


class ClockError(ValueError):
    """The events contradict each other, for example a resumption without a pause."""


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One dated fact, in the order in which it was recorded.

    ``asked_by`` names who asked for it (for a pause: who asked for the access to the site). ``since`` and ``until`` bound an
    excluded stretch, None otherwise. ``site_id`` None: all sites of the ticket. ``evidence`` says what shows the fact. ``about_id`` is
    the ``id`` of the event that this one speaks of: the pause contested, the contest answered. All instants are aware.
    """

    kind: EventKind
    at: datetime
    reason: Reason | None = None
    asked_by: str = ""
    since: datetime | None = None
    until: datetime | None = None
    site_id: int | None = None
    evidence: str = ""
    about_id: int | None = None
    id: int = 0


def standing(events: Sequence[ClockEvent]) -> list[ClockEvent]:
    """Return the events that still count: an ``UNDONE`` event takes out itself and the one it is about, as if neither had been."""
    undone = {event.about_id for event in events if event.kind is EventKind.UNDONE}
    return [event for event in events if event.kind is not EventKind.UNDONE and event.id not in undone] if undone else [*events]


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch during which the count is suspended; ``end`` None while it lasts; ``event_id`` is the event that began it."""

    start: datetime
    end: datetime | None
    reason: Reason
    asked_by: str = ""
    evidence: str = ""
    event_id: int = 0


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
    """Add up the events of a ticket that is counted as a whole, oldest first; those that name a site are left aside.

    Raises ``ClockError`` when the list does not begin with a start, goes back in time, or contradicts itself.
    """
    return replay_sites(events, ())[None]


def replay_sites(events: Sequence[ClockEvent], sites: Iterable[int | None]) -> dict[int | None, ClockInputs]:
    """Add up the events for each site that is counted by itself (FL-12.4); without sites, for the ticket as a whole (key None).

    An event that names no site touches every site that it can: closing a pause "everywhere" leaves alone the site that had none. Events
    of a site that the ticket does not concern any more are left aside. Pure: the result depends on the events alone, never on the
    present. Raises ``ClockError`` as ``replay`` does.
    """
    return _log(events, sites).inputs()


def check_next(events: Sequence[ClockEvent], sites: Iterable[int | None], event: ClockEvent) -> None:
    """Raise ``ClockError`` unless ``event`` can follow the others: it is not older, and it touches the site it names, or any at all."""
    log = _log(events, sites)
    _in_order(events[-1], event)
    log.take(event, strict=True)


def _log(events: Sequence[ClockEvent], sites: Iterable[int | None]) -> "_Log":
    events = standing(events)
    if not events or events[0].kind is not EventKind.STARTED:
        raise ClockError("a clock begins with a start")
    log = _Log(events[0].at, sites)
    strict = all(event.site_id is None for event in events)
    for before, event in pairwise(events):
        _in_order(before, event)
        log.take(event, strict=strict)
    return log


def _in_order(before: ClockEvent, event: ClockEvent) -> None:
    if event.at < before.at:
        raise ClockError(f"{event.kind} at {event.at} comes before {before.kind} at {before.at}")


class _Log:
    """The replay of a whole ticket: one tape a site, and what has been contested and answered."""

    def __init__(self, started_at: datetime, sites: Iterable[int | None]) -> None:
        self.tapes = {site: _Tape(started_at) for site in (*sites,) or (None,)}
        self.contestable: set[int] = set()
        self.contests: dict[int, int] = {}
        self.answered: set[int] = set()

    def take(self, event: ClockEvent, *, strict: bool) -> None:
        """Apply one event; ``strict``: one that names no site must touch at least one."""
        if event.kind is EventKind.CONTESTED:
            self._contest(event)
        elif event.kind is EventKind.CONTEST_ANSWERED:
            self._answer(event)
        elif event.kind is not EventKind.RECOMMITTED:
            self._touch(event, strict=strict)

    def inputs(self) -> dict[int | None, ClockInputs]:
        """Return what was added up so far, for each site."""
        return {site: tape.inputs() for site, tape in self.tapes.items()}

    def _touch(self, event: ClockEvent, *, strict: bool) -> None:
        concerned = [tape for site, tape in self.tapes.items() if event.site_id in (None, site)]
        willing = [tape for tape in concerned if tape.accepts(event)]
        _need(bool(willing) or not (strict or (concerned and event.site_id is not None)), event)
        for tape in willing:
            tape.take(event)
        if event.kind in CONTESTABLE:
            self.contestable.add(event.id)

    def _contest(self, event: ClockEvent) -> None:
        _need(event.about_id in self.contestable and event.about_id not in self.contests.values(), event)
        self.contests[event.id] = event.about_id or 0

    def _answer(self, event: ClockEvent) -> None:
        contest = event.about_id or 0
        _need(contest in self.contests and contest not in self.answered and event.reason in (Reason.UPHELD, Reason.ANNULLED), event)
        self.answered.add(contest)
        if event.reason is Reason.ANNULLED:
            for tape in self.tapes.values():
                tape.annul(self.contests[contest])


class _Tape:
    """The state of the replay of one site between two events."""

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at
        self.pauses: list[Pause] = []
        self.open: ClockEvent | None = None
        self.stopped_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.confirmed = False

    def accepts(self, event: ClockEvent) -> bool:
        """Tell whether the event means anything here, as things stand."""
        match event.kind:
            case EventKind.PAUSED:
                return self.stopped_at is None and self.open is None
            case EventKind.RESUMED:
                return self.open is not None
            case EventKind.EXCLUDED:
                return event.since is not None and event.until is not None and event.since <= event.until
            case EventKind.RESTORED:
                return self.stopped_at is None
            case EventKind.REOPENED:
                return self.stopped_at is not None
            case EventKind.CONFIRMED:
                return self.closed_at is None and not self.confirmed
            case EventKind.CLOSED | EventKind.NOT_INTERRUPTION:
                return self.closed_at is None
        return False

    def take(self, event: ClockEvent) -> None:
        """Apply an event that was accepted."""
        match event.kind:
            case EventKind.PAUSED:
                self.open = event
            case EventKind.RESUMED:
                self._end_pause(event.at)
            case EventKind.EXCLUDED if event.since is not None:
                self._suspend(event, event.since, event.until, Reason.PLANNED)
            case EventKind.RESTORED:
                self._stop(event.at)
            case EventKind.REOPENED:
                self._reopen(event)
            case EventKind.CONFIRMED:
                self.confirmed = True
            case EventKind.CLOSED | EventKind.NOT_INTERRUPTION:
                self._stop(self.stopped_at or event.at)
                self.closed_at = event.at
                self.confirmed = self.confirmed and event.kind is EventKind.CLOSED

    def annul(self, event_id: int) -> None:
        """Count the time of a suspension again, as if it had never been."""
        self.pauses = [pause for pause in self.pauses if pause.event_id != event_id]
        if self.open is not None and self.open.id == event_id:
            self.open = None

    def inputs(self) -> ClockInputs:
        """Return what was added up so far."""
        pauses = list(self.pauses)
        if self.open is not None:
            pauses.append(_pause(self.open, self.open.at, None, Reason.SITE_ACCESS))
        pauses.sort(key=lambda pause: pause.start)
        return ClockInputs(self.started_at, tuple(pauses), self.stopped_at, self.closed_at)

    def _suspend(self, event: ClockEvent, start: datetime, end: datetime | None, otherwise: Reason) -> None:
        self.pauses.append(_pause(event, start, end, otherwise))

    def _end_pause(self, at: datetime) -> None:
        if self.open is not None:
            self._suspend(self.open, self.open.at, at, Reason.SITE_ACCESS)
            self.open = None

    def _stop(self, at: datetime) -> None:
        """A pause without end is ended by what stops the count."""
        self._end_pause(at)
        self.stopped_at = at

    def _reopen(self, event: ClockEvent) -> None:
        """A relapse leaves out the time since the notice of restoration; a notice given too early never stopped the count."""
        if event.reason is not Reason.NOT_RESTORED and self.stopped_at is not None:
            self.pauses.append(Pause(self.stopped_at, event.at, Reason.RELAPSE, event.asked_by, event.evidence))
        self.stopped_at = self.closed_at = None


def _pause(event: ClockEvent, start: datetime, end: datetime | None, otherwise: Reason) -> Pause:
    return Pause(start, end, event.reason or otherwise, event.asked_by, event.evidence, event.id)


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
