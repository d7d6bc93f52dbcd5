"""Triage: who handles a ticket, and which client, contract, level and sites it concerns (FL-12.5c)."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import as_events, refresh, stored_events
from webapp.helpdesk.models import Ticket, TicketSite
from webapp.helpdesk.rules.clock import replay
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import NotPossible, Verb, arrival, transition
from webapp.helpdesk.services.common import authorise, check_unchanged, facts_of, note_act
from webapp.helpdesk.services.opening import commit_to


@dataclass(frozen=True, slots=True)
class Qualification:
    """What the agent establishes about a report."""

    commitment: Commitment
    service: ServiceType
    site_ids: tuple[int, ...]
    priority: int


def qualify(session: Session, actor: Actor, clock: Clock, ticket: Ticket, found: Qualification, *, seen_version: int | None = None) -> None:
    """Store the contract, level, sites, service and priority of a report; the deadlines follow from the level.

    ``seen_version`` is the version of the ticket that the agent saw. Raises ``Conflict`` when it is stale, or when the ticket has ended.
    """
    facts = authorise(actor, ticket)
    check_unchanged(ticket, seen_version)
    try:
        line = transition(Verb.QUALIFY, policies.side_of(actor), facts)
    except NotPossible as error:
        raise Conflict(_("Ce ticket ne peut plus être qualifié."), state=error.state) from error
    before = {"level_version": ticket.level_version_id, "restoration_due_at": _iso(ticket)}
    ticket.state = arrival(line, facts)
    ticket.qualified_at = ticket.qualified_at or clock.now().replace(microsecond=0)
    ticket.service = found.service
    ticket.priority = found.priority
    commit_to(ticket, found.commitment)
    session.execute(delete(TicketSite).where(TicketSite.ticket_id == ticket.id))
    session.add_all(
        TicketSite(organisation_id=ticket.organisation_id, ticket_id=ticket.id, site_id=site) for site in dict.fromkeys(found.site_ids)
    )
    refresh(ticket, replay(as_events(stored_events(session, ticket.id))))
    after = {"level_version": ticket.level_version_id, "restoration_due_at": _iso(ticket), "sites": len(found.site_ids)}
    note_act(session, actor, clock, ticket, line.action, {"before": before, "after": after})


def assign(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    assignee_id: int | None,
    assignee_name: str,
    *,
    seen_version: int | None = None,
) -> None:
    """Give a ticket to an agent, or to nobody (None)."""
    authorise(actor, ticket)
    check_unchanged(ticket, seen_version)
    if not policies.may_assign(actor, facts_of(ticket)):
        raise Forbidden
    before = ticket.assignee_id
    ticket.assignee_id = assignee_id
    note_act(session, actor, clock, ticket, "ticket.assigned", {"before": before, "after": assignee_id, "name": assignee_name})


def _iso(ticket: Ticket) -> str | None:
    return ticket.restoration_due_at.isoformat() if ticket.restoration_due_at else None
