"""Qualifying a report: whose it is, under which contract and level, at which sites (FL-12.5c)."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from webapp.accounts.queries import organisation_names
from webapp.errors import Conflict
from webapp.helpdesk import services
from webapp.helpdesk.commitments import Offer, offer_key, offers, sites_of, sites_of_ticket, with_sites
from webapp.helpdesk.forms.tickets import QualificationForm, fill_choices, service_of
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.tickets import get_ticket, get_ticket_with_names
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import after, stale, version_of
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.texts import DONE
from webapp.web.acting import acts_once
from webapp.web.pages import page
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.route("/assistance/<reference>/qualifier", methods=["GET", "POST"])
@acts_once
def qualify(reference: str) -> Response:
    """Say which client, contract, level and sites a report concerns; ``?client=`` shows what another client has."""
    session, actor, posted = get_session(), current_actor(), request.method == "POST"
    if posted:
        get_ticket(session, actor, reference, lock=True)
    row = get_ticket_with_names(session, actor, reference)
    ticket, clients = row.Ticket, _clients(row)
    form = QualificationForm()
    client = _client(form.client.data if posted else request.args.get("client"), clients, ticket)
    found = offers(session, client.organisation_id, ticket.notified_at)
    fill_choices(form, [(offer.key, offer.label) for offer in found], sites_of(session, client.organisation_id))
    form.client.choices = list(clients.items())
    if not posted:
        form.process(data=_present(ticket, client))
    elif form.validate():
        try:
            services.qualify(session, actor, current_clock(), ticket, _found(form, client, found, ticket), seen_version=version_of(form))
            return after(ticket, str(_(DONE[Verb.QUALIFY])))
        except Conflict as error:
            return stale(reference, form, error)
    chosen = tuple(site for site in form.sites.data or () if site in {key for key, _name in form.sites.choices})
    promises = [(offer, with_sites(session, offer, chosen, ticket.notified_at).commitment.deadlines(ticket.notified_at)) for offer in found]
    moves = client.organisation_id != ticket.organisation_id
    context = {"clients": clients, "client": client, "present": row.client, "moves": moves, "promises": promises}
    return page("helpdesk/qualify.html", 422 if posted else 200, ticket=ticket, form=form, **context)


def _clients(row: Any) -> dict[str, str]:
    """Return the organisations to choose from: those that are open, and the ticket's own in any case."""
    found = {str(item.id): item.name for item in organisation_names(get_session())}
    found.setdefault(str(row.Ticket.organisation_id), row.client)
    return found


def _client(asked: str | None, clients: dict[str, str], ticket: Ticket) -> services.Client:
    """Return the client whose contracts and sites are shown: the one asked for, when it is one, else the ticket's."""
    key = asked if asked in clients else str(ticket.organisation_id)
    return services.Client(int(key), clients[key])


def _found(form: QualificationForm, client: services.Client, found: list[Offer], ticket: Ticket) -> services.Qualification:
    """Return what the agent has established; deadlines count from the notification, whoever the client is."""
    chosen = next(offer for offer in found if offer.key == form.contract.data)
    sites = tuple(form.sites.data or ())
    return services.Qualification(
        commitment=with_sites(get_session(), chosen, sites, ticket.notified_at).commitment,
        service=service_of(form),
        site_ids=sites,
        priority=int(form.priority.data),
        impact=int(form.impact.data),
        client=client,
        contact=services.Contact(form.contact_name.data, form.contact_phone.data, form.contact_email.data),
    )


def _present(ticket: Ticket, client: services.Client) -> dict[str, Any]:
    """Return the ticket's present qualification, as the form's values; contract and sites are those of the client alone."""
    own = client.organisation_id == ticket.organisation_id
    return {
        "version": str(ticket.version),
        "client": str(client.organisation_id),
        "contract": offer_key(ticket.contract_id) if own else None,
        "service": str(ticket.service),
        "priority": str(ticket.priority),
        "impact": str(ticket.impact),
        "sites": [site.id for site in sites_of_ticket(get_session(), ticket.id)] if own else [],
        "contact_name": ticket.contact_name,
        "contact_phone": ticket.contact_phone,
        "contact_email": ticket.contact_email,
    }
