"""Acting on a ticket: transitions with a page of their own, assignment. Each by a plain form, quicker with htmx."""

from datetime import date
from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectFieldBase

from webapp.accounts.queries import everyone_with_role
from webapp.actor import Role
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies, services
from webapp.helpdesk.clock_view import site_lines
from webapp.helpdesk.explanation import Explanation, explain
from webapp.helpdesk.forms.clock import PauseForm, ReopenForm, SitesForm
from webapp.helpdesk.forms.tickets import ActForm, AssignForm, MessageForm, PlannedForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.teams import away_until, open_teams, today_in_paris
from webapp.helpdesk.queries.tickets import get_ticket, planned_windows
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.moving_on import beside_in_list
from webapp.helpdesk.routes.tickets import ticket_context
from webapp.helpdesk.rules.clock import Reason
from webapp.helpdesk.rules.states import TRANSITIONS, NotPossible, Verb, transition
from webapp.helpdesk.services.acts import BY_SITE
from webapp.helpdesk.texts import DONE, VERBS
from webapp.helpdesk.timeline import newer_than
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.i18n import paris, paris_date
from webapp.web.pages import announce, fragment, is_fragment_request, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state

#: The verbs that need a page: they ask for more than a message, or deserve a second look.
WITH_PAGE = frozenset(
    {Verb.CLOSE, Verb.DISMISS, Verb.REOPEN, Verb.CANCEL, Verb.PROPOSE, Verb.ACCEPT, Verb.REFUSE, Verb.WITHDRAW, Verb.COMPLETE}
)
#: Those whose page is here; the clock can also be suspended and restored from the reply form, for all sites at once.
HERE = frozenset({Verb.CLOSE, Verb.DISMISS, Verb.REOPEN, Verb.CANCEL}) | BY_SITE


@blueprint.route("/assistance/<reference>/action/<verb>", methods=["GET", "POST"])
def act(reference: str, verb: str) -> Response:
    """Close, dismiss, cancel, reopen, or say more of an act on the clock, on a page that says what it will do."""
    if verb not in HERE:
        abort(404)
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    done, told = Verb(verb), explain(session, ticket, clock.now().replace(microsecond=0))
    form = _act_form(done, told)
    if request.method == "GET":
        form.version.data = str(ticket.version)
        _check_applies(ticket, done, told)
    elif form.validate():
        try:
            url, seen = state().settings.public_url, version_of(form)
            words, details = form.body.data or "", _details(form)
            beside = beside_in_list(actor, reference)
            services.act(session, actor, clock, ticket, done, text=words, public_url=url, seen_version=seen, details=details)
            return onward(ticket, str(_(DONE[done])), beside)
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
    status = 422 if request.method == "POST" else 200
    lines = site_lines(ticket, told)
    return page("helpdesk/act.html", status, ticket=ticket, verb=done, label=_(VERBS[done]), form=form, lines=lines, told=told)


def _act_form(verb: Verb, told: Explanation) -> ActForm:
    """Return the form of a verb: its message is required where no default stands in, and named for who reads it."""
    kinds = {Verb.REOPEN: ReopenForm, Verb.PAUSE: PauseForm, Verb.RESUME: SitesForm, Verb.RESTORE: SitesForm}
    form = kinds.get(verb, ActForm)()
    form.body.flags.required = verb in {Verb.DISMISS, Verb.REOPEN}
    if isinstance(form, SitesForm):
        wanted = [site for site in told.sites if (site.restored_at is None) != (verb is Verb.REOPEN)]
        form.offer_sites([(site.site_id, site.name) for site in wanted if site.site_id is not None], chosen=request.method == "GET")
    if not policies.works_the_desk(current_actor()):
        form.body.label.text = _("Message au service d’assistance")
    return form


def _details(form: ActForm) -> services.Details:
    """Return what the form says besides its message."""
    return services.Details(
        site_ids=form.site_ids if isinstance(form, SitesForm) else (),
        asked_by=(form.asked_by.data or "") if isinstance(form, PauseForm) else "",
        evidence=(form.evidence.data or "") if isinstance(form, PauseForm) else "",
        reason=Reason(form.reason.data) if isinstance(form, ReopenForm) else None,
    )


def _check_applies(ticket: Ticket, verb: Verb, told: Explanation) -> None:
    """A button that no longer applies leads to a conflict page, not to a form that cannot be sent."""
    actor, now = current_actor(), current_clock().now()
    facts = services.facts_of(ticket, now, told.sites)
    try:
        transition(verb, policies.side_of(actor), facts)
    except NotPossible as error:
        if not any(line.verb is verb and policies.side_of(actor) in line.sides for line in TRANSITIONS):
            raise Forbidden from error
        if verb is Verb.REOPEN and not facts.reopenable:
            raise Conflict(_("Le délai pour rouvrir ce ticket est passé : faites un nouveau signalement.")) from error
        raise Conflict(_("Cette action n’est plus possible : le ticket a changé d’état.")) from error


