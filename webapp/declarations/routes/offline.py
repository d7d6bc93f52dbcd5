"""Filling a return in offline: its workbook down, then back, seen cell by cell and accepted section by section. All without scripts."""

from __future__ import annotations

from functools import partial

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.declarations import offline_view, queries
from webapp.declarations.offline_book import offline_workbook
from webapp.declarations.policies import can_enter, can_enter_section
from webapp.declarations.queries import ReturnFile
from webapp.declarations.queries.offline import waiting_imports
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.services import offline
from webapp.declarations.services.saving import sheet_of
from webapp.errors import Conflict, Invalid
from webapp.spreadsheet import XLSX_TYPE
from webapp.uploads.rules.limits import LARGEST_FILE, Refused, check_size
from webapp.uploads.rules.names import clean_name
from webapp.web.acting import acts_once
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.sizes import takes_up_to

#: A file, and the form around it.
LARGEST_FORM = LARGEST_FILE + 2_000_000


@blueprint.get("/declarations/<number>/classeur.xlsx")
def offline_file(number: str) -> Response:
    """Give the workbook of a return to its declarant, to fill in offline."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    cells = queries.stored_cells(session, file.id)
    response = Response(offline_workbook(file, sheet_of(file, cells), cells, current_clock().now()), mimetype=XLSX_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{number}.xlsx")
    return response


@blueprint.get("/declarations/<number>/classeur")
def offline_page(number: str) -> Response:
    """Offer the workbook, take it back, and list those under way."""
    session, actor = get_session(), current_actor()
    return _page(session, actor, queries.find_own_return(session, actor, number))


def _page(session: Session, actor: Actor, file: ReturnFile, problem: str = "", status: int = 200) -> Response:
    now = current_clock().now()
    return page(
        "declarations/offline.html",
        status,
        file=file,
        problem=problem,
        editable=can_enter(actor, file.facts, now),
        waiting=waiting_imports(session, actor, file, now),
    )


@blueprint.post("/declarations/<number>/classeur")
@takes_up_to(LARGEST_FORM)
@acts_once
def bring_back(number: str) -> Response:
    """Read a workbook that was filled in, keep what it changes, and lead to its preview."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_own_return(session, actor, number)
    upload = request.files.get("fichier")
    if upload is None or not upload.filename:
        return _page(session, actor, file, _("Choisissez le classeur que vous avez rempli."), 422)
    name, content = clean_name(upload.filename), upload.stream.read()
    try:
        check_size(name, len(content))
        kept = offline.keep(session, actor, clock, file, content, name)
    except Refused as refused:
        return _page(session, actor, file, _(refused.text, **refused.values), 422)
    except Invalid as invalid:
        return _page(session, actor, file, invalid.errors["fichier"], 422)
    return see_other("declarations.offline_preview", number=number, import_id=kept.id)


@blueprint.get("/declarations/<number>/classeur/<int(max=2147483647):import_id>")
def offline_preview(number: str, import_id: int) -> Response:
    """Show what the workbook would change, by section; ``?section=`` shows all of one."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    return _preview(file, offline.look(session, actor, current_clock(), file, import_id))


def _preview(file: ReturnFile, seen: offline.Look, problem: str = "", status: int = 200, ticked: list[str] | None = None) -> Response:
    asked, actor, now = request.args.get("section", ""), current_actor(), current_clock().now()
    return page(
        "declarations/offline_preview.html",
        status,
        file=file,
        seen=seen,
        problem=problem,
        editable=can_enter(actor, file.facts, now),
        ticked=ticked,
        **offline_view.preview(file, seen, asked, lambda section: can_enter_section(section, actor, file.facts, now)),
    )


@blueprint.post("/declarations/<number>/classeur/<int(max=2147483647):import_id>")
@acts_once
def accept_offline(number: str, import_id: int) -> Response:
    """Save the sections ticked; what is refused leaves the page as it was filled in, and the import waiting."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_own_return(session, actor, number)
    answers, ticked = partial(offline_view.chosen, request.form), request.form.getlist("section")
    if not ticked:
        again = offline.look(session, actor, clock, file, import_id, answers)
        return _preview(file, again, _("Cochez au moins une section à accepter."), 422, ticked)
    try:
        done = offline.accept(session, actor, clock, file, import_id, ticked, answers)
    except Conflict as conflict:
        again = offline.look(session, actor, clock, file, import_id, answers)
        return _preview(file, again, conflict.message, 409, ticked)
    announce(_done(done))
    return see_other("declarations.offline_preview", number=number, import_id=import_id)


def _done(done: offline.Accepted) -> str:
    """What accepting did, in a sentence or two."""
    saved = ngettext("%(num)s cellule enregistrée.", "%(num)s cellules enregistrées.", done.saved)
    words = str(saved if done.saved else _("Rien de plus à enregistrer."))
    if done.hidden:
        words += " " + ngettext(
            "%(num)s cellule n’est pas demandée : elle est laissée de côté.",
            "%(num)s cellules ne sont pas demandées : elles sont laissées de côté.",
            done.hidden,
        )
    return words


@blueprint.post("/declarations/<number>/classeur/<int(max=2147483647):import_id>/abandon")
@acts_once
def abandon_offline(number: str, import_id: int) -> Response:
    """Forget what was read."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    offline.abandon(session, actor, current_clock(), file, import_id)
    announce(_("Ce classeur est oublié : la déclaration n’a pas changé."))
    return see_other("declarations.offline_page", number=number)
