"""How long a sign-in must wait: slows guessing down without giving anybody the means to lock somebody else out.

Three brakes, decided from the failures of the last hour, which every worker reads in the shared database:

* one source on one account: after four failures, a delay that doubles with each further one, up to a quarter of an hour;
* one network on any accounts: a budget of failures an hour (many people share an address behind a proxy or a VPN, so it is wide);
* one account from anywhere: beyond a number of failures an hour, unknown sources share one try every thirty seconds.

A *source* is the browser when it carries the mark of an earlier sign-in to this account, and its network otherwise. A
marked browser answers for its own failures only, so whoever guesses from elsewhere, even from the same network, never
delays the person. The last brake also spares networks from which the account signed in before. Whoever is still held
back on a new machine has « mot de passe oublié », whose link marks the browser. An attempt made while waiting is not
looked at, and does not lengthen the wait. An identifier that nobody bears is treated like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

#: How far back failures count.
WINDOW = timedelta(hours=1)
#: Failures of one source on one account that cost nothing: a caps lock, an old password, a doubt.
FREE_FAILURES = 4
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
#: Failures an hour, over all accounts, that one network may make from unmarked browsers.
NETWORK_BUDGET = 100
#: Failures an hour on one account, from unmarked browsers anywhere, after which unknown sources share a slow lane.
SLOW_LANE_AFTER = 20
SLOW_LANE_GAP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Failures:
    """The instants of the failures that matter for one attempt, in any order.

    ``of_source``: this source on this account since its last success. ``of_network``: this network's unmarked browsers, on
    any account. ``of_account``: this account, from unmarked browsers anywhere. ``is_marked``: the browser signed in to this account
    before; ``is_familiar``: its network did.
    """

    of_source: Sequence[datetime] = ()
    of_network: Sequence[datetime] = ()
    of_account: Sequence[datetime] = ()
    is_marked: bool = False
    is_familiar: bool = False


def wait_until(failures: Failures, now: datetime) -> datetime | None:
    """Return the instant before which the attempt is not looked at, or None when it may proceed."""
    ends = [_source_wait(_recent(failures.of_source, now))]
    if not failures.is_marked:
        ends.append(_network_wait(_recent(failures.of_network, now)))
        if not failures.is_familiar:
            ends.append(_slow_lane(_recent(failures.of_account, now)))
    latest = max((end for end in ends if end is not None), default=None)
    return latest if latest is not None and latest > now else None


def _recent(instants: Sequence[datetime], now: datetime) -> list[datetime]:
    return sorted(at for at in instants if now - WINDOW < at <= now)


def _source_wait(recent: list[datetime]) -> datetime | None:
    doublings = len(recent) - FREE_FAILURES - 1
    if doublings < 0:
        return None
    delay: timedelta = FIRST_DELAY * 2 ** min(doublings, 20)
    return recent[-1] + min(delay, LONGEST_DELAY)


def _network_wait(recent: list[datetime]) -> datetime | None:
    return recent[-NETWORK_BUDGET] + WINDOW if len(recent) >= NETWORK_BUDGET else None


def _slow_lane(recent: list[datetime]) -> datetime | None:
    return recent[-1] + SLOW_LANE_GAP if len(recent) > SLOW_LANE_AFTER else None


def network_of(address: str | None) -> str:
    """Return what counts as one network: the IPv4 address, the /64 of an IPv6 one; ``?`` for what is not an address."""
    try:
        parsed = ip_address((address or "").split("%")[0])
    except ValueError:
        return "?"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


def name_key(username: str) -> str:
    """Return the key under which attempts on an identifier are counted.

    A digest: people type their password in the wrong field, and an unknown identifier is nobody's business.
    """
    return sha256(username.encode()).hexdigest()
