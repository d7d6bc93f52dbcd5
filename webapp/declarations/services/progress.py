"""How far returns being filled in are: counted by a sweep after figures change, so that the board of a campaign reads numbers.

A save writes only when figures changed (``figures_at``): counting the whole return then would make each cell wait.
"""

from __future__ import annotations

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from webapp.actor import SYSTEM
from webapp.clock import Clock
from webapp.db import Database
from webapp.declarations.models import Return
from webapp.declarations.queries import any_return, stored_cells
from webapp.declarations.rules.workflow import EDITABLE
from webapp.declarations.services.saving import sheet_of

AT_ONCE = 50
"""Returns counted by one pass: the next one, a minute later, takes the rest."""


def sweep(database: Database, clock: Clock) -> int:
    """Count the returns whose figures changed since they were counted, each in its own transaction; returns how many."""
    stale = or_(Return.checked_at.is_(None), Return.checked_at < Return.figures_at)
    with database.reader() as session, session.for_everyone():
        query = select(Return.number).where(Return.figures_at.is_not(None), stale, Return.state.in_(EDITABLE))
        numbers = session.scalars(query.order_by(Return.figures_at, Return.number).limit(AT_ONCE)).all()
    for number in numbers:
        with database.transaction(SYSTEM) as session:
            count(session, clock, number)
    return len(numbers)


def count(session: Session, clock: Clock, number: str) -> None:
    """Count one return: cells answered, to fill in, and what stands against its submission (unreadable cells, blocking controls)."""
    now = clock.now()
    file = any_return(session, number)
    sheet = sheet_of(file, stored_cells(session, file.id))
    done = sheet.progress_of(file.model.tables.values())
    session.execute(
        update(Return)
        .where(Return.id == file.id)
        .values(
            checked_at=now,
            answered=done.answered,
            expected=done.expected,
            blocking=len(sheet.invalid_cells()) + len(sheet.blockers()),
        )
    )
