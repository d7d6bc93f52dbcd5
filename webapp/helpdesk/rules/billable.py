"""Work that is not the repair of an interruption, and that the client may pay for (FL-12.3, FL-12.6a)."""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from webapp.texts import mark as _m

CENT = Decimal("0.01")
#: Hours are told in quarters.
QUARTER = Decimal("0.25")
MOST_HOURS = Decimal(1000)
MOST_PRICE = Decimal(10_000)


class OfferState(StrEnum):
    """Where a billable request stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DONE = "done"


OFFER_STATES: dict[OfferState, str] = {
    OfferState.PROPOSED: _m("proposée"),
    OfferState.ACCEPTED: _m("acceptée"),
    OfferState.REFUSED: _m("refusée"),
    OfferState.WITHDRAWN: _m("retirée"),
    OfferState.DONE: _m("réalisée"),
}


def price(hours: Decimal, hourly_price: Decimal | None) -> Decimal:
    """Return the price in euros, without tax, rounded to the cent; zero within the hours of advanced support (no hourly price)."""
    return (hours * (hourly_price or Decimal(0))).quantize(CENT, ROUND_HALF_UP)


def whole_quarters(hours: Decimal) -> bool:
    """Tell whether hours are a positive number of quarters, within reason."""
    return Decimal(0) < hours <= MOST_HOURS and hours % QUARTER == 0
