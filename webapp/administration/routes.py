"""Organisations: listing, creating, editing, closing. The other pages of the administration attach to the same blueprint."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from webapp.accounts import organisations as services
from webapp.accounts.forms import in_words
from webapp.accounts.models import Organisation
from webapp.accounts.organisations import OrganisationValues
from webapp.accounts.people import managed_organisation
from webapp.accounts.policies import can_edit_organisations, is_administrator
from webapp.accounts.rules import KIND_LABELS
from webapp.actor import OrganisationKind
from webapp.administration import mail_routes, people_routes, queries
from webapp.administration.blueprint import blueprint
from webapp.administration.forms import OrganisationForm, kind_choices, region_choices
from webapp.errors import Conflict, Invalid
from webapp.web.forms import already_done, remember_done
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

__all__ = ["blueprint", "mail_routes", "people_routes"]


@blueprint.get("/administration")
def index() -> Response:
    """Lead to what the person manages: everything, or their own organisation's people."""
    if not is_administrator(current_actor()):
        return see_other("administration.people")
    return page("administration/index.html")


@blueprint.get("/administration/organisations")
def organisations() -> Response:
    """List the organisations."""
    state = list_state(tuple(queries.ORGANISATION_SORTS), ("texte", "genre", "etat"))
    rows, total = queries.organisations(get_session(), state)
    return page("administration/organisations.html", list=state, rows=rows, total=total, kinds=kind_choices(), labels=KIND_LABELS)


def _form(row: Organisation | None) -> OrganisationForm:
    values: dict[str, Any] = {}
    if row is not None:
        values = {
            "kind": str(row.kind),
            "name": row.name,
            "siret": row.siret,
            "region": row.region,
            "city": row.city,
            "version": str(row.version),
        }
    form = OrganisationForm(data=values)
    form.kind.choices = kind_choices()
    form.region.choices = region_choices()
    if row is not None and row.region and row.region not in {value for value, _label in form.region.choices}:
        form.region.choices.append((row.region, row.region))
    return form


def _values(form: OrganisationForm) -> OrganisationValues:
    return OrganisationValues(OrganisationKind(form.kind.data), form.name.data, form.siret.data, form.region.data, form.city.data)


@blueprint.route("/administration/organisations/nouvelle", methods=["GET", "POST"])
def new_organisation() -> Response:
    """Create an organisation."""
    session, actor = get_session(), current_actor()
    form = _form(None)
    if form.validate_on_submit():
        done = already_done(session, current_clock(), actor.account_id)
        if done:
            return see_other_url(done)
        try:
            row = services.create_organisation(session, actor, current_clock(), _values(form))
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("L'organisation est créée. Invitez-y une première personne."))
            return see_other_url(remember_done(session, f"/administration/organisations/{row.id}"))
    return page("administration/organisation_form.html", 422 if request.method == "POST" else 200, form=form, row=None, theirs=None)


@blueprint.get("/administration/organisations/<int(max=2147483647):identifier>")
def organisation(identifier: int) -> Response:
    """Show an organisation and its people."""
    session, actor = get_session(), current_actor()
    row = managed_organisation(session, actor, identifier)
    people = queries.people_of_organisation(session, identifier)
    return page(
        "administration/organisation.html",
        row=row,
        people=people,
        labels=KIND_LABELS,
        can_edit=can_edit_organisations(actor),
        is_own=actor.organisation_id == row.id,
    )


@blueprint.route("/administration/organisations/<int(max=2147483647):identifier>/modifier", methods=["GET", "POST"])
def edit_organisation(identifier: int) -> Response:
    """Edit an organisation; a stale save shows what stands now beside what was typed."""
    session, actor = get_session(), current_actor()
    row = managed_organisation(session, actor, identifier)
    form, theirs, status = _form(row), None, 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        given = str(form.version.data)
        version = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1
        try:
            services.edit_organisation(session, actor, current_clock(), identifier, _values(form), version)
        except Conflict:
            theirs, status = row, 409
            form.version.data = str(row.version)
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("L'organisation est enregistrée."))
            return see_other("administration.organisation", identifier=identifier)
    return page("administration/organisation_form.html", status, form=form, row=row, theirs=theirs, labels=KIND_LABELS)


@blueprint.post("/administration/organisations/<int(max=2147483647):identifier>/etat")
def organisation_state(identifier: int) -> Response:
    """Close an organisation or open it again."""
    is_open = request.form.get("etat") == "ouverte"
    services.set_organisation_open(get_session(), current_actor(), current_clock(), identifier, is_open=is_open)
    announce(_("L'organisation est rouverte.") if is_open else _("L'organisation est fermée : plus personne n'agit pour elle."))
    return see_other("administration.organisation", identifier=identifier)
