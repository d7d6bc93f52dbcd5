"""Links between tickets: two rows each, one at either end, counted on both tickets."""

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.helpdesk import policies
from webapp.helpdesk.models import Ticket, TicketLink
from webapp.helpdesk.rules.relations import BY_HAND, INVERSE, LinkKind
from webapp.helpdesk.services.common import authorise, note_act


def link(session: Session, actor: Actor, clock: Clock, ticket: Ticket, other: Ticket, kind: LinkKind) -> None:
    """State how ``other`` relates to ``ticket``. Tickets of two clients may be linked: each client only ever sees its own.

    Raises ``Invalid`` when they are one ticket, ``Conflict`` when they are linked already.
    """
    authorise(actor, ticket)
    authorise(actor, other)
    if not policies.works_the_desk(actor) or kind not in BY_HAND:
        raise Forbidden
    if ticket.id == other.id:
        raise Invalid({"other": _("Un ticket ne se lie pas à lui-même : donnez la référence d’un autre.")})
    if session.get(TicketLink, (ticket.id, other.id)) is not None:
        raise Conflict(_("Ces deux tickets sont déjà liés : retirez d’abord le lien pour le changer."))
    join(session, actor, clock, ticket, other, kind)
    note_act(session, actor, clock, ticket, "ticket.linked", {"other": other.reference, "kind": str(kind)})


def unlink(session: Session, actor: Actor, clock: Clock, ticket: Ticket, other: Ticket) -> None:
    """Take a link away from both tickets. Raises ``NotFound`` when there is none, ``Conflict`` when a merge made it."""
    authorise(actor, ticket)
    authorise(actor, other)
    if not policies.works_the_desk(actor):
        raise Forbidden
    found = session.get(TicketLink, (ticket.id, other.id))
    if found is None:
        raise NotFound
    if ticket.merged_into_id == other.id or other.merged_into_id == ticket.id:
        raise Conflict(_("Ce lien vient d’une fusion : il part quand elle est annulée, ou quand le ticket fusionné est rouvert."))
    part(session, ticket.id, other.id)
    note_act(session, actor, clock, ticket, "ticket.unlinked", {"other": other.reference, "kind": str(found.kind)})


def join(session: Session, actor: Actor, clock: Clock, ticket: Ticket, other: Ticket, kind: LinkKind) -> None:
    """Write the two rows of a link, or give those that exist another kind. The counts do not change the tickets' versions."""
    pairs = ((ticket, other, kind), (other, ticket, INVERSE[kind]))
    known = [session.get(TicketLink, (one.id, two.id)) for one, two, _kind in pairs]
    for row, (one, two, seen) in zip(known, pairs, strict=True):
        if row is not None:
            row.kind = seen
        else:
            session.add(
                TicketLink(
                    organisation_id=one.organisation_id,
                    ticket_id=one.id,
                    other_id=two.id,
                    kind=seen,
                    created_at=clock.now(),
                    account_id=actor.account_id,
                )
            )
    if None in known:
        _count(session, ticket.id, other.id, 1)


def part(session: Session, one: int, two: int) -> None:
    """Remove the two rows of a link, if they are there."""
    ends = or_(
        (TicketLink.ticket_id == one) & (TicketLink.other_id == two),
        (TicketLink.ticket_id == two) & (TicketLink.other_id == one),
    )
    if session.scalar(select(TicketLink.kind).where(TicketLink.ticket_id == one, TicketLink.other_id == two)) is not None:
        session.execute(delete(TicketLink).where(ends))
        _count(session, one, two, -1)


def _count(session: Session, one: int, two: int, change: int) -> None:
    session.execute(update(Ticket).where(Ticket.id.in_((one, two))).values(link_count=Ticket.link_count + change))
