"""Pages of clients, contracts and sites."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.contracts import client_routes as _client_routes  # noqa: F401 -- registers its views
from webapp.contracts import day_routes as _day_routes  # noqa: F401 -- registers its views
from webapp.contracts import level_routes as _level_routes  # noqa: F401 -- registers its views
from webapp.contracts import listing, services
from webapp.contracts.blueprint import blueprint
from webapp.contracts.forms import ContractForm, SiteForm
from webapp.contracts.policies import can_manage, can_read_all
from webapp.contracts.presenting import labels
from webapp.contracts.rules import Hosting, Plan, day_of, has_good_friday
from webapp.contracts.services import ContractValues, SiteValues
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state
from webapp.worktime import TIME_ZONES, Territory


@blueprint.get("")
def index() -> Response:
    """List the clients with their contracts; a client's contact sees their own page."""
    actor = current_actor()
    if not can_read_all(actor):
        if actor.organisation_id is None:
            raise Forbidden
        return client(actor.organisation_id)
    asked = list_state(listing.SORTS, listing.FILTERS)
    today = day_of(current_clock().now())
    total, rows = listing.clients(get_session(), asked, today)
    return page("contracts/index.html", asked=asked, total=total, rows=rows, today=today, manages=can_manage(actor), **labels())


@blueprint.get("/clients/<int(max=2147483647):organisation_id>")
def client(organisation_id: int) -> Response:
    """Show a client's contracts and sites."""
    session, actor = get_session(), current_actor()
    head = listing.client_head(session, actor, organisation_id)
    today = day_of(current_clock().now())
    return page(
        "contracts/client.html",
        client=head,
        contracts=listing.client_contracts(session, head.id, today),
        sites=listing.client_sites(session, head.id),
        today=today,
        manages=can_manage(actor),
        reads_all=can_read_all(actor),
        **labels(),
    )


def _contract_form(client_id: int | None = None, **values: Any) -> ContractForm:
    """Return the form of a contract, with the people of the client as far as it is known."""
    session, actor = get_session(), current_actor()
    form = ContractForm(**values)
    clients = listing.client_choices(session)
    chosen = next((key for key, _name in clients if key == form.client.data), 0)
    form.fill(
        clients,
        listing.level_choices(session),
        listing.manager_choices(session, actor.organisation_id or 0),
        services.referents(session, client_id or chosen),
    )
    return form


def _contract_values(form: ContractForm) -> ContractValues:
    return ContractValues(
        number=form.number.data or "",
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        hosting=Hosting(form.hosting.data),
        plan=Plan(form.plan.data),
        level_id=form.level.data,
        level_from=form.level_from.data,
        manager_id=form.manager.data or None,
        referent_id=form.referent.data or None,
        support_hours=form.support_hours.data or 0,
    )


@blueprint.get("/nouveau")
def new_contract() -> Response:
    """Show the form of a new contract, for the client named in the address if any."""
    form = _contract_form(
        formdata=None, client=whole(request.args.get("client", "")), starts_on=day_of(current_clock().now()), hosting="cloud", plan="paying"
    )
    return page("contracts/contract_form.html", form=form, contract=None)


@blueprint.post("/nouveau")
def create_contract() -> Response:
    """Write a contract."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = _contract_form()
    if form.validate():
        try:
            contract = services.create_contract(session, actor, clock, form.client.data, _contract_values(form))
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            announce(_("Le contrat %(number)s est enregistré.", number=contract.number))
            return see_other_url(remember_done(session, url_for("contracts.client", organisation_id=contract.organisation_id)))
    return page("contracts/contract_form.html", 422, form=form, contract=None)


@blueprint.get("/<int(max=2147483647):contract_id>")
def edit_contract(contract_id: int) -> Response:
    """Show a contract's form."""
    session = get_session()
    contract = services.get_contract(session, current_actor(), contract_id)
    last = services.level_rows(session, contract.id)[-1]
    form = _contract_form(
        formdata=None,
        version=str(contract.version),
        client=contract.organisation_id,
        number=contract.number,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        level=last.service_level_id,
        manager=contract.manager_id or 0,
        referent=contract.referent_id or 0,
        support_hours=contract.support_hours,
        hosting=contract.hosting.value,
        plan=contract.plan.value,
    )
    return page("contracts/contract_form.html", form=form, contract=contract)


