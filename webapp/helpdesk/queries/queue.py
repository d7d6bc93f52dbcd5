"""The lists of tickets: one page of the queue, of the archive or of a client's own, its export, and what waits for one person.

Columns, not entities; pages by key (``webapp.web.keyset``), so that a million archived tickets slow none of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Organisation
from webapp.actor import Actor
from webapp.contracts.models import Contract, ServiceLevel, ServiceLevelVersion
from webapp.db import Rows, plain_rows
from webapp.folding import like
from webapp.helpdesk.models import TeamMember, Ticket, TicketPerson, TicketSite
from webapp.helpdesk.policies import may_read_notes, works_the_desk
from webapp.helpdesk.queries.searching import found_by, holding, is_sqlite, newest_first, sought_values
from webapp.helpdesk.queries.tickets import within_reach
from webapp.helpdesk.rules.search import sought
from webapp.helpdesk.rules.states import OPEN, State
from webapp.helpdesk.rules.wanted import STATE_VIEWS, Channel, Order, View, Wanted
from webapp.web.keyset import Cursor, Key, Keyset, KeysetPage

__all__ = ["EXPORTED", "ROW", "View", "Wanted", "conditions", "exported_rows", "keyset", "own_rows", "queue_page", "waiting_rows"]

_ID = Key("id", Ticket.id)
_DUE = Key("due_at", Ticket.due_at, datetime, nullable=True)
_REPORTED = Keyset((Key("notified_at", Ticket.notified_at, datetime), _ID), descending=True)
_ORDERS = {
    Order.DUE: Keyset((_DUE, _ID)),
    Order.PRIORITY: Keyset((Key("rank", Ticket.rank), _DUE, _ID)),
    Order.REPORTED: replace(_REPORTED, descending=False),
    Order.REFERENCE: Keyset((Key("year", Ticket.year), Key("counter", Ticket.counter))),
}


def keyset(session: Session, wanted: Wanted, order: Order | None, *, descending: bool) -> Keyset:
    """Return the order of a list: the one asked for, else newest first for a search and the archive, and by deadline for the queue."""
    if order is not None and not (order is Order.DUE and wanted.view is View.ARCHIVE):
        return _ORDERS[order].turned(descending=descending)
    if wanted.sought is not None:
        return newest_first(session)
    return _REPORTED if wanted.view is View.ARCHIVE else _ORDERS[Order.DUE]


def conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what the tickets of a queue meet, the words of a search included: what an act on all of them chooses by."""
    met = _conditions(wanted)
    if wanted.text:
        found = select(Ticket.id).where(Ticket.is_open.is_(wanted.open_only))
        met.append(Ticket.id.in_(_holding(session, found, wanted)))
    return met


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [Ticket.is_open.is_(wanted.open_only), *_of_view(wanted), *_of_fields(wanted), *_of_relations(wanted), *_of_days(wanted)]


