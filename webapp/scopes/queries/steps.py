"""Steps of a draft: what may be taken back or done again, and what a page of the editor says above and below its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, String, bindparam, cast, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from webapp.db import UtcDateTime, plain_rows
from webapp.errors import NotFound
from webapp.presence import PRESENT_FOR
from webapp.scopes.models import ScopeChange, ScopePresence, ScopeStep
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.steps import StepKind

_BACK = aliased(ScopeStep)
_LATER = aliased(ScopeStep)
_TAKEN = aliased(ScopeStep)


def in_effect() -> ColumnElement[bool]:
    """SQL: no other step has taken this one back."""
    return ~exists().where(_BACK.undoes_id == ScopeStep.id)


def next_sql(dossier_id: Any, account_id: Any, floor: Any) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """SQL: the ids of the steps that the account's « Annuler » and « Rétablir » are about, above ``floor``."""
    mine = (ScopeStep.dossier_id == dossier_id, ScopeStep.account_id == account_id, ScopeStep.id > floor)
    last = select(ScopeStep.id).where(*mine, in_effect()).order_by(ScopeStep.id.desc()).limit(1)
    new_since = exists().where(
        _LATER.dossier_id == dossier_id,
        _LATER.account_id == account_id,
        _LATER.id > ScopeStep.id,
        _LATER.kind.not_in((StepKind.UNDO, StepKind.REDO)),
    )
    undo = last.where(ScopeStep.kind != StepKind.UNDO).scalar_subquery()
    redo = last.where(ScopeStep.kind == StepKind.UNDO, ~new_since).scalar_subquery()
    return undo, redo


#: Changes of others that are looked at: beyond, the page is to be loaded again anyway.
MOST_ELSEWHERE = 200
#: Steps on a page of the history, and lines on a page of one step.
PAGE_STEPS, PAGE_STEP_LINES = 50, 100


def _steps(dossier_id: int) -> Any:
    first = select(func.min(ScopeChange.line_number)).where(ScopeChange.step_id == ScopeStep.id).correlate(ScopeStep).scalar_subquery()
    return (
        select(
            ScopeStep.id,
            ScopeStep.actor_name,
            ScopeStep.at,
            ScopeStep.kind,
            ScopeStep.line_count,
            ScopeStep.note,
            first.label("first"),
            in_effect().label("in_effect"),
            _TAKEN.id.label("taken_id"),
            _TAKEN.kind.label("taken_kind"),
        )
        .outerjoin(_TAKEN, _TAKEN.id == ScopeStep.undoes_id)
        .where(ScopeStep.dossier_id == dossier_id)
    )


def steps_page(session: Session, dossier_id: int, before: int | None = None) -> Sequence[AnyRow]:
    """Return a page of a file's steps, latest first, those below the id ``before``; one more than the page when there are others.

    ``first`` is the lowest line of the step, ``taken_id`` and ``taken_kind`` the step that it takes back, if it is an undo or a redo.
    """
    query = _steps(dossier_id)
    if before is not None:
        query = query.where(ScopeStep.id < before)
    return session.execute(query.order_by(ScopeStep.id.desc()).limit(PAGE_STEPS + 1)).all()


def one_step(session: Session, dossier_id: int, step_id: int) -> AnyRow:
    """Return a step of the file as :func:`steps_page` does, or :class:`NotFound`."""
    row: AnyRow | None = session.execute(_steps(dossier_id).where(ScopeStep.id == step_id)).one_or_none()
    if row is None:
        raise NotFound(str(step_id))
    return row


def step_changes(session: Session, dossier_id: int, step_id: int, after_line: int = 0) -> Sequence[AnyRow]:
    """Return what a step did, line by line above ``after_line``; one more than the page when there are others."""
    query = select(ScopeChange.line_number, ScopeChange.before, ScopeChange.after).where(
        ScopeChange.dossier_id == dossier_id, ScopeChange.step_id == step_id, ScopeChange.line_number > after_line
    )
    return session.execute(query.order_by(ScopeChange.line_number).limit(PAGE_STEP_LINES + 1)).all()


@dataclass(frozen=True, slots=True)
class StepName:
    """A step as a button names it: its kind, how many lines, and the first of them."""

    kind: StepKind
    lines: int
    first: int


@dataclass(frozen=True, slots=True)
class BarFacts:
    """What the bar of the editor says: the next undo and redo, the last step made, and who else is there on which line."""

    undo: StepName | None
    redo: StepName | None
    last_step: int
    here: tuple[tuple[str, int | None], ...]