@blueprint.post("/<int(max=2147483647):contract_id>")
@acts_once
def save_contract(contract_id: int) -> Response:
    """Save a contract; a stale save shows what was saved meanwhile beside what was typed."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    contract = services.get_contract(session, actor, contract_id)
    form = _contract_form(contract.organisation_id)
    form.client.data = contract.organisation_id
    status, current = 422, None
    if form.validate():
        try:
            services.edit_contract(session, actor, clock, contract_id, form.seen, _contract_values(form))
            state().contract_changed(session, contract_id)
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        except Conflict as refusal:
            status, current = 409, refusal.facts["current"]
            form.version.data = str(current.version)
        else:
            announce(_("Le contrat %(number)s est enregistré.", number=contract.number))
            return see_other_url(url_for("contracts.client", organisation_id=contract.organisation_id))
    session.expire_all()
    return page("contracts/contract_form.html", status, form=form, contract=contract, current=current, **labels())


def _site_values(form: SiteForm) -> SiteValues:
    territory = Territory(form.territory.data)
    return SiteValues(
        name=form.name.data or "",
        address=form.address.data or "",
        territory=territory,
        good_friday=bool(form.good_friday.data) and has_good_friday(territory),
        timezone=form.timezone.data or "",
        closed=bool(form.closed.data),
    )


def _what_would_move(site_id: int, form: SiteForm, values: SiteValues) -> str:
    """Return the page that shows, before a site's calendar changes, which deadlines would move: it carries the whole change along."""
    pending: dict[str, Any] = {
        "version": form.version.data,
        "name": values.name,
        "address": values.address,
        "territory": values.territory.value,
        "timezone": values.timezone,
    }
    pending |= {name: "1" for name, on in (("good_friday", values.good_friday), ("closed", values.closed)) if on}
    return url_for("helpdesk.shift_site", site_id=site_id, **pending)


@blueprint.get("/clients/<int(max=2147483647):organisation_id>/sites/nouveau")
def new_site(organisation_id: int) -> Response:
    """Show the form of a new site."""
    head = listing.client_head(get_session(), current_actor(), organisation_id)
    return page("contracts/site_form.html", form=SiteForm(formdata=None, good_friday=True), client=head, site=None)


@blueprint.post("/clients/<int(max=2147483647):organisation_id>/sites/nouveau")
def create_site(organisation_id: int) -> Response:
    """Add a site."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    head = listing.client_head(session, actor, organisation_id)
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = SiteForm()
    if form.validate():
        try:
            site = services.create_site(session, actor, clock, head.id, _site_values(form))
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            announce(_("Le site %(name)s est enregistré.", name=site.name))
            return see_other_url(remember_done(session, url_for("contracts.client", organisation_id=head.id)))
    return page("contracts/site_form.html", 422, form=form, client=head, site=None)


@blueprint.get("/sites/<int(max=2147483647):site_id>")
def edit_site(site_id: int) -> Response:
    """Show a site's form."""
    session, actor = get_session(), current_actor()
    site = services.get_site(session, actor, site_id)
    head = listing.client_head(session, actor, site.organisation_id)
    form = SiteForm(
        formdata=None,
        version=str(site.version),
        name=site.name,
        address=site.address,
        territory=site.territory.value,
        good_friday=site.good_friday,
        timezone="" if site.timezone == TIME_ZONES[site.territory] else site.timezone,
        closed=site.closed,
    )
    return page("contracts/site_form.html", form=form, client=head, site=site)


@blueprint.post("/sites/<int(max=2147483647):site_id>")
@acts_once
def save_site(site_id: int) -> Response:
    """Save a site; a stale save shows what was saved meanwhile beside what was typed."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    site = services.get_site(session, actor, site_id)
    head = listing.client_head(session, actor, site.organisation_id)
    form = SiteForm()
    status, current = 422, None
    if form.validate():
        try:
            values = _site_values(form)
            if form.seen == site.version and services.moves_calendar(site, values):
                return see_other_url(_what_would_move(site_id, form, values))
            services.edit_site(session, actor, clock, site_id, form.seen, values)
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        except Conflict as refusal:
            status, current = 409, refusal.facts["current"]
            form.version.data = str(current.version)
        else:
            announce(_("Le site %(name)s est enregistré.", name=site.name))
            return see_other_url(url_for("contracts.client", organisation_id=head.id))
    return page("contracts/site_form.html", status, form=form, client=head, site=site, current=current, **labels())