def _of_view(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.view in STATE_VIEWS:
        yield Ticket.state == STATE_VIEWS[wanted.view]
    elif wanted.view is View.UNASSIGNED:
        yield Ticket.assignee_id.is_(None)
    elif wanted.view is View.MINE:
        yield Ticket.assignee_id == wanted.account_id
    elif wanted.view is View.TEAM:
        yield in_my_teams(wanted.account_id)
    elif wanted.view is View.FOLLOWED:
        yield followed_by(wanted.account_id)
    elif wanted.view is View.SOON:
        yield Ticket.due_at < wanted.before


def followed_by(account_id: Any) -> ColumnElement[bool]:
    """Return the condition that the person follows a ticket: mails come when something happens to it."""
    return Ticket.id.in_(select(TicketPerson.ticket_id).where(TicketPerson.account_id == account_id, TicketPerson.watching.is_(True)))


def in_my_teams(account_id: Any) -> ColumnElement[bool]:
    """Return the condition that a ticket is with one of the person's teams."""
    return Ticket.team_id.in_(select(TeamMember.team_id).where(TeamMember.account_id == account_id))


def _of_fields(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (Ticket.organisation_id, wanted.client_id),
        (Ticket.service, wanted.service),
        (Ticket.state, wanted.state),
        (Ticket.priority, wanted.priority),
        (Ticket.impact, wanted.impact),
        (Ticket.assignee_id, wanted.assignee_id),
        (Ticket.team_id, wanted.team_id),
    ):
        if value is not None:
            yield column == value
    if wanted.unassigned:
        yield Ticket.assignee_id.is_(None)
    if wanted.tag:
        yield Ticket.tags.like(like(f" {wanted.tag} "), escape="\\")
    if wanted.channel is Channel.PHONE:
        yield Ticket.by_phone.is_(True)
    elif wanted.channel is not None:
        known = Ticket.opened_by_id.is_(None) if wanted.channel is Channel.PUBLIC else Ticket.opened_by_id.is_not(None)
        yield and_(Ticket.by_phone.is_(False), known)


def _of_relations(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.contract:
        yield Ticket.contract_id.in_(select(Contract.id).where(func.lower(Contract.number) == wanted.contract.lower()))
    if wanted.plan is not None:
        yield Ticket.contract_id.in_(select(Contract.id).where(Contract.plan == wanted.plan))
    if wanted.level:
        versions = select(ServiceLevelVersion.id).join(ServiceLevel, ServiceLevel.id == ServiceLevelVersion.service_level_id)
        yield Ticket.level_version_id.in_(versions.where(ServiceLevel.code == wanted.level))
    if wanted.site_id is not None:
        yield Ticket.id.in_(select(TicketSite.ticket_id).where(TicketSite.site_id == wanted.site_id))


def _of_days(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for column, since, until in (
        (Ticket.notified_at, wanted.notified_from, wanted.notified_until),
        (Ticket.closed_at, wanted.closed_from, wanted.closed_until),
        (Ticket.due_at, None, wanted.due_before),
    ):
        if since is not None:
            yield column >= since
        if until is not None:
            yield column < until


ROW = (
    Ticket.id,
    Ticket.reference,
    Ticket.year,
    Ticket.counter,
    Ticket.rank,
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


_ROWS: Select[*tuple[Any, ...]] = (
    select(*ROW)
    .join(Organisation, Organisation.id == Ticket.organisation_id)
    .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
)


def _selected(session: Session, statement: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Narrow a select on ``Ticket`` to what the desk asks for, words included; words of which none can be searched find nothing."""
    narrowed = statement.where(*_conditions(wanted))
    return _holding(session, narrowed, wanted) if wanted.text else narrowed


def _holding(session: Session, statement: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    words = wanted.sought
    if words is None:
        return statement.where(false())
    return found_by(session, statement, words, with_notes=True, open_only=wanted.open_only, organisation_id=wanted.client_id)


#: Stands for a bound that the list does not have.
_ANY_TIME = datetime.max.replace(tzinfo=UTC)


@lru_cache(maxsize=128)
def _page(wanted: Wanted, keys: Keyset, cursor: Cursor, limit: int) -> Select[*tuple[Any, ...]]:
    """Return the statement of a page without words to search for, kept: building it takes longer than sending it."""
    return keys.limited(_ROWS.where(*_conditions(wanted)), cursor, limit)


@lru_cache(maxsize=128)
def _found_page(wanted: Wanted, keys: Keyset, cursor: Cursor, limit: int, *, sqlite: bool, unfinished: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement of a page of what holds words, whichever they are, kept likewise."""
    narrowed = holding(_ROWS.where(*_conditions(wanted)), sqlite=sqlite, unfinished=unfinished, with_notes=True)
    return keys.limited(narrowed, cursor, limit)


def queue_page(session: Session, wanted: Wanted, keys: Keyset, cursor: Cursor, limit: int) -> KeysetPage:
    """Return one page of the queue: one statement."""
    kept = replace(wanted, text="", before=wanted.before if wanted.view is View.SOON else _ANY_TIME)
    words, values = wanted.sought, None
    if words is not None:
        statement = _found_page(kept, keys, cursor, limit, sqlite=is_sqlite(session), unfinished=words.unfinished)
        values = sought_values(words, with_notes=True, open_only=wanted.open_only, organisation_id=wanted.client_id)
    else:
        statement = _page(kept, keys, cursor, limit)
        if wanted.text:
            statement = statement.where(false())
    return keys.page(plain_rows(session, statement, values).all(), cursor, limit)


def number_of(session: Session, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Return the select of how many tickets are in a list."""
    return _selected(session, select(func.count(Ticket.id)), wanted)


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


def exported_rows(session: Session, wanted: Wanted, keys: Keyset, limit: int) -> Iterator[Any]:
    """Yield what the queue's table holds, read from the database little by little, plus one row that tells whether there is more."""
    statement = (
        _selected(session, select(*EXPORTED), wanted)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .outerjoin(Contract, Contract.id == Ticket.contract_id)
        .order_by(*keys.order())
        .limit(limit + 1)
    )
    yield from session.execute(statement.execution_options(yield_per=500))


def references(session: Session, wanted: Wanted, keys: Keyset, limit: int) -> list[str]:
    """Return the references of the list's first tickets, in its order: what acts on "all that match" begin with."""
    return list(session.scalars(_selected(session, select(Ticket.reference), wanted).order_by(*keys.order()).limit(limit)))


def own_keyset(session: Session, text: str) -> Keyset:
    """Return the order of one's own list: newest first."""
    return newest_first(session) if text and sought(text) else _REPORTED


def own_rows(session: Session, actor: Actor, *, open_only: bool, text: str, cursor: Cursor, limit: int) -> KeysetPage:
    """Return one page of the tickets of the actor's own organisation, newest first."""
    keys, words = own_keyset(session, text), sought(text) if text else None
    statement = _ROWS.where(Ticket.organisation_id == actor.organisation_id)
    if open_only:
        statement = statement.where(Ticket.is_open.is_(True))
    if words is not None:
        whose, notes = actor.organisation_id, may_read_notes(actor)
        statement = found_by(session, statement, words, with_notes=notes, open_only=open_only, organisation_id=whose)
    elif text:
        statement = statement.where(false())
    return keys.page(plain_rows(session, keys.limited(statement, cursor, limit)).all(), cursor, limit)


def waiting_rows(session: Session, actor: Actor, limit: int = 10) -> Rows:
    """Return what waits for this person: for the desk the next deadlines that are theirs or nobody's, for a client what is open."""
    wanted = [Ticket.is_open.is_(True), within_reach(actor)]
    if works_the_desk(actor):
        wanted += [Ticket.state.in_(OPEN), or_(Ticket.assignee_id == actor.account_id, Ticket.assignee_id.is_(None))]
        order: tuple[Any, ...] = (Ticket.due_at.asc().nulls_last(), Ticket.id)
    else:
        answer_first = case((Ticket.state == State.WAITING_CLIENT, 0), else_=1)
        order = (answer_first, Ticket.due_at.asc().nulls_last(), Ticket.id)
    return plain_rows(session, _ROWS.where(*wanted).order_by(*order).limit(limit)).all()
