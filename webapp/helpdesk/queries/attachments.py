"""Named reads of the files attached to tickets; internal ones for the desk only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.db import Rows
from webapp.errors import NotFound
from webapp.helpdesk.models import Attachment, Ticket
from webapp.helpdesk.policies import may_read_notes
from webapp.helpdesk.queries.tickets import canonical, within_reach
from webapp.uploads.rules.kinds import KINDS

#: The media types that the ticket's page may show.
PICTURES = frozenset(kind.media_type for kind in KINDS if kind.picture)


def _readable(actor: Actor) -> ColumnElement[bool]:
    return true() if may_read_notes(actor) else Attachment.internal.is_(False)


def attachments_of(session: Session, actor: Actor, ticket_id: int) -> Rows:
    """Return a ticket's files in the order in which they came, those removed too."""
    return session.execute(
        select(
            Attachment.id,
            Attachment.message_id,
            Attachment.at,
            Attachment.internal,
            Attachment.from_desk,
            Attachment.author_name,
            Attachment.name,
            Attachment.media_type,
            Attachment.size,
            Attachment.removed_at,
            Attachment.removed_by,
            Attachment.removal_reason,
        )
        .where(Attachment.ticket_id == ticket_id, _readable(actor))
        .order_by(Attachment.id)
    ).all()


def get_attachment(session: Session, actor: Actor, reference: str, identifier: int) -> Any:
    """Return (Attachment, Ticket), loaded and authorised in one call.

    ``NotFound`` for a file of another ticket or client, for an internal one and the client's side, and for one that was removed.
    """
    row = session.execute(
        select(Attachment, Ticket)
        .join(Ticket, (Ticket.id == Attachment.ticket_id) & (Ticket.organisation_id == Attachment.organisation_id))
        .where(
            Attachment.id == identifier,
            Attachment.removed_at.is_(None),
            Ticket.reference == canonical(reference),
            within_reach(actor),
            _readable(actor),
        )
    ).first()
    if row is None:
        raise NotFound
    return row


def open_tickets_of(session: Session, actor: Actor, limit: int) -> Rows:
    """Return (reference, title) of the newest open tickets of the actor's own organisation."""
    own = select(Ticket.reference, Ticket.title).where(Ticket.organisation_id == actor.organisation_id, Ticket.is_open.is_(True))
    return session.execute(own.order_by(Ticket.notified_at.desc(), Ticket.id.desc()).limit(limit)).all()


def total_size(session: Session, ticket_id: int) -> int:
    """Return the bytes that a ticket's files take."""
    query = select(func.coalesce(func.sum(Attachment.size), 0)).where(Attachment.ticket_id == ticket_id, Attachment.removed_at.is_(None))
    return session.scalar(query) or 0


def panel(session: Session, actor: Actor, ticket: Ticket, _now: datetime) -> dict[str, Any] | None:
    """Return the files for the ticket's page; None, without reading, when it has none."""
    files = attachments_of(session, actor, ticket.id) if ticket.attachment_count else ()
    return {"files": files, "pictures": PICTURES} if files else None
