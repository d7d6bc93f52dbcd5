"""Named reads of billable requests: a ticket's, an organisation's, and what is left of advanced support (FL-12.3, FL-12.6a)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import PARIS
from webapp.contracts.models import Contract
from webapp.db import Rows
from webapp.helpdesk.models import BillableRequest, Ticket
from webapp.helpdesk.policies import side_of, works_the_desk
from webapp.helpdesk.rules.billable import OFFER_STATES, OfferState, price
from webapp.helpdesk.rules.states import NOT_INTERRUPTIONS, Side, State


def latest_request(session: Session, ticket_id: int) -> BillableRequest | None:
    """Return the last billable request of a ticket, whatever became of it."""
    statement = select(BillableRequest).where(BillableRequest.ticket_id == ticket_id).order_by(BillableRequest.id.desc()).limit(1)
    return session.scalar(statement)


@dataclass(frozen=True, slots=True)
class Support:
    """The advanced support of a contract in a civil year: its number, its hours, and what is left of them."""

    number: str
    hours: int
    left: Decimal


def support_of(session: Session, contract_id: int | None, at: datetime) -> Support | None:
    """Return the advanced support of a contract in the civil year of ``at`` (Paris), None when it has none (FL-12.3).

    Only work that is no repair takes from it: work done counts for the hours spent, work proposed or accepted for the hours it may
    take. Time spent on interruptions is the desk's own.
    """
    if contract_id is None:
        return None
    contract = session.execute(select(Contract.number, Contract.support_hours).where(Contract.id == contract_id)).first()
    if contract is None or not contract.support_hours:
        return None
    taken = session.execute(
        select(BillableRequest.hours, BillableRequest.hours_spent, BillableRequest.proposed_at).where(
            BillableRequest.contract_id == contract_id,
            BillableRequest.hourly_price.is_(None),
            BillableRequest.state.in_([OfferState.PROPOSED, OfferState.ACCEPTED, OfferState.DONE]),
        )
    ).all()
    year = at.astimezone(PARIS).year
    used = [row.hours if row.hours_spent is None else row.hours_spent for row in taken if row.proposed_at.astimezone(PARIS).year == year]
    left = max(Decimal(contract.support_hours) - sum(used, Decimal(0)), Decimal(0))
    return Support(contract.number, contract.support_hours, left)


def support_hours_left(session: Session, contract_id: int | None, at: datetime) -> Decimal:
    """Return the hours of advanced support that a contract has left in the civil year of ``at`` (Paris); zero without any."""
    support = support_of(session, contract_id, at)
    return support.left if support else Decimal(0)


def requests_of(session: Session, actor: Actor, *, offset: int, limit: int) -> Rows:
    """Return billable requests with their tickets, latest first: everybody's for the desk, one's organisation's for others.

    ``limit`` + 1 rows at most, to tell whether more follow.
    """
    mine = true() if works_the_desk(actor) else BillableRequest.organisation_id == actor.organisation_id
    return session.execute(
        select(
            Ticket.reference,
            Organisation.name.label("client"),
            BillableRequest.what,
            BillableRequest.hours,
            BillableRequest.hourly_price,
            BillableRequest.hours_spent,
            BillableRequest.state,
            BillableRequest.proposed_at,
        )
        .join(Ticket, Ticket.id == BillableRequest.ticket_id)
        .join(Organisation, Organisation.id == BillableRequest.organisation_id)
        .where(mine)
        .order_by(BillableRequest.proposed_at.desc(), BillableRequest.id.desc())
        .offset(offset)
        .limit(limit + 1)
    ).all()


def panel(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> dict[str, Any] | None:
    """Return the context of the ticket page's part on billable work; None for an interruption, and where nothing was offered."""
    del now  # nothing depends on the present
    if ticket.state not in NOT_INTERRUPTIONS:
        return None
    request = latest_request(session, ticket.id)
    if request is None:
        return None
    client = side_of(actor) is Side.CLIENT
    return {
        "offer": shown(request),
        "may_answer_offer": client and ticket.state is State.QUOTED,
        "may_end_offer": not client and ticket.state in {State.QUOTED, State.BILLABLE},
    }


def shown(request: BillableRequest) -> dict[str, Any]:
    """Return a billable request as its templates show it, with the price and the words of its state."""
    return {"request": request, "price": price(request.hours, request.hourly_price), "state": OFFER_STATES[request.state]}
