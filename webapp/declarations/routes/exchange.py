"""Marked cells, messages, and what changed between two submissions."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.declarations import queries
from webapp.declarations.forms import MarkForm, MessageForm
from webapp.declarations.policies import can_mark, is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.receipts import sections
from webapp.declarations.routes.returns import overview_page, words
from webapp.declarations.rules.comparison import compare
from webapp.declarations.rules.document import tables_of
from webapp.declarations.rules.documents import frozen_documents, replaced
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.services import marks
from webapp.errors import Invalid, NotFound
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


def mark_form(table: Table, **given: str) -> MarkForm:
    """The form that marks a cell of a table: the lines and columns that people fill in."""
    form = MarkForm(**given) if not given else MarkForm(formdata=None, **given)
    rows = {cell.key[1] for cell in table.entry_cells}
    columns = {cell.key[2] for cell in table.entry_cells}
    form.row.choices = [(row.code, row.label) for row in table.rows if row.code in rows]
    form.column.choices = [(column.code, column.label) for column in table.columns if column.code in columns]
    return form


def _table(file: ReturnFile, code: str) -> Table:
    table = file.model.tables.get(code)
    if table is None:
        raise NotFound
    return table


@blueprint.get("/declarations/<number>/tableaux/<table>/marques")
def new_mark(number: str, table: str) -> Response:
    """Show the form that asks for a cell to be corrected."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    form = _table(file, table)
    if not can_mark(actor, file.facts):
        raise NotFound
    shown = mark_form(form, row=request.args.get("ligne", ""), column=request.args.get("colonne", ""))
    return page("declarations/mark.html", file=file, table=form, form=shown)


@blueprint.post("/declarations/<number>/tableaux/<table>/marques")
def add_mark(number: str, table: str) -> Response:
    """Mark a cell of the last submission."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    of = _table(file, table)
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = mark_form(of)
    try:
        if not form.validate():
            return page("declarations/mark.html", 422, file=file, table=of, form=form)
        cell = of.cells.get((form.row.data, form.column.data))
        if cell is None or cell.formula is not None:
            raise Invalid({"column": _("Cette ligne n’a rien à remplir dans cette colonne.")})
        marks.mark_cell(session, actor, clock, file, cell.key, form.note.data or "")
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return page("declarations/mark.html", 422, file=file, table=of, form=form)
    announce(_("Cellule marquée. Le déclarant la verra quand vous renverrez la déclaration."))
    return see_other_url(remember_done(session, url_for("declarations.table", number=number, table=table) + "#marques"))


@blueprint.post("/declarations/<number>/marques/<int(max=2147483647):mark>")
def end_mark(number: str, mark: int) -> Response:
    """Take back a mark that was not sent, or settle one that was."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    if request.form.get("act") == "withdraw":
        marks.withdraw_mark(session, actor, file, mark)
        announce(_("Marque retirée."))
    else:
        marks.settle_mark(session, actor, clock, file, mark)
        announce(_("Marque réglée."))
    return see_other("declarations.overview", number=number, _anchor="marques")


@blueprint.post("/declarations/<number>/messages")
def say(number: str) -> Response:
    """Write to the other side."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_return(session, actor, number)
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = MessageForm()
    mark = whole(str(form.mark.data or ""))
    if not form.validate():
        return overview_page(session, actor, file, 422, message=form)
    body = form.body.data or ""
    marks.say(session, actor, clock, file, body=body, mark_id=mark, public_url=state().settings.public_url)
    announce(_("Message envoyé."))
    anchor = f"marque-{mark}" if mark is not None else "echanges"
    return see_other_url(remember_done(session, url_for("declarations.overview", number=number, _anchor=anchor)))


@blueprint.get("/declarations/<number>/comparaison/<int(max=2147483647):rank>")
def comparison(number: str, rank: int) -> Response:
    """Show a submission beside the one before it: the cells that were marked first, then whatever else changed."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    before, after = queries.submission_of_rank(session, file.id, rank - 1), queries.submission_of_rank(session, file.id, rank)
    if before is None or after is None:
        raise NotFound
    exchange = queries.exchange(session, file.id, agent=not is_declarant_of(actor, file.facts))
    asked = {mark.code: mark for mark in exchange.marks if mark.was_asked(before.rank, before.at)}
    then, now = sections(file, before), sections(file, after)
    cells = compare(then, now, asked.keys())
    titles = {table.code: table.heading for table in (*tables_of(then), *tables_of(now))}
    return page(
        "declarations/comparison.html",
        file=file,
        before=before,
        after=after,
        asked=[(cell, asked[cell.code]) for cell in cells if cell.asked],
        others=[cell for cell in cells if not cell.asked],
        titles=titles,
        files=tuple(zip((before, after), replaced(frozen_documents(before.content), frozen_documents(after.content)), strict=True)),
        **words(current_clock()),
    )
