"""Work that is no repair of an interruption: offered by the desk, accepted or refused by the client, done (FL-12.3, FL-12.6a)."""

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid
from webapp.helpdesk.clockwork import moment
from webapp.helpdesk.models import BillableRequest, Ticket
from webapp.helpdesk.queries.billable import latest_request, support_hours_left
from webapp.helpdesk.rules.billable import CENT, MOST_PRICE, OfferState, price, whole_quarters
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.services.acts import Details, act
from webapp.web.i18n import euros, number


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered: the work, hours in quarters, and the price of an hour in euros without tax.

    ``hourly_price`` None: the work is taken from the contract's hours of advanced support.
    """

    what: str
    hours: Decimal
    hourly_price: Decimal | None


def propose(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    offer: Offer,
    *,
    public_url: str,
    text: str = "",
    seen_version: int | None = None,
) -> BillableRequest:
    """Offer work on a ticket that is no interruption: the count stops, and the client is asked.

    ``text`` is said to the client before the terms. Raises ``Invalid`` for an offer that cannot be, ``Conflict`` as ``act`` does.
    """
    _check(session, clock, ticket, offer)
    words = "\n\n".join(part for part in (text.strip(), _terms(offer)) if part)
    details = Details(audit={"hours": str(offer.hours), "hourly_price": _said(offer.hourly_price)})
    act(session, actor, clock, ticket, Verb.PROPOSE, text=words, public_url=public_url, seen_version=seen_version, details=details)
    request = BillableRequest(
        organisation_id=ticket.organisation_id,
        ticket_id=ticket.id,
        contract_id=ticket.contract_id,
        state=OfferState.PROPOSED,
        what=offer.what.strip(),
        hours=offer.hours,
        hourly_price=offer.hourly_price,
        proposed_at=moment(clock),
        proposed_by_id=actor.account_id,
        proposed_by=actor.name,
    )
    session.add(request)
    session.flush()
    return request


def answer_offer(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    *,
    accept: bool,
    public_url: str,
    text: str = "",
    seen_version: int | None = None,
) -> BillableRequest:
    """Accept or refuse the work, as the client; refused, the ticket is closed."""
    request = _current(session, ticket, OfferState.PROPOSED)
    verb, now = Verb.ACCEPT if accept else Verb.REFUSE, moment(clock)
    details = Details(audit={"request": request.id})
    act(session, actor, clock, ticket, verb, text=text, public_url=public_url, seen_version=seen_version, details=details)
    request.state = OfferState.ACCEPTED if accept else OfferState.REFUSED
    request.answered_at, request.answered_by_id, request.answered_by = now, actor.account_id, actor.name
    request.ended_at = None if accept else now
    session.flush()
    return request


def complete(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    *,
    hours_spent: Decimal,
    text: str,
    public_url: str,
    seen_version: int | None = None,
) -> BillableRequest:
    """Close the ticket with the hours spent on the accepted work, never more than were accepted."""
    request = _current(session, ticket, OfferState.ACCEPTED)
    if not whole_quarters(hours_spent):
        raise Invalid({"hours_spent": _("Donnez les heures passées, par quarts d’heure : 1,5 par exemple.")})
    if hours_spent > request.hours:
        said = _(
            "Le client a accepté %(hours)s h : au-delà, retirez cette prestation et proposez-en une autre.", hours=number(request.hours)
        )
        raise Invalid({"hours_spent": said})
    details = Details(audit={"request": request.id, "hours_spent": str(hours_spent)})
    act(session, actor, clock, ticket, Verb.COMPLETE, text=text, public_url=public_url, seen_version=seen_version, details=details)
    request.state, request.hours_spent, request.ended_at = OfferState.DONE, hours_spent, moment(clock)
    session.flush()
    return request


def withdraw(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, *, text: str, public_url: str, seen_version: int | None = None
) -> BillableRequest:
    """Take the offer back, accepted or not, and say why; nothing is billed and the ticket is closed."""
    request = _current(session, ticket, OfferState.PROPOSED, OfferState.ACCEPTED)
    details = Details(audit={"request": request.id})
    act(session, actor, clock, ticket, Verb.WITHDRAW, text=text, public_url=public_url, seen_version=seen_version, details=details)
    request.state, request.ended_at = OfferState.WITHDRAWN, moment(clock)
    session.flush()
    return request


def _current(session: Session, ticket: Ticket, *states: OfferState) -> BillableRequest:
    request = latest_request(session, ticket.id)
    if request is None or request.state not in states:
        raise Conflict(_("Cette prestation n’attend plus cette action : le ticket a changé."), stale=True)
    return request


def _check(session: Session, clock: Clock, ticket: Ticket, offer: Offer) -> None:
    errors = {}
    if not offer.what.strip():
        errors["what"] = _("Décrivez la prestation proposée.")
    if not whole_quarters(offer.hours):
        errors["hours"] = _("Donnez un nombre d’heures, par quarts d’heure : 1,5 par exemple.")
    if offer.hourly_price is None:
        left = support_hours_left(session, ticket.contract_id, clock.now())
        if offer.hours > left:
            errors["basis"] = _("Il reste %(hours)s h de support avancé cette année à ce contrat.", hours=number(left))
    elif not Decimal(0) < offer.hourly_price <= MOST_PRICE or offer.hourly_price != offer.hourly_price.quantize(CENT):
        errors["hourly_price"] = _("Donnez un prix en euros, avec deux décimales au plus.")
    if errors:
        raise Invalid(errors)


def _terms(offer: Offer) -> str:
    """Return the offer as the client reads it in the message: in French, which binds (FL-20)."""
    with force_locale("fr"):
        if offer.hourly_price is None:
            terms = _("%(hours)s h, prises sur vos heures de support avancé", hours=number(offer.hours))
        else:
            total = euros(price(offer.hours, offer.hourly_price))
            terms = _(
                "%(hours)s h à %(price)s € HT l’heure, soit %(total)s € HT au plus",
                hours=number(offer.hours),
                price=euros(offer.hourly_price),
                total=total,
            )
        return str(_("Prestation proposée : %(what)s (%(terms)s).", what=offer.what.strip(), terms=terms))


def _said(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
