"""Entering the figures of a table, for people with scripts (cell by cell) and without (the whole table)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations import exports, grid, queries
from webapp.declarations.policies import can_enter_section, is_declarant_of
from webapp.declarations.queries import ReturnFile, StoredCell
from webapp.declarations.routes.beside import beside_table, is_overdue
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules import snapshots
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.prefill import prefills
from webapp.declarations.rules.sections import section_of
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import MAX_RAW_LENGTH, display
from webapp.declarations.services import saving
from webapp.declarations.services.saving import SaveOutcome, Typed, sheet_of
from webapp.errors import Conflict, NotFound
from webapp.spreadsheet import CSV_TYPE, csv_lines
from webapp.web.i18n import paris_date
from webapp.web.pages import announce, fragment, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

LONGEST_FIELD = 4 * MAX_RAW_LENGTH


def figures_for(session: Session, actor: Actor, file: ReturnFile, table: Table) -> tuple[Sheet, dict[CellKey, StoredCell]]:
    """What the actor reads of a table: the declarant its present figures, an agent those last submitted. Raises NotFound before."""
    if is_declarant_of(actor, file.facts):
        cells = queries.stored_cells(session, file.id, file.model.scope_of(table).around)
        return sheet_of(file, cells, table), cells
    submitted = queries.latest_submission(session, file.id)
    if submitted is None:
        raise NotFound
    return snapshots.sheet_from(submitted.content, file.model), {}


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
    versions = {key: cell.version for key, cell in cells.items()}
    before, after = neighbours(file, table)
    offered = prefills(sheet, table, file.record) if editable else {}
    return {
        **controls_context(file, table, sheet),
        "model": file.model,
        "before": before,
        "after": after,
        "rows": grid.grid(table, sheet, versions, typed),
        "editable": editable,
        "offered": len(offered),
        "conflicts": sum(1 for item in (typed or {}).values() if item.theirs),
    }


def controls_context(file: ReturnFile, table: Table, sheet: Sheet) -> dict[str, Any]:
    """What a table's controls and its progress draw."""
    findings = sheet.findings_for(table)
    return {
        "file": file,
        "table": table,
        "sheet": sheet,
        "failed": grid.failed(findings, file.model),
        "tally": grid.tally(findings),
        "severity_labels": grid.SEVERITY_LABELS,
        "severity_chips": grid.SEVERITY_CHIPS,
        "operator_words": grid.OPERATOR_WORDS,
    }


@blueprint.get("/declarations/<number>/tableaux/<table>")
def table(number: str, table: str) -> Response:
    """Show a table: fields for its declarant while it may be filled in, figures for everybody else."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    form = table_of(file, table)
    sheet, cells = figures_for(session, actor, file, form)
    now = current_clock().now()
    editable = can_enter_section(section_of(file.model, form.code), actor, file.facts, now)
    around = beside_table(session, actor, file, form, now)
    return page("declarations/table.html", closed="", **around, **table_context(file, form, sheet, cells, editable=editable))


@blueprint.post("/declarations/<number>/tableaux/<table>")
def save_table(number: str, table: str) -> Response:
    """Save a whole table (no scripts needed); what cannot be read is kept and marked, two people's changes are both shown."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = table_of(file, table)
    typed = typed_in_form(form, skip=request.form.get("take", ""))
    outcome, closed = try_save(session, actor, clock, file, typed, file.model.scope_of(form).around)
    if closed or outcome.conflicts:
        sheet = sheet_of(file, outcome.cells, form)
        context = table_context(file, form, sheet, outcome.cells, editable=not closed, typed=shown_again(file, typed, outcome))
        around = beside_table(session, actor, file, form, clock.now())
        return page("declarations/table.html", 409, closed=closed, **around, **context)
    announce(said(len(outcome.saved)) + overdue_words(file, clock))
    follow = form.code if "next" not in request.form else following(file, form)
    return see_other_url(url_for("declarations.table", number=number, table=follow))


