"""Writing what an act changed on many tickets by one statement, where the session's flush sends one for each versioned row."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, Update, bindparam, update
from sqlalchemy.orm.exc import StaleDataError

from webapp.db import GuichetSession
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.search_index import follow_tickets

_TABLE: Table = Ticket.__table__  # type: ignore[assignment]  # -- a mapped class's table is a Table


def write_changes(session: GuichetSession, changes: Iterable[tuple[Ticket, Iterable[str]]]) -> dict[int, int]:
    """Write the named columns of the tickets, and their next versions, one statement for each set of columns; return those versions by id.

    As in a flush, a ticket whose version in the database is another one raises ``StaleDataError``, and the index of words follows. The
    flush that comes next finds nothing to write on them: whoever asks for their columns reads them anew. The tenancy guard of a flush
    is not asked, so that for somebody of one organisation everything is left to the flush.
    """
    if session.tenant is not None:
        return {}
    alike: dict[tuple[str, ...], list[Ticket]] = defaultdict(list)
    for ticket, names in changes:
        alike[tuple(sorted(names))].append(ticket)
    alike.pop((), None)
    written: dict[int, int] = {}
    for columns, tickets in alike.items():
        done = session.connection().execute(_statement(columns), [_bound(ticket, columns) for ticket in tickets])
        if done.rowcount != len(tickets):
            raise StaleDataError(f"{done.rowcount} of {len(tickets)} tickets had the expected version")
        follow_tickets(session, tickets)
        written |= {ticket.id: ticket.version + 1 for ticket in tickets}
        for ticket in tickets:
            session.expire(ticket)
    return written


@lru_cache(maxsize=64)
def _statement(names: tuple[str, ...]) -> Update:
    values = {name: bindparam(f"new_{name}", type_=_TABLE.c[name].type) for name in names}
    mine = (_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("old_version"))
    return update(_TABLE).where(*mine).values(version=_TABLE.c.version + 1, **values)


def _bound(ticket: Ticket, names: tuple[str, ...]) -> dict[str, Any]:
    return {"key": ticket.id, "old_version": ticket.version, **{f"new_{name}": getattr(ticket, name) for name in names}}
