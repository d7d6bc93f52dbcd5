"""Filling several cells of a table at once, each time as one step that can be undone: a block, a copy, blanks, last year's figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.declarations import queries
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.drawing import figures_for, overdue_words, table_of, table_page
from webapp.declarations.routes.entry import refused_page, said, try_save
from webapp.declarations.rules import filling
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.prefill import prefills
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.steps import StepKind
from webapp.declarations.services.saving import Typed, shown_text
from webapp.tables.table import TableRefused
from webapp.tables.text import parse_block
from webapp.web.pages import announce, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

LONGEST_BLOCK = 400_000
ANSWERS = ("0", "néant", "NC")
"""What empty cells may all be answered with."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The texts to put in cells, and what to add to the announcement."""

    texts: Mapping[CellKey, str]
    more: str = ""


class Refused(Exception):
    """A filling that cannot be done; its text says what to do instead."""


def _fill(number: str, code: str, kind: StepKind, choose: Callable[[ReturnFile, Table, Sheet], Filled]) -> Response:
    """Find the table, work out what to put in its cells, save it, and go back to the table."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_own_return(session, actor, number)
    table = table_of(file, code)
    sheet, cells = figures_for(session, actor, file, table)
    try:
        found = choose(file, table, sheet)
    except Refused as refusal:
        return table_page(file, table, sheet, cells, 422, tools=request.form, refused=str(refusal))
    typed = {key: Typed(text, cells[key].version if key in cells else 0, shown_text(file, key, cells)) for key, text in found.texts.items()}
    outcome, closed = try_save(session, actor, clock, file, typed, file.model.scope_of(table).around, kind)
    if closed or outcome.conflicts:
        return refused_page(file, table, typed, outcome, closed=closed)
    announce(" ".join(part for part in (said(len(outcome.saved)), found.more, overdue_words(file, clock).strip()) if part))
    return see_other_url(url_for("declarations.table", number=number, table=code))


@blueprint.post("/declarations/<number>/tableaux/<table>/collage")
def paste(number: str, table: str) -> Response:
    """Paste a block copied from a spreadsheet, from a cell on."""
    return _fill(number, table, StepKind.PASTE, _pasted)


def _pasted(_file: ReturnFile, table: Table, sheet: Sheet) -> Filled:
    text = request.form.get("texte", "")
    if not text.strip():
        raise Refused(_("Collez d’abord des cellules copiées depuis un tableur."))
    if len(text) > LONGEST_BLOCK:
        raise Refused(_("Ce bloc est trop grand. Collez-le en plusieurs fois, ou importez un classeur."))
    try:
        pasted = parse_block(text)
        lines = {row.number - 1: (*[None] * pasted.indent, *row.cells) for row in pasted.rows}
        block = filling.lay(sheet, table, lines, request.form.get("ligne", ""), request.form.get("colonne", ""))
    except TableRefused as refusal:
        raise Refused(_(refusal.text, **refusal.values)) from refusal
    except KeyError:
        raise Refused(_("Choisissez la ligne et la colonne de la première cellule à remplir.")) from None
    if not block.texts:
        raise Refused(_("Rien de ce bloc ne tombe sur une cellule à remplir. Choisissez une autre première cellule."))
    outside = ngettext(
        "%(num)s valeur tombait hors du tableau et n’a pas été reprise.",
        "%(num)s valeurs tombaient hors du tableau et n’ont pas été reprises.",
        block.outside,
    )
    return Filled(block.texts, outside if block.outside else "")


@blueprint.post("/declarations/<number>/tableaux/<table>/recopie")
def copy_down(number: str, table: str) -> Response:
    """Copy the value of a cell into those below it, to a line."""
    return _fill(number, table, StepKind.FILL, _copied)


def _copied(_file: ReturnFile, table: Table, sheet: Sheet) -> Filled:
    column, first, last = (request.form.get(name, "") for name in ("colonne", "de", "a"))
    try:
        texts = filling.copy_down(sheet, table, column, first, last)
    except KeyError:
        raise Refused(_("Choisissez la colonne, la ligne à recopier et la dernière ligne à remplir.")) from None
    if not texts:
        raise Refused(_("La dernière ligne à remplir doit être plus bas que la ligne à recopier."))
    return Filled(texts)


@blueprint.post("/declarations/<number>/tableaux/<table>/vides")
def answer_blanks(number: str, table: str) -> Response:
    """Answer every empty cell of figures alike: 0, néant or NC."""
    return _fill(number, table, StepKind.BLANKS, _answered)


def _answered(_file: ReturnFile, table: Table, sheet: Sheet) -> Filled:
    answer = request.form.get("reponse", "")
    if answer not in ANSWERS:
        raise Refused(_("Choisissez la réponse à donner aux cellules vides : 0, néant ou NC."))
    return Filled(dict.fromkeys(filling.blanks(sheet, table), answer))


@blueprint.post("/declarations/<number>/tableaux/<table>/preremplissage")
def prefill(number: str, table: str) -> Response:
    """Fill the empty cells of a table with last year's figures and the body's record."""
    return _fill(
        number,
        table,
        StepKind.PREFILL,
        lambda file, form, sheet: Filled({key: entry.raw for key, entry in prefills(sheet, form, file.record).items()}),
    )
