"""The part of the ticket page that shows what is owed about it, and the reports sent."""

from datetime import datetime
from typing import Any

from webapp.actor import Actor
from webapp.db import GuichetSession
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.owed_lines import owed_chip
from webapp.helpdesk.queries.reports import obligations_of
from webapp.helpdesk.rules.report import may_write
from webapp.helpdesk.services.common import facts_of


def read_owed(session: GuichetSession, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:
    """Return what ``_owed.html`` shows, or None; only an interruption that was confirmed can owe a report. One statement."""
    if ticket.confirmed_at is None:
        return None
    rows = obligations_of(session, ticket.id)
    due = next((row for row in rows if row.is_open), None)
    writes = may_write(actor, facts_of(ticket)) and ticket.merged_into_id is None
    sent = [row for row in rows if row.number is not None]
    if due is None and not sent and not writes:
        return None
    chip = owed_chip(due.kind, ticket.calendar, due.due_at, now) if due is not None else None
    return {"owed": {"due": due, "chip": chip, "sent": sent, "writes": writes, "again": bool(sent) and due is None}}
