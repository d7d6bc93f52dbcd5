"""Storing messages, and the desk's internal notes."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import Rows
from webapp.errors import Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.queries.talk import agents_named
from webapp.helpdesk.rules.states import Side
from webapp.helpdesk.rules.talk import mentions
from webapp.helpdesk.services.common import LONGEST_MESSAGE, authorise, note_act
from webapp.helpdesk.services.notices import tell_mentioned, tell_watchers
from webapp.helpdesk.services.people import count_watchers


def note(session: Session, actor: Actor, clock: Clock, ticket: Ticket, body: str, *, public_url: str) -> TicketMessage:
    """Add an internal note: the client's side never reads it, and it changes neither clock nor version.

    Agents mentioned in it (« @camille.roux ») follow the ticket from now on and are mailed, once. Raises ``Invalid`` for a mention of
    somebody who does not work at the desk.
    """
    authorise(actor, ticket)
    if not policies.may_note(actor):
        raise Forbidden
    named = _mentioned(session, body)
    message = add_message(session, actor, clock, ticket, body, internal=True)
    for person in named:
        tell_mentioned(session, actor, clock, ticket, person, message.id, public_url)
    if named:
        count_watchers(session, ticket)
    tell_watchers(session, actor, clock, ticket, f"message:{message.id}", public_url, internal=True)
    detail = {"message": message.id, "mentions": [person.account_id for person in named]} if named else {"message": message.id}
    note_act(session, actor, clock, ticket, "ticket.noted", detail)
    return message


def _mentioned(session: Session, body: str) -> Rows:
    usernames = mentions(body)
    if not usernames:
        return []
    found = agents_named(session, usernames)
    unknown = [name for name in usernames if name not in {row.username for row in found}]
    if unknown:
        raise Invalid(
            {"note": _("Personne au service d’assistance n’a l’identifiant « @%(name)s » : choisissez dans la liste.", name=unknown[0])}
        )
    return found


def add_message(session: Session, actor: Actor, clock: Clock, ticket: Ticket, body: str, *, internal: bool = False) -> TicketMessage:
    """Store a message, and what it does to the ticket: the date of the last word, the first response."""
    field = "note" if internal else "body"
    if not body.strip():
        raise Invalid({field: _("Écrivez le message.")})
    if len(body) > LONGEST_MESSAGE:
        raise Invalid({field: _("Raccourcissez ce message : %(max)s caractères au plus.", max=LONGEST_MESSAGE)})
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
