"""Leaving a planned interruption out of a ticket's count (FL-12.8)."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import append, as_events, counted_of, moment, stored_events, stored_sites
from webapp.helpdesk.commitments import terms_of
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.tickets import PlannedWindow
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.reckoning import planned_stretches
from webapp.helpdesk.services.common import authorise, check_unchanged, note_act


def exclude(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, window: PlannedWindow, *, seen_version: int | None = None
) -> None:
    """Leave a planned interruption out of the count, up to 8 consecutive business hours; the deadline moves by as much.

    Raises ``Conflict`` on a stale page or an ended ticket, ``Invalid`` when the two never met or it is left out already.
    """
    facts = authorise(actor, ticket)
    if not policies.works_the_desk(actor):
        raise Forbidden
    check_unchanged(ticket, seen_version)
    if not policies.may_exclude(actor, facts):
        raise Conflict(_("Les durées de ce ticket sont fixées."))
    if str(Reason.PLANNED) not in terms_of(session, ticket.level_version_id).pauses_allowed:
        raise Conflict(_("Le niveau de service de ce ticket ne permet pas de retirer une interruption programmée du décompte."))
    places = counted_of(ticket, stored_sites(session, ticket.id))
    events = as_events(stored_events(session, ticket.id))
    stretches, met = planned_stretches(places, events, (window.start, window.end))
    if not met:
        raise Invalid({"window": _("Cette interruption programmée n’a pas rencontré le décompte de ce ticket.")})
    if not stretches:
        raise Invalid({"window": _("Cette interruption programmée est déjà retirée du décompte.")})
    for stretch, site_ids in stretches.items():
        append(
            session,
            ticket,
            EventKind.EXCLUDED,
            moment(clock),
            reason=Reason.PLANNED,
            asked_by=window.title,
            stretch=stretch,
            site_ids=() if len(site_ids) == len(places) else site_ids,
            account_id=actor.account_id,
        )
    bounds = [{"since": since.isoformat(), "until": until.isoformat(), "sites": list(sites)} for (since, until), sites in stretches.items()]
    detail = {"notice": window.id, "since": bounds[0]["since"], "until": bounds[0]["until"], "clause": "FL-12.8", "stretches": bounds}
    note_act(session, actor, clock, ticket, "ticket.planned_excluded", detail)
