"""Work that may be billed: offering it, accepting or refusing it, ending it; and the list of what was offered."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid, NotFound
from webapp.helpdesk import policies, services
from webapp.helpdesk.forms.billable import EndWorkForm, OfferAnswerForm, ProposeForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.billable import latest_request, requests_of, shown, support_hours_left
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import onward, stale, version_of
from webapp.helpdesk.routes.moving_on import beside_in_list
from webapp.helpdesk.rules.billable import OFFER_STATES, price
from webapp.helpdesk.rules.states import NotPossible, Verb, transition
from webapp.helpdesk.services import billable
from webapp.helpdesk.texts import DONE
from webapp.web.forms import already_done
from webapp.web.lists import list_state
from webapp.web.pages import page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.get("/assistance/prestations")
def works() -> Response:
    """List the work that was offered: the desk's whole list, or one's own organisation's."""
    actor, listing = current_actor(), list_state(("date",))
    rows = requests_of(get_session(), actor, offset=listing.offset, limit=listing.size)
    lines = [(row, price(row.hours_spent or row.hours, row.hourly_price), _(OFFER_STATES[row.state])) for row in rows]
    desk = policies.works_the_desk(actor)
    return page("helpdesk/works.html", lines=lines[: listing.size], listing=listing, more=len(lines) > listing.size, desk=desk)


@blueprint.route("/assistance/<reference>/prestation", methods=["GET", "POST"])
def propose_work(reference: str) -> Response:
    """Offer work on a ticket that is no interruption, for the desk."""
    session, clock = get_session(), current_clock()
    ticket, form = _found(reference, Verb.PROPOSE), ProposeForm()

    def carry_out(url: str, seen: int | None) -> Verb:
        priced = form.hourly_price.figure if form.basis.data == "hourly" else None
        offer = billable.Offer(form.what.data, form.hours.figure or Decimal(0), priced)
        billable.propose(session, current_actor(), clock, ticket, offer, text=form.body.data or "", public_url=url, seen_version=seen)
        return Verb.PROPOSE

    left = support_hours_left(session, ticket.contract_id, clock.now())
    return _run("helpdesk/propose_work.html", ticket, form, carry_out, left=left)


@blueprint.route("/assistance/<reference>/prestation/reponse", methods=["GET", "POST"])
def answer_work(reference: str) -> Response:
    """Accept or refuse the work, as the client."""
    session, ticket, form = get_session(), _found(reference, Verb.ACCEPT), OfferAnswerForm()

    def carry_out(url: str, seen: int | None) -> Verb:
        accept = form.verdict.data == "accept"
        words = form.body.data or ""
        billable.answer_offer(
            session, current_actor(), current_clock(), ticket, accept=accept, text=words, public_url=url, seen_version=seen
        )
        return Verb.ACCEPT if accept else Verb.REFUSE

    return _run("helpdesk/answer_work.html", ticket, form, carry_out, offer=_offer(ticket))


@blueprint.route("/assistance/<reference>/prestation/fin", methods=["GET", "POST"])
def end_work(reference: str) -> Response:
    """Close the ticket with the hours spent, or take the offer back, for the desk."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket, form = _found(reference, Verb.WITHDRAW), EndWorkForm()

    def carry_out(url: str, seen: int | None) -> Verb:
        if form.verdict.data == "complete":
            spent = form.hours_spent.figure or Decimal(0)
            billable.complete(session, actor, clock, ticket, hours_spent=spent, text=form.body.data, public_url=url, seen_version=seen)
            return Verb.COMPLETE
        billable.withdraw(session, actor, clock, ticket, text=form.body.data, public_url=url, seen_version=seen)
        return Verb.WITHDRAW

    return _run("helpdesk/end_work.html", ticket, form, carry_out, offer=_offer(ticket))


def _found(reference: str, verb: Verb) -> Ticket:
    """Load the ticket; a page whose act no longer applies is a conflict, said before anything is typed."""
    actor = current_actor()
    ticket = get_ticket(get_session(), actor, reference, lock=request.method == "POST")
    if request.method == "GET":
        try:
            transition(verb, policies.side_of(actor), services.facts_of(ticket, current_clock().now()))
        except NotPossible as error:
            raise Conflict(_("Cette action n’est plus possible : le ticket a changé d’état.")) from error
    return ticket


def _offer(ticket: Ticket) -> dict[str, Any]:
    found = latest_request(get_session(), ticket.id)
    if found is None:
        raise NotFound
    return shown(found)


def _run(template: str, ticket: Ticket, form: Any, carry_out: Callable[[str, int | None], Verb], **context: Any) -> Response:
    """Show the form, or do what it asks and lead back to the ticket, or on to the next one when that closed it."""
    if request.method == "GET":
        form.version.data = str(ticket.version)
    elif location := already_done(get_session(), current_clock(), current_actor().account_id):
        return see_other_url(location)
    elif form.validate():
        try:
            beside = beside_in_list(current_actor(), ticket.reference)
            verb = carry_out(state().settings.public_url, version_of(form))
            return onward(ticket, str(_(DONE[verb])), beside)
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(ticket.reference, form, error)
    return page(template, 422 if request.method == "POST" else 200, ticket=ticket, form=form, **context)
