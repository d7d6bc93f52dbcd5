"""Writing clients down: the organisation, and the people who speak for it."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.accounts import organisations, people
from webapp.accounts.forms import in_words
from webapp.accounts.models import Organisation
from webapp.accounts.organisations import OrganisationValues
from webapp.accounts.people import Invitation
from webapp.accounts.rules import ROLE_LABELS, ROLES_OF_KIND
from webapp.actor import OrganisationKind, Role
from webapp.contracts import listing
from webapp.contracts.blueprint import blueprint
from webapp.contracts.forms import ClientForm, ContactForm
from webapp.errors import Conflict, Invalid
from webapp.web.acting import acts_once
from webapp.web.forms import whole
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


def _values(form: ClientForm, region: str | None = None) -> OrganisationValues:
    return OrganisationValues(OrganisationKind.CLIENT, form.name.data, form.siret.data, region, form.city.data)


def _page_of(organisation_id: int) -> Response:
    return see_other_url(url_for("contracts.client", organisation_id=organisation_id))


@blueprint.route("/clients/nouveau", methods=["GET", "POST"])
@acts_once
def new_client() -> Response:
    """Write a new client down."""
    form = ClientForm()
    if form.validate_on_submit():
        try:
            row = organisations.create_organisation(get_session(), current_actor(), current_clock(), _values(form))
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("Le client est enregistré. Invitez son premier contact, puis écrivez son contrat."))
            return _page_of(row.id)
    return page("contracts/client_form.html", 422 if request.method == "POST" else 200, form=form, client=None, theirs=None)


@blueprint.route("/clients/<int(max=2147483647):organisation_id>/modifier", methods=["GET", "POST"])
@acts_once
def edit_client(organisation_id: int) -> Response:
    """Edit a client; a stale save shows what stands now beside what was typed."""
    session, actor = get_session(), current_actor()
    head = listing.client_head(session, actor, organisation_id)
    row = session.get_one(Organisation, head.id)
    form = ClientForm(data={"name": row.name, "siret": row.siret, "city": row.city, "version": str(row.version)})
    theirs, status = None, 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            version = whole(form.version.data or "") or 0
            organisations.edit_organisation(session, actor, current_clock(), head.id, _values(form, row.region), version)
        except Conflict:
            theirs, status = row, 409
            form.version.data = str(row.version)
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("Le client est enregistré."))
            return _page_of(head.id)
    return page("contracts/client_form.html", status, form=form, client=head, theirs=theirs)


@blueprint.route("/clients/<int(max=2147483647):organisation_id>/contact", methods=["GET", "POST"])
@acts_once
def invite_contact(organisation_id: int) -> Response:
    """Invite somebody to speak for a client, or to manage who does (FL-8)."""
    session, actor = get_session(), current_actor()
    head = listing.client_head(session, actor, organisation_id)
    form = ContactForm()
    offered = ROLES_OF_KIND[OrganisationKind.CLIENT]
    form.role.choices = [(role.value, _(ROLE_LABELS[role])) for role in Role if role in offered]
    if form.validate_on_submit():
        invitation = Invitation(form.full_name.data, form.email.data, head.id, frozenset({Role(form.role.data)}), None)
        try:
            account = people.invite(session, actor, current_clock(), state().settings.public_url, invitation)
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("L'invitation de %(name)s est partie.", name=account.full_name))
            return _page_of(head.id)
    return page("contracts/contact_form.html", 422 if request.method == "POST" else 200, form=form, client=head)
