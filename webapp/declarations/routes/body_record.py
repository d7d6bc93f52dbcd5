"""The record of one's body: looked up by its SIRET in the directory of businesses, or typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.accounts.organisations import check_siret
from webapp.companies.directory import Unavailable
from webapp.companies.rules import Company
from webapp.declarations import queries
from webapp.declarations.forms import BodyForm
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules.body_record import LABELS, Body, found_in, taking
from webapp.declarations.services.body_record import write_record
from webapp.errors import Conflict, Invalid
from webapp.texts import mark as _m
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state

FOUND_FOR = timedelta(hours=1)
LONGEST_SIRET = 40
NOT_FOUND = _m("Aucun établissement de ce SIRET dans l’annuaire. Vérifiez le numéro, ou remplissez la fiche à la main.")
SILENT = _m("L’annuaire des entreprises ne répond pas. Réessayez plus tard, ou remplissez la fiche à la main.")


@blueprint.get("/declarations/fiche")
def body_record() -> Response:
    """Show the record and, for a SIRET, what the directory says of it. Reads only: nothing is held while the directory is waited for."""
    typed = request.args.get("siret", "")[:LONGEST_SIRET]
    if not typed.strip():
        return _record_page()
    try:
        siret = check_siret(typed) or ""
    except Invalid as refusal:
        words = refusal.errors["siret"]
        return _record_page(422, typed=typed, fault=_(words))
    try:
        company = state().companies.find(siret)
    except Unavailable:
        return _record_page(typed=typed, said=_(SILENT))
    return _record_page(typed=typed, company=company, said="" if company else _(NOT_FOUND))


def _record_page(
    status: int = 200, *, form: BodyForm | None = None, typed: str = "", fault: str = "", said: str = "", company: Company | None = None
) -> Response:
    kept = queries.record_of(get_session(), current_actor())
    values = {name: getattr(kept.body, name) for name in LABELS}
    form = form or BodyForm(formdata=None, data={**values, "version": str(kept.version)})
    found = found_in(company) if company else {}
    return page(
        "declarations/body_record.html",
        status,
        kept=kept,
        values=values,
        labels=LABELS,
        form=form,
        typed=typed or kept.body.siret or kept.known_siret,
        fault=fault,
        said=said,
        company=company,
        found=found,
        token=_serializer().dumps([found, current_actor().organisation_id]) if found else "",
        is_on=state().companies.is_on,
    )


@blueprint.post("/declarations/fiche")
def write_body_record() -> Response:
    """Write the record as typed."""
    form = BodyForm()
    if not form.validate():
        return _record_page(422, form=form)
    return _write(form, Body(**{name: form[name].data or "" for name in LABELS}), looked_up=False)


@blueprint.post("/declarations/fiche/reprise")
def take_found() -> Response:
    """Take the values chosen of those that the directory gave, as it gave them: they come back signed."""
    form = BodyForm()
    found = _found_again()
    if found is None:
        announce(_("Ce qui avait été trouvé n’est plus valable : cherchez de nouveau."))
        return see_other("declarations.body_record")
    kept = queries.record_of(get_session(), current_actor())
    return _write(form, taking(kept.body, found, request.form.getlist("take")), looked_up=True)


def _write(form: BodyForm, body: Body, *, looked_up: bool) -> Response:
    session, actor, clock = get_session(), current_actor(), current_clock()
    try:
        changed = write_record(session, actor, clock, body, version=form.seen, looked_up=looked_up)
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _record_page(422, form=form)
    except Conflict:
        return _newer(body)
    announce(_("La fiche est enregistrée.") if changed else _("La fiche dit déjà cela."))
    return see_other("declarations.body_record")


def _newer(body: Body) -> Response:
    """Show what the person would have written over what a colleague wrote meanwhile: sent again, it replaces it."""
    kept = queries.record_of(get_session(), current_actor())
    form = BodyForm(formdata=None, data={**{name: getattr(body, name) for name in LABELS}, "version": str(kept.version)})
    form.refuse({"": _("%(name)s a modifié la fiche entre-temps : comparez avec ce qu’elle dit, puis enregistrez.", name=kept.by)})
    return _record_page(409, form=form)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(state().settings.secret_key, salt="company-found")


def _found_again() -> dict[str, str] | None:
    """What the directory gave this organisation within the hour; None when it is too old or not ours."""
    try:
        loaded: Any = _serializer().loads(request.form.get("found", ""), max_age=int(FOUND_FOR.total_seconds()))
        found, organisation = loaded
    except (BadData, ValueError, TypeError):
        return None
    return dict(found) if organisation == current_actor().organisation_id else None
