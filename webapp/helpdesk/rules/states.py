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
    QUOTED = "quoted"
    BILLABLE = "billable"
    RESTORED = "restored"
    CLOSED = "closed"
    DISMISSED = "dismissed"


#: Not an interruption, but work that the client may pay for: offered, then accepted. No deadline is owed meanwhile (FL-12.6a).
OFF_CLOCK = frozenset({State.QUOTED, State.BILLABLE})
#: Somebody still owes work on the ticket.
OPEN = frozenset({State.REPORTED, State.QUALIFIED, State.CONFIRMED, State.WAITING_CLIENT, State.WAITING_ACCESS}) | OFF_CLOCK
#: Nobody owes anything any more.
ENDED = frozenset({State.CLOSED, State.DISMISSED})
#: Where there is no duration of an interruption to keep.
NOT_INTERRUPTIONS = OFF_CLOCK | {State.DISMISSED}


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
    CANCEL = "cancel"
    PROPOSE = "propose"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"


class Side(StrEnum):
    """On which side of the counter a person stands for one ticket."""

    DESK = "desk"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the table needs to know of a ticket.

    ``counting``: the count runs at one of its sites at least. ``partly_restored``: one of its sites is restored, another is not.
    ``reopenable``: its client may still reopen it (the service level says for how long).
    """

    state: State
    organisation_id: int | None = None
    qualified: bool = False
    confirmed: bool = False
    in_house: bool = False
    assignee_id: int | None = None
    counting: bool = False
    partly_restored: bool = False
    reopenable: bool = True


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table.

    ``target`` None means "back to where the ticket was before waiting" (see ``standing``); ``stays``: the ticket keeps its state.
    ``text`` says which message is needed: ``public`` (the client reads it), ``note`` (internal), or none. ``clause`` is the article
    that asks for it.
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
    stays: bool = False


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_DESK, _CLIENT = frozenset({Side.DESK}), frozenset({Side.CLIENT})
_BOTH = _DESK | _CLIENT
_BEFORE_ACCESS = _from(State.REPORTED, State.QUALIFIED, State.CONFIRMED, State.WAITING_CLIENT)
_AT_WORK = _from(State.CONFIRMED, State.WAITING_CLIENT, State.WAITING_ACCESS)
_STOP = EventKind.NOT_INTERRUPTION

# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    Transition(Verb.QUALIFY, OPEN - OFF_CLOCK, None, _DESK, "ticket.qualified", "FL-12.5c"),
    Transition(Verb.CONFIRM, _from(State.QUALIFIED), State.CONFIRMED, _DESK, "ticket.confirmed", "FL-12.6a", EventKind.CONFIRMED, "public"),
    Transition(Verb.ASK_CLIENT, _BEFORE_ACCESS - {State.WAITING_CLIENT}, State.WAITING_CLIENT, _DESK, "ticket.client_asked", "FL-12.5b",
               text="public"),
    Transition(Verb.ANSWER, _from(State.WAITING_CLIENT), None, _BOTH, "ticket.client_answered", "FL-12.5b"),
    Transition(Verb.PAUSE, (_AT_WORK | {State.QUALIFIED}), State.WAITING_ACCESS, _DESK, "ticket.paused", "FL-12.6b", EventKind.PAUSED,
               "public"),
    Transition(Verb.RESUME, _from(State.WAITING_ACCESS), None, _DESK, "ticket.resumed", "FL-12.6b", EventKind.RESUMED),
    Transition(Verb.RESTORE, _AT_WORK, State.RESTORED, _DESK, "ticket.restored", "FL-12.4", EventKind.RESTORED, "public"),
    Transition(Verb.CLOSE, _from(State.RESTORED), State.CLOSED, _BOTH, "ticket.closed", "FL-12.7", EventKind.CLOSED),
    Transition(Verb.DISMISS, _BEFORE_ACCESS, State.DISMISSED, _DESK, "ticket.dismissed", "FL-12.6a", _STOP, "public", destructive=True),
    Transition(Verb.PROPOSE, _BEFORE_ACCESS, State.QUOTED, _DESK, "ticket.work_proposed", "FL-12.6a", _STOP, "public"),
    Transition(Verb.PROPOSE, _from(State.DISMISSED), State.QUOTED, _DESK, "ticket.work_proposed", "FL-12.6a", text="public"),
    Transition(Verb.ACCEPT, _from(State.QUOTED), State.BILLABLE, _CLIENT, "ticket.work_accepted", "FL-12.6a"),
    Transition(Verb.REFUSE, _from(State.QUOTED), State.DISMISSED, _CLIENT, "ticket.work_refused", "FL-12.6a"),
    Transition(Verb.WITHDRAW, OFF_CLOCK, State.DISMISSED, _DESK, "ticket.work_withdrawn", "FL-12.6a", text="public", destructive=True),
    Transition(Verb.COMPLETE, _from(State.BILLABLE), State.DISMISSED, _DESK, "ticket.work_done", "FL-12.6a", text="public"),
    Transition(Verb.REOPEN, _AT_WORK, None, _BOTH, "ticket.reopened", "FL-12.4", EventKind.REOPENED, "public", stays=True),
    Transition(Verb.REOPEN, _from(State.RESTORED), State.CONFIRMED, _BOTH, "ticket.reopened", "FL-12.4", EventKind.REOPENED, "public"),
    Transition(Verb.REOPEN, ENDED, None, _BOTH, "ticket.reopened", "FL-12.4", EventKind.REOPENED, "public"),
    Transition(Verb.CANCEL, _from(State.REPORTED), State.DISMISSED, _CLIENT, "ticket.cancelled", "FL-12.5b", _STOP, destructive=True),
)
# fmt: on


class NotPossible(Exception):
    """The verb does not apply to the ticket as it stands, or not for this side."""

    def __init__(self, verb: Verb, state: State) -> None:
        super().__init__(f"{verb} from {state}")
        self.verb = verb
        self.state = state


def transition(verb: Verb, side: Side, facts: Facts) -> Transition:
    """Return the line of the table for this verb, or raise ``NotPossible``."""
    for line in possible(side, facts):
        if line.verb is verb:
            return line
    raise NotPossible(verb, facts.state)


def possible(side: Side, facts: Facts) -> list[Transition]:
    """Return the lines that apply, in the order of the table: the buttons of the page."""
    return [line for line in TRANSITIONS if facts.state in line.sources and side in line.sides and _condition(line, side, facts)]


def arrival(line: Transition, facts: Facts, *, more: bool = False) -> State:
    """Return the state a ticket reaches by ``line``.

    ``more``: the act concerned some of the ticket's sites, and others are still suspended (resuming) or still down (restoring).
    """
    if line.verb is Verb.QUALIFY:
        return State.QUALIFIED if facts.state is State.REPORTED else facts.state
    if line.stays or (more and line.verb in {Verb.RESUME, Verb.RESTORE}):
        return facts.state
    return line.target if line.target is not None else standing(facts)


def standing(facts: Facts) -> State:
    """Return the working state that a ticket falls back to when nobody is waited for."""
    if facts.confirmed:
        return State.CONFIRMED
    return State.QUALIFIED if facts.qualified else State.REPORTED


def _condition(line: Transition, side: Side, facts: Facts) -> bool:
    """What the table cannot say by states alone.

    The clock stops only In-House, and where it runs; only a confirmed interruption is restored; one restored in part is reopened in
    part; the client reopens within a time.
    """
    if line.verb is Verb.PAUSE:
        return facts.in_house and (facts.state is not State.WAITING_ACCESS or facts.counting)
    if line.verb is Verb.RESTORE:
        return facts.confirmed
    if line.verb is Verb.REOPEN:
        return (facts.partly_restored or not line.stays) and (side is Side.DESK or facts.reopenable)
    return True
