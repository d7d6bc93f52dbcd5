"""Keeps the full-text index in step with tickets and messages: in the flush that writes them, so in the same transaction."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, Update, bindparam, case, delete, event, func, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history

from webapp.accounts.models import Account
from webapp.folding import tokens
from webapp.helpdesk.models import Ticket, TicketMessage, TicketSearch
from webapp.helpdesk.rules.search import marks

#: Characters of one column at most: PostgreSQL indexes about a million, and a longer exchange is found by what was said first.
LONGEST = 200_000
_HEAD = ("search_text", "assignee_id", "is_open", "organisation_id")
_SAID = ("body", "ticket_id", "internal")
_TABLE: Table = TicketSearch.__table__  # type: ignore[assignment]  # -- a mapped class's table is a Table


def head_words(search_text: str, counter: int, assignee: str) -> str:
    """Return the words by which a ticket itself is found: its folded text, its number without zeros, who follows it."""
    return " ".join(tokens(f"{search_text} {counter} {assignee}"))


def said_words(author: str, body: str) -> str:
    """Return the words by which a message is found."""
    return " ".join(tokens(f"{author} {body}"))


def reindex(session: Session, ticket_ids: Iterable[int]) -> None:
    """Write the index of these tickets anew from what is stored: after rows were written past the session's flush (merges, imports)."""
    wanted = sorted(set(ticket_ids))
    for start in range(0, len(wanted), 500):
        _write_anew(session, wanted[start : start + 500])


def _write_anew(session: Session, ticket_ids: list[int]) -> None:
    tickets = session.execute(
        select(Ticket.id, Ticket.organisation_id, Ticket.is_open, Ticket.search_text, Ticket.counter, Account.full_name)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .where(Ticket.id.in_(ticket_ids))
        .order_by(Ticket.id)
    ).all()
    words: dict[tuple[int, bool], list[str]] = defaultdict(list)
    for row in session.execute(
        select(TicketMessage.ticket_id, TicketMessage.internal, TicketMessage.author_name, TicketMessage.body)
        .where(TicketMessage.ticket_id.in_(ticket_ids))
        .order_by(TicketMessage.id)
    ):
        words[row.ticket_id, row.internal].append(said_words(row.author_name, row.body))
    rows = [
        {
            "ticket_id": row.id,
            "organisation_id": row.organisation_id,
            "marks": marks(organisation_id=row.organisation_id, is_open=row.is_open),
            "head": head_words(row.search_text, row.counter, row.full_name or ""),
            "said": " ".join(words[row.id, False])[:LONGEST],
            "noted": " ".join(words[row.id, True])[:LONGEST],
        }
        for row in tickets
    ]
    connection = session.connection()
    connection.execute(delete(_TABLE).where(_TABLE.c.ticket_id.in_(ticket_ids)))
    if rows:
        connection.execute(insert(_TABLE), rows)


@event.listens_for(Session, "after_flush")
def _keep_in_step(session: Session, _context: object) -> None:
    tickets = [row for row in session.new if isinstance(row, Ticket)]
    dirty = [row for row in session.dirty if isinstance(row, Ticket)]
    messages = [row for row in session.new if isinstance(row, TicketMessage)]
    moved = [row for row in session.dirty if isinstance(row, TicketMessage) and _has_changed(row, _SAID)]
    if tickets:
        names = _names(session, [row.assignee_id for row in tickets])
        session.connection().execute(insert(_TABLE), [_row(ticket, names) | {"said": "", "noted": ""} for ticket in tickets])
    follow_tickets(session, dirty)
    _append(session, messages)
    if moved:
        reindex(session, {identifier for row in moved for identifier in _tickets_of(row)})


def follow_tickets(session: Session, tickets: Iterable[Ticket]) -> None:
    """Write what the index says of these tickets themselves, where that has changed: before somebody else than the flush writes them."""
    changed = [ticket for ticket in tickets if _has_changed(ticket, _HEAD)]
    if changed:
        names = _names(session, [ticket.assignee_id for ticket in changed])
        session.connection().execute(_CHANGE_HEAD, [_bound(_row(ticket, names)) for ticket in changed])


def _has_changed(row: Any, names: tuple[str, ...]) -> bool:
    return any(get_history(row, name).has_changes() for name in names)


def _tickets_of(row: TicketMessage) -> list[int]:
    history = get_history(row, "ticket_id")
    return [*history.deleted, row.ticket_id]


def _names(session: Session, account_ids: list[int | None]) -> dict[int | None, str]:
    wanted = {identifier for identifier in account_ids if identifier is not None}
    if not wanted:
        return {}
    table = Account.__table__
    return {
        row.id: row.full_name for row in session.connection().execute(select(table.c.id, table.c.full_name).where(table.c.id.in_(wanted)))
    }


def _row(ticket: Ticket, names: dict[int | None, str]) -> dict[str, Any]:
    return {
        "ticket_id": ticket.id,
        "organisation_id": ticket.organisation_id,
        "marks": marks(organisation_id=ticket.organisation_id, is_open=ticket.is_open),
        "head": head_words(ticket.search_text, ticket.counter, names.get(ticket.assignee_id, "")),
    }


def _bound(row: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in row.items()}


_CHANGE_HEAD = (
    update(_TABLE)
    .where(_TABLE.c.ticket_id == bindparam("new_ticket_id"))
    .values(organisation_id=bindparam("new_organisation_id"), marks=bindparam("new_marks"), head=bindparam("new_head"))
)


def _lengthen(column: Any) -> Update:
    longer = func.ltrim(column + " " + bindparam("words"))
    kept = case((func.length(column) < LONGEST, longer), else_=column)
    return update(_TABLE).where(_TABLE.c.ticket_id == bindparam("about")).values({column.name: kept})


#: By whether the message is an internal note.
_LENGTHEN = {False: _lengthen(_TABLE.c.said), True: _lengthen(_TABLE.c.noted)}


def _append(session: Session, messages: list[TicketMessage]) -> None:
    """Add the words of new messages to their tickets' rows, as long as there is room."""
    words: dict[bool, dict[int, list[str]]] = {False: defaultdict(list), True: defaultdict(list)}
    for message in messages:
        words[message.internal][message.ticket_id].append(said_words(message.author_name, message.body))
    for internal, statement in _LENGTHEN.items():
        added = [{"about": ticket, "words": " ".join(parts)} for ticket, parts in words[internal].items()]
        if added:
            session.connection().execute(statement, added)
