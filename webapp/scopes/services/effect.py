"""What follows from a publication that took effect: stored facts, audit event, notices; exactly once, for all files together.

Nothing here makes a version public: the register reads ``effective_at <= now``. A sweeper that comes late, twice, or dies between two
chunks changes nothing of what people see, and what it leaves undone the next one does.
"""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.actor import SYSTEM
from webapp.clock import Clock
from webapp.db import Database
from webapp.evidence.services import record
from webapp.outbox.services import Mail, enqueue_all
from webapp.scopes import mails
from webapp.scopes.models import Dossier, PublishedVersion, ScopeStep
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.queries.rights import editors_of
from webapp.scopes.rules.states import EVIDENCE, Act, Facts, settled
from webapp.scopes.services.files import make_online, subject_of

#: Versions, and lines of drafts, that one transaction takes: others wait for it, at most a second or two.
MOST_VERSIONS = 200
MOST_LINES = 20_000


def sweep(database: Database, clock: Clock, public_url: str) -> int:
    """Take each version whose instant has come through what follows from it, chunk by chunk; return how many were new."""
    told = 0
    while True:
        with database.transaction(SYSTEM) as session:
            found, new = take_effect(session, clock, public_url)
        told += new
        if not found:
            return told


def take_effect(session: Session, clock: Clock, public_url: str) -> tuple[int, int]:
    """Do one chunk in the caller's transaction; return how many versions were found due, and how many this transaction told.

    Files are locked before their versions, as everywhere; those that somebody else holds are left for the next sweep. A version is
    told by the transaction that marks it, and by no other.
    """
    due = _due(session, clock)
    if not due:
        return 0, 0
    _settle(session, clock, due)
    marked = (
        update(PublishedVersion)
        .where(PublishedVersion.id.in_([row.id for row in due]), PublishedVersion.notified_at.is_(None))
        .values(notified_at=clock.now())
        .returning(PublishedVersion.id)
    )
    mine = set(session.scalars(marked, execution_options={"synchronize_session": False}))
    new = [row for row in due if row.id in mine]
    for row in new:
        record(
            session,
            SYSTEM,
            clock,
            action=EVIDENCE[Act.TAKE_EFFECT] or "",
            subject=subject_of(row.file_number),
            organisation_id=row.organisation_id,
            detail={"version": row.number, "sha256": row.sha256, "effective_at": row.effective_at.isoformat()},
        )
    _tell(session, clock, [row for row in new if row.withdrawn_at is None], public_url)
    session.flush()
    return len(due), len(new)


def _due(session: Session, clock: Clock) -> Sequence[AnyRow]:
    """Return the versions to tell, oldest first, as many as one transaction takes; their files are locked."""
    rows = session.execute(
        select(
            PublishedVersion.id,
            PublishedVersion.number,
            PublishedVersion.sha256,
            PublishedVersion.effective_at,
            PublishedVersion.withdrawn_at,
            PublishedVersion.organisation_id,
            PublishedVersion.line_count,
            Dossier.id.label("dossier_id"),
            Dossier.number.label("file_number"),
            Dossier.online,
            Dossier.draft,
            Dossier.effective_at.label("last_effective_at"),
        )
        .join(Dossier, Dossier.id == PublishedVersion.dossier_id)
        .where(PublishedVersion.notified_at.is_(None), PublishedVersion.effective_at <= clock.now())
        .order_by(PublishedVersion.id)
        .limit(MOST_VERSIONS)
        .with_for_update(of=Dossier, skip_locked=True)
    ).all()
    lines = 0
    for place, row in enumerate(rows):
        lines += row.line_count
        if lines > MOST_LINES and place:
            return rows[:place]
    return rows


def _settle(session: Session, clock: Clock, due: Sequence[AnyRow]) -> None:
    """Write down what time has done to these files: what was asked for is online, and the drafts are what is online."""
    targets: dict[Facts, set[int]] = {}
    for row in due:
        stored = Facts(row.online, row.draft)
        facts = settled(stored, row.last_effective_at, clock.now())
        if facts != stored:
            targets.setdefault(facts, set()).add(row.dossier_id)
    last_step = select(func.coalesce(func.max(ScopeStep.id), 0)).where(ScopeStep.dossier_id == Dossier.id).scalar_subquery()
    for facts, ids in targets.items():
        make_online(session, sorted(ids))
        session.execute(
            update(Dossier).where(Dossier.id.in_(ids)).values(online=facts.online, draft=facts.draft, undo_floor=last_step),
            execution_options={"synchronize_session": False},
        )


def _tell(session: Session, clock: Clock, versions: Sequence[AnyRow], public_url: str) -> None:
    """Queue one mail a version for each person who edits its file."""
    editors: dict[int, list[AnyRow]] = {}
    for person in editors_of(session, [row.dossier_id for row in versions], clock.now(), willing=True):
        editors.setdefault(person.dossier_id, []).append(person)
    queued: list[Mail] = []
    for row in versions:
        people = editors.get(row.dossier_id, [])
        if people:
            link = f"{public_url}/registre/{row.file_number}"
            title, body = mails.published(row.file_number, row.number, row.effective_at, link)
            queued.extend(Mail(person.email, title, body, f"scope-published:{row.id}:{person.account_id}") for person in people)
    enqueue_all(session, clock, queued)
