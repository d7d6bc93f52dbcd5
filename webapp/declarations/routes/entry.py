"""Entering the figures of a table: the whole table by its form, or the cells that changed, as one types, by htmx."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations import exports, grid, queries
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.drawing import (
    controls_context,
    figures_for,
    following,
    overdue_words,
    saved_bar,
    steps_bar,
    table_of,
    table_page,
    versions_of,
)
from webapp.declarations.routes.gone import gone_words
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.steps import StepKind
from webapp.declarations.rules.values import MAX_RAW_LENGTH, display
from webapp.declarations.services import saving
from webapp.declarations.services.presence import be_here
from webapp.declarations.services.saving import SaveOutcome, Typed, sheet_of
from webapp.errors import Conflict
from webapp.spreadsheet import CSV_TYPE, csv_lines
from webapp.web.pages import announce, fragment, is_fragment_request, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

LONGEST_FIELD = 4 * MAX_RAW_LENGTH


@blueprint.get("/declarations/<number>/tableaux/<table>")
def table(number: str, table: str) -> Response:
    """Show a table: fields for its declarant while it may be filled in, figures for everybody else."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    form = table_of(file, table)
    sheet, cells = figures_for(session, actor, file, form)
    return table_page(file, form, sheet, cells)


@blueprint.post("/declarations/<number>/tableaux/<table>")
def save_table(number: str, table: str) -> Response:
    """Save the cells that the form holds: all of a table, or for htmx those just changed, answered with what moved on the page.

    What cannot be read is kept and marked. A cell that two people changed shows both values: the form then saves nothing, htmx the others.
    """
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    form = table_of(file, table)
    typed = typed_in_form(form, skip=request.form.get("take", ""))
    partly = is_fragment_request()
    scope = file.model.scope_of(form)
    outcome, closed = try_save(session, actor, clock, file, typed, scope.tables if partly else scope.around, leave_conflicts=partly)
    if partly:
        return _what_moved(session, actor, clock, file, form, typed, outcome, closed=closed)
    gone = gone_words(form)
    if gone:
        announce(gone)
    if closed or outcome.conflicts:
        return refused_page(file, form, typed, outcome, closed=closed)
    be_here(session, actor, clock, file, form.code, enters=True)
    if outcome.saved or not gone:
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


def _what_moved(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    table: Table,
    typed: Mapping[CellKey, Typed],
    outcome: SaveOutcome,
    *,
    closed: str,
) -> Response:
    """The cells that were sent, the totals that moved, the lines that came or went, the controls, the progress, what can be undone.

    When columns come or go the whole page is drawn again.
    """
    before = {key: cell for key, cell in outcome.cells.items() if key not in outcome.replaced}
    before |= {key: cell for key, cell in outcome.replaced.items() if cell is not None}
    sheet = sheet_of(file, before, table)
    shown, columns = sheet.shown_rows(table), sheet.shown_columns(table)
    moved = sheet.change({key: outcome.cells[key].entry for key in outcome.saved})
    drawn = sheet.shown_rows(table)
    versions, again = versions_of(outcome.cells), shown_again(file, typed, outcome, conflicts_only=not closed)
    lost = gone_words(table)
    words = said(len(outcome.saved)) + overdue_words(file, clock) if outcome.saved or not (closed or lost) else ""
    words = f"{words} {lost}".strip()
    if columns != sheet.shown_columns(table):
        announce(words)  # every line changes: the page is drawn again, its script types again what is not saved
        return see_other_url(url_for("declarations.table", number=file.number, table=table.code))
    return fragment(
        "declarations/_saved.html",
        409 if closed else 200,
        touched=[grid.grid_cell(table.cells[key[1:]], sheet, versions.get(key, 0), again.get(key)) for key in typed],
        totals=[grid.grid_cell(table.cells[key[1:]], sheet, 0) for key in moved if key[0] == table.code],
        come=[
            (drawn[place - 1].code if place else "", row, grid.grid_row(table, row, columns, sheet, versions, again))
            for place, row in enumerate(drawn)
            if row not in shown
        ],
        gone=[row.code for row in shown if row not in drawn],
        editable=not closed,
        closed=closed,
        said=words,
        **(saved_bar(file, outcome.saved) if outcome.saved else steps_bar(session, actor, file, editable=not closed)),
        **controls_context(session, actor, file, table, sheet),
    )


def refused_page(file: ReturnFile, table: Table, typed: Mapping[CellKey, Typed], outcome: SaveOutcome, *, closed: str) -> Response:
    """The page of a table of which nothing was saved, for cells wait for a choice or entries are over, with all that was typed."""
    sheet = sheet_of(file, outcome.cells, table)
    again = shown_again(file, typed, outcome, conflicts_only=False)
    return table_page(file, table, sheet, outcome.cells, 409, closed=closed, typed=again)


def try_save(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    typed: Mapping[CellKey, Typed],
    tables: Collection[str],
    kind: StepKind = StepKind.ENTER,
    *,
    leave_conflicts: bool = False,
) -> tuple[SaveOutcome, str]:
    """Save, or say why the person may enter nothing there any more (with what is stored). Only `tables` are read."""
    try:
        return saving.save_cells(session, actor, clock, file, typed, tables, kind, leave_conflicts=leave_conflicts), ""
    except Conflict as refusal:
        return SaveOutcome(queries.stored_cells(session, file.id, tables)), refusal.message


def typed_in_form(table: Table, *, skip: str = "") -> dict[CellKey, Typed]:
    """What the form holds for the cells of a table, with the version and the text each was typed over."""
    typed = {}
    for cell in table.entry_cells:
        name = ".".join(cell.key[1:])
        if name not in request.form or name == skip:
            continue
        version, _bar, shown = request.form.get(f"{name}~", "").partition("|")
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        typed[cell.key] = Typed(request.form[name][:LONGEST_FIELD], seen, shown)
    return typed


def shown_again(
    file: ReturnFile, typed: Mapping[CellKey, Typed], outcome: SaveOutcome, *, conflicts_only: bool
) -> dict[CellKey, grid.Typed]:
    """What to draw over the stored texts: each text in conflict (or each changed), and what somebody else put there meanwhile."""
    return {
        key: grid.Typed(item.raw, _theirs(file, key, outcome))
        for key, item in typed.items()
        if (key in outcome.conflicts if conflicts_only else item.raw.strip() != item.shown.strip())
    }


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
