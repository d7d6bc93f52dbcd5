"""The annexes of published versions as PDFs: made once each, by a job after midnight or for whoever asks first, and kept."""

import fcntl
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actor import SYSTEM
from webapp.clock import Clock
from webapp.db import Database
from webapp.errors import NotFound
from webapp.pdf import PdfError, render
from webapp.scopes.models import Dossier, PublishedVersion, VersionAnnex
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.annex import data_of
from webapp.scopes.rules.states import Online

log = structlog.get_logger()

#: Seconds that one run of the job spends on annexes before it lets other jobs pass.
LONGEST_RUN = 20


class AnnexBusy(Exception):
    """Another annex is being made on this machine: one at a time, so that its memory stays within bounds."""


def stored(session: Session, version_id: int) -> bytes | None:
    """Return the annex of a version if it was made."""
    return session.scalar(select(VersionAnnex.pdf).where(VersionAnnex.version_id == version_id))


def make(database: Database, clock: Clock, public_url: str, folder: Path, version_id: int) -> bytes:
    """Make the annex of a version and keep it; return the one that is kept, which another maker may have written first.

    Nothing is locked in the database while typst works. :class:`AnnexBusy` when this machine is making another one
    (``folder`` holds the mark), :class:`PdfError` when the document cannot be made.
    """
    with _alone(folder):
        with database.reader() as session:
            session.acts_for(SYSTEM)
            version = _version(session, version_id)
        if version.pdf is not None:
            return bytes(version.pdf)
        image = json.loads(version.snapshot)
        pdf = render("annex", data_of(image, version.sha256, f"{public_url}/registre/{image['number']}/v/{version.number}"))
    row = {"version_id": version_id, "organisation_id": version.organisation_id, "made_at": clock.now(), "pdf": pdf}
    try:
        with database.transaction(SYSTEM) as session:
            session.add(VersionAnnex(**row, sha256=hashlib.sha256(pdf).hexdigest()))
    except IntegrityError:  # another machine was first: its bytes are those that were given out
        with database.reader() as session:
            session.acts_for(SYSTEM)
            return stored(session, version_id) or pdf
    return pdf


def _version(session: Session, version_id: int) -> AnyRow:
    """Return what the annex is drawn from, and the annex if it was made meanwhile."""
    version = session.execute(
        select(
            PublishedVersion.organisation_id, PublishedVersion.number, PublishedVersion.sha256, PublishedVersion.snapshot, VersionAnnex.pdf
        )
        .outerjoin(VersionAnnex, VersionAnnex.version_id == PublishedVersion.id)
        .where(PublishedVersion.id == version_id)
    ).one_or_none()
    if version is None:
        raise NotFound(str(version_id))
    return version


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one maker of this machine work at a time; the mark goes with the process that held it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "annex.lock").open("w") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnnexBusy from None
        yield


class AnnexMaker:
    """Makes the annexes that wait: those of versions in force, latest first; one that fails is left to whoever asks for it."""

    def __init__(self, database: Database, clock: Clock, public_url: str, folder: Path) -> None:
        self.database, self.clock, self.public_url, self.folder = database, clock, public_url, folder
        self.failed: set[int] = set()

    def run(self, elapsed: Callable[[], float] = time.monotonic) -> int:
        """Make annexes for some seconds; return how many were made."""
        started, made = elapsed(), 0
        while elapsed() - started < LONGEST_RUN:
            version_id = self._next()
            if version_id is None:
                break
            try:
                make(self.database, self.clock, self.public_url, self.folder, version_id)
                made += 1
            except AnnexBusy:
                break
            except PdfError as error:
                self.failed.add(version_id)
                log.warning("annex.failed", version_id=version_id, reason=str(error))
        return made

    def _next(self) -> int | None:
        query = (
            select(PublishedVersion.id)
            .join(Dossier, Dossier.id == PublishedVersion.dossier_id)
            .outerjoin(VersionAnnex, VersionAnnex.version_id == PublishedVersion.id)
            .where(
                VersionAnnex.version_id.is_(None),
                PublishedVersion.notified_at.is_not(None),
                PublishedVersion.withdrawn_at.is_(None),
                PublishedVersion.effective_at == Dossier.effective_at,
                Dossier.online == Online.PUBLISHED,
                PublishedVersion.id.not_in(self.failed),
            )
            .order_by(PublishedVersion.effective_at.desc(), PublishedVersion.id)
            .limit(1)
        )
        with self.database.reader() as session:
            session.acts_for(SYSTEM)
            return session.scalar(query)
