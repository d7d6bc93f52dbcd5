"""Opening a file to change it: load, authorise, lock, and write down what time has already done."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, NotFound
from webapp.scopes.models import Dossier, DraftLine, ScopeStep
from webapp.scopes.policies import FileFacts, can_act, can_see
from webapp.scopes.queries.rights import right_of
from webapp.scopes.rules.states import Act, Draft, Facts, Online, after, possible, settled


def open_file(session: Session, actor: Actor, clock: Clock, number: str) -> Dossier:
    """Return the file, locked for this transaction and settled at the present instant.

    Somebody else's file is :class:`NotFound`, like one that does not exist.
    """
    query = select(Dossier, right_of(actor, clock.now()).label("right")).where(Dossier.number == number)
    found = session.execute(query.with_for_update(of=Dossier).execution_options(populate_existing=True)).one_or_none()
    if found is None or not can_see(actor, found[0].organisation_id, found.right):
        raise NotFound(number)
    file: Dossier = found[0]
    file.right = found.right
    settle(session, clock, file)
    return file


def settle(session: Session, clock: Clock, file: Dossier) -> None:
    """Write down a publication whose instant has come: the draft is then what is online, and its deletions are final."""
    facts = settled(file.stored, file.effective_at, clock.now())
    if facts == file.stored:
        return
    file.stored = facts
    make_online(session, [file.id])
    file.undo_floor = last_step(session, file)


def make_online(session: Session, dossier_ids: Sequence[int]) -> None:
    """Note that the drafts of these files are what is online: deletions are final, every line stands where it was published."""
    unsynchronised = {"synchronize_session": False}
    theirs = DraftLine.dossier_id.in_(dossier_ids)
    session.execute(delete(DraftLine).where(theirs, DraftLine.deleted), execution_options=unsynchronised)
    # What is already so is not written again: most lines of most versions are those of the one before.
    differs = or_(DraftLine.published_digest.is_distinct_from(DraftLine.digest), DraftLine.published_rank.is_distinct_from(DraftLine.rank))
    session.execute(
        update(DraftLine).where(theirs, differs).values(published_digest=DraftLine.digest, published_rank=DraftLine.rank),
        execution_options=unsynchronised,
    )


def last_step(session: Session, file: Dossier) -> int:
    """Return the id of the file's last step, 0 when there is none."""
    return session.scalar(select(func.max(ScopeStep.id)).where(ScopeStep.dossier_id == file.id)) or 0


def why_not(act: Act, facts: Facts, version: int) -> str:
    """Say why an act is not possible now, and what to do."""
    if facts.online is Online.CLOSED:
        return str(_("Cette portée est fermée : elle se consulte mais ne se modifie plus."))
    if facts.draft is Draft.REQUESTED:
        return str(
            _("La publication de la version %(version)s est demandée : retirez la demande pour modifier la portée.", version=version)
        )
    if act is Act.WITHDRAW_REQUEST:
        return str(_("Aucune demande n’est en attente : la version est déjà en ligne, ou la demande a été retirée."))
    return str(_("Il n’y a rien à publier : la portée en ligne est déjà celle-ci."))


def require(actor: Actor, act: Act, file: Dossier) -> None:
    """Refuse an act that is not this actor's (:class:`Forbidden`) or not possible now (:class:`Conflict`)."""
    if can_act(actor, act, FileFacts(file.organisation_id, file.stored, file.right)):
        return
    if not possible(act, file.stored):
        raise Conflict(why_not(act, file.stored, file.version_number))
    raise Forbidden(act)


def note_edit(session: Session, clock: Clock, file: Dossier, *, differs: bool = False) -> None:
    """Set the draft's state after a change of its lines: editing, or none when it is again what is online.

    ``differs``: the caller knows already that some line is not what is online.
    """
    facts = after(Act.EDIT, file.stored)
    session.flush()
    mine = DraftLine.dossier_id == file.id
    query = select(DraftLine.id).where(mine, DraftLine.differs() | DraftLine.moved()).order_by(DraftLine.id).limit(1)
    differs = differs or session.scalar(query) is not None
    file.stored = facts if differs else after(Act.CLEAN, facts)
    file.updated_at = clock.now()


def subject(file: Dossier) -> str:
    """Name the file as people do, for the audit trail."""
    return subject_of(file.number)


def subject_of(number: str) -> str:
    """Name the file of a number likewise."""
    return f"dossier {number}"
