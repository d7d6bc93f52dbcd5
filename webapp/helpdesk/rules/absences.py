"""An agent's absence: whole days of Paris, and what must hold of them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: An absence longer than this is a slip of the keyboard.
LONGEST_DAYS = 366


class Problem(StrEnum):
    """Why an absence cannot be written down."""

    BACKWARD = "backward"
    OVER = "over"
    TOO_LONG = "too_long"
    OVERLAPS = "overlaps"
    ONESELF = "oneself"
    SUBSTITUTE_AWAY = "substitute_away"


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day away, both included."""

    first: date
    last: date

    def meets(self, other: "Days") -> bool:
        """Tell whether they share a day."""
        return self.first <= other.last and other.first <= self.last


def problem(
    days: Days, today: date, account_id: int, substitute_id: int | None, own: Iterable[Days], substitutes: Iterable[Days]
) -> Problem | None:
    """Return what is wrong with an absence, or None. ``own`` and ``substitutes`` are the absences already known of either person."""
    if days.last < days.first:
        return Problem.BACKWARD
    if days.last < today:
        return Problem.OVER
    if (days.last - days.first).days >= LONGEST_DAYS:
        return Problem.TOO_LONG
    if any(days.meets(other) for other in own):
        return Problem.OVERLAPS
    if substitute_id == account_id:
        return Problem.ONESELF
    if any(days.meets(other) for other in substitutes):
        return Problem.SUBSTITUTE_AWAY
    return None
