"""The life of a ticket: its states, and the one table of transitions that pages, services and tests read (FL-12.5 to 12.7)."""

from dataclasses import dataclass
from enum import StrEnum

from webapp.actor import Role
from webapp.helpdesk.rules.clock import EventKind

DESK = frozenset({Role.DESK_AGENT, Role.DESK_LEAD})


class State(StrEnum):
    """Where a ticket stands."""

    REPORTED = "reported"
    QUALIFIED = "qualified"
    CONFIRMED = "confirmed"
    WAITING_CLIENT = "waiting_client"
    WAITING_ACCESS = "waiting_access"
    RESTORED = "restored"
    CLOSED = "closed"
    DISMISSED = "dismissed"


#: Somebody still owes work on the ticket.
OPEN = frozenset({State.REPORTED, State.QUALIFIED, State.CONFIRMED, State.WAITING_CLIENT, State.WAITING_ACCESS})
#: Nobody owes anything any more.
ENDED = frozenset({State.CLOSED, State.DISMISSED})


class Verb(StrEnum):
    """What can be done to a ticket that changes its state or its clock."""

    QUALIFY = "qualify"
    CONFIRM = "confirm"
    ASK_CLIENT = "ask_client"
    ANSWER = "answer"
    PAUSE = "pause"
    RESUME = "resume"
    RESTORE = "restore"
    CLOSE = "close"
    DISMISS = "dismiss"
    REOPEN = "reopen"


class Side(StrEnum):
    """On which side of the counter a person stands for one ticket."""

    DESK = "desk"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the table needs to know of a ticket."""

    state: State
    organisation_id: int | None = None
    qualified: bool = False
    confirmed: bool = False
    in_house: bool = False
    assignee_id: int | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table.

    ``target`` None means "back to where the ticket was before waiting" (see ``standing``). ``text`` says which message is
    needed: ``public`` (the client reads it), ``note`` (internal), or none. ``clause`` is the article that asks for it.
    """

    verb: Verb
    sources: frozenset[State]
    target: State | None
    sides: frozenset[Side]
    action: str
    clause: str
    clock: EventKind | None = None
    text: str = ""
    destructive: bool = False


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_DESK = frozenset({Side.DESK})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Verb.QUALIFY, OPEN, None, _DESK, "ticket.qualified", "FL-12.5c"),
    Transition(Verb.CONFIRM, _from(State.QUALIFIED), State.CONFIRMED, _DESK, "ticket.confirmed", "FL-12.6a", text="public"),
    Transition(
        Verb.ASK_CLIENT,
        _from(State.REPORTED, State.QUALIFIED, State.CONFIRMED),
        State.WAITING_CLIENT,
        _DESK,
        "ticket.client_asked",
        "FL-12.5b",
        text="public",
    ),
    Transition(Verb.ANSWER, _from(State.WAITING_CLIENT), None, frozenset({Side.CLIENT, Side.DESK}), "ticket.client_answered", "FL-12.5b"),
    Transition(
        Verb.PAUSE,
        _from(State.QUALIFIED, State.CONFIRMED, State.WAITING_CLIENT),
        State.WAITING_ACCESS,
        _DESK,
        "ticket.paused",
        "FL-12.6b",
        clock=EventKind.PAUSED,
        text="public",
    ),
    Transition(Verb.RESUME, _from(State.WAITING_ACCESS), None, _DESK, "ticket.resumed", "FL-12.6b", clock=EventKind.RESUMED),
    Transition(
        Verb.RESTORE,
        _from(State.CONFIRMED, State.WAITING_CLIENT, State.WAITING_ACCESS),
        State.RESTORED,
        _DESK,
        "ticket.restored",
        "FL-12.4",
        clock=EventKind.RESTORED,
        text="public",
    ),
    Transition(Verb.CLOSE, _from(State.RESTORED), State.CLOSED, _DESK, "ticket.closed", "FL-12.7", clock=EventKind.CLOSED),
    Transition(
        Verb.DISMISS,
        _from(State.REPORTED, State.QUALIFIED, State.CONFIRMED, State.WAITING_CLIENT),
        State.DISMISSED,
        _DESK,
        "ticket.dismissed",
        "FL-12.6a",
        clock=EventKind.CLOSED,
        text="public",
        destructive=True,
    ),
    Transition(
        Verb.REOPEN,
        _from(State.RESTORED),
        State.CONFIRMED,
        frozenset({Side.DESK, Side.CLIENT}),
        "ticket.reopened",
        "FL-12.4",
        clock=EventKind.REOPENED,
        text="public",
    ),
    Transition(Verb.REOPEN, ENDED, None, _DESK, "ticket.reopened", "FL-12.4", clock=EventKind.REOPENED, text="public"),
)


class NotPossible(Exception):
    """The verb does not apply to the ticket as it stands, or not for this side."""

    def __init__(self, verb: Verb, state: State) -> None:
        super().__init__(f"{verb} from {state}")
        self.verb = verb
        self.state = state


def transition(verb: Verb, side: Side, facts: Facts) -> Transition:
    """Return the line of the table for this verb, or raise ``NotPossible``."""
    for line in TRANSITIONS:
        if line.verb is verb and facts.state in line.sources and side in line.sides and _condition(line, facts):
            return line
    raise NotPossible(verb, facts.state)


def possible(side: Side, facts: Facts) -> list[Transition]:
    """Return the lines that apply, in the order of the table: the buttons of the page."""
    return [line for line in TRANSITIONS if facts.state in line.sources and side in line.sides and _condition(line, facts)]


def arrival(line: Transition, facts: Facts) -> State:
    """Return the state a ticket reaches by ``line``."""
    if line.verb is Verb.QUALIFY:
        return State.QUALIFIED if facts.state is State.REPORTED else facts.state
    return line.target if line.target is not None else standing(facts)


def standing(facts: Facts) -> State:
    """Return the working state that a ticket falls back to when nobody is waited for."""
    if facts.confirmed:
        return State.CONFIRMED
    return State.QUALIFIED if facts.qualified else State.REPORTED


def _condition(line: Transition, facts: Facts) -> bool:
    """What the table cannot say by states alone: the clock stops only In-House, and only a confirmed interruption is restored."""
    if line.verb is Verb.PAUSE:
        return facts.in_house
    if line.verb is Verb.RESTORE:
        return facts.confirmed
    return True
