"""Opening a file to change it: load, authorise, lock, and write down what time has already done."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, NotFound
from webapp.scopes.models import Dossier, DraftLine, ScopeChange
from webapp.scopes.policies import FileFacts, can_act, can_see
from webapp.scopes.rules.states import Act, Draft, Facts, Online, after, possible, settled


def open_file(session: Session, actor: Actor, clock: Clock, number: str) -> Dossier:
    """Return the file, locked for this transaction and settled at the present instant.

    Somebody else's file is :class:`NotFound`, like one that does not exist.
    """
    query = select(Dossier).where(Dossier.number == number).with_for_update().execution_options(populate_existing=True)
    file = session.scalar(query)
    if file is None or not can_see(actor, file.organisation_id):
        raise NotFound(number)
    settle(session, clock, file)
    return file


def settle(session: Session, clock: Clock, file: Dossier) -> None:
    """Write down a publication whose instant has come: the draft is then what is online, and its deletions are final."""
    facts = settled(file.stored, file.effective_at, clock.now())
    if facts == file.stored:
        return
    file.stored = facts
    mine = DraftLine.dossier_id == file.id
    session.execute(delete(DraftLine).where(mine, DraftLine.deleted), execution_options={"synchronize_session": False})
    session.execute(
        update(DraftLine).where(mine).values(published_digest=DraftLine.digest, published_rank=DraftLine.rank),
        execution_options={"synchronize_session": False},
    )
    file.undo_floor = last_change(session, file)


def last_change(session: Session, file: Dossier) -> int:
    """Return the id of the file's last change, 0 when there is none."""
    return session.scalar(select(func.max(ScopeChange.id)).where(ScopeChange.dossier_id == file.id)) or 0


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
    if can_act(actor, act, FileFacts(file.organisation_id, file.stored)):
        return
    if not possible(act, file.stored):
        raise Conflict(why_not(act, file.stored, file.version_number))
    raise Forbidden(act)


def note_edit(session: Session, clock: Clock, file: Dossier) -> None:
    """Set the draft's state after a change of its lines: editing, or none when it is again what is online."""
    facts = after(Act.EDIT, file.stored)
    session.flush()
    changed = session.scalar(
        select(DraftLine.id).where(DraftLine.dossier_id == file.id, DraftLine.differs() | DraftLine.moved()).order_by(DraftLine.id).limit(1)
    )
    file.stored = facts if changed is not None else after(Act.CLEAN, facts)
    file.updated_at = clock.now()


def subject(file: Dossier) -> str:
    """Name the file as people do, for the audit trail."""
    return f"dossier {file.number}"


def log_change(
    session: Session,
    actor: Actor,
    clock: Clock,
    line: DraftLine,
    kind: str,
    before: dict[str, Any] | None,
    after_: dict[str, Any] | None,
    undoes: int | None = None,
) -> None:
    """Add one change of one line to the file's log."""
    session.add(
        ScopeChange(
            organisation_id=line.organisation_id,
            dossier_id=line.dossier_id,
            account_id=actor.account_id,
            actor_name=actor.name,
            at=clock.now(),
            kind=kind,
            line_number=line.number,
            line_version=line.version,
            before=before,
            after=after_,
            undoes_id=undoes,
        )
    )


def image(line: DraftLine) -> dict[str, Any]:
    """Return what the change log keeps of a line."""
    return {"general": line.general_line_id, "cells": dict(line.cells), "rank": line.rank, "deleted": line.deleted}
