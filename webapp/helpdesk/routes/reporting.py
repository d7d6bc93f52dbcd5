"""Reporting an incident: by the person it happens to, or by an agent after a phone call (FL-12.5)."""

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.queries import organisation_names
from webapp.clock import PARIS
from webapp.errors import Invalid
from webapp.helpdesk.about import About, about_of
from webapp.helpdesk.commitments import Offer, offers, sites_of, with_sites
from webapp.helpdesk.forms.tickets import PhoneReportForm, ReportForm, fill_choices, service_of
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.presenting import closed_until
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.attachments import received_files
from webapp.helpdesk.services import Client, Report, open_ticket
from webapp.helpdesk.services.attachments import attach
from webapp.service_status.queries import current_status
from webapp.service_status.rules import HEALTH_CHIPS, HEALTH_LABELS
from webapp.uploads.rules.limits import LARGEST_REQUEST
from webapp.uploads.storage import store_for
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, fragment, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.sizes import takes_up_to
from webapp.web.state import state


@blueprint.route("/assistance/signaler", methods=["GET", "POST"])
@takes_up_to(LARGEST_REQUEST)
def report() -> Response:
    """Report an incident for one's own organisation."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    form = ReportForm()
    client = Client(actor.organisation_id or 0, actor.organisation_name)
    found = _prepare(form, client)
    if request.method == "GET":
        _prefill(form)
    elif (ticket := _open(form, client, found)) is not None:
        return see_other_url(_welcome(ticket))
    return _form_page("helpdesk/report.html", form, found)


@blueprint.route("/assistance/ouvrir", methods=["GET", "POST"])
@takes_up_to(LARGEST_REQUEST)
def open_for_client() -> Response:
    """Open a ticket for a client who called: first the client, then the form with that client's contracts and sites."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    clients = {str(row.id): row.name for row in organisation_names(session)}
    key = request.values.get("client", "")
    if not key:
        return page("helpdesk/choose_client.html", clients=clients)
    if key not in clients:
        abort(404)
    form = PhoneReportForm()
    form.client.choices = list(clients.items())
    client = Client(int(key), clients[key])
    found = _prepare(form, client)
    if request.method == "GET":
        form.client.data = key
        form.called_at.data = clock.now().astimezone(PARIS).replace(tzinfo=None, second=0, microsecond=0)
    elif (ticket := _open(form, client, found)) is not None:
        return see_other_url(_welcome(ticket))
    return _form_page("helpdesk/open_for_client.html", form, found, client=client)


@blueprint.get("/assistance/signaler/echeances")
def deadlines() -> Response:
    """Give the deadlines of a report sent now, for the chosen contract and sites: a fragment of the report form."""
    actor = current_actor()
    form = ReportForm(request.args, meta={"csrf": False})
    found = _prepare(form, Client(actor.organisation_id or 0, actor.organisation_name))
    return fragment("helpdesk/_deadlines.html", **_promise(form, found))


def _prepare(form: ReportForm, client: Client) -> list[Offer]:
    """Give the form the client's contracts and sites, and return the contracts with what they promise."""
    session = get_session()
    found = offers(session, client.organisation_id, current_clock().now())
    fill_choices(form, [(offer.key, offer.label) for offer in found], sites_of(session, client.organisation_id))
    if form.contract.data not in {offer.key for offer in found}:
        form.contract.data = found[0].key
    return found


def _prefill(form: ReportForm) -> None:
    """Offer what the account knows of the person, and what the page they come from is about (FX-8d)."""
    actor, about = current_actor(), _about()
    received_files()
    form.location.data = about.label
    form.service.data = str(about.service) if about.service else form.service.data
    account = get_session().get(Account, actor.account_id)
    form.contact_name.data = actor.name
    if account is not None:
        form.contact_email.data, form.contact_phone.data = account.email, account.phone or ""


def _about() -> About:
    """Return what the report is about: named by the link that led here (``?objet=…&page=…``), then by the form itself."""
    return about_of(request.values)


def _chosen(form: ReportForm, found: list[Offer]) -> Offer:
    """Return the chosen contract, its calendar that of the chosen sites."""
    offer = next((offer for offer in found if offer.key == form.contract.data), found[0])
    return with_sites(get_session(), offer, tuple(form.sites.data or ()), current_clock().now())


def _promise(form: ReportForm, found: list[Offer]) -> dict[str, Any]:
    """Return what the deadlines fragment shows."""
    now = current_clock().now().replace(microsecond=0)
    offer = _chosen(form, found)
    return {"now": now, "offer": offer, "promised": offer.commitment.deadlines(now), "closed": closed_until(now, offer.commitment.calendar)}


def _form_page(template: str, form: ReportForm, found: list[Offer], **context: Any) -> Response:
    status = 422 if request.method == "POST" else 200
    services = current_status(get_session(), current_clock().now())
    known = {"services": services, "labels": HEALTH_LABELS, "chips": HEALTH_CHIPS, "about": _about()}
    return page(template, status, form=form, **known, **_promise(form, found), **context)


def _open(form: ReportForm, client: Client, found: list[Offer]) -> Ticket | None:
    """Open the ticket with its files, or put what is refused beside the fields and return None."""
    files = received_files()
    if not form.validate() or files.errors:
        form.refuse({"files": " ".join(files.errors)} if files.errors else {})
        return None
    about = _about()
    called_at = form.called_at.data.replace(tzinfo=PARIS) if isinstance(form, PhoneReportForm) else None
    report = Report(
        title=form.title.data,
        description=form.description.data,
        location=form.location.data,
        consequences=form.consequences.data,
        service=service_of(form),
        contact_name=form.contact_name.data,
        contact_phone=form.contact_phone.data,
        contact_email=form.contact_email.data,
        site_ids=tuple(form.sites.data or ()),
        impact=int(form.impact.data),
        about_label=about.label,
        about_url=about.url,
    )
    try:
        ticket = open_ticket(
            get_session(),
            current_actor(),
            current_clock(),
            report=report,
            client=client,
            commitment=_chosen(form, found).commitment,
            public_url=state().settings.public_url,
            called_at=called_at,
        )
        attach(get_session(), current_actor(), current_clock(), ticket, store_for(state().settings), files.files)
        return ticket
    except Invalid as error:
        form.refuse(error.errors)
        return None


def _welcome(ticket: Ticket) -> str:
    """Announce the reference, and return where the ticket is."""
    announce(_("Signalement enregistré sous la référence %(reference)s. Une confirmation part par courriel.", reference=ticket.reference))
    return remember_done(get_session(), url_for("helpdesk.ticket", reference=ticket.reference))
