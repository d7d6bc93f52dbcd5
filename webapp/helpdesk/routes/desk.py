"""The agents' queue."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.forms import service_choices
from webapp.helpdesk.presenting import closed_until, lines, opening_words
from webapp.helpdesk.queue import View, Wanted, counts, order_by, queue_rows
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.deadlines import SOON
from webapp.helpdesk.rules.services import ServiceType
from webapp.texts import mark as _m
from webapp.web.lists import ListState, list_state
from webapp.web.pages import fragment, is_fragment_request, page
from webapp.web.request import current_actor, current_clock, get_session

VIEWS = {
    View.TO_QUALIFY: _m("À qualifier"),
    View.MINE: _m("Les miens"),
    View.SOON: _m("Échéance < 4 h"),
    View.CLIENT: _m("En attente du client"),
    View.ACCESS: _m("Accès au site"),
    View.TO_CONFIRM: _m("À confirmer"),
    View.RESTORED: _m("Rétablis, à clore"),
    View.ALL: _m("Tous les ouverts"),
    View.ARCHIVE: _m("Archives"),
}


@blueprint.get("/assistance/file")
def queue() -> Response:
    """List the tickets in the order of their deadlines, by views and filters that stand in the URL."""
    session, actor, now = get_session(), current_actor(), current_clock().now()
    state, wanted, order = asked_of_queue()
    numbers = counts(session, wanted.before, actor.account_id)
    rows = queue_rows(session, wanted, order, offset=state.offset, limit=state.size)
    opening = closed_until(now)
    return _answer(
        listing=state,
        view=wanted.view,
        views=[(view, _(words), numbers.get(view)) for view, words in VIEWS.items()],
        heading=_(VIEWS[wanted.view]),
        lines=lines(rows[: state.size], now, actor),
        more=len(rows) > state.size,
        total=None if wanted.narrowed else numbers.get(wanted.view),
        closed=opening_words(opening, now) if opening else "",
        services=service_choices(),
        export=replace(state, path=url_for("helpdesk.queue_export")).url(page=None),
    )


def asked_of_queue() -> tuple[ListState, Wanted, tuple[Any, ...]]:
    """Read what the URL asks of the queue: the list's state, the selection, and the order."""
    state = list_state(("echeance", "signalement", "reference"), ("vue", "q", "service", "priorite", "libres"))
    wanted = _wanted(state, desk_hours().add(current_clock().now(), SOON), current_actor().account_id)
    return state, wanted, order_by(state.sort, descending=state.descending, archive=wanted.view is View.ARCHIVE)


def _answer(**context: Any) -> Response:
    if is_fragment_request() and request.headers.get("HX-Target") == "file":
        return fragment("helpdesk/_queue.html", **context)
    return page("helpdesk/queue.html", **context)


def _wanted(state: ListState, before: datetime, account_id: int | None) -> Wanted:
    """Read the view and filters; what is unknown is left out."""
    asked = state.filters
    service = asked["service"] if asked["service"] in set(ServiceType) else None
    return Wanted(
        view=View(asked["vue"]) if asked["vue"] in set(View) else View.ALL,
        before=before,
        account_id=account_id,
        text=asked["q"],
        service=ServiceType(service) if service else None,
        priority=int(asked["priorite"]) if asked["priorite"] in {"1", "2", "3"} else None,
        unassigned=asked["libres"] == "1",
    )
