"""A batch: an order on up to 500 tickets carried out at once, and the record of what became of each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.helpdesk import policies
from webapp.helpdesk.models import BulkItem, BulkJob, Ticket
from webapp.helpdesk.queries.tickets import canonical
from webapp.helpdesk.rules.bulk import HOLD, MOST_AT_ONCE, BulkAct, JobState, Order, Result, parse_pick
from webapp.helpdesk.services.bulk.acts import Hand, Outcome, carry_out, tickets_of

#: References that a batch keeps of those that name no ticket.
_MOST_UNKNOWN = 500


def run(session: Session, actor: Actor, clock: Clock, order: Order, picks: Sequence[str], *, public_url: str) -> BulkJob:
    """Carry out ``order`` on the tickets picked, all in the caller's transaction, each in a savepoint; return the batch.

    ``picks`` are references, each with the version shown after an ``@`` when the page said it. Those that name no ticket are listed as
    unknown, whatever the reason. Raises ``Invalid`` when there are none or too many, or when the target of a merge is no ticket.
    """
    check_may(actor)
    seen = {canonical(reference): version for reference, version in map(parse_pick, picks) if reference}
    if not seen:
        raise Invalid({"tickets": _("Choisissez au moins un ticket.")})
    if len(seen) > MOST_AT_ONCE:
        raise Invalid({"tickets": too_many(len(seen))})
    target = canonical(order.target) if order.target else ""
    found = tickets_of(session, actor, Ticket.reference.in_([*seen, target]))
    chosen = [ticket for ticket in found if ticket.reference in seen]
    merged = target_of(order, found, chosen) if order.act is BulkAct.MERGE else None
    job = new_job(session, actor, clock, order)
    job.unknown = sorted({*seen} - {ticket.reference for ticket in found})[:_MOST_UNKNOWN]
    acted = [ticket for ticket in chosen if ticket is not merged]
    hand = Hand(session, actor, clock, order, public_url, merged)
    outcomes = carry_out(hand, job, acted, seen, clock.now() + HOLD)
    if outcomes:
        session.connection().execute(insert(BulkItem), [row_of(job, outcome) for outcome in outcomes])
    job.total = len(acted) + len(job.unknown)
    count(job, outcomes)
    job.failed += len(job.unknown)
    finish(session, actor, clock, job, JobState.DONE)
    session.flush()
    return job


def too_many(count: int) -> str:
    """Say that a request holds too many tickets, and what to do instead."""
    return str(
        _(
            "%(count)d tickets en une fois, c’est trop : %(max)d au plus. Choisissez « tous ceux qui correspondent aux filtres » : "
            "un traitement suivi s’en charge par petits paquets.",
            count=count,
            max=MOST_AT_ONCE,
        )
    )


def check_may(actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor works the desk."""
    if not policies.works_the_desk(actor):
        raise Forbidden


def may_change(actor: Actor, job: BulkJob) -> bool:
    """Tell whether the actor may stop or undo a batch: their own, or any for a lead."""
    return policies.works_the_desk(actor) and (job.account_id == actor.account_id or actor.has(Role.DESK_LEAD))


def get_job(session: Session, actor: Actor, job_id: int, *, lock: bool = False) -> BulkJob:
    """Load a batch for somebody of the desk, or raise ``NotFound``."""
    statement = select(BulkJob).where(BulkJob.id == job_id)
    job = session.scalar(statement.with_for_update() if lock else statement) if policies.works_the_desk(actor) else None
    if job is None:
        raise NotFound
    return job


def target_of(order: Order, found: Sequence[Ticket], chosen: Sequence[Ticket]) -> Ticket:
    """Return the ticket that stays after a merge: the one named, else the first notified of those chosen."""
    if order.target:
        named = [ticket for ticket in found if ticket.reference == canonical(order.target)]
        if not named:
            raise Invalid({"target": _("Aucun ticket ne porte la référence de la cible.")})
        return named[0]
    if len(chosen) < 2:
        raise Invalid({"target": _("Choisissez au moins deux tickets, ou donnez la référence de celui qui reste.")})
    return min(chosen, key=lambda ticket: (ticket.notified_at, ticket.id))


def new_job(session: Session, actor: Actor, clock: Clock, order: Order, filters: str = "") -> BulkJob:
    """Add a batch that is about to begin."""
    job = BulkJob(
        act=order.act,
        order=order.as_json(),
        filters=filters[:1000],
        state=JobState.RUNNING,
        account_id=actor.account_id,
        actor_name=actor.name,
        organisation_id=actor.organisation_id,
        created_at=clock.now(),
        undone_by="",
        **dict.fromkeys(("total", "done", "failed", "undone", "kept"), 0),
        unknown=[],
    )
    session.add(job)
    session.flush()
    return job


def row_of(job: BulkJob, outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a row of ``bulk_item``."""
    return {
        "bulk_job_id": job.id,
        "ticket_id": outcome.ticket_id,
        "organisation_id": outcome.organisation_id,
        "result": outcome.result,
        "reason": outcome.reason,
        "before": outcome.before,
        "made": outcome.made,
        "before_version": outcome.before_version,
        "after_version": outcome.after_version,
    }


def count(job: BulkJob, outcomes: Sequence[Outcome]) -> None:
    """Add outcomes to the batch's figures."""
    done = sum(1 for outcome in outcomes if outcome.result is Result.DONE)
    job.done += done
    job.failed += len(outcomes) - done


def finish(session: Session, actor: Actor, clock: Clock, job: BulkJob, state: JobState, wait: timedelta = HOLD) -> None:
    """End a batch: from now on it can be undone, for as long as its mails wait; one event says what it did."""
    now = clock.now()
    job.state, job.finished_at, job.undo_until = state, now, now + wait
    detail = {"act": str(job.act), "total": job.total, "done": job.done, "failed": job.failed}
    record(session, actor, clock, action=f"bulk.{state}", subject=f"lot {job.id}", detail=detail)
