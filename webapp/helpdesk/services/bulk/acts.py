"""Carrying out one act on many tickets: each in a savepoint of its own, so that one that fails leaves the others done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import gathering
from webapp.helpdesk.ahead import reading_ahead
from webapp.helpdesk.models import BulkJob, Ticket, TicketLink
from webapp.helpdesk.queries.tickets import within_reach
from webapp.helpdesk.rules.bulk import RULES, BulkAct, Order, Result
from webapp.helpdesk.rules.clock import ClockError
from webapp.helpdesk.services.acts import act
from webapp.helpdesk.services.bulk.reading import numbering, read
from webapp.helpdesk.services.bulk.snapshot import Made, changed, columns_of, watching
from webapp.helpdesk.services.bulk.writing import write_changes
from webapp.helpdesk.services.merging import merge_into
from webapp.helpdesk.services.priority import prioritise
from webapp.helpdesk.services.replies import reply
from webapp.helpdesk.services.tags import add_tags, remove_tags
from webapp.helpdesk.services.triage import assign
from webapp.outbox.services import Held, holding

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticket: for one that is done, what undoing it needs; else why it is not, in the reader's language."""

    ticket_id: int
    organisation_id: int
    result: Result
    reason: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    before_version: int = 0
    after_version: int = 0


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does what, and what every verb asks for. ``target`` is the ticket that others are merged into."""

    session: Session
    actor: Actor
    clock: Clock
    order: Order
    public_url: str
    target: Ticket | None = None


def tickets_of(session: Session, actor: Actor, *conditions: Any) -> Sequence[Ticket]:
    """Load and lock tickets within the actor's reach, always in the same order: two overlapping selections wait, never for each other."""
    statement = select(Ticket).where(within_reach(actor), *conditions).order_by(Ticket.id).with_for_update()
    return session.scalars(statement).all()


def carry_out(hand: Hand, job: BulkJob, tickets: Sequence[Ticket], seen: Mapping[str, int | None], until: datetime) -> list[Outcome]:
    """Do the order on each ticket and return the outcomes in the same order.

    ``seen`` are the versions that the person's page showed, by reference. Mails wait with their batch ``until`` (aware). What each ticket
    changes is done or left as if it had a savepoint of its own: together first, in few statements; should anything stop on the way, all
    of that is taken back and each ticket is done again in its savepoint, so that only those that cannot be done are left out.
    """
    with holding(hand.session, job.batch, until) as held, watching(hand.session) as made:
        work = _Work(hand, seen, held, made)
        if hand.order.act in TOGETHER and isinstance(hand.session, GuichetSession):
            try:
                return work.together(hand.session, tickets)
            except Exception as error:  # whatever it was, it is met again below, by the one ticket that has it
                log.info("bulk.one_by_one", reason=repr(error)[:200])
                held.rows.clear()
                made.take()
        return work.one_by_one(tickets)


class _Stopped(Exception):
    """A ticket was refused after something of it had changed."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One order under way, with what it gathers."""

    hand: Hand
    seen: Mapping[str, int | None]
    held: Held
    made: Made

    def one_by_one(self, tickets: Sequence[Ticket]) -> list[Outcome]:
        """Do each ticket in a savepoint of its own."""
        outcomes = []
        for ticket in tickets:
            version, before, mails = ticket.version, columns_of(ticket), len(self.held.rows)
            key = (ticket.id, ticket.organisation_id)
            try:
                with self.hand.session.begin_nested():
                    extra = self._do(ticket)
            except Exception as error:  # whatever is wrong with one ticket, the others are done
                del self.held.rows[mails:]
                self.made.take()
                outcomes.append(Outcome(*key, Result.FAILED, reason_of(error)[:300]))
            else:
                added = self._added(mails) | extra
                outcomes.append(Outcome(*key, Result.DONE, "", changed(before, ticket), added, version, ticket.version))
        return outcomes

    def together(self, session: GuichetSession, tickets: Sequence[Ticket]) -> list[Outcome]:
        """Do all of them in one savepoint, written at its end. Raises when one has to be taken back."""
        with session.begin_nested(), reading_ahead(session) as ahead, numbering(session, ahead), gathering(session):
            if self.hand.order.act not in UNCLOCKED:
                read(session, ahead, tickets)
            with session.postponing():
                outcomes = [self._one_of_many(ticket) for ticket in tickets]
            written = write_changes(session, zip(tickets, (outcome.before for outcome in outcomes), strict=True))
            session.flush()
        return [
            replace(outcome, after_version=written.get(outcome.ticket_id) or ticket.version)
            for ticket, outcome in zip(tickets, outcomes, strict=True)
        ]

    def _one_of_many(self, ticket: Ticket) -> Outcome:
        before, mails = columns_of(ticket), len(self.held.rows)
        key = (ticket.id, ticket.organisation_id)
        try:
            extra = self._do(ticket)
        except (NotFound, Forbidden, Conflict, Invalid) as error:
            if self.made.rows or len(self.held.rows) > mails or changed(before, ticket):
                raise _Stopped from error
            return Outcome(*key, Result.FAILED, reason_of(error)[:300])
        return Outcome(*key, Result.DONE, "", changed(before, ticket), self._added(mails) | extra, ticket.version)

    def _do(self, ticket: Ticket) -> dict[str, Any]:
        version = self.seen.get(ticket.reference)
        if version is not None and version != ticket.version:
            raise Conflict(_("Ce ticket a changé depuis que vous l’avez choisi."))
        return VERBS[self.hand.order.act](self.hand, ticket) or {}

    def _added(self, mails: int) -> dict[str, Any]:
        return self.made.take() | {"mails": [row["key"] for row in self.held.rows[mails:]]}


