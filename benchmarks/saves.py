"""The saves measured, each with its floor: real forms with their token and their version, each sent with another value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from benchmarks.floors import Floors
from benchmarks.measure import Answer, Environ, Side, WrongAnswerError, request
from benchmarks.pages import FILE, RETURN
from benchmarks.people import Person
from benchmarks.world import World
from webapp.declarations.models import CellValue, EntryChange, EntryStep, Return
from webapp.declarations.rules.steps import StepKind as EntryKind
from webapp.declarations.rules.values import ValueKind
from webapp.scopes.models import Dossier, DraftLine, ScopeChange, ScopeStep
from webapp.scopes.rules.lines import digest, duplicate_key
from webapp.scopes.rules.steps import StepKind

#: Each save comes this much later than the one before, so that dates change too.
MOMENT_MS = 50


@dataclass
class Target:
    """A row that one side saves again and again: how its form is filled in for the n-th save, and what the row then holds."""

    path: str
    fill: Callable[[int, int], dict[str, Any]]
    stored: Callable[[Connection], tuple[int, str]]
    expected: Callable[[int], str]
    sent: int = 0
    version: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


@dataclass(frozen=True)
class Save:
    """A save of ours and its floor's, on two rows alike."""

    what: str
    person: Person
    ours: Target
    floor: Target
    htmx: bool
    mark: str


def saves(world: World, floors: Floors, people: dict[str, Person]) -> Iterator[Save]:
    """Yield the saves."""
    claire, ines = people["claire.fontaine"], people["ines.garnier"]
    with world.database.engine.connect() as connection:
        lines = [_line(connection, number) for number in (10, 20, 30, 40)]
    yield Save("one scope line saved, plain form", claire, _line_target(lines[0]), _line_floor(world, floors, "l1", lines[1]), False, "")
    yield Save("one scope line saved, htmx", claire, _line_target(lines[2]), _line_floor(world, floors, "l2", lines[3]), True, 'id="l30"')
    yield cell_save(world, floors, ines, RETURN)


def sides(save: Save, world: World, floors: Floors) -> tuple[Side, Side]:
    """Return the save and its floor, ready to be called."""
    for target in (save.ours, save.floor):
        target.version = _now(world, target)[0]
    return (
        Side(world.app, lambda: _next(world, save.ours, save.person, htmx=save.htmx), _answered(200 if save.htmx else 303, save.mark)),
        Side(floors.app, lambda: _next(world, save.floor, save.person, htmx=save.htmx), _answered(303, "")),
    )


def verify(save: Save, world: World) -> None:
    """Fail unless every save of both sides is in the database."""
    for target in (save.ours, save.floor):
        version, text = _now(world, target)
        if version != target.version or text != target.expected(target.sent):
            raise WrongAnswerError(f"{target.path}: version {version} and {text!r} after {target.sent} saves up to {target.version}")


def _now(world: World, target: Target) -> tuple[int, str]:
    with world.database.engine.connect() as connection:
        return target.stored(connection)


def _next(world: World, target: Target, person: Person, *, htmx: bool) -> Environ:
    world.clock.advance(timedelta(milliseconds=MOMENT_MS))
    target.sent = next(target.numbers)
    form = target.fill(target.sent, target.version) | {"csrf_token": person.token}
    target.version += 1
    return request(target.path, person.cookie, form, htmx)


def _answered(status: int, mark: str) -> Callable[[Answer], str | None]:
    def check(answer: Answer) -> str | None:
        return None if answer[0] == status and mark.encode() in answer[2] else f"status {answer[0]}: {answer[2][:300]!r}"

    return check


# Scope lines -------------------------------------------------------------------------------------------------------------


def _line(connection: Connection, number: int) -> Row[Any]:
    query = select(DraftLine.__table__).join(Dossier, Dossier.id == DraftLine.dossier_id)
    return connection.execute(query.where(Dossier.number == FILE, DraftLine.number == number)).one()


def _words(line: Row[Any]) -> Callable[[int], str]:
    return lambda turn: f"{line.cells['reference']} ({turn})"


def _line_target(line: Row[Any], path: str = "") -> Target:
    words = _words(line)

    def fill(turn: int, version: int) -> dict[str, str]:
        return {f"c-{key}": value for key, value in (line.cells | {"reference": words(turn)}).items()} | {"version": str(version)}

    def stored(connection: Connection) -> tuple[int, str]:
        found = connection.execute(select(DraftLine.version, DraftLine.cells).where(DraftLine.id == line.id)).one()
        return found.version, found.cells["reference"]

    return Target(path or f"/portees/{FILE}/lignes/{line.number}", fill, stored, words)


