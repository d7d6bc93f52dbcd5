"""The level of one ticket: the words of its promise, and another level applied to it."""

from datetime import timedelta
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.contracts import queries as contracts
from webapp.contracts.presenting import target_words
from webapp.contracts.rules import DayRule, calendar_named
from webapp.errors import Conflict, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import targets
from webapp.helpdesk.forms.levels import RecommitForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import after, stale, version_of
from webapp.helpdesk.rules.deadlines import Target
from webapp.helpdesk.rules.shift import Promise
from webapp.helpdesk.services.common import facts_of
from webapp.helpdesk.services.recommitting import recommit as apply_level
from webapp.helpdesk.services.recommitting import would_move
from webapp.web.acting import acts_once
from webapp.web.pages import page
from webapp.web.request import current_actor, current_clock, get_session
from webapp.worktime import WorkCalendar


@blueprint.app_template_global("promise_words")
def promise_words(target: Target, calendar: WorkCalendar) -> str:
    """Say a target with the rule that gives it its meaning: « 2 jours ouvrés = 16 heures ouvrées » (FL-12.1)."""
    if not target.days:
        words = target_words(0, int(target.time.total_seconds()) // 60)
        return str(_("%(hours)s de temps écoulé", hours=_hours(target.time))) if target.elapsed else words
    days = target_words(target.days, 0)
    if target.day_rule is DayRule.SAME_TIME:
        return str(_("%(days)s, à la même heure", days=days))
    if target.day_rule is DayRule.END_OF_DAY:
        return str(_("%(days)s, jusqu’à la fermeture", days=days))
    hours = target_words(0, int((target.days * calendar.usual_day).total_seconds()) // 60)
    return str(_("%(days)s = %(hours)s", days=days, hours=hours))


def _hours(time: timedelta) -> str:
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02d}" if minutes else str(ngettext("%(num)d heure", "%(num)d heures", hours))


@blueprint.app_template_global("promises_of")
def promises_of(ticket: Ticket) -> tuple[str, str]:
    """Return the words of a ticket's promise: first response, restoration."""
    calendar = calendar_named(ticket.calendar)
    first, restoration = targets(ticket)
    return promise_words(first, calendar), promise_words(restoration, calendar)


def _promised(promise: Promise) -> str:
    return promise_words(promise.restoration, calendar_named(promise.calendar))


@blueprint.route("/assistance/<reference>/niveau", methods=["GET", "POST"])
@acts_once
def recommit(reference: str) -> Response:
    """Apply another service level to one ticket, on a page that shows what each would make of its deadlines."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    if not policies.may_recommit(actor, facts_of(ticket)):
        raise Conflict(_("Les durées de ce ticket sont fixées : son niveau ne change plus."))
    levels = [level for level in contracts.levels_in_force(session, clock.now()) if level.version_id != ticket.level_version_id]
    form = RecommitForm()
    form.level.choices = [(level.version_id, f"{level.label} v{level.number}") for level in levels]
    if request.method == "GET":
        form.version.data = str(ticket.version)
    elif form.validate():
        chosen = next(level for level in levels if level.version_id == form.level.data)
        try:
            apply_level(session, actor, clock, ticket, chosen, form.reason.data or "", seen_version=version_of(form))
            return after(ticket, _("Le niveau %(level)s est appliqué à ce ticket.", level=f"{chosen.label} v{chosen.number}"))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
    choices = [(level, outcome, _promised(outcome.after.promise)) for level, outcome in would_move(session, ticket, levels)]
    context: dict[str, Any] = {"ticket": ticket, "form": form, "choices": choices}
    return page("helpdesk/recommit.html", 422 if request.method == "POST" else 200, **context)
