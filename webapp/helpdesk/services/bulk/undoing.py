"""Undoing a batch while its mails still wait: by compensating facts, ticket by ticket; history is added to, never cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import GuichetSession
from webapp.errors import Conflict, Forbidden
from webapp.evidence.services import record
from webapp.helpdesk.ahead import reading_ahead
from webapp.helpdesk.clockwork import moment, recount
from webapp.helpdesk.models import BulkItem, BulkJob, Ticket, TicketClockEvent, TicketMessage
from webapp.helpdesk.rules.bulk import MOST_AT_ONCE, RULES, UNDOABLE, JobState, Result, Undo
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.relations import LinkKind
from webapp.helpdesk.services.bulk.acts import reason_of, tickets_of
from webapp.helpdesk.services.bulk.batch import may_change
from webapp.helpdesk.services.bulk.reading import numbering, read
from webapp.helpdesk.services.bulk.snapshot import put_back
from webapp.helpdesk.services.common import note_act
from webapp.helpdesk.services.linking import join, part
from webapp.helpdesk.services.obligations import keep_owed
from webapp.outbox.services import cancel_batch, cancel_held, release

log = structlog.get_logger()


def undo(session: Session, actor: Actor, clock: Clock, job: BulkJob) -> bool:
    """Undo a batch; return False, changing nothing, when that has been done or begun already.

    Up to 500 tickets at once; more are left to the job, their mails cancelled now. A ticket that has changed since is left as it is and
    listed. Raises ``Forbidden`` for another agent's batch (a lead may), ``Conflict`` once the mails may have left.
    """
    if not may_change(actor, job):
        raise Forbidden
    if job.state in (JobState.UNDONE, JobState.UNDOING):
        return False
    if job.state not in UNDOABLE:
        raise Conflict(_("Ce traitement n’est pas terminé : arrêtez-le d’abord."))
    if job.undo_until is None or clock.now() >= job.undo_until:
        raise Conflict(_("Les dix minutes sont passées : les courriels sont partis, l’acte ne s’annule plus."))
    job.undone_by, job.undone_by_id = actor.name, actor.account_id
    if job.done > MOST_AT_ONCE:
        job.state = JobState.UNDOING
        cancel_batch(session, clock, job.batch)
        session.flush()
        return True
    undo_items(session, actor, clock, job, done_items(session, job, MOST_AT_ONCE))
    end_undo(session, actor, clock, job)
    return True


def done_items(session: Session, job: BulkJob, most: int) -> Sequence[BulkItem]:
    """Return the next tickets of the batch that were done and are still to be undone."""
    statement = select(BulkItem).where(BulkItem.bulk_job_id == job.id, BulkItem.result == Result.DONE)
    return session.scalars(statement.order_by(BulkItem.id).limit(most)).all()


def end_undo(session: Session, actor: Actor, clock: Clock, job: BulkJob) -> None:
    """Note that the batch is undone: one event says how far."""
    job.state, job.undone_at = JobState.UNDONE, clock.now()
    detail = {"act": str(job.act), "undone": job.undone, "kept": job.kept}
    record(session, actor, clock, action="bulk.undone", subject=f"lot {job.id}", detail=detail)
    session.flush()


def undo_items(session: Session, actor: Actor, clock: Clock, job: BulkJob, items: Sequence[BulkItem]) -> None:
    """Put each ticket back, as if in a savepoint of its own, unless it has changed since or its mail has left; the item says which."""
    tickets = {ticket.id: ticket for ticket in tickets_of(session, actor, Ticket.id.in_([item.ticket_id for item in items]))}
    untouched = [item for item in items if tickets[item.ticket_id].version == item.after_version]
    cancelled = cancel_held(session, clock, [key for item in untouched for key in item.made.get("mails", ())])
    refused = {item.id: _refusal(item, tickets[item.ticket_id], cancelled) for item in items}
    pairs = [(item, tickets[item.ticket_id]) for item in items if not refused[item.id]]
    back = _Back(session, actor, clock, job)
    if not back.together(pairs):
        refused |= back.one_by_one(pairs)
    done = [(item, ticket) for item, ticket in pairs if not refused[item.id]]
    if Undo.MESSAGE in RULES[job.act].undo:
        withdrawn = [number for item, _ticket in done for number in item.made["messages"]]
        session.execute(update(TicketMessage).where(TicketMessage.id.in_(withdrawn)).values(withdrawn_at=moment(clock)))
    moved = [{"of": item.ticket_id, "was": item.before_version, "now": ticket.version} for item, ticket in done]
    for item in items:
        _settle(session, job, item, refused[item.id])
    _follow(session, moved)


@dataclass(frozen=True, slots=True)
class _Back:
    """Putting the tickets of a batch back."""

    session: Session
    actor: Actor
    clock: Clock
    job: BulkJob

    def together(self, pairs: Sequence[tuple[BulkItem, Ticket]]) -> bool:
        """Put all of them back in one savepoint, written at its end; False, with nothing changed, when one cannot be."""
        if Undo.LINK in RULES[self.job.act].undo or not isinstance(self.session, GuichetSession):
            return False
        try:
            with self.session.begin_nested(), reading_ahead(self.session) as ahead, numbering(self.session, ahead):
                read(self.session, ahead, [ticket for _item, ticket in pairs])
                with self.session.postponing():
                    for item, ticket in pairs:
                        self._one(item, ticket)
                self.session.flush()
        except Exception as error:  # whatever it was, it is met again by the one ticket that has it
            log.info("bulk.undo_one_by_one", reason=repr(error)[:200])
            return False
        return True

    def one_by_one(self, pairs: Sequence[tuple[BulkItem, Ticket]]) -> dict[int, str]:
        """Put each back in a savepoint of its own, and return why some could not be, by item."""
        refused = {}
        for item, ticket in pairs:
            try:
                with self.session.begin_nested():
                    self._one(item, ticket)
            except Exception as error:  # whatever is wrong with one ticket, the others are undone
                refused[item.id] = reason_of(error)[:300]
        return refused

    def _one(self, item: BulkItem, ticket: Ticket) -> None:
        """Make the ticket what it was, by what the table of acts says, and note it."""
        steps, now = RULES[self.job.act].undo, moment(self.clock)
        put_back(ticket, item.before)
        if Undo.CLOCK in steps:
            if item.made["events"]:
                _take_out(self.session, self.actor, ticket, item.made["events"], now)
                put_back(ticket, item.before)  # to the second, whatever has been recounted
            keep_owed(self.session, self.clock, ticket)
        if Undo.LINK in steps:
            _unlink(self.session, self.actor, self.clock, ticket, item.made)
        note_act(self.session, self.actor, self.clock, ticket, "ticket.undone", {"batch": self.job.id, "act": str(self.job.act)})


def _refusal(item: BulkItem, ticket: Ticket, cancelled: set[str]) -> str:
    if ticket.version != item.after_version:
        return str(_("Ce ticket a changé depuis : il reste comme il est."))
    return "" if {*item.made.get("mails", ())} <= cancelled else str(_("Son courriel est déjà parti : il reste comme il est."))


def _settle(session: Session, job: BulkJob, item: BulkItem, refusal: str) -> None:
    if refusal:
        item.result, item.reason = Result.KEPT, refusal
        job.kept += 1
        release(session, item.made.get("mails", ()))
    else:
        item.result = Result.UNDONE
        job.undone += 1


def _take_out(session: Session, actor: Actor, ticket: Ticket, events: Sequence[int], now: Any) -> None:
    """Add, for each event of the act, the one that takes it out: the clock is replayed as if it had never been."""
    for event in events:
        session.add(
            TicketClockEvent(
                organisation_id=ticket.organisation_id,
                ticket_id=ticket.id,
                kind=EventKind.UNDONE,
                at=now,
                about_id=event,
                asked_by=actor.name,
                account_id=actor.account_id,
            )
        )
    session.flush()
    recount(session, ticket)


def _unlink(session: Session, actor: Actor, clock: Clock, ticket: Ticket, made: dict[str, Any]) -> None:
    """Give the link to the other ticket the kind it had, or take it away when the merge made it."""
    if not made["link"]:
        part(session, ticket.id, made["other"])
        return
    other = session.get(Ticket, made["other"])
    if other is not None:
        join(session, actor, clock, ticket, other, LinkKind(made["link"]))


def _follow(session: Session, moved: Sequence[dict[str, int]]) -> None:
    """Let an earlier batch on the same tickets be undone in its turn: they are again as it left them."""
    table: Any = BulkItem.__table__
    if moved:
        earlier = (table.c.ticket_id == bindparam("of"), table.c.after_version == bindparam("was"), table.c.result == Result.DONE)
        session.flush()
        session.connection().execute(update(table).where(*earlier).values(after_version=bindparam("now")), [*moved])
