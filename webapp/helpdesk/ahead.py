"""Reading ahead: an act on many tickets reads what its verbs will ask for in a few statements, instead of a few for each ticket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy.orm import Session

_AHEAD = "read_ahead"
T = TypeVar("T")


def remembered(session: Session, what: str, key: Any, read: Callable[[], T]) -> T:
    """Return what was read ahead as (``what``, ``key``), else ``read`` it; outside ``reading_ahead`` nothing is ever kept."""
    held: dict[tuple[str, Any], Any] | None = session.info.get(_AHEAD)
    if held is None:
        return read()
    if (what, key) not in held:
        held[what, key] = read()
    found: T = held[what, key]
    return found


@contextmanager
def reading_ahead(session: Session) -> Iterator[dict[tuple[str, Any], Any]]:
    """Keep inside what is read through ``remembered``, and give the place where more can be put beforehand."""
    held: dict[tuple[str, Any], Any] = {}
    session.info[_AHEAD] = held
    try:
        yield held
    finally:
        del session.info[_AHEAD]