@blueprint.get("/declarations/<number>/tableaux/<table>.csv")
def table_csv(number: str, table: str) -> Response:
    """Give a table as CSV: what the page shows, its declarant's present figures or those last submitted."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    form = table_of(file, table)
    sheet, _cells = figures_for(session, actor, file, form)
    content = b"".join(csv_lines(*exports.table_rows(form, sheet)))
    response = Response(content, mimetype=CSV_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{number}-{table}.csv")
    return response


@blueprint.post("/declarations/<number>/tableaux/<table>/preremplissage")
def prefill(number: str, table: str) -> Response:
    """Fill the empty cells of a table with last year's figures and the body's record."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = table_of(file, table)
    sheet, cells = figures_for(session, actor, file, form)
    offered = prefills(sheet, form, file.record)
    typed = {key: Typed(entry.raw, cells[key].version if key in cells else 0, "") for key, entry in offered.items()}
    outcome = saving.save_cells(session, actor, clock, file, typed, file.model.scope_of(form).tables)
    announce(said(len(outcome.saved)))
    return see_other_url(url_for("declarations.table", number=number, table=table))


@blueprint.post("/declarations/<number>/tableaux/<table>/cellules/<row>/<column>")
def save_cell(number: str, table: str, row: str, column: str) -> Response:
    """Save one cell; answer with the cell, the totals that moved, the controls and the progress of its table."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = table_of(file, table)
    cell = form.cells.get((row, column))
    if cell is None or cell.formula is not None:
        raise NotFound
    typed = typed_in_form(form, only=f"{row}.{column}")
    outcome, closed = try_save(session, actor, clock, file, typed, file.model.scope_of(form).tables)
    refused = closed or bool(outcome.conflicts)
    sheet = sheet_of(file, outcome.cells, form)
    again = shown_again(file, typed, outcome) if refused else None
    version = outcome.cells[cell.key].version if cell.key in outcome.cells else 0
    drawn = grid.grid_cell(cell, sheet, version, (again or {}).get(cell.key))
    said_now = "" if refused else _("%(cell)s : enregistré.", cell=file.model.label(cell.key)) + overdue_words(file, clock)
    moved = [found for found in file.model.computed_after([cell.key]) if found[0] == form.code]
    totals = [grid.grid_cell(form.cells[found[1:]], sheet, 0) for found in moved]
    states = {"editable": not closed, "closed": closed, **controls_context(file, form, sheet)}
    return fragment("declarations/_saved.html", 409 if refused else 200, cell=drawn, totals=totals, said=said_now, **states)


def try_save(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, typed: Mapping[CellKey, Typed], tables: Collection[str]
) -> tuple[SaveOutcome, str]:
    """Save, or say why the person may enter nothing there any more (with what is stored). Only `tables` are read."""
    try:
        return saving.save_cells(session, actor, clock, file, typed, tables), ""
    except Conflict as refusal:
        return SaveOutcome(queries.stored_cells(session, file.id, tables)), refusal.message


def typed_in_form(table: Table, *, only: str = "", skip: str = "") -> dict[CellKey, Typed]:
    """What the form holds for the cells of a table, with the version and the text each was typed over."""
    typed = {}
    for cell in table.entry_cells:
        name = ".".join(cell.key[1:])
        if name not in request.form or name == skip or (only and name != only):
            continue
        version, _bar, shown = request.form.get(f"{name}~", "").partition("|")
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        typed[cell.key] = Typed(request.form[name][:LONGEST_FIELD], seen, shown)
    return typed


def shown_again(file: ReturnFile, typed: Mapping[CellKey, Typed], outcome: SaveOutcome) -> dict[CellKey, grid.Typed]:
    """What to draw over the stored texts: each text that the person changed, and what somebody else put there meanwhile."""
    return {key: grid.Typed(item.raw, _theirs(file, key, outcome)) for key, item in typed.items() if item.raw.strip() != item.shown.strip()}


def _theirs(file: ReturnFile, key: CellKey, outcome: SaveOutcome) -> grid.Theirs | None:
    conflict = outcome.conflicts.get(key)
    if conflict is None:
        return None
    text = display(conflict.theirs.entry, file.model.cells[key].decimals)
    return grid.Theirs(text, conflict.theirs.by, conflict.theirs.at)


def said(count: int) -> str:
    """What the save did, in a sentence."""
    if not count:
        return str(_("Tout est déjà enregistré."))
    return str(ngettext("%(num)s cellule enregistrée.", "%(num)s cellules enregistrées.", count))


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
