"""Who has a return on the screen. None of it changes the return."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp import presence
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import write_over
from webapp.declarations.models import ReturnPresence
from webapp.declarations.queries import ReturnFile


def be_here(session: Session, actor: Actor, clock: Clock, file: ReturnFile, table: str, *, enters: bool) -> None:
    """Note that the actor has a table of the return on the screen (empty: the page that submits it), and whether to fill it in."""
    key = {"organisation_id": file.organisation_id, "return_id": file.id, "account_id": actor.account_id}
    seen = {"name": actor.name, "seen_at": clock.now(), "table_code": table, "enters": enters}
    write_over(session, ReturnPresence, key, seen)


def forget_presence(session: Session, clock: Clock) -> int:
    """Forget those who were not seen for a day; return how many."""
    return presence.forget(session, ReturnPresence.seen_at, clock.now())
