"""Named reads of the public form's reports."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor, OrganisationKind
from webapp.errors import NotFound
from webapp.helpdesk.models import PublicReport, Ticket
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.rules.public_reports import WINDOW, may_be_followed


def digest(token: str) -> str:
    """Return what is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sent_in_window(session: Session, now: datetime, *, network: str = "", email: str = "") -> int:
    """Count the forms of the last hour, of one network or to one address."""
    which = PublicReport.network == network if network else PublicReport.contact_email == email
    return session.scalar(select(func.count()).where(which, PublicReport.created_at > now - WINDOW)) or 0


def report_of_token(session: Session, token: str, now: datetime, *, lock: bool = False) -> PublicReport:
    """Return the report that waits for its confirmation; ``NotFound`` for a link that is not ours, was used, or is too old."""
    query = select(PublicReport).where(
        PublicReport.token_hash == digest(token), PublicReport.confirmed_at.is_(None), PublicReport.expires_at > now
    )
    report = session.scalar(query.with_for_update() if lock else query)
    if report is None:
        raise NotFound
    return report


def intake(session: Session) -> Any:
    """Return (id, name) of the operator, which holds public reports until they are given to their client; None when there is none."""
    query = select(Organisation.id, Organisation.name).where(Organisation.kind == OrganisationKind.OPERATOR)
    return session.execute(query.order_by(Organisation.id).limit(1)).first()


def followed_ticket(session: Session, key: str, now: datetime, *, lock: bool = False) -> Ticket:
    """Return the ticket that a follow-up link opens, or ``NotFound``. The session must read for everyone: the link is the right."""
    query = select(Ticket).join(PublicReport, PublicReport.ticket_id == Ticket.id).where(PublicReport.follow_key == key)
    ticket = session.scalar(query.with_for_update(of=Ticket) if lock else query)
    if ticket is None or not may_be_followed(ticket.closed_at, now):
        raise NotFound
    return ticket


def came_from_the_public(ticket: Ticket) -> bool:
    """Tell, without reading, whether a ticket can have come from the public form: nobody opened it."""
    return ticket.opened_by_id is None and not ticket.by_phone


def follow_key(session: Session, ticket: Ticket) -> str | None:
    """Return the key by which the reporter follows the ticket, None when the ticket has no public report."""
    if not came_from_the_public(ticket):
        return None
    return session.scalar(select(PublicReport.follow_key).where(PublicReport.ticket_id == ticket.id))


def panel(session: Session, actor: Actor, ticket: Ticket, _now: datetime) -> dict[str, Any] | None:
    """Tell the desk who reported without an account and what organisation they named."""
    if not works_the_desk(actor) or not came_from_the_public(ticket):
        return None
    query = select(PublicReport.organisation_name, PublicReport.confirmed_at).where(PublicReport.ticket_id == ticket.id)
    row = session.execute(query).first()
    return {"public_report": row} if row is not None else None
