"""Files on a ticket: attached with a report, a message or on their own; removed by the desk, leaving their trace."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.mails import attachments as attachment_mails
from webapp.helpdesk.mails import tickets as mails
from webapp.helpdesk.models import Attachment, Ticket, TicketMessage
from webapp.helpdesk.queries.attachments import total_size
from webapp.helpdesk.rules.states import Side
from webapp.helpdesk.services.common import authorise, note_act, send
from webapp.helpdesk.services.notices import tell_assignee
from webapp.uploads.held import Held
from webapp.uploads.rules.limits import LARGEST_TOTAL
from webapp.uploads.services import give_up, put_to_use
from webapp.uploads.storage import FileStore

LONGEST_REASON = 500


def attach(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    files: FileStore,
    held: Sequence[Held],
    *,
    message: TicketMessage | None = None,
    internal: bool = False,
) -> list[Attachment]:
    """Put stored files on a ticket: one audit event, with the SHA-256 of each; nothing at all when there are none.

    With a ``message`` they are as internal as it is. The ticket's version stays: a file contradicts nothing that others are writing.
    Raises ``Invalid`` of ``files`` beyond 50 MB a ticket.
    """
    facts = authorise(actor, ticket)
    if not held:
        return []
    internal = message.internal if message is not None else internal
    if not policies.may_attach(actor, facts) or (internal and not policies.may_note(actor)):
        raise Forbidden
    if total_size(session, ticket.id) + sum(item.stored.size for item in held) > LARGEST_TOTAL:
        raise Invalid({"files": _("Les fichiers d’un ticket ne peuvent pas dépasser 50 Mo en tout : gardez les plus utiles.")})
    now = moment(clock)
    rows = [
        Attachment(
            organisation_id=ticket.organisation_id,
            ticket_id=ticket.id,
            message_id=message.id if message is not None else None,
            at=now,
            internal=internal,
            from_desk=policies.side_of(actor) is Side.DESK,
            author_id=actor.account_id,
            author_name=actor.name,
            name=item.name,
            media_type=item.media_type,
            size=item.stored.size,
            sha256=item.stored.sha256,
            file_key=put_to_use(session, clock, files, item.stored),
        )
        for item in held
    ]
    session.add_all(rows)
    session.flush()
    session.execute(update(Ticket).where(Ticket.id == ticket.id).values(attachment_count=Ticket.attachment_count + len(rows)))
    detail = [{"id": row.id, "name": row.name, "size": row.size, "sha256": row.sha256} for row in rows]
    note_act(session, actor, clock, ticket, "ticket.attached", {"files": detail, "internal": internal})
    return rows


def attach_alone(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    files: FileStore,
    held: Sequence[Held],
    *,
    internal: bool,
    public_url: str,
) -> list[Attachment]:
    """Attach files after the fact and tell the other side: the contact, or the agent in charge."""
    if not held:
        raise Invalid({"files": _("Choisissez au moins un fichier.")})
    facts = authorise(actor, ticket)
    if not policies.may_attach(actor, facts):
        raise Conflict(_("Ce ticket est clos : rouvrez-le ou faites un nouveau signalement."), state=ticket.state)
    rows = attach(session, actor, clock, ticket, files, held, internal=internal)
    if policies.side_of(actor) is Side.CLIENT:
        tell_assignee(session, clock, ticket, mails.ANSWERED, public_url)
    elif not internal:
        send(session, clock, ticket, attachment_mails.attached(ticket, public_url), f"files:{rows[0].id}")
    return rows


def attach_with_message(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, files: FileStore, held: Sequence[Held], *, internal: bool
) -> None:
    """Attach files to the reply or note that the actor has just written in this transaction; to the ticket when the act had no words."""
    if not held:
        return
    just_written = (
        TicketMessage.ticket_id == ticket.id,
        TicketMessage.author_id == actor.account_id,
        TicketMessage.internal.is_(internal),
        TicketMessage.at >= moment(clock) - timedelta(seconds=2),
    )
    message = session.scalars(select(TicketMessage).where(*just_written).order_by(TicketMessage.id.desc()).limit(1)).first()
    attach(session, actor, clock, ticket, files, held, message=message, internal=internal)


def remove_attachment(session: Session, actor: Actor, clock: Clock, ticket: Ticket, attachment: Attachment, reason: str) -> str:
    """Take a file away, leaving its name and why; return the key whose bytes are to be removed after the commit."""
    authorise(actor, ticket)
    if not policies.works_the_desk(actor):
        raise Forbidden
    words = reason.strip()
    if not words:
        raise Invalid({"reason": _("Dites pourquoi ce fichier est retiré : la raison reste sur le ticket.")})
    key = attachment.file_key or ""
    attachment.removed_at, attachment.removed_by, attachment.removal_reason = moment(clock), actor.name, words[:LONGEST_REASON]
    attachment.file_key = None
    session.flush()
    give_up(session, key)
    detail = {"id": attachment.id, "name": attachment.name, "sha256": attachment.sha256, "reason": attachment.removal_reason}
    note_act(session, actor, clock, ticket, "ticket.attachment_removed", detail)
    return key
