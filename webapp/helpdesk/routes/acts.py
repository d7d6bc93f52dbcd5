"""Acting on a ticket: messages, transitions, assignment. Each by a plain form, quicker with htmx."""

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectFieldBase

from webapp.accounts.queries import everyone_with_role
from webapp.actor import Role
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies, services
from webapp.helpdesk.clockwork import stored_events, tell
from webapp.helpdesk.forms import ActForm, AssignForm, MessageForm, PlannedForm, ReopenForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries import get_ticket, planned_windows
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.tickets import ticket_context
from webapp.helpdesk.rules.clock import Reason
from webapp.helpdesk.rules.states import NotPossible, Verb, transition
from webapp.helpdesk.texts import DONE, VERBS
from webapp.web.forms import already_done, remember_done
from webapp.web.i18n import paris
from webapp.web.pages import announce, fragment, is_fragment_request, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state

#: The verbs with a page of their own: they need more than a message, or deserve a second look.
WITH_PAGE = frozenset({Verb.CLOSE, Verb.DISMISS, Verb.REOPEN})


@blueprint.post("/assistance/<reference>/messages")
def message(reference: str) -> Response:
    """Reply, note, or run the transition of the button that was pressed, with the message typed above it."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=True)
    form = MessageForm()
    if form.validate():
        try:
            said = _carry_out(ticket, request.form.get("do", "reply"), form)
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
        else:
            return after(ticket, said)
    return _again(reference, form)


def _carry_out(ticket: Ticket, do: str, form: MessageForm) -> str:
    """Run what the button says and return the announcement."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    body, seen, url = form.body.data or "", version_of(form), state().settings.public_url
    if do == "note":
        services.note(session, actor, clock, ticket, body)
        return str(_("La note interne est enregistrée."))
    if do == "reply":
        services.reply(session, actor, clock, ticket, body, public_url=url, seen_version=seen)
        return str(_("La réponse est envoyée."))
    if do not in set(Verb) or Verb(do) in WITH_PAGE | {Verb.QUALIFY}:
        abort(400)
    services.act(session, actor, clock, ticket, Verb(do), text=body, public_url=url, seen_version=seen)
    return str(_(DONE[Verb(do)]))


@blueprint.route("/assistance/<reference>/action/<verb>", methods=["GET", "POST"])
def act(reference: str, verb: str) -> Response:
    """Close, dismiss or reopen, on a page that says what it will do."""
    if verb not in WITH_PAGE:
        abort(404)
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    done = Verb(verb)
    form = _act_form(done)
    if request.method == "GET":
        form.version.data = str(ticket.version)
        _check_applies(ticket, done)
    elif form.validate():
        try:
            reason = Reason(form.reason.data) if isinstance(form, ReopenForm) else None
            url, seen = state().settings.public_url, version_of(form)
            services.act(session, actor, clock, ticket, done, text=form.body.data or "", reason=reason, public_url=url, seen_version=seen)
            return after(ticket, str(_(DONE[done])))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
    sums = tell(ticket, stored_events(session, ticket.id), clock.now()).durations()
    status = 422 if request.method == "POST" else 200
    return page("helpdesk/act.html", status, ticket=ticket, verb=done, label=_(VERBS[done]), form=form, sums=sums)


def _act_form(verb: Verb) -> ActForm:
    """Return the form of a verb: its message is required where no default stands in, and named for who reads it."""
    form = ReopenForm() if verb is Verb.REOPEN else ActForm()
    form.body.flags.required = verb in {Verb.DISMISS, Verb.REOPEN}
    if not policies.works_the_desk(current_actor()):
        form.body.label.text = _("Message au service d’assistance")
    return form


def _check_applies(ticket: Ticket, verb: Verb) -> None:
    """A button that no longer applies leads to a conflict page, not to a form that cannot be sent."""
    actor = current_actor()
    try:
        transition(verb, policies.side_of(actor), services.facts_of(ticket))
    except NotPossible as error:
        if not policies.works_the_desk(actor) and verb is not Verb.REOPEN:
            raise Forbidden from error
        raise Conflict(_("Cette action n’est plus possible : le ticket a changé d’état.")) from error


@blueprint.route("/assistance/<reference>/attribution", methods=["GET", "POST"])
def assign(reference: str) -> Response:
    """Give the ticket to an agent; « me » takes it oneself."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    agents = {str(row.account_id): row.full_name for row in everyone_with_role(session, Role.DESK_AGENT, Role.DESK_LEAD)}
    form = AssignForm()
    form.assignee.choices = [("", _("Personne")), *agents.items()]
    if request.method == "GET":
        form.process(data={"version": str(ticket.version), "assignee": str(ticket.assignee_id or "")})
    elif form.validate():
        chosen = form.assignee.data
        name = agents.get(chosen, "")
        try:
            services.assign(session, actor, clock, ticket, int(chosen) if chosen else None, name, seen_version=version_of(form))
            return after(ticket, _("Le ticket est suivi par %(name)s.", name=name) if name else _("Le ticket n’est plus attribué."))
        except Conflict as error:
            return stale(reference, form, error)
    return page("helpdesk/assign.html", 422 if request.method == "POST" else 200, ticket=ticket, form=form)


@blueprint.route("/assistance/<reference>/programmee", methods=["GET", "POST"])
def planned(reference: str) -> Response:
    """Leave a planned interruption out of the count (FL-12.8)."""
    session, actor, clock = get_session(), current_actor(), current_clock()
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


def after(ticket: Ticket, said: str) -> Response:
    """Show the ticket again: as a fragment when htmx asked, else by a redirect."""
    session, actor, now = get_session(), current_actor(), current_clock().now()
    location = remember_done(session, url_for("helpdesk.ticket", reference=ticket.reference))
    session.flush()
    if is_fragment_request() and request.headers.get("HX-Target") == "ticket":
        return fragment("helpdesk/_ticket.html", **ticket_context(session, actor, ticket.reference, now, said=said))
    announce(said)
    return see_other_url(location)


def _again(reference: str, form: MessageForm) -> Response:
    """Answer 422: the ticket as it is, with what was typed and what is wrong with it."""
    get_session().rollback()
    context = ticket_context(get_session(), current_actor(), reference, current_clock().now(), form=form)
    if is_fragment_request() and request.headers.get("HX-Target") == "ticket":
        return fragment("helpdesk/_ticket.html", 422, **context)
    return page("helpdesk/ticket.html", 422, **context)


def stale(reference: str, form: Any, error: Conflict) -> Response:
    """Answer 409 with both sides: what was about to be sent, and the ticket as it is now."""
    session = get_session()
    session.rollback()
    context = ticket_context(session, current_actor(), reference, current_clock().now())
    mine = form.body.data if "body" in form else _chosen_words(form)
    context["form"] = MessageForm(formdata=None, data={"body": form.body.data if "body" in form else ""})
    context["conflict"] = {"message": error.message, "mine": mine, "asked": _asked()}
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
