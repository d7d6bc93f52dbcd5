"""Pages of the public register: no sign-in, nothing but what is or was published."""

from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, make_response, request
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.register import queries
from webapp.register.queries import PAGE_LINES, Published
from webapp.scopes.rules.activities import CODES, all_activities
from webapp.scopes.rules.numbers import parse_typed
from webapp.web.lists import list_state
from webapp.web.pages import page, see_other
from webapp.web.request import current_clock, get_session

blueprint = Blueprint("register", __name__, url_prefix="/registre")


@blueprint.get("")
def index() -> Response:
    """Search the published scopes by number, body or text; a number alone leads straight to its scope."""
    session, now = get_session(), current_clock().now()
    asked = list_state(("numero", "organisme", "activite", "date"), ("q", "activite"))
    text = asked.filters["q"]
    number = parse_typed(text)
    code = asked.filters["activite"] if asked.filters["activite"] in CODES else ""
    with session.for_everyone():
        if number is not None and queries.exists(session, str(number), now):
            return see_other("register.scope", number=str(number))
        rows, total = queries.listing(
            session, now, sort=asked.sort, descending=asked.descending, text=text, activity=code, offset=asked.offset, limit=asked.size
        )
    activities = {item.code: _(item.label) for item in all_activities()}
    return page("register/index.html", asked=asked, rows=rows, total=total, activities=activities)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year > 1 else None  # the first day of all has no UTC instant


@blueprint.get("/<number>")
def scope(number: str) -> Response:
    """Show the version of a scope that is in force now, or that was on ``?date=`` (at 00:00 in Paris)."""
    now = current_clock().now()
    day = _day(request.args.get("date", ""))
    at = min(datetime.combine(day, time(0), PARIS), now) if day is not None else now
    session = get_session()
    with session.for_everyone():
        found = queries.published(session, number, now, at=at)
        return _render(found, now, asked_day=day, stood=found.in_force(at))


@blueprint.get("/<number>/v/<int(max=2147483647):version>")
def version(number: str, version: int) -> Response:
    """Show one version of a scope, with the dates between which it was in force."""
    now = current_clock().now()
    session = get_session()
    with session.for_everyone():
        found = queries.published(session, number, now, version=version)
        return _render(found, now)


def _render(found: Published, now: datetime, asked_day: date | None = None, stood: bool = True) -> Response:
    session = get_session()
    asked = list_state(("ordre",), ("q", "date"), size=PAGE_LINES)
    rows, total = queries.lines(session, found.version_id, text=asked.filters["q"], offset=asked.offset)
    context: dict[str, Any] = {
        "found": found,
        "standing": standing(found, now),
        "groups": queries.grouped(found, rows),
        "versions": queries.versions(session, found.dossier_id, now),
        "asked": asked,
        "total": total,
        "asked_day": asked_day,
        "stood": stood,
        "until": lambda row: queries.ended_at(row, now),
        "words": {"line": _("Ligne")},
    }
    return page("register/scope.html", **context)


def standing(found: Published, now: datetime) -> tuple[str, str]:
    """Return the words and the kind of chip that say whether a version is in force."""
    if found.in_force(now):
        return _("En vigueur"), "ok"
    if found.withdrawn_at is not None and found.latest:
        return (_("Archive : portée fermée"), "late") if found.closed else (_("Archive : dé-publiée, n’est plus en vigueur"), "late")
    return _("Archive : n’est plus en vigueur"), "q"


@blueprint.get("/<number>/v/<int(max=2147483647):version>.json")
def export(number: str, version: int) -> Response:
    """Give the frozen image of a version, byte for byte: its SHA-256 is the one shown on its page."""
    now = current_clock().now()
    session = get_session()
    with session.for_everyone():
        found = queries.published(session, number, now, version=version)
        text = queries.snapshot(session, found.version_id)
    response = make_response(text.encode("utf-8"))
    response.mimetype = "application/json"
    response.set_etag(found.sha256)
    response.headers["Content-Disposition"] = f'attachment; filename="portee-{found.number}-v{found.version}.json"'
    return response
