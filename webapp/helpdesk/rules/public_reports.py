"""How much the public form takes, and for how long its links serve."""

from datetime import datetime, timedelta

#: The mailed link confirms within a day: the clock has been running since the form was sent.
CONFIRMED_WITHIN = timedelta(hours=24)
#: Many people share a network behind a proxy; nobody needs more than a few reports an hour.
WINDOW = timedelta(hours=1)
PER_NETWORK = 20
PER_ADDRESS = 3
#: The follow-up link outlives the ticket by this much.
FOLLOWED_FOR = timedelta(days=90)


def network_is_spent(sent_in_window: int) -> bool:
    """Tell whether a network has sent all it may this hour."""
    return sent_in_window >= PER_NETWORK


def address_is_spent(sent_in_window: int) -> bool:
    """Tell whether an address has been mailed all it may be this hour: beyond, the form answers the same and mails nothing."""
    return sent_in_window >= PER_ADDRESS


def may_be_followed(closed_at: datetime | None, now: datetime) -> bool:
    """Tell whether the follow-up link still opens the ticket."""
    return closed_at is None or now < closed_at + FOLLOWED_FOR
