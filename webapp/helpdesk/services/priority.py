"""Changing the priority of a ticket outside its qualification."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.states import ENDED
from webapp.helpdesk.services.common import authorise, note_act

PRIORITIES = (1, 2, 3)


def prioritise(session: Session, actor: Actor, clock: Clock, ticket: Ticket, priority: int) -> None:
    """Give a ticket a priority from 1 (high) to 3 (low), and the rank that goes with it; the level and the deadlines stay.

    Raises ``Conflict`` when the ticket has ended, or has that priority already.
    """
    authorise(actor, ticket)
    if not policies.works_the_desk(actor):
        raise Forbidden
    if priority not in PRIORITIES:
        raise Invalid({"priority": _("Choisissez une priorité de la liste.")})
    if ticket.state in ENDED:
        raise Conflict(_("Ce ticket est clos."))
    if ticket.priority == priority:
        raise Conflict(_("Ce ticket a déjà cette priorité."))
    before = ticket.priority
    ticket.rank += (priority - before) * 10
    ticket.priority = priority
    note_act(session, actor, clock, ticket, "ticket.prioritised", {"before": before, "after": priority})
