"""How a demonstration ticket lives: the same table and clock as the real ones, run in memory at past instants."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from webapp.demonstration.helpdesk_stories import Story
from webapp.helpdesk.clockwork import refresh
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries import PlannedWindow
from webapp.helpdesk.rules.clock import ClockEvent, EventKind, Reason, planned_exclusion, replay
from webapp.helpdesk.rules.states import Side, Verb, arrival, transition
from webapp.helpdesk.services import facts_of
from webapp.helpdesk.services.acts import reason_of, stamp
from webapp.helpdesk.texts import DEFAULT_WORDS


class NotYet(Exception):
    """The next step would be in the future: the ticket stays as it is."""


def typeset(text: str) -> str:
    """Put the non-breaking spaces of French where a plain space stands."""
    for plain in ("« ", " »", " :", " ;", " ?", " !", " %", " €"):
        text = text.replace(plain, plain.replace(" ", "\N{NO-BREAK SPACE}"))
    return text


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes on a ticket; ``account_id`` None for people without an account in the demonstration."""

    name: str
    account_id: int | None
    side: Side


@dataclass
class Life:
    """One ticket, and what is to be stored with it."""

    ticket: Ticket
    story: Story
    agent: Person
    client: Person
    now: datetime
    chance: random.Random
    fill: dict[str, str]
    site_ids: tuple[int, ...] = ()
    windows: Sequence[PlannedWindow] = ()
    events: list[ClockEvent] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at = self.ticket.notified_at
        self.events.append(ClockEvent(EventKind.STARTED, self.at))
        self._record("ticket.opened", self.client, {"service": str(self.ticket.service)})

    def run(self) -> None:
        """Live until the story ends or the present is reached, then bring the stored figures up to date."""
        with suppress(NotYet):
            self._live()
        refresh(self.ticket, replay(self.events))

    def _live(self) -> None:
        chance = self.chance
        slow = chance.random() < 0.12
        self._wait(chance.randint(6, 150) if not slow else chance.randint(700, 1400))
        self._qualify()
        self._wait(chance.randint(3, 60))
        if not self.story.genuine:
            self._act(Verb.DISMISS, self.agent, self.words(self.story.restored))
            return
        self._act(Verb.CONFIRM, self.agent)
        self._wait(chance.randint(5, 90))
        self._say(self.agent, self.words(self.story.diagnosis), internal=True)
        if chance.random() < 0.6:
            self._wait(chance.randint(2, 40))
            self._act(Verb.ASK_CLIENT, self.agent, self.words(self.story.question))
            self._wait(chance.randint(10, 420))
            self._act(Verb.ANSWER, self.client, self.words(self.story.answer))
        if self.ticket.in_house:
            self._visit()
        self._wait(chance.randint(20, 300) if not slow else chance.randint(600, 1500))
        self._act(Verb.RESTORE, self.agent, self.words(self.story.restored))
        if chance.random() < 0.08:
            self._relapse()
        self._wait(chance.randint(30, 960))
        self._leave_out_planned()
        self._act(Verb.CLOSE, self.agent)

    def _leave_out_planned(self) -> None:
        """Leave the planned interruptions that met the count out of it, as the agent does before closing (FL-12.8)."""
        inputs, calendar = replay(self.events), calendar_named(self.ticket.calendar)
        for window in self.windows:
            stretch = planned_exclusion(calendar, (window.start, window.end), inputs.started_at, inputs.stopped_at)
            if stretch is None or not calendar.between(*stretch):
                continue
            self.events.append(ClockEvent(EventKind.EXCLUDED, self.at, Reason.PLANNED, window.title, *stretch))
            since, until = (instant.isoformat() for instant in stretch)
            detail = {"notice": window.id, "since": since, "until": until, "clause": "FL-12.8"}
            self._record("ticket.planned_excluded", self.agent, detail)

    def _visit(self) -> None:
        self._wait(self.chance.randint(10, 90))
        self._act(Verb.PAUSE, self.agent)
        self._wait(self.chance.randint(90, 960))
        self._act(Verb.RESUME, self.agent)

    def _relapse(self) -> None:
        self._wait(self.chance.randint(15, 480))
        reason = self.chance.choice((Reason.RELAPSE, Reason.NOT_RESTORED))
        self._act(Verb.REOPEN, self.client, "Le même problème est revenu ce matin.", reason)
        self._wait(self.chance.randint(20, 200))
        self._act(Verb.RESTORE, self.agent)

    def words(self, text: str) -> str:
        """Fill in a story's words for this ticket."""
        return typeset(text.format(**self.fill))

    def _wait(self, minutes: int) -> None:
        """Let business time pass; people answer in the desk's hours."""
        step = timedelta(minutes=minutes, seconds=self.chance.randint(0, 59))
        at = calendar_named(self.ticket.calendar).add(self.at, step)
        if at > self.now:
            raise NotYet
        self.at = at

    def _qualify(self) -> None:
        ticket = self.ticket
        line = transition(Verb.QUALIFY, Side.DESK, facts_of(ticket))
        ticket.state = arrival(line, facts_of(ticket))
        ticket.qualified_at = self.at
        ticket.assignee_id = self.agent.account_id
        self._record(line.action, self.agent, {})

    def _act(self, verb: Verb, who: Person, text: str = "", reason: Reason | None = None) -> None:
        ticket, was = self.ticket, self.ticket.state
        line = transition(verb, who.side, facts_of(ticket))
        ticket.state = arrival(line, facts_of(ticket))
        stamp(ticket, line, self.at)
        words = text or (DEFAULT_WORDS.get(verb, "") if line.text else "")
        if words:
            self._say(who, words, acted=True)
        if line.clock is not None:
            self.events.append(ClockEvent(line.clock, self.at, reason_of(line, was, reason), who.name))
        self._record(line.action, who, {"from": str(was), "to": str(ticket.state), "clause": line.clause})

    def _say(self, who: Person, body: str, *, internal: bool = False, acted: bool = False) -> None:
        desk = who.side is Side.DESK
        self.messages.append(
            {"at": self.at, "internal": internal, "from_desk": desk, "author_id": who.account_id, "author_name": who.name, "body": body}
        )
        if not internal:
            self.ticket.last_message_at = self.at
            if desk and self.ticket.first_responded_at is None:
                self.ticket.first_responded_at = self.at
        if not acted:
            self._record("ticket.noted" if internal else "ticket.replied", who, {})

    def _record(self, action: str, who: Person, detail: dict[str, Any]) -> None:
        self.audit.append({"at": self.at, "action": action, "account_id": who.account_id, "actor_name": who.name, "detail": detail})
