"""What can be done to many tickets at once, how each act is undone, and for how long (FL-12.7)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from webapp.helpdesk.rules.states import Verb

#: Tickets of one request at most; beyond, a job takes them in chunks.
MOST_AT_ONCE = 500
#: Tickets of one job at most.
MOST_IN_JOB = 50_000
#: Tickets of a job's chunk: its transaction is short, so that nobody waits for it.
CHUNK = 100
#: How long the mails of a bulk act wait, and how long it can be undone.
HOLD = timedelta(minutes=10)


class BulkAct(StrEnum):
    """What is done to each ticket."""

    ASSIGN = "assign"
    PRIORITY = "priority"
    TAG = "tag"
    UNTAG = "untag"
    REPLY = "reply"
    CONFIRM = "confirm"
    ASK_CLIENT = "ask_client"
    ANSWER = "answer"
    RESTORE = "restore"
    CLOSE = "close"
    DISMISS = "dismiss"
    MERGE = "merge"


class Field(StrEnum):
    """What an act needs to be told."""

    ASSIGNEE = "assignee"
    PRIORITY = "priority"
    TAGS = "tags"
    BODY = "body"
    TARGET = "target"


class Undo(StrEnum):
    """What puts a ticket back, besides its columns and its held mails."""

    #: The clock's events are taken out by an event that says so: the count is as if they had never been.
    CLOCK = "clock"
    #: The message is marked as withdrawn.
    MESSAGE = "message"
    #: The link to the other ticket goes.
    LINK = "link"


@dataclass(frozen=True, slots=True)
class BulkRule:
    """One line of the table. ``verb`` is the transition that runs; ``shown`` acts say first, on a page, what they will do."""

    act: BulkAct
    field: Field | None = None
    verb: Verb | None = None
    needed: bool = True
    shown: bool = False
    undo: frozenset[Undo] = frozenset()


_CLOCK, _TOLD = frozenset({Undo.CLOCK}), frozenset({Undo.CLOCK, Undo.MESSAGE})

RULES: dict[BulkAct, BulkRule] = {
    rule.act: rule
    for rule in (
        BulkRule(BulkAct.ASSIGN, Field.ASSIGNEE, needed=False),
        BulkRule(BulkAct.PRIORITY, Field.PRIORITY),
        BulkRule(BulkAct.TAG, Field.TAGS),
        BulkRule(BulkAct.UNTAG, Field.TAGS),
        BulkRule(BulkAct.REPLY, Field.BODY, shown=True, undo=frozenset({Undo.MESSAGE})),
        BulkRule(BulkAct.CONFIRM, Field.BODY, Verb.CONFIRM, needed=False, shown=True, undo=_TOLD),
        BulkRule(BulkAct.ASK_CLIENT, Field.BODY, Verb.ASK_CLIENT, shown=True, undo=_TOLD),
        BulkRule(BulkAct.ANSWER, None, Verb.ANSWER, undo=_CLOCK),
        BulkRule(BulkAct.RESTORE, Field.BODY, Verb.RESTORE, needed=False, shown=True, undo=_TOLD),
        BulkRule(BulkAct.CLOSE, None, Verb.CLOSE, shown=True, undo=_CLOCK),
        BulkRule(BulkAct.DISMISS, Field.BODY, Verb.DISMISS, shown=True, undo=_TOLD),
        BulkRule(BulkAct.MERGE, Field.TARGET, needed=False, shown=True, undo=frozenset({Undo.CLOCK, Undo.LINK})),
    )
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for every ticket: the act and what it needs (``target``: a reference, "" for the first notified of the selection)."""

    act: BulkAct
    assignee_id: int | None = None
    assignee_name: str = ""
    priority: int = 0
    tags: tuple[str, ...] = ()
    body: str = ""
    target: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the order as plain JSON values, to be frozen with its batch."""
        return {**asdict(self), "act": str(self.act), "tags": list(self.tags)}


def order_of(stored: Mapping[str, Any]) -> Order:
    """Return the order that a batch was frozen with."""
    return Order(**{**stored, "act": BulkAct(stored["act"]), "tags": tuple(stored["tags"])})


class JobState(StrEnum):
    """Where a batch stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


#: A job still has tickets to take.
AT_WORK = frozenset({JobState.RUNNING, JobState.UNDOING})
#: What can be undone: everything that has ended and was not undone yet.
UNDOABLE = frozenset({JobState.DONE, JobState.CANCELLED})


class Result(StrEnum):
    """What became of one ticket of a batch."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
    KEPT = "kept"


def parse_pick(raw: str) -> tuple[str, int | None]:
    """Read one ticked box: a reference, with the version that was shown after an ``@`` when the page said it."""
    reference, _at, version = raw.strip().partition("@")
    known = version.isascii() and version.isdigit() and len(version) < 10
    return reference[:40], int(version) if known else None
