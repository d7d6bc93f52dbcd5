"""Pages of service levels."""

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _

from webapp.contracts import level_services, listing
from webapp.contracts.blueprint import blueprint
from webapp.contracts.forms import LevelForm, LevelNameForm, VersionForm
from webapp.contracts.level_services import VersionValues
from webapp.contracts.policies import can_manage, can_read_all
from webapp.contracts.presenting import labels
from webapp.contracts.rules import GENERAL_TERMS, PAUSE_LABELS, DayRule, DurationRule, day_of, hours_of, write_hours
from webapp.errors import Conflict, Invalid
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/niveaux")
def levels() -> Response:
    """List the service levels with what their latest version promises."""
    actor = current_actor()
    return page(
        "contracts/levels.html", rows=listing.levels(get_session()), manages=can_manage(actor), reads_all=can_read_all(actor), **labels()
    )


@blueprint.get("/niveaux/<int(max=2147483647):level_id>")
def level(level_id: int) -> Response:
    """Show the versions of a level."""
    session = get_session()
    found = listing.level(session, level_id)
    today = day_of(current_clock().now())
    rows = listing.versions(session, level_id)
    in_force = next((row.number for row in rows if row.in_force_from <= today), 0)
    return page("contracts/level.html", level=found, rows=rows, in_force=in_force, manages=can_manage(current_actor()), **labels())


def _rest(terms: Any) -> dict[str, Any]:
    """Return what a form is filled with besides targets: from the general terms, or from a version."""
    weekly = hours_of(terms.hours_code)
    pauses = terms.pauses_allowed if isinstance(terms.pauses_allowed, tuple) else terms.pauses_allowed.split()
    return {
        "day_rule": terms.day_rule.value,
        "warning": terms.warning_minutes,
        "lead_warning": terms.lead_warning_minutes,
        "report_days": terms.report_days,
        "reopening_days": terms.reopening_days,
        "paying_first": terms.paying_first,
        **{f"pause_{code}": code in pauses for code in PAUSE_LABELS},
        **{f"day_{day}": write_hours(weekly.get(day, ())) for day in range(7)},
    }


def _values(form: VersionForm) -> VersionValues | None:
    hours = form.weekly_hours()
    if hours is None:
        return None
    return VersionValues(
        in_force_from=form.in_force_from.data,
        response=form.target("response"),
        restoration=form.target("restoration"),
        rule=DurationRule(form.rule.data),
        hours=hours,
        warning_minutes=form.warning.data,
        lead_warning_minutes=form.lead_warning.data,
        day_rule=DayRule(form.day_rule.data),
        report_days=form.report_days.data,
        pauses_allowed=form.pauses(),
        paying_first=bool(form.paying_first.data),
        reopening_days=form.reopening_days.data,
    )


@blueprint.get("/niveaux/nouveau")
def new_level() -> Response:
    """Show the form of a new level: the general conditions, to be changed."""
    today = day_of(current_clock().now())
    given = {"response": 2, "response_unit": "days", "restoration": 2, "restoration_unit": "days", "rule": "business"}
    form = LevelForm(formdata=None, in_force_from=today, **given, **_rest(GENERAL_TERMS))
    return page("contracts/level_form.html", form=form, level=None)


@blueprint.post("/niveaux/nouveau")
def create_level() -> Response:
    """Create a level."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = LevelForm()
    values = _values(form) if form.validate() else None
    if values is not None:
        try:
            made = level_services.create_level(
                session, actor, clock, form.code.data or "", form.label.data or "", bool(form.is_default.data), values
            )
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            announce(_("Le niveau %(label)s est enregistré.", label=made.label))
            return see_other_url(remember_done(session, url_for("contracts.level", level_id=made.id)))
    return page("contracts/level_form.html", 422, form=form, level=None)


@blueprint.get("/niveaux/<int(max=2147483647):level_id>/nom")
def edit_level(level_id: int) -> Response:
    """Show the form of a level's name and of its place as the default."""
    found = listing.level(get_session(), level_id)
    return page("contracts/level_name.html", level=found, form=_name_form(found))


def _name_form(found: Any) -> LevelNameForm:
    default = "1" if found.is_default else ""
    given = {"label": found.label, "is_default": found.is_default, "seen_label": found.label, "seen_default": default}
    return LevelNameForm(formdata=None, **given)


@blueprint.post("/niveaux/<int(max=2147483647):level_id>/nom")
@acts_once
def save_level(level_id: int) -> Response:
    """Rename a level, or make it the default; a stale save shows what was saved meanwhile beside what was typed."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    found = listing.level(session, level_id)
    form = LevelNameForm()
    status, current = 422, None
    if form.validate():
        seen = (form.seen_label.data or "", bool(form.seen_default.data))
        try:
            level_services.edit_level(session, actor, clock, level_id, seen, form.label.data or "", bool(form.is_default.data))
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        except Conflict as refusal:
            status, current = 409, refusal.facts["current"]
            form.seen_label.data, form.seen_default.data = current.label, "1" if current.is_default else ""
        else:
            announce(_("Le niveau %(label)s est enregistré.", label=form.label.data))
            return see_other_url(url_for("contracts.level", level_id=level_id))
    return page("contracts/level_name.html", status, level=found, form=form, current=current)


@blueprint.get("/niveaux/<int(max=2147483647):level_id>/version")
def new_version(level_id: int) -> Response:
    """Show the form of a level's next version, filled with the latest."""
    session = get_session()
    found = listing.level(session, level_id)
    last = listing.versions(session, level_id)[0]
    form = VersionForm(
        formdata=None,
        in_force_from=max(day_of(current_clock().now()), last.in_force_from),
        response=last.response_days or last.response_minutes // 60,
        response_unit="days" if last.response_days else "hours",
        restoration=last.restoration_days or last.restoration_minutes // 60,
        restoration_unit="days" if last.restoration_days else "hours",
        rule=last.rule.value,
        **_rest(last),
    )
    return page("contracts/level_form.html", form=form, level=found)


@blueprint.post("/niveaux/<int(max=2147483647):level_id>/version")
def create_version(level_id: int) -> Response:
    """Write a level's next version; one that is in force at once leads to what it would move, applied to open tickets."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    found = listing.level(session, level_id)
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = VersionForm()
    values = _values(form) if form.validate() else None
    if values is not None:
        try:
            made = level_services.add_version(session, actor, clock, level_id, values)
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            announce(_("La version %(number)s du niveau %(label)s est enregistrée.", number=made.number, label=found.label))
            begun = made.in_force_from <= day_of(clock.now())
            location = url_for("helpdesk.shift_level", version_id=made.id) if begun else url_for("contracts.level", level_id=level_id)
            return see_other_url(remember_done(session, location))
    return page("contracts/level_form.html", 422, form=form, level=found)
