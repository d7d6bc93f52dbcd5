"""The general scope and the decisions: read by both, written by the accreditation body."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.errors import Invalid
from webapp.scopes import queries, views
from webapp.scopes.forms import DecisionForm, GeneralLineForm
from webapp.scopes.policies import can_correct_general_scope, can_manage_general_scope
from webapp.scopes.queries import FileHead
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import bar_context
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.decisions import DECISION_LABELS, EFFECT_TEXTS, DecisionKind
from webapp.scopes.rules.grants import read_methods, typed_methods
from webapp.scopes.rules.states import Draft
from webapp.scopes.services import general as services
from webapp.scopes.services.decisions import DecisionValues, record_decision, tell_decision
from webapp.scopes.services.general import GeneralValues
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


def _head(number: str) -> FileHead:
    return queries.file_head(get_session(), current_actor(), current_clock(), number)


def _render_general(head: FileHead, form: GeneralLineForm, editing: str = "", status: int = 200) -> Response:
    actor = current_actor()
    free = can_correct_general_scope(actor, head.policy_facts) and head.facts.draft is not Draft.REQUESTED
    generals = queries.general_scope(get_session(), head.id)
    return page(
        "scopes/general.html",
        status,
        form=form,
        editing=editing,
        free=free,
        officer=can_manage_general_scope(actor),
        generals=[(row, views.general_status_chip(row.status), read_methods(row.methods)) for row in generals],
        preview=read_methods(typed_methods(form.methods.data or "")),
        version=next((row.version for row in generals if row.code == editing), 0),
        **bar_context(head),
    )


@blueprint.route("/<number>/portee-generale", methods=["GET", "POST"])
def general(number: str) -> Response:
    """Show the general scope; an officer adds lines while nothing was ever online, and corrects titles (``?ligne=``)."""
    head = _head(number)
    of = activity(head.activity)
    editing = request.args.get("ligne", "")
    form = GeneralLineForm().for_activity(of)
    if request.method == "GET":
        row = next((item for item in queries.general_scope(get_session(), head.id) if item.code == editing), None)
        if row is not None:
            form = GeneralLineForm(data=_data(row)).for_activity(of)
        return _render_general(head, form, editing if row is not None else "")
    if "apercu" in request.form:
        queries.require_officer(current_actor())
        return _render_general(head, form, editing)  # the methods are read again, nothing is saved
    if form.validate_on_submit():
        values = GeneralValues(form.code.data, form.title.data, form.flexibility.data, typed_methods(form.methods.data or ""))
        try:
            _save_general(number, editing, values)
        except Invalid as invalid:
            form.refuse(invalid.errors)
        else:
            announce(_("Ligne %(code)s de la portée générale enregistrée.", code=editing or values.code))
            return see_other("scopes.general", number=number)
    queries.require_officer(current_actor())
    return _render_general(head, form, editing, 422)


def _data(row: queries.AnyRow) -> dict[str, str]:
    """Return what the form of a general line starts from."""
    return {"code": row.code, "title": row.title, "flexibility": row.flexibility.value, "methods": "\n".join(row.methods)}


def _save_general(number: str, editing: str, values: GeneralValues) -> None:
    session, actor, clock = get_session(), current_actor(), current_clock()
    if not editing:
        services.add_general_line(session, actor, clock, number, values)
        return
    raw = request.form.get("version", "")
    version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    services.edit_general_line(session, actor, clock, number, editing, version, values)


@blueprint.route("/<number>/decisions", methods=["GET", "POST"])
def decisions(number: str) -> Response:
    """Show the decisions taken on a file; an officer records one."""
    head, session, actor, clock = _head(number), get_session(), current_actor(), current_clock()
    generals = queries.general_scope(session, head.id)
    form = DecisionForm()
    form.general.choices = [("", _("— Ligne nouvelle (extension) —")), *((row.code, f"{row.code} · {row.title}") for row in generals)]
    flexibilities = [item.value for item in activity(head.activity).flexibilities]
    form.flexibility.choices = [("", _("Inchangée")), *((item, item) for item in flexibilities)]
    if form.validate_on_submit():
        done = already_done(session, clock, actor.account_id)
        if done is not None:
            return see_other_url(done)
        try:
            _record(number, form)
        except Invalid as invalid:
            form.refuse(invalid.errors)
        else:
            return see_other_url(remember_done(session, url_for("scopes.decisions", number=number)))
    if request.method == "POST":
        queries.require_officer(actor)
    rows = [(row, _(DECISION_LABELS[row.kind]), _(EFFECT_TEXTS[row.effect])) for row in queries.decisions(session, head.id)]
    status = 422 if request.method == "POST" else 200
    return page("scopes/decisions.html", status, form=form, rows=rows, officer=can_manage_general_scope(actor), **bar_context(head))


def _record(number: str, form: DecisionForm) -> None:
    session, clock = get_session(), current_clock()
    values = DecisionValues(
        DecisionKind(form.kind.data),
        form.general.data or "",
        form.decided_on.data,
        form.reference.data,
        form.reason.data,
        GeneralValues(form.code.data or "", form.title.data or "", form.flexibility.data or "", typed_methods(form.methods.data or "")),
    )
    decision, file, code = record_decision(session, current_actor(), clock, number, values)
    tell_decision(session, clock, decision, file, code, state().settings.public_url)
    announce(_("Décision %(reference)s enregistrée.", reference=decision.reference) + " " + _(EFFECT_TEXTS[decision.effect]))
