"""On which days declarants are reminded, counted from the day on which their return is due. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from webapp.texts import mark as _m

FARTHEST = 180
"""Days before or after the deadline beyond which nobody is reminded."""
MOST_DAYS = 8
STALE = timedelta(days=6)
"""A reminder that was not sent within these days (the portal was stopped) is no longer worth sending."""

UNREADABLE = _m("Écrivez des nombres de jours séparés par des virgules : -15, -3, 1, 8.")
TOO_FAR = _m("Un rappel part au plus 180 jours avant ou après l’échéance.")
TOO_MANY = _m("Huit rappels au plus.")


def parse_days(typed: str) -> tuple[int, ...]:
    """The days that people wrote, sorted, each once; none when the text is empty. Raises ValueError with a marked French message."""
    words = [word for word in re.split(r"[\s,;]+", typed.replace("\u2212", "-")) if word]
    if not all(re.fullmatch(r"[+-]?[0-9]{1,6}", word) for word in words):
        raise ValueError(UNREADABLE)
    days = sorted({int(word) for word in words})
    if any(abs(day) > FARTHEST for day in days):
        raise ValueError(TOO_FAR)
    if len(days) > MOST_DAYS:
        raise ValueError(TOO_MANY)
    return tuple(days)


def written(days: Iterable[int]) -> str:
    """The days as they are stored; ``parse_days`` reads them back."""
    return " ".join(str(day) for day in days)


def reminder_due(days: Sequence[int], due_on: date, today: date, sent_for: date | None) -> date | None:
    """The day of the reminder to send today, None when there is none.

    It is the last one whose day has come, unless it was sent (`sent_for` is the day of the last one sent) or is stale: one mail at
    most catches up with a portal that was stopped, and a deadline put off begins anew.
    """
    come = [due_on + timedelta(days=day) for day in days if due_on + timedelta(days=day) <= today]
    last = max(come, default=None)
    if last is None or today - last > STALE or (sent_for is not None and sent_for >= last):
        return None
    return last
