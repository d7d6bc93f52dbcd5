"""All the tickets that match, in chunks: each chunk is one short transaction, so a job that dies goes on where it stopped."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, insert, literal, select, update
from sqlalchemy.orm import Session

from webapp.accounts.sessions import actor_of
from webapp.actor import SYSTEM, Actor
from webapp.clock import Clock
from webapp.db import Database
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk.models import BulkItem, BulkJob, Ticket
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.tickets import canonical, within_reach
from webapp.helpdesk.rules.bulk import AT_WORK, CHUNK, HOLD, MOST_IN_JOB, BulkAct, JobState, Order, Result, order_of
from webapp.helpdesk.services.bulk.acts import Hand, Outcome, carry_out, tickets_of
from webapp.helpdesk.services.bulk.batch import check_may, count, finish, may_change, new_job
from webapp.helpdesk.services.bulk.undoing import done_items, end_undo, undo_items
from webapp.outbox.services import hold_longer


def start(session: Session, actor: Actor, clock: Clock, order: Order, conditions: Sequence[ColumnElement[bool]], filters: str) -> BulkJob:
    """Freeze which tickets meet ``conditions`` now, and leave them to the job; ``filters`` is the query that said so.

    Raises ``Invalid`` when none does, when they are too many, or when a merge names no target.
    """
    check_may(actor)
    if order.act is BulkAct.MERGE and _target(session, order) is None:
        raise Invalid({"target": _("Donnez la référence du ticket qui reste.")})
    matching = (within_reach(actor), *conditions)
    total = session.scalar(select(func.count()).select_from(Ticket).where(*matching)) or 0
    if not total:
        raise Invalid({"tickets": _("Aucun ticket ne correspond à ces filtres.")})
    if total > MOST_IN_JOB:
        raise Invalid({"tickets": _("Trop de tickets : %(max)d au plus par traitement. Resserrez les filtres.", max=MOST_IN_JOB)})
    job = new_job(session, actor, clock, order, filters)
    job.total = total
    columns = ["bulk_job_id", "organisation_id", "ticket_id", "result", "reason", "before", "made", "before_version", "after_version"]
    kept: Any = BulkItem.__table__.c
    blank = [literal(value, kept[name].type) for name, value in (("reason", ""), ("before", {}), ("made", {}))]
    rows = select(
        literal(job.id),
        Ticket.organisation_id,
        Ticket.id,
        literal(Result.PENDING, kept.result.type),
        *blank,
        literal(0),
        literal(0),
    )
    session.execute(insert(BulkItem).from_select(columns, rows.where(*matching).order_by(Ticket.id)))
    session.flush()
    return job


def work(database: Database, clock: Clock, public_url: str) -> int:
    """Carry on every batch that is at work, chunk by chunk, until none is left; return how many chunks that took.

    A lock on the batch keeps two workers apart; what a chunk did is committed with its items, so nothing is ever done twice.
    """
    chunks = 0
    while _chunk(database, clock, public_url):
        chunks += 1
    return chunks


def _chunk(database: Database, clock: Clock, public_url: str) -> bool:
    with database.transaction(SYSTEM) as session:
        waiting = select(BulkJob).where(BulkJob.state.in_(AT_WORK)).order_by(BulkJob.id).limit(1)
        job = session.scalar(waiting.with_for_update(skip_locked=True))
        if job is None:
            return False
        undoing = job.state is JobState.UNDOING
        actor = actor_of(session, clock, job.undone_by_id if undoing else job.account_id, job.organisation_id)
        if undoing:
            _undo_some(session, actor or SYSTEM, clock, job)
        elif actor is None or not works_the_desk(actor):  # their account was closed in between: what is left stays undone
            finish(session, SYSTEM, clock, job, JobState.CANCELLED)
        else:
            _do_some(session, actor, clock, job, public_url)
        return True


def _do_some(session: Session, actor: Actor, clock: Clock, job: BulkJob, public_url: str) -> None:
    pending = select(BulkItem).where(BulkItem.bulk_job_id == job.id, BulkItem.result == Result.PENDING)
    items = {item.ticket_id: item for item in session.scalars(pending.order_by(BulkItem.id).limit(CHUNK))}
    hold_longer(session, job.batch, clock.now() + HOLD)
    if not items:
        finish(session, actor, clock, job, JobState.DONE)
        return
    order = order_of(job.order)
    target = _target(session, order)
    tickets = [ticket for ticket in tickets_of(session, actor, Ticket.id.in_(items)) if ticket is not target]
    hand = Hand(session, actor, clock, order, public_url, target)
    outcomes = carry_out(hand, job, tickets, {}, clock.now() + HOLD)
    if target is not None and target.id in items:
        outcomes.append(Outcome(target.id, target.organisation_id, Result.FAILED, _("C’est la cible elle-même.")))
    session.execute(update(BulkItem), [_settled(items[outcome.ticket_id], outcome) for outcome in outcomes])
    count(job, outcomes)


def _settled(item: BulkItem, outcome: Outcome) -> dict[str, Any]:
    return {
        "id": item.id,
        "result": outcome.result,
        "reason": outcome.reason,
        "before": outcome.before,
        "made": outcome.made,
        "before_version": outcome.before_version,
        "after_version": outcome.after_version,
    }


def _undo_some(session: Session, actor: Actor, clock: Clock, job: BulkJob) -> None:
    items = done_items(session, job, CHUNK)
    if items:
        undo_items(session, actor, clock, job, items)
    else:
        end_undo(session, actor, clock, job)


def _target(session: Session, order: Order) -> Ticket | None:
    if order.act is not BulkAct.MERGE or not order.target:
        return None
    return session.scalar(select(Ticket).where(Ticket.reference == canonical(order.target)))


def cancel(session: Session, actor: Actor, clock: Clock, job: BulkJob) -> None:
    """Stop a batch that is running: what is done stays done, and can be undone; the rest is left alone.

    Raises ``Forbidden`` for another agent's batch (a lead may), ``Conflict`` when it has ended.
    """
    if not may_change(actor, job):
        raise Forbidden
    if job.state is not JobState.RUNNING:
        raise Conflict(_("Ce traitement est déjà terminé."))
    hold_longer(session, job.batch, clock.now() + HOLD)
    finish(session, actor, clock, job, JobState.CANCELLED)
