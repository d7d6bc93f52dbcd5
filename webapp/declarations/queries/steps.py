"""Steps of the entry: what one may take back or do again, and the history of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, exists, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.declarations.models import EntryChange, EntryStep
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.steps import Change, StepKind, entry_of
from webapp.declarations.rules.values import Entry

#: Changes on the page of a cell: those before are seldom asked for, and a cell changes a few times a year.
MOST_CHANGES = 100

_BACK = aliased(EntryStep)
_LATER = aliased(EntryStep)


@dataclass(frozen=True, slots=True)
class StepName:
    """A step as a button names it: its kind, the table where it begins, and how many cells."""

    id: int
    kind: StepKind
    table: str
    cells: int


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The steps that « Annuler » and « Rétablir » are about; None when there is nothing."""

    undo: StepName | None = None
    redo: StepName | None = None


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change of a cell: when, by whom, in what act, from what to what."""

    at: datetime
    by: str
    kind: StepKind
    before: Entry
    after: Entry


def _next_sql(return_id: int, account_id: int | None) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    mine = (EntryStep.return_id == return_id, EntryStep.account_id == account_id)
    in_effect = ~exists().where(_BACK.undoes_id == EntryStep.id)
    last = select(EntryStep.id).where(*mine, in_effect).order_by(EntryStep.id.desc()).limit(1)
    new_since = exists().where(
        _LATER.return_id == return_id,
        _LATER.account_id == account_id,
        _LATER.id > EntryStep.id,
        _LATER.kind.not_in((StepKind.UNDO, StepKind.REDO)),
    )
    undo = last.where(EntryStep.kind != StepKind.UNDO).scalar_subquery()
    return undo, last.where(EntryStep.kind == StepKind.UNDO, ~new_since).scalar_subquery()


def next_steps(session: Session, return_id: int, account_id: int | None) -> NextSteps:
    """What a person may take back and do again on a return: its last step in effect, and its last undo unless it did something since."""
    undo, redo = _next_sql(return_id, account_id)
    step = (EntryStep.id, EntryStep.kind, EntryStep.table_code, EntryStep.cell_count)
    rows = session.execute(select(*step).where(EntryStep.return_id == return_id, or_(EntryStep.id == undo, EntryStep.id == redo))).all()
    found = {row.kind is StepKind.UNDO: StepName(*row) for row in rows}
    return NextSteps(found.get(False), found.get(True))


def changes_of(session: Session, step_id: int) -> dict[CellKey, Change]:
    """What a step did to each cell, in the order of their codes."""
    columns = (EntryChange.table_code, EntryChange.row_code, EntryChange.column_code, EntryChange.before, EntryChange.after)
    rows = session.execute(select(*columns).where(EntryChange.step_id == step_id).order_by(*columns[:3]))
    return {(table, row, column): (entry_of(before), entry_of(after)) for table, row, column, before, after in rows}


def history_of_cell(session: Session, return_id: int, key: CellKey) -> list[PastChange]:
    """The changes of a cell, latest first."""
    rows = session.execute(
        select(EntryStep.at, EntryStep.actor_name, EntryStep.kind, EntryChange.before, EntryChange.after)
        .join(EntryStep, EntryStep.id == EntryChange.step_id)
        .where(
            EntryChange.return_id == return_id,
            EntryChange.table_code == key[0],
            EntryChange.row_code == key[1],
            EntryChange.column_code == key[2],
        )
        .order_by(EntryStep.id.desc())
        .limit(MOST_CHANGES)
    )
    return [PastChange(at, by, kind, entry_of(before), entry_of(after)) for at, by, kind, before, after in rows]
