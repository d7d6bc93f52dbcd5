"""One person and one ticket: who is there, drafts, following. None of it changes the ticket itself or its version."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import write_over
from webapp.helpdesk.models import Ticket, TicketPerson
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.services.common import LONGEST_MESSAGE, authorise

#: Drafts that nobody has touched for so long are forgotten.
DRAFTS_KEPT = timedelta(days=30)


def note_person(session: Session, ticket: Ticket, account_id: int, *, from_desk: bool, **values: Any) -> None:
    """Write what one person has to do with a ticket, whether or not they had a row."""
    key = {"organisation_id": ticket.organisation_id, "ticket_id": ticket.id, "account_id": account_id}
    write_over(session, TicketPerson, key, {**values, "from_desk": from_desk})


def _note_self(session: Session, actor: Actor, ticket: Ticket, **values: Any) -> None:
    assert actor.account_id is not None, "only people read and write tickets"
    note_person(session, ticket, actor.account_id, from_desk=works_the_desk(actor), **values)


def be_seen(session: Session, actor: Actor, clock: Clock, ticket: Ticket) -> None:
    """Note that the actor has the ticket on the screen now: the colleagues' pages say so."""
    authorise(actor, ticket)
    _note_self(session, actor, ticket, seen_at=clock.now())


def keep_drafts(session: Session, actor: Actor, clock: Clock, ticket: Ticket, reply: str, note: str, *, once: str = "") -> None:
    """Keep what the person has typed so far, reply and note apart, for any workstation; empty texts leave nothing behind.

    ``once`` is the token of the form that they come from: a form that has been sent saves no draft any more, however late its last
    saving arrives.
    """
    authorise(actor, ticket)
    if once and session.scalar(select(TicketPerson.sent_once).where(*_own(actor, ticket))) == once:
        return
    drafts = _drafts(actor, clock.now(), reply, note)
    _note_self(session, actor, ticket, **drafts, writing_at=drafts["drafted_at"])


def _drafts(actor: Actor, now: datetime, reply: str, note: str) -> dict[str, Any]:
    reply, note = reply[:LONGEST_MESSAGE], (note if works_the_desk(actor) else "")[:LONGEST_MESSAGE]
    return {
        "reply_draft": reply if reply.strip() else "",
        "note_draft": note if note.strip() else "",
        "drafted_at": now if reply.strip() or note.strip() else None,
        "seen_at": now,
    }


def sent(session: Session, actor: Actor, clock: Clock, ticket: Ticket, *, reply: str = "", note: str = "", once: str = "") -> None:
    """Forget the draft that has just been sent; what stood in the other field (``reply`` or ``note``) stays a draft."""
    authorise(actor, ticket)
    _note_self(session, actor, ticket, **_drafts(actor, clock.now(), reply, note), writing_at=None, sent_once=once)


def _own(actor: Actor, ticket: Ticket) -> tuple[Any, ...]:
    return TicketPerson.ticket_id == ticket.id, TicketPerson.account_id == actor.account_id


def follow(session: Session, actor: Actor, ticket: Ticket, *, follows: bool) -> None:
    """Follow a ticket, or stop: a follower is mailed when something is said or done on it. Clients follow those of their organisation."""
    authorise(actor, ticket)
    _note_self(session, actor, ticket, watching=follows)
    count_watchers(session, ticket)


def count_watchers(session: Session, ticket: Ticket) -> None:
    """Bring ``Ticket.watcher_count`` up to date, without a new version: nobody's reply is held back for a follower."""
    watching = select(func.count()).where(TicketPerson.ticket_id == ticket.id, TicketPerson.watching.is_(True)).scalar_subquery()
    session.execute(
        update(Ticket).where(Ticket.id == ticket.id).values(watcher_count=watching).execution_options(synchronize_session=False)
    )
    session.refresh(ticket, ["watcher_count"])


def forget_old_drafts(session: Session, clock: Clock) -> int:
    """Forget drafts and presences that nobody has touched for ``DRAFTS_KEPT``; return how many rows changed or went."""
    before = clock.now() - DRAFTS_KEPT
    old = func.coalesce(TicketPerson.seen_at, TicketPerson.drafted_at) < before
    gone: Any = session.execute(delete(TicketPerson).where(old, TicketPerson.watching.is_(False), TicketPerson.minutes == 0))
    emptied: Any = session.execute(
        update(TicketPerson)
        .where(old)
        .values(reply_draft="", note_draft="", drafted_at=None, writing_at=None, seen_at=None, sent_once="")
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount) + int(emptied.rowcount)
