"""What the verbs share: facts, the check against a stale page, evidence and mail."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, NotFound
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.helpdesk import policies
from webapp.helpdesk.mails.tickets import Mail
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.public_reports import follow_key
from webapp.helpdesk.rules.clock import ClockError
from webapp.helpdesk.rules.states import Facts
from webapp.outbox.services import enqueue

#: Characters of one message, note or draft.
LONGEST_MESSAGE = 10_000


def facts_of(ticket: Ticket, now: datetime | None = None, sites: Iterable[Any] = ()) -> Facts:
    """Return what the transition table and the policies need to know of a ticket.

    ``sites`` (anything with ``restored_at``) tell whether it is restored in part. Without ``now`` the time in which a client may reopen
    is not looked at; a ticket of before that time was kept can be reopened while it is restored.
    """
    restored = {site.restored_at is not None for site in sites}
    until = ticket.reopen_until
    return Facts(
        state=ticket.state,
        organisation_id=ticket.organisation_id,
        qualified=ticket.qualified_at is not None,
        confirmed=ticket.confirmed_at is not None,
        in_house=ticket.in_house,
        assignee_id=ticket.assignee_id,
        counting=ticket.restoration_due_at is not None,
        partly_restored=len(restored) == 2,
        reopenable=(ticket.is_open if until is None else now is None or now <= until),
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


@contextmanager
def telling_clock_errors() -> Iterator[None]:
    """Turn events that contradict each other into a ``Conflict`` that says what to do."""
    try:
        yield
    except ClockError as error:
        raise Conflict(_("Le décompte de ce ticket ne permet plus cette action : relisez-le, puis recommencez."), stale=True) from error


def note_act(session: Session, actor: Actor, clock: Clock, ticket: Ticket, action: str, detail: dict[str, Any]) -> None:
    """Write the one audit event of an act on a ticket."""
    record(
        session, actor, clock, action=action, subject=f"ticket {ticket.reference}", organisation_id=ticket.organisation_id, detail=detail
    )


def send(session: Session, clock: Clock, ticket: Ticket, mail: Mail, key: str) -> None:
    """Queue a mail to the ticket's contact, once for this ``key`` of the ticket. Who has no account is given the link that needs none."""
    body, followed = mail.body, follow_key(session, ticket)
    if followed:
        body = re.sub(rf"/assistance/{re.escape(ticket.reference)}(?![\w/-])", f"/assistance/suivi/{followed}", body)
    enqueue(session, clock, to=ticket.contact_email, subject=mail.subject, body=body, key=f"ticket:{ticket.reference}:{key}")


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
