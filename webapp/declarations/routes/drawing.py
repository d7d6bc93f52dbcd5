"""Drawing a table of a return: its figures, what stands beside them, and the pages that a refusal shows again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations import grid, queries
from webapp.declarations.policies import can_enter_section, is_declarant_of
from webapp.declarations.queries import ReturnFile, StoredCell
from webapp.declarations.queries.steps import StepName
from webapp.declarations.routes.beside import beside_table, is_overdue
from webapp.declarations.routes.standings import standings
from webapp.declarations.rules import snapshots
from webapp.declarations.rules.filling import blanks
from webapp.declarations.rules.form_models.model import FormModel, Table
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.prefill import prefills
from webapp.declarations.rules.sections import section_of
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.steps import STEP_LABELS, StepKind
from webapp.declarations.services.saving import sheet_of
from webapp.errors import NotFound
from webapp.web.i18n import paris_date
from webapp.web.pages import page
from webapp.web.request import current_actor, current_clock, get_session


def figures_for(session: Session, actor: Actor, file: ReturnFile, table: Table) -> tuple[Sheet, dict[CellKey, StoredCell]]:
    """What the actor reads of a table: the declarant its present figures, an agent those last submitted. Raises NotFound before."""
    if is_declarant_of(actor, file.facts):
        cells = queries.stored_cells(session, file.id, file.model.scope_of(table).around)
        return sheet_of(file, cells, table), cells
    submitted = queries.latest_submission(session, file.id)
    if submitted is None:
        raise NotFound
    sheet = snapshots.sheet_from(submitted.content, file.model)
    sheet.beside = file.previous
    return sheet, {}


def table_of(file: ReturnFile, code: str) -> Table:
    """A table of the return's form. Raises NotFound."""
    table = file.model.tables.get(code)
    if table is None:
        raise NotFound
    return table


def table_context(
    file: ReturnFile,
    table: Table,
    sheet: Sheet,
    cells: Mapping[CellKey, StoredCell],
    *,
    editable: bool,
    typed: Mapping[CellKey, grid.Typed] | None = None,
) -> dict[str, Any]:
    """What the page of a table draws."""
    before, after = neighbours(file, table)
    offered = prefills(sheet, table, file.record) if editable else {}
    return {
        "model": file.model,
        "before": before,
        "after": after,
        "rows": grid.grid(table, sheet, versions_of(cells), typed),
        "editable": editable,
        "offered": len(offered),
        "conflicts": sum(1 for item in (typed or {}).values() if item.theirs),
    }


def controls_context(session: Session, actor: Actor, file: ReturnFile, table: Table, sheet: Sheet) -> dict[str, Any]:
    """What a table's controls and its progress draw. One statement when a warning fails."""
    findings = sheet.findings_for(table)
    return {
        **standings(session, actor, file, sheet, findings),
        "file": file,
        "table": table,
        "sheet": sheet,
        "shown_columns": sheet.shown_columns(table),
        "failed": grid.failed(findings, file.model),
        "tally": grid.tally(findings),
        "severity_labels": grid.SEVERITY_LABELS,
        "severity_chips": grid.SEVERITY_CHIPS,
        "operator_words": grid.OPERATOR_WORDS,
    }


def versions_of(cells: Mapping[CellKey, StoredCell]) -> dict[CellKey, int]:
    """The version of each cell, as the fields say over which they were typed."""
    return {key: cell.version for key, cell in cells.items()}


def table_page(
    file: ReturnFile,
    table: Table,
    sheet: Sheet,
    cells: Mapping[CellKey, StoredCell],
    status: int = 200,
    *,
    closed: str = "",
    typed: Mapping[CellKey, grid.Typed] | None = None,
    tools: Mapping[str, str] | None = None,
    refused: str = "",
) -> Response:
    """The page of a table; `closed` (why) and `typed` tell a save that was refused, `tools` and `refused` what a filling was given."""
    session, actor, now = get_session(), current_actor(), current_clock().now()
    editable = not closed and can_enter_section(section_of(file.model, table.code), actor, file.facts, now)
    return page(
        "declarations/table.html",
        status,
        closed=closed,
        tools=tools or {},
        refused=refused,
        blanks=len(blanks(sheet, table)) if editable else 0,
        **steps_bar(session, actor, file, table.code, editable=editable),
        **beside_table(session, actor, file, table, now),
        **controls_context(session, actor, file, table, sheet),
        **table_context(file, table, sheet, cells, editable=editable, typed=typed),
    )


def steps_bar(session: Session, actor: Actor, file: ReturnFile, table: str = "", *, editable: bool) -> dict[str, Any]:
    """What « Annuler » and « Rétablir » are about, as their buttons say (empty: nothing); the cells of a table that have comments.

    One statement, for a declarant; an agent knows of neither.
    """
    declarant = is_declarant_of(actor, file.facts)
    found = queries.next_steps(session, file.id, actor.account_id, table) if declarant else queries.NextSteps()
    shown = found if editable else queries.NextSteps()
    noted = {"-".join(key): count for key, count in found.noted.items()}
    return {"undo": step_words(shown.undo, file.model), "redo": step_words(shown.redo, file.model), "noted": noted}


def saved_bar(file: ReturnFile, saved: Sequence[CellKey]) -> dict[str, Any]:
    """The same after cells were just saved: that step is the one to undo, and there is nothing to do again. No statement."""
    step = StepName(0, StepKind.ENTER, saved[0][0], len(saved))
    return {"undo": step_words(step, file.model), "redo": "", "noted": {}}


def step_words(step: StepName | None, model: FormModel) -> str:
    """A step as a button names it: what was done, to how many cells, from which table on."""
    if step is None:
        return ""
    cells = ngettext("%(num)s cellule", "%(num)s cellules", step.cells)
    number = model.tables[step.table].number if step.table in model.tables else ""
    return ", ".join(part for part in (_(STEP_LABELS[step.kind]), cells, number) if part)


def overdue_words(file: ReturnFile, clock: Clock) -> str:
    """What to add to the announcement of a save once the deadline has passed, maybe while the form was open."""
    if not is_overdue(file, clock.now()):
        return ""
    return " " + str(_("L’échéance du %(day)s est passée : le dépôt sera noté hors délai.", day=paris_date(file.deadline)))


def neighbours(file: ReturnFile, table: Table) -> tuple[Table | None, Table | None]:
    """The tables before and after one in the order of the form; None at its ends."""
    tables = list(file.model.tables.values())
    place = tables.index(table)
    return (tables[place - 1] if place else None), (tables[place + 1] if place + 1 < len(tables) else None)


def following(file: ReturnFile, table: Table) -> str:
    """The code of the next table, or of the same one at the end."""
    return (neighbours(file, table)[1] or table).code
