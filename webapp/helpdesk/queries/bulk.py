"""Reading batches: the last ones, one with its tickets, and the tickets that a request chooses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.db import Rows, plain_rows
from webapp.helpdesk.models import BulkItem, BulkJob, Ticket
from webapp.helpdesk.queries.tickets import within_reach
from webapp.helpdesk.rules.bulk import AT_WORK, MOST_AT_ONCE, UNDOABLE, Result

#: What went wrong comes first.
_ORDER = case({Result.FAILED: 0, Result.KEPT: 1, Result.PENDING: 2}, value=BulkItem.result, else_=3)
_CHOSEN = (Ticket.reference, Ticket.title, Ticket.state, Ticket.version, Organisation.name.label("client"))


def recent_jobs(session: Session, limit: int = 50) -> Sequence[BulkJob]:
    """Return the last batches of the desk, newest first."""
    return session.scalars(select(BulkJob).order_by(BulkJob.id.desc()).limit(limit)).all()


# Read by every showing of the queue, so it is built once.
_TO_SHOW = (
    select(*BulkJob.__table__.c)
    .where(
        BulkJob.account_id == bindparam("account"),
        BulkJob.state.in_(AT_WORK) | (BulkJob.state.in_(UNDOABLE) & (BulkJob.undo_until > bindparam("now")) & (BulkJob.done > 0)),
    )
    .order_by(BulkJob.id.desc())
    .limit(3)
)


def jobs_to_show(session: Session, account_id: int | None, now: datetime) -> Rows:
    """Return the person's own batches that are at work or can still be undone, as plain rows, newest first, three at most."""
    return plain_rows(session, _TO_SHOW, {"account": account_id, "now": now}).all()


def items_of(session: Session, job_id: int, *, offset: int = 0, limit: int | None = None) -> Rows:
    """Return a batch's tickets with what became of them (reference, title, client, result, reason), what went wrong first."""
    return session.execute(
        select(Ticket.reference, Ticket.title, Organisation.name.label("client"), BulkItem.result, BulkItem.reason)
        .join(Ticket, Ticket.id == BulkItem.ticket_id)
        .join(Organisation, Organisation.id == BulkItem.organisation_id)
        .where(BulkItem.bulk_job_id == job_id)
        .order_by(_ORDER, BulkItem.id)
        .offset(offset)
        .limit(limit)
    ).all()


def chosen_rows(session: Session, actor: Actor, *conditions: ColumnElement[bool], limit: int = MOST_AT_ONCE) -> Rows:
    """Return the tickets that meet the conditions (reference, title, state, version, client), by number."""
    return session.execute(
        select(*_CHOSEN)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .where(within_reach(actor), *conditions)
        .order_by(Ticket.id)
        .limit(limit)
    ).all()


def how_many(session: Session, actor: Actor, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """Return how many tickets meet the conditions, and the highest number among them: what is chosen now, not what comes later."""
    row: Any = session.execute(
        select(func.count().label("n"), func.max(Ticket.id).label("last")).where(within_reach(actor), *conditions)
    ).one()
    return row.n, row.last or 0
