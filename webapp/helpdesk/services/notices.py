"""Telling the people of a ticket that something happened on it: the agent in charge, its followers, who was mentioned."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.mails import tickets as mails
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.talk import watchers_to_tell
from webapp.helpdesk.services.people import note_person
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


def tell_watchers(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, cause: str, public_url: str, *, internal: bool = False
) -> None:
    """Queue a mail to each follower of the ticket, once for this ``cause``: the words stay on the portal (SO-CFG).

    Whoever did it is left out, and so is whoever another mail tells already: the contact of what the desk says, the agent in charge of
    what the client says. Of an internal note only the desk's followers hear.
    """
    if ticket.watcher_count == 0:
        return
    by_desk = works_the_desk(actor)
    for person in watchers_to_tell(session, ticket, desk_only=internal):
        told = person.email == ticket.contact_email if by_desk and not internal else person.account_id == ticket.assignee_id
        if person.account_id == actor.account_id or (told and not internal):
            continue
        mail = mails.to_follower(ticket, person.full_name, public_url, internal=internal)
        enqueue(
            session,
            clock,
            to=person.email,
            subject=mail.subject,
            body=mail.body,
            key=f"ticket:{ticket.reference}:{cause}:follower:{person.account_id}",
        )


def tell_mentioned(session: Session, actor: Actor, clock: Clock, ticket: Ticket, person: Any, message_id: int, public_url: str) -> None:
    """Have an agent whom a note names (a row of ``agents_named``) follow the ticket, and queue their mail, once for this note."""
    note_person(session, ticket, person.account_id, from_desk=True, watching=True)
    if person.account_id == actor.account_id or not person.mail_notices:
        return
    mail = mails.mentioned(ticket, person.full_name, actor.name, public_url, f"m{message_id}")
    key = f"ticket:{ticket.reference}:message:{message_id}:follower:{person.account_id}"
    enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)
