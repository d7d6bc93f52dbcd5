"""Steps of the entry: what one may take back or do again, and the history of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, String, bindparam, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from webapp.db import plain_rows
from webapp.declarations.models import CellComment, EntryChange, EntryStep
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
    """The steps that « Annuler » and « Rétablir » are about; None when there is nothing. `noted` counts the comments of each cell."""

    undo: StepName | None = None
    redo: StepName | None = None
    noted: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change of a cell: when, by whom, in what act, from what to what."""

    at: datetime
    by: str
    kind: StepKind
    before: Entry
    after: Entry


@cache
def _next() -> Any:
    """The statement of :func:`next_steps` (``file``, ``me``, ``table``), made once: making it takes longer than running it."""
    file, me = bindparam("file", type_=Integer), bindparam("me", type_=Integer)
    in_effect = ~exists().where(_BACK.undoes_id == EntryStep.id)
    last = select(EntryStep.id).where(EntryStep.return_id == file, EntryStep.account_id == me, in_effect)
    last = last.order_by(EntryStep.id.desc()).limit(1)
    new_since = exists().where(
        _LATER.return_id == file,
        _LATER.account_id == me,
        _LATER.id > EntryStep.id,
        _LATER.kind.not_in((StepKind.UNDO, StepKind.REDO)),
    )
    undo = last.where(EntryStep.kind != StepKind.UNDO).scalar_subquery()
    redo = last.where(EntryStep.kind == StepKind.UNDO, ~new_since).scalar_subquery()
    steps = select(EntryStep.id, cast(EntryStep.kind, String).label("kind"), EntryStep.table_code, EntryStep.cell_count)
    noted = (CellComment.return_id == file, CellComment.table_code == bindparam("table"), CellComment.removed_at.is_(None))
    comments = select(literal(0), CellComment.row_code, CellComment.column_code, func.count()).where(*noted)
    return union_all(
        steps.where(EntryStep.return_id == file, or_(EntryStep.id == undo, EntryStep.id == redo)),
        comments.group_by(CellComment.row_code, CellComment.column_code),
    )


def next_steps(session: Session, return_id: int, account_id: int | None, table: str = "") -> NextSteps:
    """What a person may take back and do again on a return: its last step in effect, and its last undo unless it did something since.

    With it, in the one statement, the cells of a table that colleagues commented.
    """
    steps: dict[bool, StepName] = {}
    noted: dict[tuple[str, str], int] = {}
    for number, kind, code, count in plain_rows(session, _next(), {"file": return_id, "me": account_id, "table": table}):
        if number:
            steps[kind == StepKind.UNDO] = StepName(number, StepKind(kind), code, count)
        else:
            noted[kind, code] = count
    return NextSteps(steps.get(False), steps.get(True), noted)


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
