"""Satisfaction: what the client says of a ticket once it has ended."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.models import Ticket, TicketRating
from webapp.helpdesk.queries.talk import rating_of
from webapp.helpdesk.services.common import LONGEST_MESSAGE, authorise, facts_of, note_act


def rate(session: Session, actor: Actor, clock: Clock, ticket: Ticket, score: int, comment: str) -> TicketRating:
    """Store how satisfied the client is, from 1 to 5; the answer can be changed as long as the ticket can be reopened.

    Raises ``Forbidden`` for the desk, ``Conflict`` while the ticket is not ended, for a duplicate, or when the answer is fixed.
    """
    authorise(actor, ticket)
    if policies.works_the_desk(actor) or actor.account_id is None:
        raise Forbidden
    if not policies.may_rate(actor, facts_of(ticket)) or ticket.merged_into_id is not None:
        raise Conflict(_("Ce ticket n’est pas clos : vous pourrez donner votre avis après sa clôture."))
    if score not in range(1, 6) or len(comment) > LONGEST_MESSAGE:
        raise Invalid({"score": _("Choisissez l’une des cinq réponses.")})
    now, answer = moment(clock), rating_of(session, ticket.id)
    if answer is None:
        answer = TicketRating(organisation_id=ticket.organisation_id, ticket_id=ticket.id)
        session.add(answer)
    elif not policies.may_change_rating(ticket, answer, now):
        raise Conflict(_("Votre avis ne peut plus être modifié."))
    answer.score, answer.comment, answer.at = score, comment, now
    answer.account_id, answer.account_name = actor.account_id, actor.name
    session.flush()
    note_act(session, actor, clock, ticket, "ticket.rated", {"score": score})
    return answer
