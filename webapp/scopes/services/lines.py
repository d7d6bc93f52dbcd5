"""Changing one line of a draft. Every verb names its line by its permanent number and the version it was read at."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid, NotFound
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, ScopeChange, ScopeStep
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.activities import activity, clean_cells, public_cells
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import open_file, require
from webapp.scopes.services.steps import FIRST, Edit, LineNow, apply

#: No cell may be longer than this, even in a draft: the columns' own limits are findings, this one is a refusal.
LONGEST_CELL = 2000
#: The reason of an end is kept with its step.
LONGEST_NOTE = 300


class StaleLine(Conflict):
    """The line was changed by somebody else since it was read: ``facts`` holds ``mine``, ``line``, ``base``, ``who``, ``at``."""


def _line(session: Session, file: Dossier, line_number: int) -> AnyRow:
    row = session.execute(
        select(
            DraftLine.number,
            DraftLine.general_line_id,
            DraftLine.cells,
            DraftLine.version,
            DraftLine.deleted,
            DraftLine.updated_at,
            GeneralLine.code,
        )
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(DraftLine.dossier_id == file.id, DraftLine.number == line_number)
    ).one_or_none()
    if row is None:
        raise NotFound(f"{file.number}/{line_number}")
    return row


def checked_cells(file: Dossier, values: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a line, cleaned; :class:`Invalid` names by column what no draft may hold."""
    of = activity(file.activity)
    cells = clean_cells(of, values)
    errors = {
        column.key: _("Raccourcissez « %(column)s » : %(limit)d caractères au plus.", column=column.label, limit=LONGEST_CELL)
        for column in of.columns
        if len(cells[column.key]) > LONGEST_CELL
    }
    if not any(public_cells(cells).values()):
        errors[of.columns[0].key] = _("Remplissez au moins une case de la ligne.")
    if errors:
        raise Invalid(errors)
    return cells


def cells_at(session: Session, dossier_id: int, line_number: int, version: int) -> tuple[dict[str, str], AnyRow | None]:
    """Return the cells of a line as they were at a version of it, and the last change since (``actor_name``, ``at``), if any.

    Without a change since, the cells are empty: the present ones are the answer.
    """
    since: Sequence[AnyRow] = session.execute(
        select(ScopeChange.before, ScopeStep.actor_name, ScopeStep.at)
        .join(ScopeStep, ScopeStep.id == ScopeChange.step_id)
        .where(ScopeChange.dossier_id == dossier_id, ScopeChange.line_number == line_number, ScopeChange.line_version > version)
        .order_by(ScopeChange.id)
    ).all()
    return ((since[0].before or {}).get("cells", {}), since[-1]) if since else ({}, None)


def _stale(session: Session, file: Dossier, line: AnyRow, version: int, mine: dict[str, str]) -> StaleLine:
    base, last = cells_at(session, file.id, line.number, version)
    who, at = (last.actor_name, last.at) if last is not None else ("", line.updated_at)
    message = _("La ligne %(number)d a été modifiée entre-temps par %(who)s.", number=line.number, who=who or "?")
    return StaleLine(message, mine=mine, line=line, base=base, who=who, at=at, number=file.number)


def _now(line: AnyRow) -> LineNow:
    return LineNow(line.number, line.version, line.code, line.cells, line.deleted, changed=False)


def save_line(
    session: Session,
    actor: Actor,
    clock: Clock,
    number: str,
    line_number: int,
    version: int,
    values: Mapping[str, str],
    code: str | None = None,
) -> LineNow:
    """Save the cells of a line read at ``version``; :class:`StaleLine` when somebody else saved or deleted it since.

    ``code`` names the general line to hang it on (None: the present one); another one puts it at the end of that group.
    Incomplete or doubtful cells are kept: the control before publication tells them. Saving without a change is not a change.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    line = _line(session, file, line_number)
    cells = checked_cells(file, values)
    if line.version != version or line.deleted:
        if cells == line.cells and code in (None, line.code) and not line.deleted:
            return _now(line)  # the same save sent twice
        raise _stale(session, file, line, version, cells)
    return _one(session, actor, clock, file, StepKind.EDIT, Edit(line_number, general=code, cells=cells, expected=version))


def _one(session: Session, actor: Actor, clock: Clock, file: Dossier, kind: StepKind, edit: Edit, note: str = "") -> LineNow:
    return apply(session, actor, clock, file, kind, [edit], note=note).lines[0]


def add_line(
    session: Session,
    actor: Actor,
    clock: Clock,
    number: str,
    code: str,
    values: Mapping[str, str],
    after_number: int | None = None,
) -> LineNow:
    """Add a line under the general line ``code``, after the line ``after_number`` or at the end of the group."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    edit = Edit(None, general=code, cells=checked_cells(file, values), after=after_number or None)
    return _one(session, actor, clock, file, StepKind.ADD, edit)


def duplicate_line(session: Session, actor: Actor, clock: Clock, number: str, line_number: int, values: Mapping[str, str]) -> LineNow:
    """Add a copy of a line just below it, with these cells; the control tells a duplicate until one of the two is changed."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    source = _line(session, file, line_number)
    if source.deleted:
        raise _gone(line_number)
    edit = Edit(None, general=source.code, cells=checked_cells(file, values), after=source.number)
    return _one(session, actor, clock, file, StepKind.DUPLICATE, edit)


def _gone(line_number: int) -> Conflict:
    return Conflict(_("La ligne %(number)d a été supprimée entre-temps.", number=line_number))


def delete_line(session: Session, actor: Actor, clock: Clock, number: str, line_number: int, version: int, reason: str = "") -> LineNow:
    """Delete a line read at ``version``, with the reason of its end if one is given; deleting it twice is the same as once."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    line = _line(session, file, line_number)
    if line.deleted:
        return _now(line)
    if line.version != version:
        raise _stale(session, file, line, version, dict(line.cells))
    edit = Edit(line_number, deleted=True, expected=version)
    return _one(session, actor, clock, file, StepKind.DELETE, edit, " ".join(reason.split())[:LONGEST_NOTE])


def move_line(session: Session, actor: Actor, clock: Clock, number: str, line_number: int, step: int) -> LineNow:
    """Move a line by ``step`` places (-1: up, 1: down) within its general line; at the edge it stays where it is."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    line = _line(session, file, line_number)
    query = select(DraftLine.number).where(DraftLine.general_line_id == line.general_line_id, ~DraftLine.deleted)
    numbers: list[Any] = list(session.scalars(query.order_by(DraftLine.rank, DraftLine.number)))
    if line_number not in numbers:
        raise _gone(line_number)
    place = numbers.index(line_number)
    if not 0 <= place + step < len(numbers):
        return _now(line)
    numbers.remove(line_number)
    after = numbers[place + step - 1] if place + step > 0 else FIRST
    return _one(session, actor, clock, file, StepKind.MOVE, Edit(line_number, after=after, moved=True))
