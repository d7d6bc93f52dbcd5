"""How a demonstration ticket lives: the same table and clock as the real ones, run in memory at past instants."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from webapp.demonstration.helpdesk_stories import Story
from webapp.helpdesk.clockwork import counted_of, refresh
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket, TicketSite
from webapp.helpdesk.queries.tickets import PlannedWindow
from webapp.helpdesk.rules.clock import ClockEvent, EventKind, Reason
from webapp.helpdesk.rules.reckoning import planned_stretches
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
    sites: Sequence[TicketSite] = ()
    windows: Sequence[PlannedWindow] = ()
    events: list[ClockEvent] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at = self.ticket.notified_at
        self.tick(EventKind.STARTED)
        self.record("ticket.opened", self.client, {"service": str(self.ticket.service)})

    def run(self) -> None:
        """Live until the story ends or the present is reached, then bring the stored figures up to date."""
        with suppress(NotYet):
            self.live()
        refresh(self.ticket, self.events, self.sites)

    def live(self) -> None:
        """What happens, in order; raises ``NotYet`` when the present is reached."""
        chance = self.chance
        slow = chance.random() < 0.12
        self.wait(chance.randint(6, 150) if not slow else chance.randint(700, 1400))
        self.qualify()
        self.wait(chance.randint(3, 60))
        if not self.story.genuine:
            self.act(Verb.DISMISS, self.agent, self.words(self.story.restored))
            return
        self.act(Verb.CONFIRM, self.agent)
        self.wait(chance.randint(5, 90))
        self.say(self.agent, self.words(self.story.diagnosis), internal=True)
        if chance.random() < 0.6:
            self.wait(chance.randint(2, 40))
            self.act(Verb.ASK_CLIENT, self.agent, self.words(self.story.question))
            self.wait(chance.randint(10, 420))
            self.act(Verb.ANSWER, self.client, self.words(self.story.answer))
        if self.ticket.in_house:
            self._visit()
        self.wait(chance.randint(20, 300) if not slow else chance.randint(600, 1500))
        if len(self.sites) > 1 and self.sites[0].site_id % 2:
            self.act(Verb.RESTORE, self.agent, self.words(self.story.restored), sites=(self.sites[0].site_id,))
            self.wait(90)
        self.act(Verb.RESTORE, self.agent, self.words(self.story.restored))
        if chance.random() < 0.08:
            self._relapse()
        self.wait(chance.randint(30, 960))
        self._leave_out_planned()
        self.act(Verb.CLOSE, self.agent)

    def _leave_out_planned(self) -> None:
        """Leave the planned interruptions that met the count out of it, as the agent does before closing (FL-12.8)."""
        places = counted_of(self.ticket, self.sites)
        for window in self.windows:
            stretches, _met = planned_stretches(places, self.events, (window.start, window.end))
            for stretch, site_ids in stretches.items():
                named = () if len(site_ids) == len(places) else site_ids
                self.tick(EventKind.EXCLUDED, window.title, Reason.PLANNED, sites=named, stretch=stretch)
            if stretches:
                since, until = (instant.isoformat() for instant in next(iter(stretches)))
                detail = {"notice": window.id, "since": since, "until": until, "clause": "FL-12.8"}
                self.record("ticket.planned_excluded", self.agent, detail)

    def _visit(self) -> None:
        self.wait(self.chance.randint(10, 90))
        self.act(Verb.PAUSE, self.agent)
        self.wait(self.chance.randint(90, 960))
        self.act(Verb.RESUME, self.agent)

    def _relapse(self) -> None:
        self.wait(self.chance.randint(15, 480))
        reason = self.chance.choice((Reason.RELAPSE, Reason.NOT_RESTORED))
        self.act(Verb.REOPEN, self.client, "Le même problème est revenu ce matin.", reason)
        self.wait(self.chance.randint(20, 200))
        self.act(Verb.RESTORE, self.agent)

    def words(self, text: str) -> str:
        """Fill in a story's words for this ticket."""
        return typeset(text.format(**self.fill))

    def wait(self, minutes: int) -> None:
        """Let business time pass; people answer in the desk's hours."""
        step = timedelta(minutes=minutes, seconds=self.chance.randint(0, 59))
        at = calendar_named(self.ticket.calendar).add(self.at, step)
        if at > self.now:
            raise NotYet
        self.at = at

    def qualify(self) -> None:
        """The agent takes the report and qualifies it."""
        ticket = self.ticket
        line = transition(Verb.QUALIFY, Side.DESK, facts_of(ticket))
        ticket.state = arrival(line, facts_of(ticket))
        ticket.qualified_at = self.at
        ticket.assignee_id = self.agent.account_id
        self.record(line.action, self.agent, {})

    def tick(
        self,
        kind: EventKind,
        asked_by: str = "",
        reason: Reason | None = None,
        *,
        sites: Sequence[int] = (),
        evidence: str = "",
        about: int | None = None,
        stretch: tuple[datetime, datetime] | None = None,
    ) -> int:
        """Record what happens to the clock; return the number of the event among those of the ticket, from 1."""
        since, until = stretch or (None, None)
        for site in sites or (None,):
            number = len(self.events) + 1
            self.events.append(ClockEvent(kind, self.at, reason, asked_by, since, until, site, evidence, about, number))
        return len(self.events)

    def act(
        self, verb: Verb, who: Person, text: str = "", reason: Reason | None = None, *, sites: Sequence[int] = (), evidence: str = ""
    ) -> int:
        """Run one transition of the table, for some of the sites or for all; return the number of its event (0 without one)."""
        ticket, was = self.ticket, self.ticket.state
        facts = facts_of(ticket, self.at, self.sites)
        line = transition(verb, who.side, facts)
        left = [site for site in self.sites if site.site_id not in sites and site.restored_at is None] if sites else []
        ticket.state = arrival(line, facts, more=verb is Verb.RESTORE and bool(left))
        stamp(ticket, line, self.at)
        words = text or (DEFAULT_WORDS.get(verb, "") if line.text else "")
        if words:
            self.say(who, words, acted=True)
        number = 0
        if line.clock is not None:
            number = self.tick(line.clock, who.name, reason_of(line, was, reason), sites=sites, evidence=evidence)
        if len(self.sites) > 1:
            refresh(ticket, self.events, self.sites)
        self.record(line.action, who, {"from": str(was), "to": str(ticket.state), "clause": line.clause})
        return number

    def say(self, who: Person, body: str, *, internal: bool = False, acted: bool = False) -> None:
        """Somebody writes; ``acted``: with an act that leaves its own evidence."""
        desk = who.side is Side.DESK
        self.messages.append(
            {"at": self.at, "internal": internal, "from_desk": desk, "author_id": who.account_id, "author_name": who.name, "body": body}
        )
        if not internal:
            self.ticket.last_message_at = self.at
            if desk and self.ticket.first_responded_at is None:
                self.ticket.first_responded_at = self.at
        if not acted:
            self.record("ticket.noted" if internal else "ticket.replied", who, {})

    def record(self, action: str, who: Person, detail: dict[str, Any]) -> None:
        """Keep the evidence of an act."""
        self.audit.append({"at": self.at, "action": action, "account_id": who.account_id, "actor_name": who.name, "detail": detail})
