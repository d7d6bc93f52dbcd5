"""Leaving a planned interruption out of a ticket's count (FL-12.8)."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import append, as_events, moment, stored_events
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries import PlannedWindow
from webapp.helpdesk.rules.clock import EventKind, Reason, planned_exclusion, replay
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
    inputs = replay(as_events(stored_events(session, ticket.id)))
    calendar = calendar_named(ticket.calendar)
    stretch = planned_exclusion(calendar, (window.start, window.end), inputs.started_at, inputs.stopped_at)
    if stretch is None or not calendar.between(*stretch):
        raise Invalid({"window": _("Cette interruption programmée n’a pas rencontré le décompte de ce ticket.")})
    if any(pause.reason is Reason.PLANNED and (pause.start, pause.end) == stretch for pause in inputs.pauses):
        raise Invalid({"window": _("Cette interruption programmée est déjà retirée du décompte.")})
    append(
        session,
        ticket,
        EventKind.EXCLUDED,
        moment(clock),
        reason=Reason.PLANNED,
        asked_by=window.title,
        stretch=stretch,
        account_id=actor.account_id,
    )
    detail = {"notice": window.id, "since": stretch[0].isoformat(), "until": stretch[1].isoformat(), "clause": "FL-12.8"}
    note_act(session, actor, clock, ticket, "ticket.planned_excluded", detail)