@cache
def _bar() -> Any:
    """Return the statement of the bar (``file``, ``me``, ``floor``, ``seen``), made once: making it takes longer than running it."""
    file, me = bindparam("file", type_=Integer), bindparam("me", type_=Integer)
    undo, redo = next_sql(file, me, bindparam("floor", type_=Integer))
    person = ScopePresence.name + literal("\t") + func.coalesce(cast(ScopePresence.line_number, String), "")
    others = (
        ScopePresence.dossier_id == file,
        ScopePresence.account_id != me,
        ScopePresence.seen_at > bindparam("seen", type_=UtcDateTime),
    )
    here = select(func.aggregate_strings(person, "\n")).where(*others).scalar_subquery()
    last = select(func.max(ScopeStep.id)).where(ScopeStep.dossier_id == file).scalar_subquery()
    facts = select(undo.label("undo"), redo.label("redo"), last.label("last"), here.label("here")).subquery()
    undone, taken, redone = aliased(ScopeStep), aliased(ScopeStep), aliased(ScopeStep)
    return (
        select(facts.c.last, facts.c.here, facts.c.undo, facts.c.redo, *_named(undone, "undo"), *_named(redone, "redo"))
        .select_from(facts)
        .outerjoin(undone, undone.id == facts.c.undo)
        .outerjoin(taken, taken.id == facts.c.redo)
        .outerjoin(redone, redone.id == taken.undoes_id)
    )


def bar_facts(session: Session, dossier_id: int, account_id: int | None, floor: int, now: datetime) -> BarFacts:
    """Return what the bar says: one statement, and a second one after a redo, to name the step that was done again."""
    row = plain_rows(session, _bar(), {"file": dossier_id, "me": account_id, "floor": floor, "seen": now - PRESENT_FOR}).one()
    kinds = _first_kinds(session, [row.undo, row.redo]) if StepKind.REDO in (row.undo_kind, row.redo_kind) else {}
    return BarFacts(
        StepName(kinds.get(row.undo, row.undo_kind), row.undo_lines, row.undo_first) if row.undo_kind else None,
        StepName(kinds.get(row.redo, row.redo_kind), row.redo_lines, row.redo_first) if row.redo_kind else None,
        row.last or 0,
        _people(row.here),
    )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A line that somebody else added, changed or deleted (``what``): the last step that did, by whom and when."""

    what: str
    line: int
    step: int
    who: str
    at: datetime


def changed_elsewhere(session: Session, dossier_id: int, account_id: int | None, since: int, seen: Mapping[int, int]) -> list[Elsewhere]:
    """Return the lines that others changed in steps above ``since``, but for those ``seen`` (line → step) already."""
    rows = session.execute(
        select(ScopeChange.line_number, ScopeChange.before, ScopeChange.after, ScopeStep.id, ScopeStep.actor_name, ScopeStep.at)
        .join(ScopeStep, ScopeStep.id == ScopeChange.step_id)
        .where(ScopeStep.dossier_id == dossier_id, ScopeStep.id > since, ScopeStep.account_id.is_distinct_from(account_id))
        .order_by(ScopeStep.id.desc(), ScopeChange.line_number)
        .limit(MOST_ELSEWHERE)
    )
    found: dict[int, Elsewhere] = {}
    for row in rows:
        if row.id > seen.get(row.line_number, 0):
            found.setdefault(row.line_number, Elsewhere(_became(row), row.line_number, row.id, row.actor_name, row.at))
    return list(found.values())


def _became(row: AnyRow) -> str:
    if row.after is None or row.after["deleted"]:
        return "deleted"
    return "added" if row.before is None or row.before["deleted"] else "changed"


def _first_kinds(session: Session, steps: Sequence[int | None]) -> dict[int, StepKind]:
    """Return the kind of the step that undos and redos of one another began with: step → kind."""
    begun = select(ScopeStep.id.label("step"), ScopeStep.undoes_id.label("undoes"), ScopeStep.kind.label("kind"))
    chain = begun.where(ScopeStep.id.in_([step for step in steps if step is not None])).cte("chain", recursive=True)
    chain = chain.union_all(select(chain.c.step, _TAKEN.undoes_id, _TAKEN.kind).join(chain, _TAKEN.id == chain.c.undoes))
    return dict(session.execute(select(chain.c.step, chain.c.kind).where(chain.c.undoes.is_(None))).all())


def _named(step: Any, name: str) -> tuple[Any, ...]:
    first = select(func.min(ScopeChange.line_number)).where(ScopeChange.step_id == step.id).correlate(step).scalar_subquery()
    return step.kind.label(f"{name}_kind"), step.line_count.label(f"{name}_lines"), first.label(f"{name}_first")


def _people(told: str | None) -> tuple[tuple[str, int | None], ...]:
    parts = [one.partition("\t") for one in (told or "").split("\n") if one]
    return tuple(sorted((name, int(line) if line else None) for name, _tab, line in parts))
