"""What waits for a person at each counter, and the search across counters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import queries as declarations
from webapp.helpdesk import presenting as helpdesk_desk
from webapp.helpdesk.queries import searching as helpdesk
from webapp.scopes import queries as scopes
from webapp.texts import mark as _m
from webapp.web.rows import FoundRow, WaitingRow

#: Results shown per counter; the counter's own list, filtered, has the rest.
MOST_FOUND = 20
_LAST = datetime.max.replace(tzinfo=UTC)
Row = TypeVar("Row", WaitingRow, FoundRow)


@dataclass(frozen=True, slots=True)
class Counter(Generic[Row]):
    """One counter's part of the desk (``WaitingRow``) or of the search results (``FoundRow``); ``endpoint`` is its own list."""

    title: str
    endpoint: str
    rows: Sequence[Row]


def _works_at_scopes(actor: Actor) -> bool:
    return actor.has(Role.SCOPE_EDITOR, Role.SCOPE_AUDITOR, Role.SCOPE_OFFICER)


def _works_at_declarations(actor: Actor) -> bool:
    return actor.has(Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT)


def what_waits(session: Session, actor: Actor, clock: Clock) -> list[Counter[WaitingRow]]:
    """Return, for each counter the actor works at, what waits for them, soonest first; at most a screenful each."""
    found: list[Counter[WaitingRow]] = []
    if _works_at_scopes(actor):
        found.append(Counter(_m("Portées"), "scopes.index", _soonest(scopes.waiting(session, actor, clock))))
    if _works_at_declarations(actor):
        found.append(Counter(_m("Déclarations"), "declarations.index", _soonest(declarations.waiting(session, actor, clock))))
    found.append(Counter(_m("Assistance"), "helpdesk.index", _soonest(helpdesk_desk.waiting(session, actor, clock))))
    return found


def _soonest(rows: Sequence[WaitingRow]) -> list[WaitingRow]:
    return sorted(rows, key=lambda row: row.when or _LAST)


def search_everywhere(session: Session, actor: Actor, clock: Clock, folded_words: list[str]) -> list[Counter[FoundRow]]:
    """Return what each counter finds, for the organisations the actor may see; counters that find nothing are left out."""
    if not folded_words:
        return []
    found: list[Counter[FoundRow]] = []
    if _works_at_scopes(actor):
        found.append(Counter(_m("Portées"), "scopes.index", scopes.search(session, actor, clock, folded_words, MOST_FOUND)))
    if _works_at_declarations(actor):
        found.append(Counter(_m("Déclarations"), "declarations.index", declarations.search(session, actor, folded_words, MOST_FOUND)))
    found.append(Counter(_m("Assistance"), "helpdesk.index", helpdesk.search(session, actor, " ".join(folded_words), MOST_FOUND)))
    return [counter for counter in found if counter.rows]