def reason_of(error: Exception) -> str:
    """Say why a ticket was left alone, in the reader's language."""
    match error:
        case Conflict():
            return error.message
        case Invalid():
            return " ".join(error.errors.values())
        case Forbidden():
            return str(_("Vous n’avez pas le droit de faire cela sur ce ticket."))
        case NotFound():
            return str(_("Ce ticket n’existe pas, ou plus."))
        case ClockError():
            return str(_("Le décompte de ce ticket ne le permet pas."))
    log.error("bulk.failed", exc_info=error)
    return str(_("Une erreur est survenue : rien n’a changé sur ce ticket."))


def _assign(hand: Hand, ticket: Ticket) -> None:
    assign(hand.session, hand.actor, hand.clock, ticket, hand.order.assignee_id, hand.order.assignee_name)


def _prioritise(hand: Hand, ticket: Ticket) -> None:
    prioritise(hand.session, hand.actor, hand.clock, ticket, hand.order.priority)


def _tag(hand: Hand, ticket: Ticket) -> None:
    add_tags(hand.session, hand.actor, hand.clock, ticket, hand.order.tags)


def _untag(hand: Hand, ticket: Ticket) -> None:
    remove_tags(hand.session, hand.actor, hand.clock, ticket, hand.order.tags)


def _reply(hand: Hand, ticket: Ticket) -> None:
    reply(hand.session, hand.actor, hand.clock, ticket, hand.order.body, public_url=hand.public_url)


def _transition(hand: Hand, ticket: Ticket) -> None:
    verb = RULES[hand.order.act].verb
    assert verb is not None
    act(hand.session, hand.actor, hand.clock, ticket, verb, text=hand.order.body, public_url=hand.public_url)


def _merge(hand: Hand, ticket: Ticket) -> dict[str, Any]:
    if hand.target is None:
        raise Invalid({"target": _("Aucun ticket ne porte la référence de la cible.")})
    linked = hand.session.get(TicketLink, (ticket.id, hand.target.id))
    before = str(linked.kind) if linked else ""
    merge_into(hand.session, hand.actor, hand.clock, ticket, hand.target, public_url=hand.public_url)
    return {"link": before, "other": hand.target.id}


VERBS: dict[BulkAct, Callable[[Hand, Ticket], dict[str, Any] | None]] = {
    **dict.fromkeys((name for name, rule in RULES.items() if rule.verb is not None), _transition),
    BulkAct.ASSIGN: _assign,
    BulkAct.PRIORITY: _prioritise,
    BulkAct.TAG: _tag,
    BulkAct.UNTAG: _untag,
    BulkAct.REPLY: _reply,
    BulkAct.MERGE: _merge,
}
#: What writes by the session's objects alone, so that many tickets can be written together.
TOGETHER = frozenset(VERBS) - {BulkAct.MERGE}
#: What asks nothing of the tickets' clocks, sites and obligations.
UNCLOCKED = frozenset({BulkAct.ASSIGN, BulkAct.PRIORITY, BulkAct.TAG, BulkAct.UNTAG})
