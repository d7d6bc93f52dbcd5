"""Public replies of both sides."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import recount
from webapp.helpdesk.mails import tickets as mails
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.rules.states import Side, State, Verb
from webapp.helpdesk.services.acts import act
from webapp.helpdesk.services.common import authorise, check_unchanged, note_act, send
from webapp.helpdesk.services.messages import add_message
from webapp.helpdesk.services.notices import tell_assignee, tell_watchers


def reply(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, body: str, *, public_url: str, seen_version: int | None = None
) -> TicketMessage | None:
    """Add a public message, return it, and mail it to the contact when it comes from the desk, else tell the agent in charge.

    The desk's first one is the first response (FL-12.1). The client's answer ends the waiting for it.
    """
    facts = authorise(actor, ticket)
    if not policies.may_reply(actor, facts):
        raise Conflict(_("Ce ticket est clos : rouvrez-le ou faites un nouveau signalement."), state=ticket.state)
    side = policies.side_of(actor)
    if side is Side.CLIENT and ticket.state is State.WAITING_CLIENT:
        return act(session, actor, clock, ticket, Verb.ANSWER, text=body, public_url=public_url)
    if side is Side.DESK:
        check_unchanged(ticket, seen_version)
    message = add_message(session, actor, clock, ticket, body)
    recount(session, ticket)
    note_act(session, actor, clock, ticket, "ticket.replied", {"message": message.id, "from_desk": message.from_desk})
    if side is Side.DESK:
        send(session, clock, ticket, mails.said(ticket, public_url, mails.REPLY), f"message:{message.id}")
    else:
        tell_assignee(session, clock, ticket, mails.ANSWERED, public_url)
    tell_watchers(session, actor, clock, ticket, f"message:{message.id}", public_url)
    return message
