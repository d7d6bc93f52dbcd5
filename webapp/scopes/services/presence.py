"""Who has a draft on the screen. None of it changes the draft."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.scopes.models import ScopePresence
from webapp.scopes.queries.heads import FileHead

#: Rows that say nothing any more are forgotten after so long.
KEPT = timedelta(days=1)


def be_here(session: Session, actor: Actor, clock: Clock, head: FileHead, line: int | None) -> None:
    """Note that the actor has the file's table on the screen, and which line open: one statement, so two tabs never collide."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    seen: dict[str, Any] = {"name": actor.name, "seen_at": clock.now(), "line_number": line}
    row = insert(ScopePresence).values(organisation_id=head.organisation_id, dossier_id=head.id, account_id=actor.account_id, **seen)
    session.execute(row.on_conflict_do_update(index_elements=["dossier_id", "account_id"], set_=seen))


def forget_presence(session: Session, clock: Clock) -> int:
    """Forget those who were not seen for ``KEPT``; return how many."""
    gone: Any = session.execute(delete(ScopePresence).where(ScopePresence.seen_at < clock.now() - KEPT))
    return int(gone.rowcount)
