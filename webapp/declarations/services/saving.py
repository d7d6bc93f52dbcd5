"""What changes the figures of a return: cells entered by several people at once. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import plain_rows
from webapp.declarations.models import CellValue, EntryChange, EntryStep, Return
from webapp.declarations.policies import ReturnFacts, can_enter, can_enter_section
from webapp.declarations.queries import ReturnFile, StoredCell, stored_cells
from webapp.declarations.rules import workflow
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sections import section_of
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.steps import Change, StepKind, image_of
from webapp.declarations.rules.values import EMPTY, Entry, display, same_entry
from webapp.errors import Conflict


@dataclass(frozen=True, slots=True)
class Typed:
    """What one person typed in one cell, over which version and which shown text."""

    raw: str
    version: int
    shown: str


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell that somebody else changed meanwhile: what both typed."""

    mine: Entry
    theirs: StoredCell


@dataclass(slots=True)
class SaveOutcome:
    """What a save did: the cells with their new versions, those that it replaced, those refused because somebody else changed them."""

    cells: dict[CellKey, StoredCell]
    replaced: dict[CellKey, StoredCell | None] = field(default_factory=dict)
    """Each cell saved, with what stood there before; None where nothing ever did."""
    conflicts: dict[CellKey, CellConflict] = field(default_factory=dict)

    @property
    def saved(self) -> list[CellKey]:
        """The cells saved, in the order of the form."""
        return list(self.replaced)

    def put(self, key: CellKey, entry: Entry, actor: Actor, at: datetime) -> None:
        """Put an entry in a cell, as its next version."""
        stored = self.cells.get(key)
        self.cells[key] = StoredCell(entry, (stored.version if stored else 0) + 1, actor.name, at)
        self.replaced[key] = stored


def sheet_of(file: ReturnFile, cells: Mapping[CellKey, StoredCell], table: Table | None = None) -> Sheet:
    """The figures of a return as they are being entered; only what a `table` needs, when given."""
    return Sheet(file.model, {key: cell.entry for key, cell in cells.items()}, table, file.previous)


def save_cells(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    typed: Mapping[CellKey, Typed],
    tables: Collection[str] | None = None,
    kind: StepKind = StepKind.ENTER,
    *,
    leave_conflicts: bool = False,
) -> SaveOutcome:
    """Save what was typed in some cells of a return, each over the version it was typed on, as one step of `kind`.

    `tables` (all by default) are those whose cells the outcome gives; they include those of the typed cells.

    A cell whose text was left as shown is not touched. One that somebody else changed meanwhile, to something else, is a conflict: then
    nothing is saved, unless `leave_conflicts` saves the others; the caller shows both. Unreadable texts are saved and marked. Raises
    Conflict when the return no longer takes entries or a section is reserved to somebody else, KeyError for a cell that people do not
    fill in.
    """
    hold_for_entry(session, actor, clock, file)
    touched = {key[0] for key, item in typed.items() if item.raw.strip() != item.shown.strip()}
    refuse_reserved(actor, clock, file, {section_of(file.model, table) for table in touched})
    cells = stored_cells(session, file.id, tables)
    outcome = SaveOutcome(dict(cells))
    for key, cell_typed in typed.items():
        _save_cell(actor, clock, file, key, cell_typed, outcome)
    if outcome.conflicts and not leave_conflicts:
        return SaveOutcome(cells, conflicts=outcome.conflicts)
    if outcome.replaced:
        write_cells(session, actor, clock, file, outcome, kind)
    return outcome


def refuse_reserved(actor: Actor, clock: Clock, file: ReturnFile, sections: Collection[str]) -> None:
    """Raise Conflict when one of the sections is reserved to somebody else."""
    for section in sorted(sections):
        if not can_enter_section(section, actor, file.facts, clock.now()):
            holder = file.facts.reserved[section]
            raise Conflict(_("Cette section est réservée à %(name)s : vous pouvez la lire, pas la remplir.", name=holder.name))


def _save_cell(actor: Actor, clock: Clock, file: ReturnFile, key: CellKey, typed: Typed, outcome: SaveOutcome) -> None:
    cell = file.model.cells[key]
    if cell.formula is not None:
        raise KeyError(key)
    mine = cell.read(typed.raw)
    stored = outcome.cells.get(key)
    present = stored.entry if stored else EMPTY
    if typed.raw.strip() == typed.shown.strip() or same_entry(mine, present):
        return
    if stored and stored.version != typed.version:
        outcome.conflicts[key] = CellConflict(mine, stored)
        return
    outcome.put(key, mine, actor, clock.now())


