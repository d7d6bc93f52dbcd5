"""Storing messages, and the desk's internal notes."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.rules.states import Side
from webapp.helpdesk.services.common import authorise, note_act

LONGEST_MESSAGE = 10_000


def note(session: Session, actor: Actor, clock: Clock, ticket: Ticket, body: str) -> TicketMessage:
    """Add an internal note: the client's side never reads it, and it changes neither clock nor version."""
    authorise(actor, ticket)
    if not policies.may_note(actor):
        raise Forbidden
    message = add_message(session, actor, clock, ticket, body, internal=True)
    note_act(session, actor, clock, ticket, "ticket.noted", {"message": message.id})
    return message


def add_message(session: Session, actor: Actor, clock: Clock, ticket: Ticket, body: str, *, internal: bool = False) -> TicketMessage:
    """Store a message, and what it does to the ticket: the date of the last word, the first response."""
    if not body.strip():
        raise Invalid({"body": _("Écrivez le message.")})
    if len(body) > LONGEST_MESSAGE:
        raise Invalid({"body": _("Raccourcissez ce message : %(max)s caractères au plus.", max=LONGEST_MESSAGE)})
    now = moment(clock)
    from_desk = policies.side_of(actor) is Side.DESK
    message = TicketMessage(
        organisation_id=ticket.organisation_id,
        ticket_id=ticket.id,
        at=now,
        internal=internal,
        from_desk=from_desk,
        author_id=actor.account_id,
        author_name=actor.name,
        body=body,
    )
    session.add(message)
    if not internal:
        ticket.last_message_at = now
        if from_desk and ticket.first_responded_at is None:
            ticket.first_responded_at = now
    session.flush()
    return message
