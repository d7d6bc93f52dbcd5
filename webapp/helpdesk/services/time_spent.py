"""Time spent on tickets: typed by agents, taken back by a compensating entry, summed on the ticket (FL-12.3)."""

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.models import Ticket, TicketPerson, TimeEntry
from webapp.helpdesk.rules.talk import NotADuration, parse_minutes
from webapp.helpdesk.services.common import authorise, note_act
from webapp.helpdesk.services.people import note_person


def minutes_of(typed: str | None, field: str = "minutes") -> int:
    """Return the minutes typed, 0 for nothing; raise ``Invalid`` on ``field`` for what is no duration."""
    if not (typed or "").strip():
        return 0
    try:
        return parse_minutes(typed or "")
    except NotADuration as error:
        raise Invalid({field: _("Écrivez un temps comme 45, 1 h 30 ou 0:20 (24 h au plus).")}) from error


def spend(session: Session, actor: Actor, clock: Clock, ticket: Ticket, minutes: int) -> TimeEntry:
    """Note minutes that the actor spent on the ticket."""
    authorise(actor, ticket)
    if not policies.may_note(actor) or actor.account_id is None:
        raise Forbidden
    entry = _add(session, clock, ticket, actor.account_id, actor.name, minutes)
    note_act(session, actor, clock, ticket, "ticket.time_spent", {"entry": entry.id, "minutes": minutes})
    return entry


def correct(session: Session, actor: Actor, clock: Clock, ticket: Ticket, entry_id: int, minutes: int) -> None:
    """Replace an entry by ``minutes`` (0: nothing): the old one stays, a second takes it back, a third says what is right.

    One's own entries, any of them for a lead. Raises ``Conflict`` when the entry has been taken back already.
    """
    authorise(actor, ticket)
    entry = session.scalar(select(TimeEntry).where(TimeEntry.id == entry_id, TimeEntry.ticket_id == ticket.id))
    if entry is None:
        raise NotFound
    if not policies.may_note(actor) or (entry.account_id != actor.account_id and not actor.has(Role.DESK_LEAD)):
        raise Forbidden
    taken_back = session.scalar(select(TimeEntry.id).where(TimeEntry.corrects_id == entry.id))
    if taken_back is not None or entry.corrects_id is not None:
        raise Conflict(_("Ce temps a déjà été corrigé."))
    _add(session, clock, ticket, entry.account_id, entry.account_name, -entry.minutes, corrects=entry.id)
    if minutes:
        _add(session, clock, ticket, entry.account_id, entry.account_name, minutes)
    note_act(session, actor, clock, ticket, "ticket.time_corrected", {"entry": entry.id, "before": entry.minutes, "after": minutes})


def _add(
    session: Session, clock: Clock, ticket: Ticket, account_id: int, name: str, minutes: int, corrects: int | None = None
) -> TimeEntry:
    entry = TimeEntry(
        organisation_id=ticket.organisation_id,
        ticket_id=ticket.id,
        account_id=account_id,
        account_name=name,
        minutes=minutes,
        at=moment(clock),
        corrects_id=corrects,
    )
    session.add(entry)
    session.flush()
    note_person(session, ticket, account_id, from_desk=True)
    own = (TicketPerson.ticket_id == ticket.id, TicketPerson.account_id == account_id)
    silently = {"synchronize_session": False}
    session.execute(update(TicketPerson).where(*own).values(minutes=TicketPerson.minutes + minutes).execution_options(**silently))
    # without a new version of the ticket: nobody's reply is held back for it
    session.execute(
        update(Ticket).where(Ticket.id == ticket.id).values(minutes_spent=Ticket.minutes_spent + minutes).execution_options(**silently)
    )
    session.refresh(ticket, ["minutes_spent"])
    return entry
