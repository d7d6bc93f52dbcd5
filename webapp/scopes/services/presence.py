"""Who has a draft on the screen. None of it changes the draft."""

from sqlalchemy.orm import Session

from webapp import presence
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import write_over
from webapp.scopes.models import ScopePresence
from webapp.scopes.queries.heads import FileHead


def be_here(session: Session, actor: Actor, clock: Clock, head: FileHead, line: int | None) -> None:
    """Note that the actor has the file's table on the screen, and which line open."""
    key = {"organisation_id": head.organisation_id, "dossier_id": head.id, "account_id": actor.account_id}
    write_over(session, ScopePresence, key, {"name": actor.name, "seen_at": clock.now(), "line_number": line})


def forget_presence(session: Session, clock: Clock) -> int:
    """Forget those who were not seen for a day; return how many."""
    return presence.forget(session, ScopePresence.seen_at, clock.now())
