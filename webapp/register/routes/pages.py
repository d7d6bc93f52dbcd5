"""Pages of the public register: no sign-in, nothing but what is or was published."""

from datetime import date, datetime, time
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.register import queries
from webapp.register.queries import PAGE_LINES, Published
from webapp.register.routes.blueprint import blueprint
from webapp.scopes.comparison import value_parts
from webapp.scopes.rules.activities import CODES, all_activities
from webapp.scopes.rules.lives import HAPPENING_LABELS, Dates, life, stands
from webapp.scopes.rules.numbers import parse_typed
from webapp.web.lists import list_state
from webapp.web.pages import page, see_other
from webapp.web.request import current_clock, get_session
from webapp.web.state import state


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
    if request.args.get("impression"):
        return _print(found, now)
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
        "words": {"line": _("Ligne"), "report": _("Signaler une erreur à la ligne")},
    }
    return page("register/scope.html", **context)


def _print(found: Published, now: datetime) -> Response:
    """Draw the whole version on one plain page, to print."""
    rows, _total = queries.lines(get_session(), found.version_id, limit=None)
    return page(
        "register/print.html",
        found=found,
        standing=standing(found, now),
        groups=queries.grouped(found, rows),
        words={"line": _("Ligne")},
        address=f"{state().settings.public_url}/registre/{found.number}/v/{found.version}",
    )


@blueprint.get("/<number>/lignes/<int(max=2147483647):line>")
def line(number: str, line: int) -> Response:
    """Show one line's life from what was published: since when, what each version changed in it, until when."""
    now, session = current_clock().now(), get_session()
    with session.for_everyone():
        known = queries.line_versions(session, number, line, now)
    events = life([Dates(row.number, row.effective_at, row.withdrawn_at) for row, _line in known.versions], known.lines)
    labels = {column["key"]: column["label"] for row, _line in known.versions for column in row.snapshot_head["columns"]}
    told = [(_(HAPPENING_LABELS[event.what]), event, value_parts(event, labels)) for event in events]
    return page("register/line.html", number=number, line=line, known=known, events=told[::-1], stands=stands(events), last=events[-1])


def standing(found: Published, now: datetime) -> tuple[str, str]:
    """Return the words and the kind of chip that say whether a version is in force."""
    if found.in_force(now):
        return _("En vigueur"), "ok"
    if found.withdrawn_at is not None and found.latest:
        return (_("Archive : portée fermée"), "late") if found.closed else (_("Archive : dé-publiée, n’est plus en vigueur"), "late")
    return _("Archive : n’est plus en vigueur"), "q"
