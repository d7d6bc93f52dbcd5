"""The five states of FX-8c, derived from two stored facts, and the table of what may change them.

The two facts are what the public reads (:class:`Online`) and where the body's own work stands (:class:`Draft`). A requested
publication takes effect by the passing of time alone, so the stored facts are always read through :func:`settled`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.actor import Role
from webapp.texts import mark as _m


class Online(StrEnum):
    """What stands on the public register."""

    NONE = "none"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Draft(StrEnum):
    """Where the next version stands."""

    NONE = "none"
    EDITING = "editing"
    REQUESTED = "requested"


class ScopeState(StrEnum):
    """The words of FX-8c, as used in URLs; their labels are in :data:`STATE_LABELS`."""

    TO_DEFINE = "a-definir"
    IN_PROGRESS = "en-cours"
    PUBLISHED = "publiee"
    UNPUBLISHED = "de-publiee"
    CLOSED = "fermee"


STATE_LABELS: dict[ScopeState, str] = {
    ScopeState.TO_DEFINE: _m("À définir"),
    ScopeState.IN_PROGRESS: _m("En cours"),
    ScopeState.PUBLISHED: _m("Publiée"),
    ScopeState.UNPUBLISHED: _m("Dé-publiée"),
    ScopeState.CLOSED: _m("Fermée"),
}

#: The kind of chip that carries each state (the words always say it too).
STATE_CHIPS: dict[ScopeState, str] = {
    ScopeState.TO_DEFINE: "soon",
    ScopeState.IN_PROGRESS: "soon",
    ScopeState.PUBLISHED: "ok",
    ScopeState.UNPUBLISHED: "late",
    ScopeState.CLOSED: "q",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The pair that is stored."""

    online: Online
    draft: Draft


class Act(StrEnum):
    """What changes the facts."""

    EDIT = "edit"
    CLEAN = "clean"
    REQUEST = "request"
    WITHDRAW_REQUEST = "withdraw_request"
    TAKE_EFFECT = "take_effect"
    UNPUBLISH = "unpublish"
    CLOSE = "close"
    REOPEN = "reopen"
    REOPEN_EMPTY = "reopen_empty"


#: Who may do each act: ``SYSTEM`` acts (empty set) follow from the clock or from a decision's effect.
WHO: dict[Act, frozenset[Role]] = {
    Act.EDIT: frozenset({Role.SCOPE_EDITOR}),
    Act.CLEAN: frozenset({Role.SCOPE_EDITOR}),
    Act.REQUEST: frozenset({Role.SCOPE_EDITOR}),
    Act.WITHDRAW_REQUEST: frozenset({Role.SCOPE_EDITOR}),
    Act.TAKE_EFFECT: frozenset(),
    Act.UNPUBLISH: frozenset({Role.SCOPE_OFFICER}),
    Act.CLOSE: frozenset({Role.SCOPE_OFFICER}),
    Act.REOPEN: frozenset({Role.SCOPE_OFFICER}),
    Act.REOPEN_EMPTY: frozenset({Role.SCOPE_OFFICER}),
}

#: The evidence each act leaves in the audit trail; edits stand in the change log of the file instead.
EVIDENCE: dict[Act, str | None] = {
    Act.EDIT: None,
    Act.CLEAN: None,
    Act.REQUEST: "scope.publication_requested",
    Act.WITHDRAW_REQUEST: "scope.publication_request_withdrawn",
    Act.TAKE_EFFECT: "scope.published",
    Act.UNPUBLISH: "scope.decision_recorded",
    Act.CLOSE: "scope.decision_recorded",
    Act.REOPEN: "scope.decision_recorded",
    Act.REOPEN_EMPTY: "scope.decision_recorded",
}

_N, _P, _W, _C = Online.NONE, Online.PUBLISHED, Online.WITHDRAWN, Online.CLOSED
_0, _E, _R = Draft.NONE, Draft.EDITING, Draft.REQUESTED

