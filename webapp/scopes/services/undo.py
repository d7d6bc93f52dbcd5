"""Taking back one's last change of a draft, whatever page or browser it was made from."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, ScopeChange
from webapp.scopes.rules.states import Act
from webapp.scopes.services.files import image, log_change, note_edit, open_file, require
from webapp.scopes.services.lines import write_cells

_UNDO = aliased(ScopeChange)

#: What each kind of change is about: undo asks that nothing else has changed there since.
_CONCERNS: dict[str, tuple[str, ...]] = {
    "add": ("cells", "deleted"),
    "edit": ("general", "cells", "deleted"),
    "delete": ("deleted",),
    "move": ("general", "rank", "deleted"),
}


def last_undoable(session: Session, dossier_id: int, account_id: int | None, floor: int) -> ScopeChange | None:
    """Return the account's last change above ``floor`` that is neither an undo nor undone."""
    found: ScopeChange | None = session.scalar(_undoable(select(ScopeChange), dossier_id, account_id, floor))
    return found


def may_undo(session: Session, dossier_id: int, account_id: int | None, floor: int) -> bool:
    """Tell whether the account has a change to take back, without reading it."""
    return session.scalar(_undoable(select(ScopeChange.id), dossier_id, account_id, floor)) is not None


def _undoable(query: Select[Any], dossier_id: int, account_id: int | None, floor: int) -> Select[Any]:
    return (
        query.where(
            ScopeChange.dossier_id == dossier_id,
            ScopeChange.account_id == account_id,
            ScopeChange.id > floor,
            ScopeChange.undoes_id.is_(None),
            ~exists().where(_UNDO.undoes_id == ScopeChange.id),
        )
        .order_by(ScopeChange.id.desc())
        .limit(1)
    )


def undo_last(session: Session, actor: Actor, clock: Clock, number: str) -> DraftLine:
    """Take back the actor's last change; :class:`Conflict` when there is none, or when somebody changed the line since."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    change = last_undoable(session, file.id, actor.account_id, file.undo_floor)
    if change is None:
        raise Conflict(_("Il n’y a plus de modification à annuler."))
    line = _line_of(session, file, change)
    before = image(line)
    _restore(session, line, change)
    line.updated_at = clock.now()
    if change.kind != "move":
        line.version += 1
    log_change(session, actor, clock, line, "undo", before, image(line), undoes=change.id)
    note_edit(session, clock, file)
    return line


def _line_of(session: Session, file: Dossier, change: ScopeChange) -> DraftLine:
    line = session.scalar(
        select(DraftLine)
        .where(DraftLine.dossier_id == file.id, DraftLine.number == change.line_number)
        .execution_options(populate_existing=True)
    )
    expected: dict[str, Any] = change.after or {}
    present = image(line) if line is not None else {}
    if line is None or any(present[key] != expected.get(key) for key in _CONCERNS[change.kind]):
        raise Conflict(
            _(
                "La ligne %(number)d a changé depuis votre modification : elle ne peut plus être annulée d’un geste.",
                number=change.line_number,
            )
        )
    return line


def _restore(session: Session, line: DraftLine, change: ScopeChange) -> None:
    if change.before is None:
        line.deleted = True
    elif change.kind == "delete":
        line.deleted = False
    elif change.kind == "move":
        line.rank = change.before["rank"]
    else:
        if line.general_line_id != change.before["general"]:
            line.general_line_id, line.rank = change.before["general"], change.before["rank"]
        write_cells(line, session.get_one(GeneralLine, line.general_line_id).code, change.before["cells"])
