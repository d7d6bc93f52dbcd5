"""The history of a draft: every step of everybody, each of which may be taken back or done again."""

from collections.abc import Callable
from contextlib import suppress

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict
from webapp.scopes import queries
from webapp.scopes.queries import FileHead
from webapp.scopes.queries.steps import PAGE_STEP_LINES, PAGE_STEPS, one_step, step_changes, steps_page
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import bar_may_edit, head_of, page_url
from webapp.scopes.routes.versions import head_context
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.steps import Applied
from webapp.scopes.services.undo import ChangedSince, redo_last, take_back, undo_last
from webapp.scopes.step_views import lines_words, step_line, step_row
from webapp.web.forms import whole
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

#: Undo pressed again and again is one request, of so many steps at most.
MOST_AT_ONCE = 20


@blueprint.get("/<number>/historique")
def history(number: str) -> Response:
    """Show the steps of the draft, latest first; ``?avant=`` pages by the id of a step."""
    head = head_of(number)
    found = steps_page(get_session(), head.id, whole(request.args.get("avant", "")))
    editable = bar_may_edit(head)
    rows = [step_row(row, head.undo_floor, editable=editable) for row in found[:PAGE_STEPS]]
    older = rows[-1].id if len(found) > PAGE_STEPS else None
    return page("scopes/steps.html", steps=rows, older=older, **head_context(head))


@blueprint.get("/<number>/historique/<int(max=2147483647):step>")
def step(number: str, step: int) -> Response:
    """Show what one step did, line by line."""
    return step_page(head_of(number), step)


@blueprint.post("/<number>/historique/<int(max=2147483647):step>/annulation")
def take_step_back(number: str, step: int) -> Response:
    """Take a step back, or do again one that was; ``reste=1`` leaves the lines that have changed since."""
    head, session = head_of(number), get_session()
    partly, again = request.form.get("reste") == "1", one_step(session, head.id, step).kind is StepKind.UNDO
    try:
        applied = take_back(session, current_actor(), current_clock(), number, step, leave_changed=partly)
    except ChangedSince as changed:
        return changed_page(head, changed)
    if applied.step_id is None:
        announce(_("Cette étape était déjà annulée."))
        return see_other_url(url_for("scopes.history", number=number))
    return back_to(number, applied, _("L’étape est rétablie") if again else _("L’étape est annulée"))


@blueprint.post("/<number>/annulation")
def undo(number: str) -> Response:
    """Take back the person's last step on this draft, or the last ``fois`` ones."""
    return _several(number, undo_last, lambda times: ngettext("Dernière modification annulée", "%(num)s modifications annulées", times))


@blueprint.post("/<number>/retablissement")
def redo(number: str) -> Response:
    """Do again what the person last took back, or the last ``fois`` ones."""
    return _several(number, redo_last, lambda times: ngettext("Modification rétablie", "%(num)s modifications rétablies", times))


def _several(number: str, take: Callable[[Session, Actor, Clock, str], Applied], words: Callable[[int], str]) -> Response:
    """Take back as many steps as were asked for, as far as that goes; the first one that cannot be is shown."""
    head, session, actor, clock = head_of(number), get_session(), current_actor(), current_clock()
    asked = min(whole(request.form.get("fois", "")) or 1, MOST_AT_ONCE)
    try:
        taken = [take(session, actor, clock, number)]
    except ChangedSince as changed:
        return changed_page(head, changed)
    with suppress(Conflict):
        while len(taken) < asked:
            taken.append(take(session, actor, clock, number))
    return back_to(number, taken[-1], words(len(taken)))


def back_to(number: str, applied: Applied, words: str) -> Response:
    """Say what was taken back, and lead to the first of its lines that is there."""
    head, changed = head_of(number), applied.lines
    announce(f"{words} ({lines_words(len(changed), changed[0].number)}).")
    shown = next((line.number for line in changed if not line.deleted), changed[0].number)
    return see_other_url(page_url(head, shown))


def changed_page(head: FileHead, changed: ChangedSince) -> Response:
    """Show the step that cannot be taken back as a whole, and offer to take it back for its other lines."""
    get_session().rollback()
    return step_page(head, changed.step_id, 409, changed)


def step_page(head: FileHead, step_id: int, status: int = 200, changed: ChangedSince | None = None) -> Response:
    """Draw a step's page; ``changed`` says which of its lines have changed since."""
    session, of = get_session(), activity(head.activity)
    row = step_row(one_step(session, head.id, step_id), head.undo_floor, editable=bar_may_edit(head))
    found = step_changes(session, head.id, step_id, whole(request.args.get("apres", "")) or 0)
    codes = {general.id: general.code for general in queries.general_scope(session, head.id)}
    labels = {column.key: column.label for column in of.columns}
    lines = [step_line(one, codes, labels) for one in found[:PAGE_STEP_LINES]]
    more = lines[-1].number if len(found) > PAGE_STEP_LINES else None
    return page("scopes/step.html", status, step=row, lines=lines, more=more, changed=changed, **head_context(head))
