"""The state of the services: what a notice does to it, which steps a notice takes, and how early it must be announced."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from webapp.clock import PARIS
from webapp.texts import mark as _m

#: FL-12.8: a planned interruption is mailed at least this many calendar days ahead, unless it is urgent.
NOTICE_DAYS = 5
#: How far back the public page tells what happened.
HISTORY = timedelta(days=90)


class Health(IntEnum):
    """How well a component works, the worst last."""

    WORKING = 0
    MAINTENANCE = 1
    DEGRADED = 2
    DOWN = 3


HEALTH_LABELS = {
    Health.WORKING: _m("Fonctionne"),
    Health.MAINTENANCE: _m("Interruption programmée en cours"),
    Health.DEGRADED: _m("Perturbé"),
    Health.DOWN: _m("Interrompu"),
}
HEALTH_CHIPS = {Health.WORKING: "ok", Health.MAINTENANCE: "soon", Health.DEGRADED: "soon", Health.DOWN: "late"}


class Kind(StrEnum):
    """What is announced."""

    PLANNED = "planned"
    INCIDENT = "incident"


KIND_LABELS = {Kind.PLANNED: _m("Interruption programmée"), Kind.INCIDENT: _m("Incident")}


class State(StrEnum):
    """Where a notice stands."""

    ANNOUNCED = "announced"
    UNDER_WAY = "under_way"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    WATCHING = "watching"
    ENDED = "ended"
    CANCELLED = "cancelled"


STATE_LABELS = {
    State.ANNOUNCED: _m("Annoncée"),
    State.UNDER_WAY: _m("En cours"),
    State.INVESTIGATING: _m("Recherche de la cause"),
    State.IDENTIFIED: _m("Cause identifiée"),
    State.WATCHING: _m("Rétabli, sous surveillance"),
    State.ENDED: _m("Terminé"),
    State.CANCELLED: _m("Annulée"),
}

#: The steps a notice may take. Staying where it is (a word more) is always allowed while it is not over.
STEPS: dict[State, tuple[State, ...]] = {
    State.ANNOUNCED: (State.UNDER_WAY, State.ENDED, State.CANCELLED),
    State.UNDER_WAY: (State.ENDED,),
    State.INVESTIGATING: (State.IDENTIFIED, State.WATCHING, State.ENDED),
    State.IDENTIFIED: (State.WATCHING, State.ENDED),
    State.WATCHING: (State.IDENTIFIED, State.ENDED),
    State.ENDED: (),
    State.CANCELLED: (),
}

OVER = frozenset({State.ENDED, State.CANCELLED})
FIRST_STATE = {Kind.PLANNED: State.ANNOUNCED, Kind.INCIDENT: State.INVESTIGATING}


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What the rules need of a notice; instants are aware."""

    kind: Kind
    state: State
    health: Health
    starts_at: datetime
    expected_end_at: datetime | None


def next_states(state: State) -> tuple[State, ...]:
    """Return the states that an update may give: the present one first, then the steps from it; none once it is over."""
    return () if state in OVER else (state, *STEPS[state])


def is_active(notice: NoticeFacts, now: datetime) -> bool:
    """Tell whether the notice weighs on the services now.

    A planned interruption that nobody declared under way is over at its expected end; one under way lasts until somebody ends it. An
    incident under watch is restored already.
    """
    if notice.state in OVER or notice.state is State.WATCHING or now < notice.starts_at:
        return False
    return notice.state is not State.ANNOUNCED or notice.expected_end_at is None or now < notice.expected_end_at


def is_upcoming(notice: NoticeFacts, now: datetime) -> bool:
    """Tell whether the notice announces something still to come."""
    return notice.kind is Kind.PLANNED and notice.state is State.ANNOUNCED and now < notice.starts_at


def worst(healths: list[Health]) -> Health:
    """Return the worst of some states; working when there is none."""
    return max(healths, default=Health.WORKING)


def is_late_notice(now: datetime, starts_at: datetime) -> bool:
    """Tell whether an interruption starting then is announced less than 5 calendar days ahead, in Paris (FL-12.8)."""
    return (starts_at.astimezone(PARIS).date() - now.astimezone(PARIS).date()).days < NOTICE_DAYS
