"""The order in which tickets are taken up: the level's own, then priority, then how many people are hit (FL-12.3). Pure."""

from enum import IntEnum

#: How far behind paying clients the others come where the level puts paying clients first.
BEHIND = 100


class Impact(IntEnum):
    """How many people an interruption hits."""

    EVERYBODY = 1
    SEVERAL = 2
    ONE_PERSON = 3


def rank(priority: int, impact: int, *, paying: bool = False, paying_first: bool = False) -> int:
    """Return the place of a ticket in the order of priority; the smaller, the sooner.

    11 to 33: priority, then impact. Where the level puts paying clients first, those who don't pay (freemium, or no contract) come
    behind all of them: 111 to 133.
    """
    behind = BEHIND if paying_first and not paying else 0
    return behind + 10 * priority + impact