#: (act, from, to), every pair spelt out: what is not here cannot happen.
TRANSITIONS: tuple[tuple[Act, tuple[Online, Draft], tuple[Online, Draft]], ...] = (
    (Act.EDIT, (_N, _0), (_N, _E)),
    (Act.EDIT, (_N, _E), (_N, _E)),
    (Act.EDIT, (_P, _0), (_P, _E)),
    (Act.EDIT, (_P, _E), (_P, _E)),
    (Act.EDIT, (_W, _0), (_W, _E)),
    (Act.EDIT, (_W, _E), (_W, _E)),
    # The draft is again exactly what is online (or empty, when nothing ever was).
    (Act.CLEAN, (_N, _E), (_N, _0)),
    (Act.CLEAN, (_P, _E), (_P, _0)),
    (Act.CLEAN, (_W, _E), (_W, _0)),
    (Act.REQUEST, (_N, _E), (_N, _R)),
    (Act.REQUEST, (_P, _E), (_P, _R)),
    (Act.REQUEST, (_W, _E), (_W, _R)),
    # After a decision the same lines may well conform to the new general scope.
    (Act.REQUEST, (_W, _0), (_W, _R)),
    (Act.WITHDRAW_REQUEST, (_N, _R), (_N, _E)),
    (Act.WITHDRAW_REQUEST, (_P, _R), (_P, _E)),
    (Act.WITHDRAW_REQUEST, (_W, _R), (_W, _E)),
    (Act.TAKE_EFFECT, (_N, _R), (_P, _0)),
    (Act.TAKE_EFFECT, (_P, _R), (_P, _0)),
    (Act.TAKE_EFFECT, (_W, _R), (_P, _0)),
    (Act.UNPUBLISH, (_N, _0), (_N, _0)),
    (Act.UNPUBLISH, (_N, _E), (_N, _E)),
    (Act.UNPUBLISH, (_N, _R), (_N, _E)),
    (Act.UNPUBLISH, (_P, _0), (_W, _0)),
    (Act.UNPUBLISH, (_P, _E), (_W, _E)),
    (Act.UNPUBLISH, (_P, _R), (_W, _E)),
    (Act.UNPUBLISH, (_W, _0), (_W, _0)),
    (Act.UNPUBLISH, (_W, _E), (_W, _E)),
    (Act.UNPUBLISH, (_W, _R), (_W, _E)),
    (Act.CLOSE, (_N, _0), (_C, _0)),
    (Act.CLOSE, (_N, _E), (_C, _E)),
    (Act.CLOSE, (_N, _R), (_C, _E)),
    (Act.CLOSE, (_P, _0), (_C, _0)),
    (Act.CLOSE, (_P, _E), (_C, _E)),
    (Act.CLOSE, (_P, _R), (_C, _E)),
    (Act.CLOSE, (_W, _0), (_C, _0)),
    (Act.CLOSE, (_W, _E), (_C, _E)),
    (Act.CLOSE, (_W, _R), (_C, _E)),
    (Act.CLOSE, (_C, _0), (_C, _0)),
    (Act.CLOSE, (_C, _E), (_C, _E)),
    # A suspension is lifted: nothing goes back online by itself.
    (Act.REOPEN, (_C, _0), (_W, _0)),
    (Act.REOPEN, (_C, _E), (_W, _E)),
    # Nothing had ever been online.
    (Act.REOPEN_EMPTY, (_C, _0), (_N, _0)),
    (Act.REOPEN_EMPTY, (_C, _E), (_N, _E)),
)

_TABLE = {(act, Facts(*origin)): Facts(*target) for act, origin, target in TRANSITIONS}


class NotAllowedNow(ValueError):
    """The act has no transition from the present facts."""

    def __init__(self, act: Act, facts: Facts) -> None:
        super().__init__(f"{act} from {facts.online}/{facts.draft}")
        self.act = act
        self.facts = facts


def possible(act: Act, facts: Facts) -> bool:
    """Tell whether ``act`` has a transition from ``facts``."""
    return (act, facts) in _TABLE


def after(act: Act, facts: Facts) -> Facts:
    """Return the facts after ``act``; :class:`NotAllowedNow` when the table has no such transition."""
    try:
        return _TABLE[act, facts]
    except KeyError:
        raise NotAllowedNow(act, facts) from None


def settled(facts: Facts, effective_at: datetime | None, now: datetime) -> Facts:
    """Return the facts as they stand at ``now``: a request whose instant has come has taken effect, job or no job."""
    if facts.draft is Draft.REQUESTED and effective_at is not None and effective_at <= now:
        return after(Act.TAKE_EFFECT, facts)
    return facts


def state_of(facts: Facts) -> ScopeState:
    """Return the state of FX-8c.

    Closed wins over everything; then « publiée », which the terms define as "a publication request was sent"; then
    « dé-publiée », which stays until the body has asked for a new version; then the draft.
    """
    if facts.online is Online.CLOSED:
        return ScopeState.CLOSED
    if facts.draft is Draft.REQUESTED:
        return ScopeState.PUBLISHED
    if facts.online is Online.WITHDRAWN:
        return ScopeState.UNPUBLISHED
    if facts.draft is Draft.EDITING:
        return ScopeState.IN_PROGRESS
    return ScopeState.PUBLISHED if facts.online is Online.PUBLISHED else ScopeState.TO_DEFINE


def facts_in(state: ScopeState) -> tuple[Facts, ...]:
    """Return every pair of facts that shows as ``state``: for filtering lists in the database."""
    pairs = (Facts(online, draft) for online in Online for draft in Draft)
    return tuple(pair for pair in pairs if state_of(pair) is state)