@blueprint.route("/assistance/<reference>/attribution", methods=["GET", "POST"])
@acts_once
def assign(reference: str) -> Response:
    """Give the ticket to an agent and a team; « me » takes it oneself, with the team as it is."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    agents = {str(row.account_id): row.full_name for row in everyone_with_role(session, Role.DESK_AGENT, Role.DESK_LEAD)}
    away = {str(key): last for key, last in away_until(session, today_in_paris(clock)).items()}
    teams = {str(key): name for key, name in open_teams(session)}
    form = AssignForm()
    form.assignee.choices = [("", _("Personne")), *((key, _agent_words(name, away.get(key))) for key, name in agents.items())]
    form.team.choices = [("", _("Aucune équipe")), *teams.items()]
    if request.method == "GET":
        form.process(data={"version": str(ticket.version), "assignee": str(ticket.assignee_id or ""), "team": str(ticket.team_id or "")})
    elif form.validate():
        chosen, team = form.assignee.data, None
        if "team" in request.form:
            team = whole(form.team.data or ""), teams.get(form.team.data, "")
        name = agents.get(chosen, "")
        try:
            seen = version_of(form)
            services.assign(session, actor, clock, ticket, whole(chosen or ""), name, team=team, seen_version=seen)
            return after(ticket, _assigned_words(name, away.get(chosen)))
        except Conflict as error:
            return stale(reference, form, error)
    return page("helpdesk/assign.html", 422 if request.method == "POST" else 200, ticket=ticket, form=form)


def _agent_words(name: str, until: date | None) -> str:
    """Say in the list that an agent is away."""
    return name if until is None else str(_("%(name)s (absence jusqu’au %(last)s)", name=name, last=paris_date(until)))


def _assigned_words(name: str, until: date | None) -> str:
    """Say who follows the ticket now, and warn when that person is away."""
    if not name:
        return str(_("Le ticket n’est plus attribué."))
    said = str(_("Le ticket est suivi par %(name)s.", name=name))
    if until is None:
        return said
    warning = _("Attention : cette personne est absente jusqu’au %(last)s.", last=paris_date(until))
    return f"{said} {warning}"


@blueprint.route("/assistance/<reference>/programmee", methods=["GET", "POST"])
def planned(reference: str) -> Response:
    """Leave a planned interruption out of the count (FL-12.8)."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    windows = {str(item.id): item for item in planned_windows(session, ticket.notified_at, ticket.restored_at or clock.now())}
    form = PlannedForm()
    form.window.choices = [(key, f"{item.title} · {paris(item.start)}") for key, item in windows.items()]
    if request.method == "GET":
        form.version.data = str(ticket.version)
    elif form.validate():
        try:
            services.exclude(session, actor, clock, ticket, windows[form.window.data], seen_version=version_of(form))
            return after(ticket, str(_("L’interruption programmée est retirée du décompte.")))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
    return page("helpdesk/planned.html", 422 if request.method == "POST" else 200, ticket=ticket, form=form)


def version_of(form: Any) -> int | None:
    """Return the version that the page was drawn from; a page always carries one, so a missing or forged one is stale."""
    raw = form.version.data or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1


def after(ticket: Ticket, said: str, focus: str = "") -> Response:
    """Show the ticket again, at the field ``focus`` if there is one: as a fragment when htmx asked, else by a redirect."""
    session, actor, now = get_session(), current_actor(), current_clock().now()
    location = remember_done(session, url_for("helpdesk.ticket", reference=ticket.reference, _anchor=focus or None))
    session.flush()
    if is_fragment_request() and request.headers.get("HX-Target") == "ticket":
        return fragment("helpdesk/_ticket.html", **ticket_context(session, actor, ticket.reference, now, said=said, focus=focus))
    announce(said)
    return see_other_url(location)


def onward(ticket: Ticket, said: str, beside: str) -> Response:
    """Lead to the next ticket of the list (``beside_in_list``) once this one is closed, telling what was done; else show it again."""
    if ticket.is_open or not beside:
        return after(ticket, said)
    location = remember_done(get_session(), beside)
    announce(_("%(reference)s : %(said)s Voici le ticket voisin dans votre liste.", reference=ticket.reference, said=said))
    return see_other_url(location)


def stale(reference: str, form: Any, error: Conflict) -> Response:
    """Answer 409 with both sides: what was about to be sent, and the ticket as it is now."""
    session = get_session()
    session.rollback()
    context = ticket_context(session, current_actor(), reference, current_clock().now())
    mine = form.body.data if "body" in form else _chosen_words(form)
    typed = {name: form[name].data for name in ("body", "note", "minutes") if name in form}
    context["form"] = MessageForm(formdata=None, data=typed)
    newer = newer_than(context["timeline"], whole(request.form.get("seen", "")), current_actor().name)
    context["conflict"] = {"message": error.message, "mine": mine, "asked": _asked(), "newer": newer}
    if is_fragment_request() and request.headers.get("HX-Target") == "ticket":
        return fragment("helpdesk/_ticket.html", 409, **context)
    return page("helpdesk/ticket.html", 409, **context)


def _chosen_words(form: Any) -> str:
    """Say what was chosen in a form of lists, so that the choice can be made again."""
    chosen = []
    for field in form:
        if isinstance(field, SelectFieldBase):
            picked = [str(option.label) for option in field.iter_choices() if option.selected]
            chosen.append(f"{field.label.text} : {', '.join(picked) or '—'}")
    return " · ".join(chosen)


def _asked() -> str:
    """Name what the person was about to do."""
    do = request.form.get("do") or (request.view_args or {}).get("verb", "")
    if do in set(Verb):
        return str(_(VERBS[Verb(do)]))
    names = {
        "helpdesk.qualify": _("Qualifier"),
        "helpdesk.assign": _("Attribuer"),
        "helpdesk.planned": _("Retirer une interruption programmée"),
    }
    return str(names.get(request.endpoint or "", _("Note interne") if do == "note" else _("Répondre")))
