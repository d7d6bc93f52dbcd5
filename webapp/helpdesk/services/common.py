"""What the verbs share: facts, the check against a stale page, evidence and mail."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, NotFound
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.helpdesk import policies
from webapp.helpdesk.mails import Mail
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.states import Facts
from webapp.outbox.services import enqueue


def facts_of(ticket: Ticket) -> Facts:
    """Return what the transition table and the policies need to know of a ticket."""
    return Facts(
        state=ticket.state,
        organisation_id=ticket.organisation_id,
        qualified=ticket.qualified_at is not None,
        confirmed=ticket.confirmed_at is not None,
        in_house=ticket.in_house,
        assignee_id=ticket.assignee_id,
    )


def authorise(actor: Actor, ticket: Ticket) -> Facts:
    """Return the ticket's facts, or raise ``NotFound`` when the actor may not know of it."""
    facts = facts_of(ticket)
    if not policies.may_see(actor, facts):
        raise NotFound
    return facts


def check_unchanged(ticket: Ticket, seen_version: int | None) -> None:
    """Raise ``Conflict`` when the page was drawn from an older version (None: the caller did not come from a page)."""
    if seen_version is not None and seen_version != ticket.version:
        raise Conflict(_("Ce ticket a changé pendant que vous le lisiez."), stale=True)


def note_act(session: Session, actor: Actor, clock: Clock, ticket: Ticket, action: str, detail: dict[str, Any]) -> None:
    """Write the one audit event of an act on a ticket."""
    record(
        session, actor, clock, action=action, subject=f"ticket {ticket.reference}", organisation_id=ticket.organisation_id, detail=detail
    )


def send(session: Session, clock: Clock, ticket: Ticket, mail: Mail, key: str) -> None:
    """Queue a mail to the ticket's contact, once for this ``key`` of the ticket."""
    enqueue(session, clock, to=ticket.contact_email, subject=mail.subject, body=mail.body, key=f"ticket:{ticket.reference}:{key}")


def searchable(ticket: Ticket, client_name: str) -> str:
    """Return the folded text that searches look into: numbers, names, and what was written in the report."""
    parts = (
        ticket.reference,
        ticket.reference.replace("-", ""),
        ticket.title,
        client_name,
        ticket.location,
        ticket.contact_name,
        ticket.description,
        ticket.consequences,
    )
    return fold(" ".join(parts))
