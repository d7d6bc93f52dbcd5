"""Taking back steps of a draft and doing them again, whatever page, browser or machine they were made from."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, NotFound
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, ScopeChange, ScopeStep
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.queries.steps import next_sql
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.steps import Image, StepKind, taken_back
from webapp.scopes.services.files import open_file, require
from webapp.scopes.services.steps import Applied, Edit, apply, image_of


class ChangedSince(Conflict):
    """Lines of the step ``step_id`` have changed since: ``numbers`` names them, ``others`` counts those that could still be taken back."""

    def __init__(self, numbers: Sequence[int], others: int, step_id: int) -> None:
        shown = ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")
        words = ngettext(
            "La ligne %(numbers)s a changé depuis : cette étape ne peut plus être annulée d’un geste.",
            "Ces lignes ont changé depuis : %(numbers)s. Cette étape ne peut plus être annulée d’un geste.",
            len(numbers),
            numbers=shown,
        )
        super().__init__(words, numbers=tuple(numbers), others=others)
        self.numbers, self.others, self.step_id = tuple(numbers), others, step_id


def next_steps(session: Session, dossier_id: int, account_id: int | None, floor: int) -> tuple[int | None, int | None]:
    """Return the steps that « Annuler » and « Rétablir » are about, each None when there is nothing.

    To be undone: the account's last step above ``floor`` that is in effect and no undo. To be done again: its last undo, unless it
    did something new since.
    """
    undo, redo = next_sql(dossier_id, account_id, floor)
    row = session.execute(select(undo.label("undo"), redo.label("redo"))).one()
    return row.undo, row.redo


def undo_last(session: Session, actor: Actor, clock: Clock, number: str) -> Applied:
    """Take back the actor's last step; :class:`Conflict` when there is none, or when somebody changed its lines since."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    step_id, _redo = next_steps(session, file.id, actor.account_id, file.undo_floor)
    if step_id is None:
        raise Conflict(_("Il n’y a plus de modification à annuler."))
    return _take_back(session, actor, clock, file, step_id)


def redo_last(session: Session, actor: Actor, clock: Clock, number: str) -> Applied:
    """Do again what the actor last took back; :class:`Conflict` when there is nothing, or when its lines changed since."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    _undo, step_id = next_steps(session, file.id, actor.account_id, file.undo_floor)
    if step_id is None:
        raise Conflict(_("Il n’y a plus de modification à rétablir."))
    return _take_back(session, actor, clock, file, step_id)


def take_back(session: Session, actor: Actor, clock: Clock, number: str, step_id: int, *, leave_changed: bool = False) -> Applied:
    """Take back any step of the draft, whoever made it; of an undo, that is doing it again.

    :class:`ChangedSince` when some of its lines have changed since, unless ``leave_changed`` leaves those as they are.
    :class:`NotFound` for a step of another file; taking back a step twice is the same as once.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    return _take_back(session, actor, clock, file, step_id, leave_changed=leave_changed)


def _take_back(session: Session, actor: Actor, clock: Clock, file: Dossier, step_id: int, *, leave_changed: bool = False) -> Applied:
    step = session.scalar(select(ScopeStep).where(ScopeStep.id == step_id, ScopeStep.dossier_id == file.id))
    if step is None:
        raise NotFound(f"{file.number}/{step_id}")
    if session.scalar(select(ScopeStep.id).where(ScopeStep.undoes_id == step_id)) is not None:
        return Applied(None, ())
    if step.id <= file.undo_floor:
        raise Conflict(_("Cette étape est déjà dans une version publiée : repartez d’une version plus ancienne."))
    edits, changed = _edits(session, file, step_id)
    if changed and not (leave_changed and edits):
        raise ChangedSince(changed, len(edits), step_id)
    kind = StepKind.REDO if step.kind is StepKind.UNDO else StepKind.UNDO
    return apply(session, actor, clock, file, kind, edits, undoes=step_id)


def _edits(session: Session, file: Dossier, step_id: int) -> tuple[list[Edit], list[int]]:
    """Return what puts the lines of a step back, and the numbers of those that have changed since."""
    changes = select(ScopeChange.line_number, ScopeChange.before, ScopeChange.after).where(ScopeChange.step_id == step_id)
    rows = session.execute(changes.order_by(ScopeChange.line_number)).all()
    numbers = select(ScopeChange.line_number).where(ScopeChange.step_id == step_id)
    present = {row.number: row for row in session.execute(_present(file).where(DraftLine.number.in_(numbers)))}
    codes = {row.id: row.code for row in session.execute(_codes(file))}
    edits, changed = [], []
    for number, before, after in rows:
        target = taken_back(_image(present.get(number)), before, after)
        if target is None:
            changed.append(number)
        else:
            edits.append(
                Edit(
                    number,
                    general=codes[target["general"]],
                    cells=target["cells"],
                    deleted=target["deleted"],
                    rank=target["rank"],
                    expected=present[number].version,
                )
            )
    return edits, changed


def _present(file: Dossier) -> Select[Any]:
    columns = (DraftLine.number, DraftLine.general_line_id, DraftLine.cells, DraftLine.rank, DraftLine.deleted, DraftLine.version)
    return select(*columns).where(DraftLine.dossier_id == file.id).order_by(DraftLine.number)


def _codes(file: Dossier) -> Any:
    return select(GeneralLine.id, GeneralLine.code).where(GeneralLine.dossier_id == file.id).order_by(GeneralLine.id)


def _image(row: AnyRow | None) -> Image | None:
    return None if row is None else image_of(row)
