"""The agents' queue: a list by views and filters that stand in the URL, the chosen ticket beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from webapp.errors import NotFound
from webapp.helpdesk.commitments import desk_calendar_at
from webapp.helpdesk.forms.filters import CHANNELS, PLANS, PRIORITIES, Asked, chips, read_filters, translated
from webapp.helpdesk.presenting import closed_until, lines, opening_words
from webapp.helpdesk.queries.queue import keyset, queue_page
from webapp.helpdesk.queries.saved_views import Saved, saved_views
from webapp.helpdesk.queries.views import OWED, Mark, choices, counts, mark_of, names, opened_since
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.tickets import ticket_context
from webapp.helpdesk.rules.deadlines import SOON
from webapp.helpdesk.rules.reference import ReferenceProblem, parse_reference
from webapp.helpdesk.rules.wanted import Order, View, Wanted
from webapp.helpdesk.texts import IMPACTS, SERVICES, STATES
from webapp.texts import mark as _m
from webapp.web.keyset import AFTER, BEFORE, Cursor, CursorProblem, Keyset
from webapp.web.lists import PAGE_SIZE
from webapp.web.pages import fragment, is_fragment_request, page
from webapp.web.request import current_actor, current_clock, get_session
from webapp.worktime import WorkCalendar

PATH = "/assistance/file"
VIEWS = {
    View.TO_QUALIFY: _m("À qualifier"),
    View.UNASSIGNED: _m("Sans agent"),
    View.MINE: _m("Les miens"),
    View.TEAM: _m("Mon équipe"),
    View.FOLLOWED: _m("Ceux que je suis"),
    View.SOON: _m("Échéance < 4 h"),
    View.CLIENT: _m("En attente du client"),
    View.ACCESS: _m("Accès au site"),
    View.TO_CONFIRM: _m("À confirmer"),
    View.RESTORED: _m("Rétablis, à clore"),
    View.ALL: _m("Tous les ouverts"),
    View.ARCHIVE: _m("Archives"),
}
ORDERS = {
    Order.DUE: _m("Échéance"),
    Order.PRIORITY: _m("Priorité"),
    Order.REPORTED: _m("Signalement"),
    Order.REFERENCE: _m("Référence"),
}
#: A list that nobody touched is drawn anew after this many seconds: what is left until a deadline has changed.
REDRAWN_EVERY = 300


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view as the list shows it; ``number`` None: not counted."""

    words: str
    url: str
    number: int | None
    current: bool


@blueprint.get("/assistance/file")
def queue() -> Response:
    """List the tickets in the order of their deadlines, by views and filters that stand in the URL, with the one of ``?t=`` beside."""
    context = queue_context()
    if is_fragment_request() and request.headers.get("HX-Target") == "file":
        return fragment("helpdesk/_queue.html", **context)
    return page("helpdesk/queue.html", **context, **_chosen(context["chosen"]))


@blueprint.get("/assistance/file/nouveau")
def queue_changes() -> Response:
    """Answer the list that a page shows (``depuis`` is its mark): nothing (204) when it has not changed, else the list as it is now."""
    seen, present = request.args.get("depuis", ""), _mark(mark_of(get_session()))
    if seen == present:
        return Response(status=204)
    last = seen.split("-")[2] if seen.count("-") == 3 else ""
    new = opened_since(get_session(), int(last)) if last.isascii() and last.isdigit() and len(last) < 10 else 0
    said = ngettext("%(num)d nouveau ticket", "%(num)d nouveaux tickets", new) if new else ""
    return fragment("helpdesk/_queue.html", **queue_context(said=said, refreshed=True))


@blueprint.get("/assistance/file/filtres")
def queue_filters() -> Response:
    """Offer every filter, those of the URL filled in; the form leads to the list."""
    asked = read_filters(request.args, PATH)
    context: dict[str, Any] = {
        "asked": asked,
        "choices": choices(get_session()),
        "views": [(str(view), _(words)) for view, words in VIEWS.items()],
        "orders": [(str(order), _(words)) for order, words in ORDERS.items()],
        "lists": {
            "service": translated(SERVICES),
            "etat": translated(STATES),
            "priorite": translated(PRIORITIES),
            "impact": translated(IMPACTS),
            "formule": translated(PLANS),
            "canal": translated(CHANNELS),
        },
    }
    if is_fragment_request():
        return fragment("helpdesk/_filters.html", **context)
    return page("helpdesk/filters.html", **context)


def asked_of_queue(args: Mapping[str, str] | None = None) -> tuple[Asked, Wanted, Keyset]:
    """Read what the URL (or ``args``, those of another) asks of the queue: as it is written, as values, and the order."""
    asked = read_filters(request.args if args is None else args, PATH)
    wanted = asked.wanted(_desk_calendar().add(current_clock().now(), SOON), current_actor().account_id)
    return asked, wanted, keyset(get_session(), wanted, asked.order, descending=asked.descending)


