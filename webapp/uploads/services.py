"""Keeping files in use, giving them up, and sweeping away those that nobody uses."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.clock import Clock
from webapp.uploads.models import StoredFile
from webapp.uploads.storage import FileStore, Stored

log = structlog.get_logger()

#: How long a file may stay on disk without being in use: a form that was refused is sent again within this time.
UNUSED_FOR = timedelta(days=2)


def keep(session: Session, clock: Clock, stored: Stored) -> StoredFile:
    """Note in the caller's transaction that a stored file is in use."""
    row = StoredFile(key=stored.key, size=stored.size, sha256=stored.sha256, created_at=clock.now())
    session.add(row)
    session.flush()
    return row


def store(session: Session, clock: Clock, files: FileStore, content: bytes) -> StoredFile:
    """Write ``content`` to the store and note it in the caller's transaction: ``row.key`` finds it again by ``files.read(key)``.

    Raises ``Invalid`` when the disk is full. When the transaction is rolled back the file is swept away later.
    """
    return keep(session, clock, files.put(content))


def put_to_use(session: Session, clock: Clock, files: FileStore, stored: Stored) -> str:
    """Note a stored file as in use; one that already is (a form sent twice) is stored again under a key of its own. Returns the key."""
    if session.get(StoredFile, stored.key) is None:
        return keep(session, clock, stored).key
    return store(session, clock, files, files.read(stored.key)).key


def give_up(session: Session, key: str) -> None:
    """Note in the caller's transaction that a file is out of use. Remove its bytes after the commit, or leave them to the sweep."""
    session.execute(delete(StoredFile).where(StoredFile.key == key))


def sweep(session: Session, clock: Clock, files: FileStore) -> int:
    """Remove the files that have been on disk for two days and that no committed row names; return how many."""
    old = list(files.older_than(clock.now() - UNUSED_FOR))
    used: set[str] = set()
    for first in range(0, len(old), 500):
        names = [place.name for place in old[first : first + 500]]
        used.update(session.scalars(select(StoredFile.key).where(StoredFile.key.in_(names))))
    unused = [place for place in old if place.name not in used]
    for place in unused:
        place.unlink(missing_ok=True)
    if unused:
        log.info("uploads.swept", files=len(unused))
    return len(unused)
