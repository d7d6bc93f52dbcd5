"""Taking back steps of the entry and doing them again, whatever page, browser or machine they were made from. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations.queries import ReturnFile, stored_cells
from webapp.declarations.queries.steps import NextSteps, changes_of, next_steps
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sections import section_of
from webapp.declarations.rules.steps import StepKind, taken_back
from webapp.declarations.services.saving import SaveOutcome, hold_for_entry, refuse_reserved, write_cells
from webapp.errors import Conflict


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an undo or a redo did: the table that its step was about, the cells put back, and those left because they changed since."""

    table: str
    back: list[CellKey]
    left: list[CellKey]


def undo_last(session: Session, actor: Actor, clock: Clock, file: ReturnFile) -> TakenBack:
    """Take back the actor's last step on the figures of a return.

    Cells that changed since, by anybody, are left as they are. Raises Conflict when there is nothing to take back, or when the return
    no longer takes entries, or a section is reserved to somebody else.
    """
    found = _next(session, actor, clock, file).undo
    if found is None:
        raise Conflict(_("Il n’y a plus de saisie à annuler."))
    return _take_back(session, actor, clock, file, found.id, StepKind.UNDO)


def redo_last(session: Session, actor: Actor, clock: Clock, file: ReturnFile) -> TakenBack:
    """Do again what the actor last took back. Raises Conflict like `undo_last`."""
    found = _next(session, actor, clock, file).redo
    if found is None:
        raise Conflict(_("Il n’y a plus de saisie à rétablir."))
    return _take_back(session, actor, clock, file, found.id, StepKind.REDO)


def _next(session: Session, actor: Actor, clock: Clock, file: ReturnFile) -> NextSteps:
    hold_for_entry(session, actor, clock, file)
    return next_steps(session, file.id, actor.account_id)


def _take_back(session: Session, actor: Actor, clock: Clock, file: ReturnFile, step_id: int, kind: StepKind) -> TakenBack:
    changes = changes_of(session, step_id)
    tables = {key[0] for key in changes}
    refuse_reserved(actor, clock, file, {section_of(file.model, table) for table in tables if table in file.model.tables})
    outcome = SaveOutcome(stored_cells(session, file.id, tables))
    back, left = taken_back({key: cell.entry for key, cell in outcome.cells.items()}, changes)
    for key, entry in back.items():
        if key in file.model.cells:
            outcome.put(key, entry, actor, clock.now())
    # A step of which every cell changed since is taken back all the same: it must not stand in the way of those before it.
    write_cells(session, actor, clock, file, outcome, kind, undoes=step_id)
    return TakenBack(next(iter(changes))[0] if changes else "", outcome.saved, left)