def _desk_calendar() -> WorkCalendar:
    """Return the desk's calendar with its exceptional days, read once a request."""
    if "desk_calendar" not in g:
        g.desk_calendar = desk_calendar_at(get_session(), current_clock().now())
    calendar: WorkCalendar = g.desk_calendar
    return calendar


def queue_context(*, said: str = "", refreshed: bool = False) -> dict[str, Any]:
    """Return what ``_queue.html`` shows: three statements, and one for the names behind filters that are keys."""
    session, actor, now = get_session(), current_actor(), current_clock().now()
    asked, wanted, keys = asked_of_queue()
    problems = list(asked.problems)
    try:
        cursor = keys.cursor(request.args)
    except CursorProblem:
        cursor = Cursor()
        problems.append(_("L’adresse de cette page n’est plus valable : voici le début de la liste."))
    counted = counts(session, wanted.before, actor.account_id)
    numbers = counted.numbers
    found = queue_page(session, wanted, keys, cursor, PAGE_SIZE)
    chosen = request.args.get("t", "")[:80]
    known = [row.reference for row in found.rows]
    place = known.index(chosen) if chosen in known else None
    opening = closed_until(now, _desk_calendar())
    return {
        "listing": asked,
        "problems": problems,
        "views": _views(asked, numbers),
        "saved": saved_links(asked.query(), saved_views(session, actor), {}),
        "counted": False,
        "saved_here": asked.query(),
        "keepable": replace(asked, path=url_for("helpdesk.new_saved_view")).url(),
        "chips": chips(asked, names(session, asked.names_needed())),
        "heading": _(VIEWS[wanted.view]),
        "lines": lines(found.rows, now, actor),
        "references": " ".join(known),
        "previous": asked.url(avant=found.previous) if found.previous else "",
        "next": asked.url(apres=found.next) if found.next else "",
        "total": None if wanted.narrowed else numbers.get(wanted.view),
        "desk_closed": opening_words(opening, now) if opening else "",
        "services": translated(SERVICES),
        "priorities": translated(PRIORITIES),
        "orders": [(str(order), _(words)) for order, words in ORDERS.items()],
        "exports": {kind: replace(asked, path=url_for(f"helpdesk.queue_{kind}")).url() for kind in ("export", "workbook")},
        "more_filters": replace(asked, path=url_for("helpdesk.queue_filters")).url(),
        "unfiltered": asked.url(**dict.fromkeys(asked.filters)),
        "chosen": chosen,
        "before": _beside(asked, known[place - 1]) if place else "",
        "behind": _beside(asked, known[place + 1]) if place is not None and place + 1 < len(known) else "",
        "said": said,
        "refreshed": refreshed,
        "refresh": replace(asked, path=url_for("helpdesk.queue_changes")).url(**_place(), depuis=_mark(counted.mark)),
    }


def _place() -> dict[str, str | None]:
    """Return what the URL says of the page that is shown: its cursor, and the chosen ticket."""
    return {name: request.args.get(name, "")[:200] for name in (AFTER, BEFORE, "t")}


def _beside(asked: Asked, reference: str) -> str:
    return asked.url(**_place() | {"t": reference})


def _mark(open_tickets: Mark) -> str:
    """Return the state of the open tickets, and the time by steps, as one word: two that are the same show the same list."""
    steps = int(current_clock().now().timestamp()) // REDRAWN_EVERY
    return "-".join(str(part) for part in (*open_tickets, steps))


def _views(asked: Asked, numbers: dict[str, int]) -> list[ViewLink]:
    """Return the views of everybody; changing the view leaves filters and order in force."""
    found = [
        ViewLink(_(words), asked.url(vue=str(view) if view is not View.ALL else None), numbers.get(view), view is asked.view)
        for view, words in VIEWS.items()
    ]
    found.insert(-2, ViewLink(_("Comptes rendus et réponses dus"), url_for("helpdesk.owed"), numbers[OWED], False))
    return found


def saved_links(present: str, rows: list[Saved], numbers: dict[int, int]) -> list[ViewLink]:
    """Return the saved views as links; ``present`` is the query of the list that is shown."""
    return [ViewLink(row.name, f"{PATH}?{row.filters}", numbers.get(row.id), row.filters == present) for row in rows]


def _chosen(reference: str) -> dict[str, Any]:
    """Return the pane of the ticket of ``?t=``, or nothing; one that does not exist is told, and the list still shown."""
    if not reference:
        return {"pane": "", "unknown": ""}
    try:
        known = str(parse_reference(reference))
        context = ticket_context(get_session(), current_actor(), known, current_clock().now())
    except (NotFound, ReferenceProblem):
        return {"pane": "", "unknown": reference}
    return {"pane": Markup(render_template("helpdesk/_ticket.html", **context)), "unknown": ""}  # noqa: S704 -- a template's own output
