"""Looking at the mails that a request queued."""

import re

from sqlalchemy import select

from webapp.actor import SYSTEM
from webapp.db import Database
from webapp.outbox.models import OutboxMessage


def mails(database: Database, to: str | None = None) -> list[OutboxMessage]:
    """Return the queued mails, oldest first."""
    with database.reader() as session:
        session.acts_for(SYSTEM)
        query = select(OutboxMessage).order_by(OutboxMessage.id)
        return list(session.scalars(query.where(OutboxMessage.recipient == to) if to else query))


def link_in(message: OutboxMessage, public_url: str = "http://127.0.0.1:8000") -> str:
    """Return the path of the one link with a token that a mail carries."""
    found = re.findall(rf"{re.escape(public_url)}(/[a-z-]+/[A-Za-z0-9_-]{{20,}})", message.body)
    assert len(found) == 1, message.body
    return str(found[0])
