"""Reading tickets: one's own list, one ticket, the account of its time."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.db import GuichetSession
from webapp.errors import NotFound
from webapp.helpdesk import policies
from webapp.helpdesk.clock_view import pause_lines, site_lines
from webapp.helpdesk.clockwork import stored_events, targets
from webapp.helpdesk.commitments import level_label
from webapp.helpdesk.explanation import explain, explained
from webapp.helpdesk.forms.tickets import MessageForm
from webapp.helpdesk.panels import panels_of
from webapp.helpdesk.presenting import bar, chip_of, closed_until, lines, opening_words
from webapp.helpdesk.queries.queue import own_keyset, own_rows
from webapp.helpdesk.queries.sites import ticket_sites
from webapp.helpdesk.queries.tickets import get_ticket_with_names, messages_of
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.reference import MistypedReference, NotAReference, parse_reference
from webapp.helpdesk.rules.states import OFF_CLOCK, Side, State
from webapp.helpdesk.services import facts_of
from webapp.helpdesk.texts import SERVICES, STATES, STATES_FOR_CLIENT
from webapp.helpdesk.timeline import timeline
from webapp.web.keyset import Cursor, CursorProblem
from webapp.web.lists import list_state
from webapp.web.pages import fragment, is_fragment_request, page, see_other
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/assistance")
def index() -> Response:
    """List the tickets of one's own organisation."""
    session, actor, now = get_session(), current_actor(), current_clock().now()
    state = list_state(("signalement",), ("q", "etat"))
    open_only, text, problem = state.filters["etat"] == "ouverts", state.filters["q"], ""
    try:
        cursor = own_keyset(session, text).cursor(request.args)
    except CursorProblem:
        cursor, problem = Cursor(), _("L’adresse de cette page n’est plus valable : voici le début de la liste.")
    found = own_rows(session, actor, open_only=open_only, text=text, cursor=cursor, limit=state.size)
    return page(
        "helpdesk/index.html",
        listing=state,
        lines=lines(found.rows, now, actor, for_desk=False),
        previous=state.url(page=None, avant=found.previous) if found.previous else "",
        next=state.url(page=None, apres=found.next) if found.next else "",
        problem=problem,
        desk=policies.works_the_desk(actor),
    )


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
        return _pushed(fragment("helpdesk/_ticket.html", **context), str(known))
    return page("helpdesk/ticket.html", **context)


@blueprint.get("/assistance/<reference>/decompte")
def account(reference: str) -> Response:
    """Account for every stretch of the ticket's time, with its article."""
    session, actor, now = get_session(), current_actor(), current_clock().now().replace(microsecond=0)
    row = get_ticket_with_names(session, actor, reference)
    ticket = row.Ticket
    told = explain(session, ticket, now)
    return page(
        "helpdesk/account.html",
        ticket=ticket,
        client=row.client,
        told=told,
        lines=site_lines(ticket, told, with_pieces=True),
        pauses=pause_lines(actor, ticket, facts_of(ticket, now), told),
        desk=policies.works_the_desk(actor),
    )


def ticket_context(session: GuichetSession, actor: Actor, reference: str, now: datetime, **more: Any) -> dict[str, Any]:
    """Return what ``_ticket.html`` shows: four statements."""
    row = get_ticket_with_names(session, actor, reference)
    ticket, desk = row.Ticket, policies.works_the_desk(actor)
    events = stored_events(session, ticket.id)
    messages = messages_of(session, ticket.id, with_notes=policies.may_read_notes(actor))
    sites = ticket_sites(session, ticket.id)
    told, promise = explained(ticket, events, sites, now), targets(ticket)[1]
    calendar, facts = told.worst.calendar, facts_of(ticket, now, sites)
    opening, lines = closed_until(now, calendar), site_lines(ticket, told)
    away = next((line.zone for line in lines if line.site_id == told.worst_id), "")
    return {
        "ticket": ticket,
        "client": row.client,
        "assignee": row.assignee,
        "team": row.team,
        "level": level_label(row),
        "service": _(SERVICES[ticket.service]),
        "sites": sites,
        "told": told,
        "lines": lines,
        "pauses": pause_lines(actor, ticket, facts, told),
        "desk": desk,
        "state_label": _((STATES if desk else STATES_FOR_CLIENT)[ticket.state]),
        "chip": chip_of(ticket, row.warning_minutes, now, for_desk=desk),
        "timeline": timeline(ticket, messages, events, told.names),
        "sums": told.worst.durations,
        "bar": bar(told.worst.account, calendar, promise.length(calendar, ticket.notified_at), elapsed=promise.elapsed),
        "closed": opening_words(opening, now, away) if opening and ticket.is_open and ticket.state not in OFF_CLOCK else "",
        "moves": policies.moves(actor, facts),
        "may_reply": policies.may_reply(actor, facts),
        "may_note": policies.may_note(actor),
        "may_assign": policies.may_assign(actor, facts),
        "may_exclude": policies.may_exclude(actor, facts),
        "may_recommit": policies.may_recommit(actor, facts),
        "me": actor.account_id,
        "mine": ticket.assignee_id == actor.account_id,
        "reopenable": facts.reopenable,
        "paused": ticket.state is State.WAITING_ACCESS,
        "contestable": ticket.state is State.RESTORED and policies.side_of(actor) is Side.CLIENT,
        "form": more.pop("form", None) or MessageForm(formdata=None),
        "conflict": None,
        "token": token_urlsafe(16),
        "said": "",
        **panels_of(session, actor, ticket, now),
        **more,
    }


def _pushed(response: Response, reference: str) -> Response:
    """Have the queue's page say in its address which ticket is beside it, so that reloading and Back keep it."""
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    if here.path == url_for("helpdesk.queue"):
        query = [(name, value) for name, value in parse_qsl(here.query) if name != "t"]
        response.headers["HX-Push-Url"] = f"{here.path}?{urlencode([*query, ('t', reference)])}"
    return response


def _mistyped(error: MistypedReference) -> Response:
    """Say that a reference is mistyped: a different thing from an unknown one."""
    return page("helpdesk/unknown.html", 404, typed=error.text, suggestion=error.suggestion, kind="mistyped")