def _line_floor(world: World, floors: Floors, name: str, line: Row[Any]) -> Target:
    """Write what a saved line writes: the line with what is derived from its cells, the change with before and after, the file's date."""
    before = {"general": line.general_line_id, "cells": line.cells, "rank": line.rank, "deleted": False}

    def writes(connection: Connection, form: Any) -> None:
        now, version = world.clock.now(), int(form["version"])
        cells = {key: form[f"c-{key}"] for key in line.cells}
        values = {
            "cells": cells,
            "version": version + 1,
            "digest": digest("1", cells),
            "duplicate_key": duplicate_key("1", cells),
            "search_text": " ".join(cells.values()).lower(),
            "updated_at": now,
        }
        change = {
            "organisation_id": line.organisation_id,
            "dossier_id": line.dossier_id,
            "line_number": line.number,
            "line_version": version + 1,
            "before": before,
            "after": before | {"cells": cells},
        }
        connection.execute(update(DraftLine.__table__).where(DraftLine.id == line.id, DraftLine.version == version).values(**values))
        step = {
            "organisation_id": line.organisation_id,
            "dossier_id": line.dossier_id,
            "account_id": 1,
            "actor_name": "Claire Fontaine",
            "at": now,
            "kind": StepKind.EDIT,
            "line_count": 1,
            "note": "",
        }
        step_id = connection.execute(insert(ScopeStep.__table__).values(**step).returning(ScopeStep.id)).scalar_one()
        connection.execute(insert(ScopeChange.__table__).values(step_id=step_id, **change))
        connection.execute(update(Dossier.__table__).where(Dossier.id == line.dossier_id).values(updated_at=now))

    return _line_target(line, floors.save(name, f"/portees/{FILE}#l{line.number}", writes))


# Declaration cells -------------------------------------------------------------------------------------------------------


def cell_save(world: World, floors: Floors, person: Person, number: str, table: str | None = None) -> Save:
    """Save a cell of a return (of one table) as the page's script does; the floor writes another one of the same return."""
    with world.database.engine.connect() as connection:
        ours, theirs = _cells(connection, number, table)
    mark = f'id="i-{ours.row_code}-{ours.column_code}"'
    return Save("one declaration cell saved", person, _cell_target(ours, number), _cell_floor(world, floors, theirs, number), True, mark)


def _cells(connection: Connection, number: str, table: str | None) -> list[Row[Any]]:
    query = select(CellValue.__table__).join(Return, Return.id == CellValue.return_id)
    amounts = query.where(Return.number == number, CellValue.kind == ValueKind.VALUE, CellValue.raw.not_like("%,%"))
    if table:
        amounts = amounts.where(CellValue.table_code == table)
    return list(connection.execute(amounts.order_by(CellValue.table_code, CellValue.row_code, CellValue.column_code).limit(2)).all())


def _cell_where(cell: Row[Any]) -> list[Any]:
    key = (cell.return_id, cell.table_code, cell.row_code, cell.column_code)
    columns = (CellValue.return_id, CellValue.table_code, CellValue.row_code, CellValue.column_code)
    return [column == value for column, value in zip(columns, key, strict=True)]


def _cell_target(cell: Row[Any], number: str, path: str = "") -> Target:
    name = f"{cell.row_code}.{cell.column_code}"

    def fill(turn: int, version: int) -> dict[str, str]:
        return {name: str(1000 + turn), f"{name}~": f"{version}|{999 + turn}"}

    def stored(connection: Connection) -> tuple[int, str]:
        found = connection.execute(select(CellValue.version, CellValue.raw).where(*_cell_where(cell))).one()
        return found.version, found.raw

    real = f"/declarations/{number}/tableaux/{cell.table_code}"
    return Target(path or real, fill, stored, lambda turn: str(1000 + turn))


def _cell_floor(world: World, floors: Floors, cell: Row[Any], number: str) -> Target:
    """Write what a saved cell writes: its row, when the return's figures last changed, the step that it is and what it changed."""
    field_name = f"{cell.row_code}.{cell.column_code}"

    def writes(connection: Connection, form: Any) -> None:
        version, now = int(form[f"{field_name}~"].partition("|")[0]), world.clock.now()
        values = {
            "kind": ValueKind.VALUE,
            "raw": form[field_name],
            "value": int(form[field_name]),
            "version": version + 1,
            "edited_by": cell.edited_by,
            "edited_by_name": cell.edited_by_name,
            "edited_at": now,
        }
        connection.execute(update(CellValue.__table__).where(*_cell_where(cell), CellValue.version == version).values(**values))
        connection.execute(update(Return.__table__).where(Return.id == cell.return_id).values(figures_at=now))
        owned = {"organisation_id": cell.organisation_id, "return_id": cell.return_id}
        step = {
            "account_id": cell.edited_by,
            "actor_name": cell.edited_by_name,
            "at": now,
            "kind": EntryKind.ENTER,
            "table_code": cell.table_code,
            "cell_count": 1,
        }
        added = connection.execute(insert(EntryStep.__table__).values(**owned, **step).returning(EntryStep.id)).scalar_one()
        before = {"kind": "value", "raw": form[f"{field_name}~"].partition("|")[2], "value": None}
        change = {"step_id": added, "table_code": cell.table_code, "row_code": cell.row_code, "column_code": cell.column_code}
        after = {"kind": "value", "raw": form[field_name], "value": form[field_name]}
        connection.execute(insert(EntryChange.__table__).values(**owned, **change, before=before, after=after))

    return _cell_target(cell, number, floors.save(f"cellule-{number}", f"/declarations/{number}/tableaux/{cell.table_code}", writes))