def write_cells(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, outcome: SaveOutcome, kind: StepKind, undoes: int | None = None
) -> None:
    """Write what an outcome changed, and the step that it is: five statements at most, however many cells."""
    added = [_row(actor, file, key, outcome.cells[key]) for key, before in outcome.replaced.items() if before is None]
    changed = [_row(actor, file, key, outcome.cells[key]) for key, before in outcome.replaced.items() if before is not None]
    if added:
        session.execute(insert(CellValue), added)
    if changed:
        session.execute(update(CellValue), changed)
    if outcome.replaced:  # not through the mapped row: a figure is no new version of the return
        dated = update(Return).where(Return.id == file.id).values(figures_at=clock.now())
        session.execute(dated, execution_options={"synchronize_session": False})
    changes = {key: (before.entry if before else EMPTY, outcome.cells[key].entry) for key, before in outcome.replaced.items()}
    add_step(session, actor, clock, file, kind, changes, undoes)


def add_step(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    kind: StepKind,
    changes: Mapping[CellKey, Change],
    undoes: int | None = None,
) -> None:
    """Remember an act on the figures with what it did to each cell."""
    step = {
        "organisation_id": file.organisation_id,
        "return_id": file.id,
        "account_id": actor.account_id,
        "actor_name": actor.name,
        "at": clock.now(),
        "kind": kind,
        "table_code": next(iter(changes), ("",))[0],
        "cell_count": len(changes),
        "undoes_id": undoes,
    }
    step_id = session.execute(insert(EntryStep).values(step).returning(EntryStep.id)).scalar_one()
    if changes:
        session.execute(
            insert(EntryChange),
            [
                {
                    "organisation_id": file.organisation_id,
                    "return_id": file.id,
                    "step_id": step_id,
                    **dict(zip(("table_code", "row_code", "column_code"), key, strict=True)),
                    "before": image_of(before),
                    "after": image_of(after),
                }
                for key, (before, after) in changes.items()
            ],
        )


def _row(actor: Actor, file: ReturnFile, key: CellKey, cell: StoredCell) -> dict[str, object]:
    return {
        "organisation_id": file.organisation_id,
        "return_id": file.id,
        "table_code": key[0],
        "row_code": key[1],
        "column_code": key[2],
        "kind": cell.entry.kind,
        "raw": cell.entry.raw,
        "value": cell.entry.value,
        "version": cell.version,
        "edited_by": actor.account_id,
        "edited_by_name": cell.by,
        "edited_at": cell.at,
    }


def figures_seen(cells: Mapping[CellKey, StoredCell], documents: Collection[str] = ()) -> str:
    """Return a digest of which figures stand, by their versions, and which documents: what a person looked at before submitting."""
    return workflow.digest("\n".join(sorted([*(f"{'.'.join(key)}~{cell.version}" for key, cell in cells.items()), *documents])))


def verify(text: str, sha256: str) -> bool:
    """Whether a stored snapshot still is what was frozen."""
    return workflow.digest(text) == sha256 and isinstance(json.loads(text), dict)


def shown_text(file: ReturnFile, key: CellKey, cells: Mapping[CellKey, StoredCell]) -> str:
    """The text that a cell's field shows."""
    return display(cells[key].entry, file.model.cells[key].decimals) if key in cells else ""


def locked(session: Session, file: ReturnFile) -> Return:
    """The return, held until the end of the transaction, as it is now."""
    query = select(Return).where(Return.id == file.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


_HELD = select(Return.state).where(Return.id == bindparam("file")).with_for_update()


def hold_for_entry(session: Session, actor: Actor, clock: Clock, file: ReturnFile) -> None:
    """Hold the return for somebody who fills it in, until the end of the transaction. Raises Conflict when it takes no entries any more."""
    state = plain_rows(session, _HELD, {"file": file.id}).scalar_one()
    if not can_enter(actor, replace(file.facts, state=state), clock.now()):
        raise Conflict(_("Cette déclaration n’accepte plus de saisie : elle a été déposée, ou sa campagne est close."))


def facts_now(file: ReturnFile, row: Return) -> ReturnFacts:
    """The facts as they are under the lock: the state may have moved since the page was loaded."""
    return replace(file.facts, state=row.state)
