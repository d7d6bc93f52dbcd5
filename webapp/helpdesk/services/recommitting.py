"""Applying another level to one ticket: an explicit act with its reason, that keeps every pause (FL-12.5c)."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.contracts.queries import LevelInForce, level_version
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import append, moment, stored_sites
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.standings import one_ticket, standings
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.shift import LevelChange, Outcome, after
from webapp.helpdesk.services.common import authorise, check_unchanged, note_act
from webapp.helpdesk.services.ranking import rank_again
from webapp.helpdesk.services.shifting import targets_columns


def would_move(session: Session, ticket: Ticket, levels: list[LevelInForce]) -> list[tuple[LevelInForce, Outcome]]:
    """Return what each level would make of a ticket's deadlines. Three statements, whatever the number of levels."""
    (standing,) = standings(session, one_ticket(ticket.id))
    return [(level, Outcome(standing, after(LevelChange(level.terms), standing))) for level in levels]


def recommit(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, level: LevelInForce, reason: str, *, seen_version: int | None = None
) -> None:
    """Put a ticket under another version of a service level from its notification on, suspended or not; its contract stays.

    Raises ``Conflict`` on a stale page or an ended ticket, ``Invalid`` when the ticket is under that version already or no reason is
    given.
    """
    facts = authorise(actor, ticket)
    if not policies.works_the_desk(actor):
        raise Forbidden
    check_unchanged(ticket, seen_version)
    if not policies.may_recommit(actor, facts):
        raise Conflict(_("Les durées de ce ticket sont fixées."))
    if ticket.level_version_id == level.version_id:
        raise Invalid({"level": _("Ce ticket est déjà à ce niveau.")})
    if not reason.strip():
        raise Invalid({"reason": _("Dites pourquoi : le client lira ce motif.")})
    before = level_version(session, ticket.level_version_id) if ticket.level_version_id is not None else None
    ((_level, outcome),) = would_move(session, ticket, [level])
    _store(session, ticket, level, outcome)
    deadlines = (outcome.before.restoration_due_at, outcome.after.restoration_due_at)
    append(
        session,
        ticket,
        EventKind.RECOMMITTED,
        moment(clock),
        asked_by=actor.name,
        evidence=f"niveau {level.label} v{level.number} : {reason.strip()}",
        stretch=deadlines if None not in deadlines else None,  # type: ignore[arg-type]  # -- both are instants then
        account_id=actor.account_id,
    )
    rank_again(session, Ticket.id == ticket.id)
    session.refresh(ticket, ["rank"])
    detail = {
        "before": before.version_id if before else None,
        "after": level.version_id,
        "level": f"{level.label} v{level.number}",
        "reason": reason.strip(),
        "restoration_due_at": [instant.isoformat() if instant else None for instant in deadlines],
    }
    note_act(session, actor, clock, ticket, "ticket.level_applied", detail)


def _store(session: Session, ticket: Ticket, level: LevelInForce, outcome: Outcome) -> None:
    """Write the promise down, on the ticket and its sites; the clock's own recount then gives the deadlines of restoration."""
    ticket.level_version_id = level.version_id
    ticket.calendar = outcome.after.promise.calendar
    for name, value in targets_columns(outcome.after.promise).items():
        setattr(ticket, name, value)
    ticket.first_response_due_at = outcome.after.response_due_at
    calendars = {place.site_id: place.calendar for place in outcome.after.places}
    for site in stored_sites(session, ticket.id):
        site.calendar = calendars[site.site_id]
