"""Form models as the national agents read them, and the controls that they switch off and on."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _

from webapp.declarations import grid, queries
from webapp.declarations.forms import SwitchOffForm
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules import workflow
from webapp.declarations.rules.form_models.model import MissingPolicy
from webapp.declarations.rules.form_models.registry import all_models, get_model
from webapp.declarations.rules.language.formula import render
from webapp.declarations.services import overrides
from webapp.errors import Invalid, NotFound
from webapp.texts import mark as _m
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

MISSING_WORDS = {
    MissingPolicy.SKIP_ANY: _m("non évalué dès qu’une cellule manque"),
    MissingPolicy.SKIP_ALL: _m("non évalué si toutes ses cellules manquent, sinon une cellule qui manque vaut 0"),
    MissingPolicy.ZERO: _m("une cellule qui manque vaut 0"),
}


@blueprint.get("/modeles")
def form_models() -> Response:
    """List the form models delivered, newest exercise first."""
    models = sorted(all_models().values(), key=lambda model: (-max(model.years), model.code))
    standing = queries.standing_by_model(get_session())
    return page("declarations/form_models.html", models=models, standing=standing, audience_labels=workflow.AUDIENCE_LABELS)


@blueprint.get("/modeles/<code>/<version>")
def form_model(code: str, version: str) -> Response:
    """Show a form model: its tables, and its controls with those switched off."""
    try:
        model = get_model(code, version)
    except KeyError:
        raise NotFound from None
    standing = {item.control_code: item for item in queries.overrides_of(get_session(), code, version) if item.lifted_at is None}
    return page(
        "declarations/form_model.html",
        model=model,
        standing=standing,
        severity_labels=grid.SEVERITY_LABELS,
        severity_chips=grid.SEVERITY_CHIPS,
    )


@blueprint.get("/modeles/<code>/<version>/controles/<control>")
def control(code: str, version: str, control: str) -> Response:
    """Show a control: what it compares, and since when it is switched off."""
    today = workflow.today(current_clock().now())
    return _control_page(code, version, control, SwitchOffForm(formdata=None, begins_on=today))


def _control_page(code: str, version: str, control: str, form: SwitchOffForm, status: int = 200) -> Response:
    model, found = overrides.find_control(code, version, control)
    history = queries.overrides_of(get_session(), code, version, control)
    return page(
        "declarations/control.html",
        status,
        model=model,
        control=found,
        sides=(render(found.left), render(found.right), render(found.when) if found.when else ""),
        labels=[(model.label(key), ".".join(key)) for key in found.cells[:60]],
        standing=next((item for item in history if item.lifted_at is None), None),
        history=[item for item in history if item.lifted_at is not None],
        form=form,
        missing_words=MISSING_WORDS,
        severity_labels=grid.SEVERITY_LABELS,
        severity_chips=grid.SEVERITY_CHIPS,
        operator_words=grid.OPERATOR_WORDS,
    )


@blueprint.post("/modeles/<code>/<version>/controles/<control>/desactivation")
def switch_off(code: str, version: str, control: str) -> Response:
    """Switch a control off from a day on, with a reason."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if done := already_done(session, clock, actor.account_id):
        return see_other_url(done)
    form = SwitchOffForm()
    if not form.validate():
        return _control_page(code, version, control, form, 422)
    try:
        overrides.switch_off(
            session, actor, clock, code=code, version=version, control=control,
            begins_on=form.begins_on.data, reason=str(form.reason.data).strip(),
        )  # fmt: skip
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _control_page(code, version, control, form, 422)
    announce(_("Le contrôle %(code)s est désactivé à partir du jour choisi.", code=control))
    return see_other_url(remember_done(session, url_for("declarations.control", code=code, version=version, control=control)))


@blueprint.post("/modeles/<code>/<version>/controles/<control>/retablissement")
def switch_on(code: str, version: str, control: str) -> Response:
    """Have a control hold again."""
    changed = overrides.switch_on(get_session(), current_actor(), current_clock(), code=code, version=version, control=control)
    announce(_("Le contrôle %(code)s s’applique de nouveau.", code=control) if changed else _("Ce contrôle s’applique déjà."))
    return see_other("declarations.control", code=code, version=version, control=control)
