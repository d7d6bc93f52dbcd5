"""The page of one cell: its value and last year's, its history, and what colleagues note beside it."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.declarations import grid, queries
from webapp.declarations.forms import CommentForm
from webapp.declarations.policies import can_mark, is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.queries.comments import comments_of_cell
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.drawing import figures_for, table_of
from webapp.declarations.rules.form_models.model import Cell, Table
from webapp.declarations.rules.steps import STEP_LABELS
from webapp.declarations.rules.values import display
from webapp.declarations.services.comments import add_comment, remove_comment
from webapp.errors import NotFound
from webapp.web.acting import acts_once
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/declarations/<number>/tableaux/<table>/cellule")
def choose_cell(number: str, table: str) -> Response:
    """Lead from the choice of a line and a column to the page of their cell."""
    file = queries.find_return(get_session(), current_actor(), number)
    cell = _cell_of(table_of(file, table), request.args.get("ligne", ""), request.args.get("colonne", ""))
    return see_other_url(_url(file, cell))


@blueprint.get("/declarations/<number>/tableaux/<table>/cellules/<row>/<column>")
def cell(number: str, table: str, row: str, column: str) -> Response:
    """Show a cell: to its declarant with its history and comments, to an agent as it was last submitted."""
    file = queries.find_return(get_session(), current_actor(), number)
    form = table_of(file, table)
    return _page(file, form, _cell_of(form, row, column))


@blueprint.post("/declarations/<number>/tableaux/<table>/cellules/<row>/<column>/commentaires")
@acts_once
def comment(number: str, table: str, row: str, column: str) -> Response:
    """Leave a comment for one's colleagues."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    form = table_of(file, table)
    found = _cell_of(form, row, column)
    written = CommentForm()
    if not written.validate():
        return _page(file, form, found, 422, written)
    add_comment(session, actor, current_clock(), file, found.key, written.body.data or "")
    announce(_("Votre commentaire est enregistré."))
    return see_other_url(_url(file, found))


@blueprint.post("/declarations/<number>/tableaux/<table>/cellules/<row>/<column>/commentaires/<int:comment>/retrait")
def withdraw_comment(number: str, table: str, row: str, column: str, comment: int) -> Response:
    """Take one's own comment away."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    found = _cell_of(table_of(file, table), row, column)
    remove_comment(session, actor, current_clock(), file, comment)
    announce(_("Votre commentaire est retiré."))
    return see_other_url(_url(file, found))


def _cell_of(table: Table, row: str, column: str) -> Cell:
    found = table.cells.get((row, column))
    if found is None:
        raise NotFound
    return found


def _url(file: ReturnFile, cell: Cell) -> str:
    table, row, column = cell.key
    return url_for("declarations.cell", number=file.number, table=table, row=row, column=column)


def _page(file: ReturnFile, table: Table, cell: Cell, status: int = 200, form: CommentForm | None = None) -> Response:
    session, actor = get_session(), current_actor()
    sheet, cells = figures_for(session, actor, file, table)
    declarant = is_declarant_of(actor, file.facts)
    stored = cells.get(cell.key)
    past = queries.history_of_cell(session, file.id, cell.key) if declarant else []
    return page(
        "declarations/cell.html",
        status,
        file=file,
        table=table,
        cell=cell,
        label=file.model.label(cell.key),
        item=grid.grid_cell(cell, sheet, 0),
        anchor=grid.anchor_of(cell.key, file.model),
        stored=stored,
        declarant=declarant,
        may_mark=cell.formula is None and can_mark(actor, file.facts),
        past=[(change, display(change.before, cell.decimals), display(change.after, cell.decimals)) for change in past],
        step_labels=STEP_LABELS,
        comments=comments_of_cell(session, file.id, cell.key) if declarant else [],
        me=actor.account_id,
        form=form or CommentForm(formdata=None),
        failed=grid.failed(sheet.findings([cell.key]), file.model),
        severity_labels=grid.SEVERITY_LABELS,
        severity_chips=grid.SEVERITY_CHIPS,
        operator_words=grid.OPERATOR_WORDS,
    )
