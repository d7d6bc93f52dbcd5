"""The life of one line across the versions of its file: when it came, what changed in it, when it ended, whether it came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.scopes.rules.lines import Line, difference
from webapp.texts import mark as _m


class Happening(StrEnum):
    """What a version did to a line."""

    BORN = "born"
    CHANGED = "changed"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    BACK = "back"


HAPPENING_LABELS: dict[Happening, str] = {
    Happening.BORN: _m("Naissance"),
    Happening.CHANGED: _m("Modification"),
    Happening.ENDED: _m("Fin"),
    Happening.WITHDRAWN: _m("Retrait avec sa version"),
    Happening.BACK: _m("Retour"),
}


@dataclass(frozen=True, slots=True)
class Dates:
    """When a version came into force, and when a decision took it away (None: none did); aware instants."""

    number: int
    effective_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to the line with a version: ``before`` and ``after`` are what it said (None: it was not there)."""

    what: Happening
    version: int
    at: datetime
    before: Line | None
    after: Line | None


def life(versions: Sequence[Dates], lines: Mapping[int, Line]) -> list[Event]:
    """Return what happened to a line, oldest first; ``lines`` holds what it said by version, ``versions`` are in their order."""
    events: list[Event] = []
    last: Line | None = None
    in_force = False
    for version in versions:
        line = lines.get(version.number)
        if line is not None and not in_force:
            events.append(Event(Happening.BACK if events else Happening.BORN, version.number, version.effective_at, last, line))
        elif line is not None and last is not None and difference([last], [line]).count:
            events.append(Event(Happening.CHANGED, version.number, version.effective_at, last, line))
        elif line is None and in_force:
            events.append(Event(Happening.ENDED, version.number, version.effective_at, last, None))
        last, in_force = line or last, line is not None
        if in_force and version.withdrawn_at is not None:
            events.append(Event(Happening.WITHDRAWN, version.number, version.withdrawn_at, line, None))
            in_force = False
    return events


def stands(events: Sequence[Event]) -> bool:
    """Tell whether the line is in force after the last of its events."""
    return bool(events) and events[-1].what not in (Happening.ENDED, Happening.WITHDRAWN)


def went_online_with(at: datetime, versions: Sequence[tuple[int, datetime]]) -> int | None:
    """Return the first version asked for at or after a change made at ``at``, None while there is none.

    ``versions`` holds numbers and the instants they were asked for, in their order.
    """
    return next((number for number, requested_at in versions if requested_at >= at), None)
