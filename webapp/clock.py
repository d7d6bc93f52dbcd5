"""The one source of the present instant, injected so that tests and demonstrations can freeze it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Clock(Protocol):
    """Anything that tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands still until it is moved: for tests and for demonstration content."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def now(self) -> datetime:
        """Return the instant the clock was last set to, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move the clock to the aware instant ``at``; a naive one is a ``ValueError``."""
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by ``by`` (backward when negative)."""
        self._at += by
