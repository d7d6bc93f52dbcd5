"""Numbering: the next reference of a year, safe under simultaneous creations on both databases."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from webapp.clock import PARIS
from webapp.helpdesk.models import TicketCounter
from webapp.helpdesk.rules.reference import Reference


def next_reference(session: Session, at: datetime) -> Reference:
    """Take the next number of the year of ``at`` (in Paris); the row stays locked until the transaction ends, so none is given twice."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    year = at.astimezone(PARIS).year
    statement = (
        insert(TicketCounter)
        .values(year=year, last=1)
        .on_conflict_do_update(index_elements=[TicketCounter.year], set_={"last": TicketCounter.last + 1})
        .returning(TicketCounter.last)
    )
    return Reference(year, session.execute(statement).scalar_one())
