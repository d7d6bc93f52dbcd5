"""What a change of calendar or of level would move, shown before it is confirmed, and its confirmation."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.contracts import services
from webapp.contracts.exceptional import read_days
from webapp.contracts.forms import SiteForm
from webapp.contracts.rules import has_good_friday
from webapp.contracts.services import SiteValues
from webapp.db import GuichetSession
from webapp.errors import Conflict, Invalid, NotFound
from webapp.helpdesk import pending, policies
from webapp.helpdesk.pending import Pending
from webapp.helpdesk.queries.standings import names_of, site_names
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.services import shifting
from webapp.helpdesk.services.shifting import Plan
from webapp.web.forms import already_done, clean_line, remember_done
from webapp.web.lists import ListState, list_state
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state
from webapp.worktime import Territory

#: Tickets on one page of the list of what would move.
PAGE_SIZE = 100


@blueprint.get("/assistance/recalcul/site/<int(max=2147483647):site_id>")
def shift_site(site_id: int) -> Response:
    """Show what a change of a site's calendar would move; the address carries the site as its form holds it."""
    return _preview(_site_change(get_session(), site_id, request.args))


@blueprint.post("/assistance/recalcul/site/<int(max=2147483647):site_id>")
def apply_site(site_id: int) -> Response:
    """Save the site and move the deadlines of its tickets."""
    return _confirm(lambda session: _site_change(session, site_id, request.form))


def _site_change(session: GuichetSession, site_id: int, given: Mapping[str, str]) -> Pending:
    actor = current_actor()
    site = services.get_site(session, actor, site_id)
    form = SiteForm(given, meta={"csrf": False})
    if not form.validate():
        abort(400)
    territory = Territory(form.territory.data)
    good_friday = bool(form.good_friday.data) and has_good_friday(territory)
    zone, closed = form.timezone.data or "", bool(form.closed.data)
    values = SiteValues(form.name.data or "", form.address.data or "", territory, good_friday, zone, closed)
    return pending.of_site(session, actor, current_clock(), site, values, form.seen)


@blueprint.get("/assistance/recalcul/jour")
def shift_day() -> Response:
    """Show what an exceptional day would move."""
    return _preview(_day(get_session(), request.args))


@blueprint.post("/assistance/recalcul/jour")
def apply_day() -> Response:
    """Add the exceptional day and move the deadlines that it touches."""
    return _confirm(lambda session: _day(session, request.form))


def _day(session: GuichetSession, given: Mapping[str, str]) -> Pending:
    label = (clean_line(given.get("label")) or "")[:160]
    try:
        (special,) = read_days(given.get("code", "")[:200])
    except ValueError:
        abort(400)
    if not label:
        abort(400)
    return pending.of_day(session, current_actor(), current_clock(), special, label)


@blueprint.get("/assistance/recalcul/jour/<int(max=2147483647):day_id>/retrait")
def shift_day_removal(day_id: int) -> Response:
    """Show what taking back an exceptional day would move."""
    return _preview(pending.of_day_removal(get_session(), current_actor(), current_clock(), day_id))


@blueprint.post("/assistance/recalcul/jour/<int(max=2147483647):day_id>/retrait")
def apply_day_removal(day_id: int) -> Response:
    """Take the exceptional day back and move the deadlines that it touched."""
    return _confirm(lambda session: pending.of_day_removal(session, current_actor(), current_clock(), day_id))


@blueprint.get("/assistance/recalcul/niveau/<int(max=2147483647):version_id>")
def shift_level(version_id: int) -> Response:
    """Show what a version would move, applied to the open tickets that are under another version of its level."""
    return _preview(pending.of_level(get_session(), current_actor(), current_clock(), version_id))


@blueprint.post("/assistance/recalcul/niveau/<int(max=2147483647):version_id>")
def apply_level(version_id: int) -> Response:
    """Apply the version to those tickets: every pause is kept."""
    return _confirm(lambda session: pending.of_level(session, current_actor(), current_clock(), version_id))


def _preview(waits: Pending) -> Response:
    return _shown(get_session(), waits, shifting.plan(get_session(), waits.change, waits.condition))


def _confirm(read: Any) -> Response:
    """Carry a change out if it still does what was shown.

    The plan is made from a session that only reads, while nobody waits: the request's own has given up the write lock before.
    """
    session, actor, clock = get_session(), current_actor(), current_clock()
    session.rollback()
    with state().database.reader() as reading:
        reading.acts_for(actor)
        try:
            seen = read(reading)
            planned = shifting.plan(reading, seen.change, seen.condition)
        except (Invalid, NotFound):
            planned = None  # a double click: the day is there, or gone, already
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    waits = read(session)
    if planned is None or planned.digest != request.form.get("seen"):
        return _changed(waits, _("Des tickets ont changé depuis ce calcul. En voici un nouveau : relisez-le, puis confirmez."))
    level = waits.level_version_id
    try:
        applied = shifting.apply(session, actor, clock, planned, waits.change, waits.condition, why=waits.why, level_version_id=level)
        waits.carry_out(applied.detail())
    except Conflict as conflict:
        return _changed(waits, conflict.message, stale=True)
    announce(f"{waits.done} {_moved_words(applied.deadlines)}")
    return see_other_url(remember_done(session, waits.back))


def _changed(waits: Pending, message: str, *, stale: bool = False) -> Response:
    """Answer 409 with what would move now. ``stale``: what was to change has changed itself, so its form must be filled in again."""
    session = get_session()
    session.rollback()
    return _shown(session, waits, shifting.plan(session, waits.change, waits.condition), 409, message=str(_(message)), stale=stale)


def _moved_words(deadlines: int) -> str:
    if not deadlines:
        return str(_("Aucune échéance ne change."))
    return str(ngettext("%(num)d échéance a changé.", "%(num)d échéances ont changé.", deadlines))


def _shown(session: GuichetSession, waits: Pending, planned: Plan, status: int = 200, **more: Any) -> Response:
    given = request.form if request.method == "POST" else request.args
    carried = {name: value for name, value in given.items() if name not in {"csrf_token", "once", "seen", "page"}}
    asked = list_state(("",), size=PAGE_SIZE)
    listing = ListState(request.path, "", False, carried, asked.page, PAGE_SIZE)
    shown = planned.moved[listing.offset : listing.offset + PAGE_SIZE]
    names = names_of(session, [one.before.ticket_id for one in shown])
    return page(
        "helpdesk/shift.html",
        status,
        waits=waits,
        plan=planned,
        listing=listing,
        rows=[(names[one.before.ticket_id], one) for one in shown],
        sites=site_names(session, {place.site_id for one in shown for place in one.before.places if len(one.before.places) > 1}),
        carried=carried,
        opens=policies.works_the_desk(current_actor()),
        **{"message": "", "stale": False, **more},
    )
