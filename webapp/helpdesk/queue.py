"""The agents' queue: views with their counts, one page of rows, and what waits for one person. Columns, not entities."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Organisation
from webapp.actor import Actor
from webapp.contracts.models import Contract, ServiceLevelVersion
from webapp.db import Rows
from webapp.folding import words
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries import matching, within_reach
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import OPEN, State


class View(StrEnum):
    """The queue's ready-made selections, as they stand in the URL."""

    ALL = "tous"
    TO_QUALIFY = "a-qualifier"
    MINE = "les-miens"
    SOON = "echeance"
    CLIENT = "client"
    ACCESS = "acces"
    TO_CONFIRM = "a-confirmer"
    RESTORED = "retablis"
    ARCHIVE = "archives"


_STATE_VIEWS = {
    View.TO_QUALIFY: State.REPORTED,
    View.CLIENT: State.WAITING_CLIENT,
    View.ACCESS: State.WAITING_ACCESS,
    View.TO_CONFIRM: State.QUALIFIED,
    View.RESTORED: State.RESTORED,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the URL asks of the queue. ``before`` is the instant that bounds "soon"; ``text`` is what was typed."""

    view: View
    before: datetime
    account_id: int | None
    text: str = ""
    service: ServiceType | None = None
    priority: int | None = None
    unassigned: bool = False

    @property
    def narrowed(self) -> bool:
        """Tell whether anything but the view restricts the list."""
        return bool(self.text or self.service or self.priority or self.unassigned)


def counts(session: Session, before: datetime, account_id: int | None) -> dict[View, int]:
    """Return how many open tickets each view holds, in one statement over an index (the archive is not counted)."""
    rows = session.execute(
        select(
            Ticket.state,
            func.count().label("n"),
            func.sum(case((Ticket.assignee_id == account_id, 1), else_=0)).label("mine"),
            func.sum(case((Ticket.due_at < before, 1), else_=0)).label("soon"),
        )
        .where(Ticket.is_open.is_(True))
        .group_by(Ticket.state)
        .order_by(Ticket.state)
    ).all()
    by_state = {row.state: row.n for row in rows}
    return {
        View.ALL: sum(by_state.values()),
        View.MINE: sum(row.mine for row in rows),
        View.SOON: sum(row.soon for row in rows),
        **{view: by_state.get(state, 0) for view, state in _STATE_VIEWS.items()},
    }


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Ticket.is_open.is_(wanted.view is not View.ARCHIVE)]
    if wanted.view in _STATE_VIEWS:
        conditions.append(Ticket.state == _STATE_VIEWS[wanted.view])
    elif wanted.view is View.MINE:
        conditions.append(Ticket.assignee_id == wanted.account_id)
    elif wanted.view is View.SOON:
        conditions.append(Ticket.due_at < wanted.before)
    if wanted.service is not None:
        conditions.append(Ticket.service == wanted.service)
    if wanted.priority is not None:
        conditions.append(Ticket.priority == wanted.priority)
    if wanted.unassigned:
        conditions.append(Ticket.assignee_id.is_(None))
    return conditions + matching(words(wanted.text))


ROW = (
    Ticket.reference,
    Ticket.title,
    Organisation.name.label("client"),
    Ticket.state,
    Ticket.due_at,
    Ticket.first_response_due_at,
    Ticket.first_responded_at,
    Ticket.restoration_due_at,
    Ticket.restored_at,
    Ticket.notified_at,
    Ticket.priority,
    Ticket.assignee_id,
    Ticket.calendar,
    Ticket.restoration_elapsed,
    ServiceLevelVersion.warning_minutes,
)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(*ROW)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
    )


def order_by(sort: str, *, descending: bool, archive: bool) -> tuple[Any, ...]:
    """Return the order of a list: by deadline unless another column is asked for; the archive begins with the newest."""
    if sort == "signalement":
        return (Ticket.notified_at.desc(), Ticket.id.desc()) if descending else (Ticket.notified_at, Ticket.id)
    if sort == "reference":
        return (Ticket.year.desc(), Ticket.counter.desc()) if descending else (Ticket.year, Ticket.counter)
    if archive:
        return (Ticket.notified_at.desc(), Ticket.id.desc())
    return (Ticket.due_at.desc().nulls_last(), Ticket.id) if descending else (Ticket.due_at.asc().nulls_last(), Ticket.id)


def queue_rows(session: Session, wanted: Wanted, order: tuple[Any, ...], *, offset: int, limit: int) -> Rows:
    """Return one page of the queue, plus one row that tells whether there is a next page."""
    return session.execute(_rows().where(*_conditions(wanted)).order_by(*order).offset(offset).limit(limit + 1)).all()


EXPORTED = (
    Ticket.reference,
    Ticket.title,
    Organisation.name.label("client"),
    Contract.number.label("contract"),
    Ticket.service,
    Ticket.state,
    Ticket.priority,
    Account.full_name.label("assignee"),
    Ticket.notified_at,
    Ticket.first_response_due_at,
    Ticket.first_responded_at,
    Ticket.restoration_due_at,
    Ticket.restored_at,
    Ticket.closed_at,
    Ticket.business_seconds,
    Ticket.elapsed_seconds,
    Ticket.paused_seconds,
)


def exported_rows(session: Session, wanted: Wanted, order: tuple[Any, ...], limit: int) -> Iterator[Any]:
    """Yield what the queue's table holds, read from the database little by little, plus one row that tells whether there is more."""
    statement = (
        select(*EXPORTED)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .outerjoin(Contract, Contract.id == Ticket.contract_id)
        .where(*_conditions(wanted))
        .order_by(*order)
        .limit(limit + 1)
    )
    yield from session.execute(statement.execution_options(yield_per=500))


def own_rows(session: Session, actor: Actor, *, open_only: bool, text: str, offset: int, limit: int) -> Rows:
    """Return one page of the tickets of the actor's own organisation, newest first, plus one row."""
    conditions = [Ticket.organisation_id == actor.organisation_id, *matching(words(text))]
    if open_only:
        conditions.append(Ticket.is_open.is_(True))
    return session.execute(
        _rows().where(*conditions).order_by(Ticket.notified_at.desc(), Ticket.id.desc()).offset(offset).limit(limit + 1)
    ).all()


def waiting_rows(session: Session, actor: Actor, limit: int = 10) -> Rows:
    """Return what waits for this person: for the desk the next deadlines that are theirs or nobody's, for a client what is open."""
    conditions = [Ticket.is_open.is_(True), within_reach(actor)]
    if works_the_desk(actor):
        conditions += [Ticket.state.in_(OPEN), (Ticket.assignee_id == actor.account_id) | Ticket.assignee_id.is_(None)]
        order: tuple[Any, ...] = (Ticket.due_at.asc().nulls_last(), Ticket.id)
    else:
        answer_first = case((Ticket.state == State.WAITING_CLIENT, 0), else_=1)
        order = (answer_first, Ticket.due_at.asc().nulls_last(), Ticket.id)
    return session.execute(_rows().where(*conditions).order_by(*order).limit(limit)).all()
