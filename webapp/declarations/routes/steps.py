"""Taking back what one did to the figures of a return, and doing it again."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.declarations import queries
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.services import undoing
from webapp.declarations.services.undoing import TakenBack
from webapp.web.acting import acts_once
from webapp.web.pages import announce, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.post("/declarations/<number>/annulation")
@acts_once
def undo(number: str) -> Response:
    """Take back one's last step."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    done = undoing.undo_last(session, actor, current_clock(), file)
    return _told(file, done, ngettext("%(num)s cellule remise comme avant.", "%(num)s cellules remises comme avant.", len(done.back)))


@blueprint.post("/declarations/<number>/retablissement")
@acts_once
def redo(number: str) -> Response:
    """Do again what one last took back."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    done = undoing.redo_last(session, actor, current_clock(), file)
    return _told(file, done, ngettext("%(num)s cellule rétablie.", "%(num)s cellules rétablies.", len(done.back)))


def _told(file: ReturnFile, done: TakenBack, words: str) -> Response:
    """Go to the table of the step, at its first cell, and say what was done and what was left."""
    if done.left:
        names = ", ".join(file.model.label(key) if key in file.model.cells else ".".join(key) for key in done.left[:3])
        more = " …" if len(done.left) > 3 else ""
        left = _("Laissé tel quel, car modifié depuis : %(cells)s.", cells=names + more)
        words = f"{words} {left}" if done.back else left
    announce(words)
    if done.table not in file.model.tables:
        return see_other_url(url_for("declarations.overview", number=file.number))
    _table, row, column = (done.back or done.left)[0]
    return see_other_url(url_for("declarations.table", number=file.number, table=done.table, _anchor=f"i-{row}-{column}"))
