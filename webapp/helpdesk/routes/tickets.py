"""Reading tickets: one's own list, one ticket, the account of its time."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.db import GuichetSession
from webapp.errors import NotFound
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import stored_events, targets, tell
from webapp.helpdesk.commitments import calendar_named, calendar_words, level_label, sites_of_ticket
from webapp.helpdesk.forms import MessageForm
from webapp.helpdesk.presenting import bar, chip_of, closed_until, lines, opening_words
from webapp.helpdesk.queries import get_ticket_with_names, messages_of
from webapp.helpdesk.queue import own_rows
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.reference import MistypedReference, NotAReference, parse_reference
from webapp.helpdesk.rules.states import Side, State
from webapp.helpdesk.services import facts_of
from webapp.helpdesk.texts import CAUSES, SERVICES, STATES, STATES_FOR_CLIENT
from webapp.helpdesk.timeline import timeline
from webapp.web.lists import list_state
from webapp.web.pages import fragment, is_fragment_request, page, see_other
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/assistance")
def index() -> Response:
    """List the tickets of one's own organisation."""
    actor, now = current_actor(), current_clock().now()
    state = list_state(("signalement",), ("q", "etat"))
    rows = own_rows(
        get_session(),
        actor,
        open_only=state.filters["etat"] == "ouverts",
        text=state.filters["q"],
        offset=state.offset,
        limit=state.size,
    )
    own = lines(rows[: state.size], now, actor, for_desk=False)
    return page("helpdesk/index.html", listing=state, lines=own, more=len(rows) > state.size, desk=policies.works_the_desk(actor))


@blueprint.get("/assistance/reference")
def look_up() -> Response:
    """Lead from a reference, as people type it, to its ticket."""
    typed = request.args.get("reference", "").strip()
    try:
        reference = parse_reference(typed)
    except MistypedReference as error:
        return _mistyped(error)
    except NotAReference:
        return page("helpdesk/unknown.html", 404, typed=typed, suggestion=None, kind="other")
    return see_other("helpdesk.ticket", reference=str(reference))


@blueprint.get("/assistance/<reference>")
def ticket(reference: str) -> Response:
    """Show a ticket with its clock and its messages; as a fragment, for the pane beside the queue."""
    try:
        known = parse_reference(reference)
    except MistypedReference as error:
        return _mistyped(error)
    except NotAReference as error:
        raise NotFound from error
    if str(known) != reference:
        return see_other("helpdesk.ticket", reference=str(known))
    session, actor = get_session(), current_actor()
    context = ticket_context(session, actor, str(known), current_clock().now())
    if is_fragment_request():
        return fragment("helpdesk/_ticket.html", **context)
    return page("helpdesk/ticket.html", **context)


@blueprint.get("/assistance/<reference>/decompte")
def account(reference: str) -> Response:
    """Account for every stretch of the ticket's time, with its article."""
    session, actor, now = get_session(), current_actor(), current_clock().now().replace(microsecond=0)
    row = get_ticket_with_names(session, actor, reference)
    told = tell(row.Ticket, stored_events(session, row.Ticket.id), now)
    pieces = [(piece, _(CAUSES[piece.cause])) for piece in told.pieces]
    return page(
        "helpdesk/account.html",
        ticket=row.Ticket,
        client=row.client,
        told=told,
        pieces=pieces,
        sums=told.durations(),
        calendar=calendar_words(row.Ticket.calendar),
    )


def ticket_context(session: GuichetSession, actor: Actor, reference: str, now: datetime, **more: Any) -> dict[str, Any]:
    """Return what ``_ticket.html`` shows: four statements."""
    row = get_ticket_with_names(session, actor, reference)
    ticket, desk = row.Ticket, policies.works_the_desk(actor)
    events = stored_events(session, ticket.id)
    messages = messages_of(session, ticket.id, with_notes=policies.may_read_notes(actor))
    told = tell(ticket, events, now)
    calendar, promise = calendar_named(ticket.calendar), targets(ticket)[1]
    facts = facts_of(ticket)
    opening = closed_until(now, calendar)
    return {
        "ticket": ticket,
        "client": row.client,
        "assignee": row.assignee,
        "level": level_label(row),
        "service": _(SERVICES[ticket.service]),
        "sites": sites_of_ticket(session, ticket.id),
        "desk": desk,
        "state_label": _((STATES if desk else STATES_FOR_CLIENT)[ticket.state]),
        "chip": chip_of(ticket, row.warning_minutes, now, for_desk=desk),
        "timeline": timeline(ticket, messages, events),
        "sums": told.durations(),
        "bar": bar(told, calendar, promise.length(calendar, ticket.notified_at), elapsed=promise.elapsed),
        "closed": opening_words(opening, now) if opening and ticket.is_open else "",
        "moves": policies.moves(actor, facts),
        "may_reply": policies.may_reply(actor, facts),
        "may_note": policies.may_note(actor),
        "may_assign": policies.may_assign(actor, facts),
        "may_exclude": policies.may_exclude(actor, facts),
        "me": actor.account_id,
        "mine": ticket.assignee_id == actor.account_id,
        "paused": ticket.state is State.WAITING_ACCESS,
        "contestable": ticket.state is State.RESTORED and policies.side_of(actor) is Side.CLIENT,
        "form": more.pop("form", None) or MessageForm(formdata=None),
        "conflict": None,
        "token": token_urlsafe(16),
        "said": "",
        **more,
    }


def _mistyped(error: MistypedReference) -> Response:
    """Say that a reference is mistyped: a different thing from an unknown one."""
    return page("helpdesk/unknown.html", 404, typed=error.text, suggestion=error.suggestion, kind="mistyped")
