"""Reading what a ticket is linked to, what was merged into it, and what it could be merged into."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Account
from webapp.actor import Actor
from webapp.db import GuichetSession, Rows
from webapp.helpdesk.models import Ticket, TicketLink, TicketMessage, TicketPerson
from webapp.helpdesk.policies import may_read_notes, works_the_desk
from webapp.helpdesk.queries.tickets import within_reach
from webapp.helpdesk.rules.relations import LinkKind
from webapp.helpdesk.rules.states import OPEN, State

#: Duplicates that a page offers to merge into.
_CANDIDATES = 10


def links_of(session: Session, actor: Actor, ticket_id: int) -> Rows:
    """Return the tickets linked to one (id, kind, reference, title, state, merged_into_id), those that the actor may see."""
    other = aliased(Ticket)
    reach = true() if works_the_desk(actor) or actor.account_id is None else other.organisation_id == actor.organisation_id
    return session.execute(
        select(other.id, TicketLink.kind, other.reference, other.title, other.state, other.merged_into_id)
        .join(other, other.id == TicketLink.other_id)
        .where(TicketLink.ticket_id == ticket_id, reach)
        .order_by(TicketLink.created_at, other.id)
    ).all()


def merged_messages(session: Session, actor: Actor, ticket_ids: Sequence[int]) -> Rows:
    """Return what was written on tickets that were merged (ticket_id, at, author_name, body, internal), oldest first."""
    notes = true() if may_read_notes(actor) else TicketMessage.internal.is_(False)
    return session.execute(
        select(TicketMessage.ticket_id, TicketMessage.at, TicketMessage.author_name, TicketMessage.body, TicketMessage.internal)
        .where(TicketMessage.ticket_id.in_(ticket_ids), TicketMessage.withdrawn_at.is_(None), notes)
        .order_by(TicketMessage.id)
    ).all()


def merged_watchers(session: Session, ticket_ids: Sequence[int]) -> Rows:
    """Return who follows tickets that were merged (ticket_id, full_name), by name."""
    return session.execute(
        select(TicketPerson.ticket_id, Account.full_name)
        .join(Account, Account.id == TicketPerson.account_id)
        .where(TicketPerson.ticket_id.in_(ticket_ids), TicketPerson.watching.is_(True))
        .order_by(Account.full_name, Account.id)
    ).all()


def merge_candidates(session: Session, actor: Actor, ticket: Ticket) -> Rows:
    """Return open tickets of the same client that were notified before this one (reference, title, notified_at), newest first."""
    return session.execute(
        select(Ticket.reference, Ticket.title, Ticket.notified_at)
        .where(
            within_reach(actor),
            Ticket.organisation_id == ticket.organisation_id,
            Ticket.id != ticket.id,
            Ticket.is_open.is_(True),
            Ticket.state.in_({*OPEN, State.RESTORED}),
            Ticket.notified_at <= ticket.notified_at,
        )
        .order_by(Ticket.notified_at.desc(), Ticket.id.desc())
        .limit(_CANDIDATES)
    ).all()


def relations_of(session: GuichetSession, actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """Return what the page of a ticket shows of its links: one statement, two more when others were merged into it."""
    links = links_of(session, actor, ticket.id) if ticket.link_count else []
    merged = [row for row in links if row.kind is LinkKind.HAS_DUPLICATE and row.merged_into_id == ticket.id]
    ids = [row.id for row in merged]
    said = merged_messages(session, actor, ids) if ids else []
    watching = merged_watchers(session, ids) if ids and works_the_desk(actor) else []
    return {
        "links": links,
        "into": next((row for row in links if row.id == ticket.merged_into_id), None),
        "merged": [
            {
                "reference": row.reference,
                "title": row.title,
                "said": [line for line in said if line.ticket_id == row.id],
                "watchers": [line.full_name for line in watching if line.ticket_id == row.id],
            }
            for row in merged
        ],
    }
