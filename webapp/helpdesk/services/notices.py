"""Telling the agent who handles a ticket that its client has written."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.clock import Clock
from webapp.evidence.models import AuditEvent
from webapp.helpdesk import mails
from webapp.helpdesk.models import Ticket
from webapp.outbox.services import enqueue


def tell_assignee(session: Session, clock: Clock, ticket: Ticket, subject: str, public_url: str) -> None:
    """Queue a mail to the ticket's assignee, when there is one who wants such mails.

    At most one until the assignee has acted on the ticket again: its key names the last act of theirs.
    """
    if ticket.assignee_id is None:
        return
    wanted = select(Account.email, Account.full_name).where(
        Account.id == ticket.assignee_id,
        Account.mail_notices.is_(True),
        Account.deactivated_at.is_(None),
    )
    person = session.execute(wanted).first()
    if person is None:
        return
    theirs = (AuditEvent.subject == f"ticket {ticket.reference}", AuditEvent.account_id == ticket.assignee_id)
    last = session.scalar(select(func.max(AuditEvent.id)).where(*theirs))
    mail = mails.to_agent(ticket, person.full_name, subject, public_url)
    key = f"ticket:{ticket.reference}:agent:{ticket.assignee_id}:{last or 0}"
    enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)
