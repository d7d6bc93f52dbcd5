"""Moving the deadlines of many open tickets at once: planned outside the write transaction, applied in a short one.

The plan is computed from a reading session, so that nobody waits for the write lock meanwhile. Applying it locks the tickets, computes
again the few that have changed since, and writes everything in bulk: figures, calendars, one clock event for each ticket that moved.
"""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, insert, literal, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.helpdesk.clockwork import LONGEST_EVIDENCE, moment
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketSite
from webapp.helpdesk.queries.standings import standings
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.shift import Change, Outcome, Promise, Standing, digest, outcomes

_BATCH = 5000
_TICKET, _SITE, _EVENT = (cast(Table, model.__table__) for model in (Ticket, TicketSite, TicketClockEvent))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change makes of the tickets it concerns: ``deadlines`` change on those that ``moved``.

    ``quiet`` ones keep their deadlines, on another calendar or under other terms, or have none that anybody owes. ``seen``: the version
    of each, as the plan was made.
    """

    moved: list[Outcome]
    quiet: list[Outcome]
    deadlines: int
    seen: dict[int, int] = field(repr=False)

    @property
    def digest(self) -> str:
        """A digest of what was shown."""
        return digest(self.moved)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: ``again`` tickets had changed since the plan, and were computed afresh."""

    deadlines: int
    tickets: int
    again: int

    def detail(self) -> dict[str, int]:
        """Return what the evidence says of it."""
        return {"deadlines": self.deadlines, "tickets": self.tickets, "computed_again": self.again}


def plan(session: Session, change: Change, condition: ColumnElement[bool]) -> Plan:
    """Return what a change would make of the tickets that meet a condition. Only reads."""
    with _collecting_later():
        return _plan(standings(session, condition), change)


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Put garbage collection off: a hundred thousand tickets are read at once, none is garbage, and looking takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _plan(found: Iterable[Any], change: Change) -> Plan:
    moved: list[Outcome] = []
    quiet: list[Outcome] = []
    seen: dict[int, int] = {}
    deadlines = 0
    for one in outcomes(change, found):
        seen[one.before.ticket_id] = one.before.version
        if moves := one.moved:
            deadlines += moves
            moved.append(one)
        elif one.changed:
            quiet.append(one)
    return Plan(moved, quiet, deadlines, seen)


def apply(
    session: Session,
    actor: Actor,
    clock: Clock,
    planned: Plan,
    change: Change,
    condition: ColumnElement[bool],
    *,
    why: str,
    level_version_id: int | None = None,
) -> Applied:
    """Carry a plan out; ``why`` is what the clock of each ticket that moved says of it, in French. Evidence is the caller's.

    ``level_version_id``: the version of a level that the tickets are under from now on. Tickets opened or changed since the plan are
    computed again; those that have ended since are left alone.
    """
    session.flush()
    with _collecting_later():
        present = {row.id: row.version for row in session.execute(select(Ticket.id, Ticket.version).where(condition).with_for_update())}
        stale = [key for key, version in present.items() if planned.seen.get(key) != version]
        again = _plan((one for keys in _batches(stale) for one in standings(session, and_(condition, Ticket.id.in_(keys)))), change)
        fresh = present.keys() - set(stale)
        moved = [one for one in planned.moved if one.before.ticket_id in fresh] + again.moved
        quiet = [one for one in planned.quiet if one.before.ticket_id in fresh] + again.quiet
        level = None if level_version_id is None else {"level_version_id": level_version_id}
        told = [one.after.ticket_id for one in (moved if level is None else [*moved, *quiet])]
        with _telling(session, actor, clock, told, why):
            _write_tickets(session, [*moved, *(one for one in quiet if one.redated)], level, deadlines=True)
            _write_tickets(session, [one for one in quiet if not one.redated], level, deadlines=False)
            _write_sites(session, [*moved, *quiet])
    session.expire_all()
    return Applied(sum(one.moved for one in moved), len(moved), len(stale))


def _batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))


def _write_tickets(session: Session, written: Sequence[Outcome], level: dict[str, Any] | None, *, deadlines: bool) -> None:
    """Store calendars, targets when a ``level`` is applied, and the deadlines where they change (else their indexes are left alone).

    A ticket whose deadlines stay keeps its version: what people are typing about it is not stale.
    """
    if not written:
        return
    rows = [
        {
            "key": one.after.ticket_id,
            "calendar": one.after.promise.calendar,
            **(targets_columns(one.after.promise) if level is not None else {}),
            **(_deadlines(one.after) if deadlines else {}),
        }
        for one in written
    ]
    values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "key"} | (level or {})
    if deadlines:
        values["version"] = _TICKET.c.version + 1
    session.connection().execute(update(_TICKET).where(_TICKET.c.id == bindparam("key")).values(**values), rows)


def targets_columns(promise: Promise) -> dict[str, Any]:
    """Return a promise's targets as the columns of a ticket."""
    first, restoration = promise.first_response, promise.restoration
    return {
        "response_days": first.days,
        "response_seconds": int(first.time.total_seconds()),
        "restoration_days": restoration.days,
        "restoration_seconds": int(restoration.time.total_seconds()),
        "restoration_elapsed": restoration.elapsed,
        "day_rule": restoration.day_rule,
    }


def _deadlines(after: Standing) -> dict[str, Any]:
    return {"first_response_due_at": after.response_due_at, "restoration_due_at": after.restoration_due_at, "due_at": after.due_at}


def _write_sites(session: Session, written: Sequence[Outcome]) -> None:
    rows = [
        {"of": one.after.ticket_id, "at": place.site_id, "calendar": place.calendar, "restoration_due_at": place.due_at}
        for one in written
        for place, before in zip(one.after.places, one.before.places, strict=True)
        if place != before
    ]
    if rows:
        statement = update(_SITE).where(_SITE.c.ticket_id == bindparam("of"), _SITE.c.site_id == bindparam("at"))
        named: dict[str, Any] = {"calendar": bindparam("calendar"), "restoration_due_at": bindparam("restoration_due_at")}
        session.connection().execute(statement.values(**named), rows)


@contextmanager
def _telling(session: Session, actor: Actor, clock: Clock, ticket_ids: Sequence[int], why: str) -> Iterator[None]:
    """Say on each clock what is promised instead: ``since`` and ``until`` are the deadline of restoration before and after.

    The events are made from the tickets by the database itself: before they are written, then completed from what was.
    """
    connection, last = session.connection(), session.scalar(select(func.max(_EVENT.c.id))) or 0
    fixed = {"kind": EventKind.RECOMMITTED, "at": moment(clock), "asked_by": actor.name, "evidence": why[:LONGEST_EVIDENCE]}
    names = ["organisation_id", "ticket_id", "since", "account_id", *fixed]
    values = [literal(value, _EVENT.c[name].type) for name, value in fixed.items()]
    account = literal(actor.account_id, _EVENT.c.account_id.type)
    for keys in _batches(ticket_ids):
        told = select(_TICKET.c.organisation_id, _TICKET.c.id, _TICKET.c.restoration_due_at, account, *values).where(_TICKET.c.id.in_(keys))
        connection.execute(insert(_EVENT).from_select(names, told.order_by(_TICKET.c.id)))
    yield
    after = select(_TICKET.c.restoration_due_at).where(_TICKET.c.id == _EVENT.c.ticket_id).scalar_subquery()
    ours = _EVENT.c.id > last, _EVENT.c.kind == EventKind.RECOMMITTED, _EVENT.c.at == fixed["at"]
    connection.execute(update(_EVENT).where(*ours).values(until=after))
