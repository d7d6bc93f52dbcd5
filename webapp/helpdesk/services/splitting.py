"""Splitting a ticket: some of its messages become the start of another one, of the same client."""

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import recount, stored_sites
from webapp.helpdesk.commitments import Offer, offer_key, offers, with_sites
from webapp.helpdesk.mails.relations import split as split_mail
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.references import next_reference
from webapp.helpdesk.rules.relations import LinkKind
from webapp.helpdesk.rules.states import ENDED
from webapp.helpdesk.services.common import authorise, check_unchanged, note_act, send
from webapp.helpdesk.services.linking import join
from webapp.helpdesk.services.opening import Client, Report, new_ticket, start


def split(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    message_ids: Collection[int],
    title: str,
    *,
    public_url: str,
    seen_version: int | None = None,
) -> Ticket:
    """Open a ticket for another problem found in these messages of ``ticket``, link both, tell the contact, and return it.

    It is notified when the first of the public ones was written: its count starts there (FL-12.4). The messages stay where they are, the
    new ticket has copies. Raises ``Invalid`` without a public message or a title, ``Conflict`` on a stale page or an ended ticket.
    """
    authorise(actor, ticket)
    if not policies.works_the_desk(actor):
        raise Forbidden
    check_unchanged(ticket, seen_version)
    if ticket.state in ENDED:
        raise Conflict(_("Ce ticket est clos : rouvrez-le ou faites un nouveau signalement."))
    if not title.strip():
        raise Invalid({"title": _("Résumez le problème en une phrase.")})
    chosen = _messages(session, ticket, message_ids)
    first = next((message for message in chosen if not message.internal), None)
    if first is None:
        raise Invalid({"messages": _("Choisissez au moins un message échangé avec le client : le décompte part du premier.")})
    new = _opened(session, actor, clock, ticket, first, title.strip())
    _copy(session, new, [message for message in chosen if message is not first])
    if first.from_desk:
        new.first_responded_at = first.at
    join(session, actor, clock, ticket, new, LinkKind.SPLIT_INTO)
    recount(session, new)
    note_act(session, actor, clock, ticket, "ticket.split", {"into": new.reference, "messages": [message.id for message in chosen]})
    send(session, clock, new, split_mail(new, ticket, public_url), "split")
    return new


def _messages(session: Session, ticket: Ticket, message_ids: Collection[int]) -> list[TicketMessage]:
    statement = select(TicketMessage).where(
        TicketMessage.ticket_id == ticket.id, TicketMessage.id.in_(message_ids), TicketMessage.withdrawn_at.is_(None)
    )
    found = list(session.scalars(statement.order_by(TicketMessage.id)))
    if len(found) != len({*message_ids}):
        raise Invalid({"messages": _("Choisissez parmi les messages de ce ticket.")})
    return found


def _opened(session: Session, actor: Actor, clock: Clock, ticket: Ticket, first: TicketMessage, title: str) -> Ticket:
    """Open the new ticket under the same contract, at the same sites, notified when its first message was written."""
    sites = tuple(site.site_id for site in stored_sites(session, ticket.id))
    report = Report(
        title=title,
        description=first.body,
        location=ticket.location,
        consequences=ticket.consequences,
        service=ticket.service,
        contact_name=ticket.contact_name,
        contact_phone=ticket.contact_phone,
        contact_email=ticket.contact_email,
        site_ids=sites,
    )
    name = session.scalar(select(Organisation.name).where(Organisation.id == ticket.organisation_id)) or ""
    promised = with_sites(session, _same_contract(session, ticket, first), sites, first.at)
    new = new_ticket(next_reference(session, first.at), report, Client(ticket.organisation_id, name), promised.commitment, first.at)
    new.opened_by_id = actor.account_id
    start(session, actor, clock, new, report)
    return new


def _same_contract(session: Session, ticket: Ticket, first: TicketMessage) -> Offer:
    found = offers(session, ticket.organisation_id, first.at)
    return next((offer for offer in found if offer.key == offer_key(ticket.contract_id)), found[0])


def _copy(session: Session, new: Ticket, messages: Collection[TicketMessage]) -> None:
    """Give the new ticket copies of messages, with their authors and instants."""
    kept: tuple[str, ...] = ("at", "internal", "from_desk", "author_id", "author_name", "body")
    for message in messages:
        values: dict[str, Any] = {name: getattr(message, name) for name in kept}
        session.add(TicketMessage(organisation_id=new.organisation_id, ticket_id=new.id, **values))
        if not message.internal:
            new.last_message_at = message.at
            if message.from_desk and new.first_responded_at is None:
                new.first_responded_at = message.at
    session.flush()
