"""Triage: who handles a ticket, and which client, contract, level and sites it concerns (FL-12.5c)."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import recount
from webapp.helpdesk.models import Ticket, TicketClockEvent, TicketMessage, TicketSite
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.priority import Impact
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import NotPossible, Verb, arrival, transition
from webapp.helpdesk.services.common import authorise, check_unchanged, facts_of, note_act, searchable
from webapp.helpdesk.services.opening import Client, commit_to
from webapp.helpdesk.services.sites import place_sites


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the desk writes to and calls about a ticket."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Qualification:
    """What the agent establishes about a report. ``client`` and ``contact`` None: as they are."""

    commitment: Commitment
    service: ServiceType
    site_ids: tuple[int, ...]
    priority: int
    client: Client | None = None
    contact: Contact | None = None
    impact: int = Impact.SEVERAL


def qualify(session: Session, actor: Actor, clock: Clock, ticket: Ticket, found: Qualification, *, seen_version: int | None = None) -> None:
    """Store the client, contract, level, sites, service, priority and impact of a report; the deadlines follow from the level.

    The count goes on from the same notification. A ticket that changes client goes with its messages and its clock; the former client
    does not see it any more. ``seen_version`` is the version of the ticket that the agent saw. Raises ``Conflict`` when it is stale, or
    when the ticket has ended.
    """
    facts = authorise(actor, ticket)
    check_unchanged(ticket, seen_version)
    try:
        line = transition(Verb.QUALIFY, policies.side_of(actor), facts)
    except NotPossible as error:
        raise Conflict(_("Ce ticket ne peut plus être qualifié."), state=error.state) from error
    before = _told(session, ticket)
    session.execute(delete(TicketSite).where(TicketSite.ticket_id == ticket.id))
    ticket.state = arrival(line, facts)
    ticket.qualified_at = ticket.qualified_at or clock.now().replace(microsecond=0)
    ticket.service = found.service
    ticket.priority, ticket.impact = found.priority, found.impact
    commit_to(ticket, found.commitment)
    _give_to(session, ticket, found)
    place_sites(session, ticket, found.site_ids)
    if not recount(session, ticket).running:
        raise Invalid({"sites": _("Le service est déjà rétabli sur tous ces sites : choisissez aussi un site encore en panne.")})
    session.flush()
    note_act(session, actor, clock, ticket, line.action, {"before": before, "after": _told(session, ticket)})


def _give_to(session: Session, ticket: Ticket, found: Qualification) -> None:
    """Write the client and the contact down; the rows below the ticket follow it by their foreign keys (``ON UPDATE CASCADE``)."""
    if found.contact is not None:
        ticket.contact_name, ticket.contact_phone, ticket.contact_email = found.contact.name, found.contact.phone, found.contact.email
    client = found.client or Client(ticket.organisation_id, _client_name(session, ticket.organisation_id))
    moves = client.organisation_id != ticket.organisation_id
    ticket.organisation_id = client.organisation_id
    ticket.search_text = searchable(ticket, client.name)
    session.flush()
    if moves:
        for row in [row for row in session.identity_map.values() if isinstance(row, TicketClockEvent | TicketMessage)]:
            session.expire(row)  # the database has just changed their owner


def _client_name(session: Session, organisation_id: int) -> str:
    return session.scalar(select(Organisation.name).where(Organisation.id == organisation_id)) or ""


def _told(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Return what the evidence says of a qualification, before and after it."""
    sites = select(TicketSite.site_id).where(TicketSite.ticket_id == ticket.id).order_by(TicketSite.site_id)
    return {
        "client": ticket.organisation_id,
        "contract": ticket.contract_id,
        "level_version": ticket.level_version_id,
        "service": str(ticket.service),
        "priority": ticket.priority,
        "impact": ticket.impact,
        "contact": ticket.contact_name,
        "sites": list(session.scalars(sites)),
        "first_response_due_at": ticket.first_response_due_at.isoformat(),
        "restoration_due_at": _iso(ticket),
    }


def assign(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    assignee_id: int | None,
    assignee_name: str,
    *,
    team: tuple[int | None, str] | None = None,
    seen_version: int | None = None,
) -> None:
    """Give a ticket to an agent, or to nobody (None); ``team`` gives it to a team as well, by number and name (None: as it is)."""
    authorise(actor, ticket)
    check_unchanged(ticket, seen_version)
    if not policies.may_assign(actor, facts_of(ticket)):
        raise Forbidden
    detail: dict[str, Any] = {"before": ticket.assignee_id, "after": assignee_id, "name": assignee_name}
    ticket.assignee_id = assignee_id
    if team is not None and team[0] != ticket.team_id:
        detail |= {"team_before": ticket.team_id, "team_after": team[0], "team_name": team[1]}
        ticket.team_id = team[0]
    note_act(session, actor, clock, ticket, "ticket.assigned", detail)


def _iso(ticket: Ticket) -> str | None:
    return ticket.restoration_due_at.isoformat() if ticket.restoration_due_at else None
