"""What waits for a person at each counter, and the search across counters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter's part of the desk or of the search results."""

    title: str
    rows: Sequence[Any]


def what_waits(session: Session, actor: Actor, clock: Clock) -> list[Counter]:
    """Return, for each counter the actor works at, what waits for them."""
    return []


def search_everywhere(session: Session, actor: Actor, folded_words: list[str]) -> list[Counter]:
    """Return what each counter finds, for the organisations the actor may see."""
    return []
