"""The editor: a table of lines, one of which may be fields. Every address works without scripts."""

from dataclasses import replace

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from webapp.errors import Invalid
from webapp.scopes import queries, views
from webapp.scopes.queries import PAGE_LINES, FileHead
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import (
    bar_may_edit,
    blank_form,
    conflict_form,
    editor_page,
    form_of,
    head_of,
    kept_filters,
    new_once,
    page_url,
    refused,
    row_form,
    row_read,
    saved_words,
    typed_cells,
    with_bar,
)
from webapp.scopes.rules.activities import activity
from webapp.scopes.services import lines as line_services
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, fragment, is_fragment_request, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/<number>")
def edit(number: str) -> Response:
    """Show the draft of a file, a hundred lines a page; ``?ligne=`` shows one as fields, ``?ajouter=`` a new one."""
    return editor_page(head_of(number))


@blueprint.get("/<number>/lignes/<int(max=2147483647):line>")
def line(number: str, line: int) -> Response:
    """A line as fields (``?lecture=1``: to be read); without scripts, the page on which it stands, at its cell ``?case=``."""
    head = head_of(number)
    if not is_fragment_request():
        queries.draft_line(get_session(), head.id, line)
        reading = request.args.get("lecture") or not bar_may_edit(head)
        case = request.args.get("case", "")
        return see_other_url(page_url(head, line, kept_filters(), case, ligne=None if reading else line))
    if request.args.get("lecture") or not bar_may_edit(head):
        seen = whole(request.args.get("vu", ""))
        told = render_template("scopes/_seen.html", line=line, step=seen) if seen is not None else ""
        return Response(row_read(head, line) + told, mimetype="text/html")
    return row_form(head, form_of(head, line))


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>")
def save_line(number: str, line: int) -> Response:
    """Save a line read at a version; what was typed is never lost."""
    head, actor, clock = head_of(number), current_actor(), current_clock()
    typed, code = typed_cells(head), request.form.get("rattachement")
    try:
        line_services.save_line(get_session(), actor, clock, number, line, _version_read(), typed, code)
    except (line_services.StaleLine, Invalid) as error:
        return _typed_again(head, line, typed, error)
    announce(saved_words(line))
    if code not in (None, request.form.get("generale")):
        return see_other_url(page_url(head, line))  # the row has left its group, and perhaps its page
    if is_fragment_request():
        return with_bar(head, row_read(head, line))
    return see_other_url(page_url(head, line, kept_filters()))


def _version_read() -> int:
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


def _typed_again(head: FileHead, line: int, typed: dict[str, str], error: line_services.StaleLine | Invalid) -> Response:
    """Answer with what was typed in a line and why it is not written."""
    if isinstance(error, line_services.StaleLine):
        return refused(head, conflict_form(head, line, typed, error), 409)
    form, code = form_of(head, line), request.form.get("rattachement")
    again = replace(form, version=_version_read(), values=typed, errors=error.errors, notes={}, chosen=code or form.general)
    return refused(head, again, 422)


@blueprint.get("/<number>/lignes")
def new_line(number: str) -> Response:
    """A new line as fields, under ``generale`` and after ``apres``; ``?annuler=1`` gives the button back."""
    head = head_of(number)
    code = request.args.get("generale", "")
    if not is_fragment_request():
        after = whole(request.args.get("apres", ""))
        page_number = 1 if after is None else queries.place_of(get_session(), head.id, after) // PAGE_LINES + 1
        return see_other_url(
            url_for("scopes.edit", number=number, ajouter=code, apres=after or None, page=page_number if page_number > 1 else None)
        )
    general = next((row for row in queries.general_scope(get_session(), head.id) if row.code == code), None)
    if general is None:
        raise Invalid({"generale": _("Choisissez une ligne de la portée générale de ce dossier.")})
    form = blank_form(head, general)
    if request.args.get("annuler"):
        return fragment(
            "scopes/_add.html",
            head=head,
            group={"id": general.id, "code": general.code, "last": form.after or ""},
            columns=len(activity(head.activity).public_columns),
            back=True,
        )
    return row_form(head, form)


@blueprint.post("/<number>/lignes")
def add_line(number: str) -> Response:
    """Add a line; sent twice, it makes one."""
    head, session, clock, actor = head_of(number), get_session(), current_clock(), current_actor()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    code, typed = request.form.get("generale", ""), typed_cells(head)
    general = next((row for row in queries.general_scope(session, head.id) if row.code == code), None)
    form = blank_form(head, general) if general is not None else None
    try:
        added = line_services.add_line(session, actor, clock, number, code, typed, form.after if form else None)
    except Invalid as invalid:
        if form is None:
            raise
        again = replace(form, values=typed, errors=invalid.errors)
        return refused(head, again, 422)
    announce(saved_words(added.number))
    where = remember_done(session, page_url(head, added.number))
    if not is_fragment_request() or general is None:
        return see_other_url(where)
    next_form = blank_form(head, general, added.number)
    of = activity(head.activity)
    names = views.field_names(of.columns)
    blank = render_template("scopes/_row_form.html", head=head, form=next_form, activity=of, names=names, token=new_once(), kept={})
    return with_bar(head, row_read(head, added.number), blank)


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>/copie")
def duplicate_line(number: str, line: int) -> Response:
    """Copy a line just below itself, as it is typed, ready to be changed; a double click makes one copy.

    The line itself keeps what was typed too: without scripts it is saved here, with them when it is left.
    """
    head, session, clock, actor = head_of(number), get_session(), current_clock(), current_actor()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    typed, code = typed_cells(head), request.form.get("rattachement")
    try:
        if not is_fragment_request():
            line_services.save_line(session, actor, clock, number, line, _version_read(), typed, code)
        copy = line_services.duplicate_line(session, actor, clock, number, line, typed)
    except (line_services.StaleLine, Invalid) as error:
        return _typed_again(head, line, typed, error)
    announce(_("Ligne %(copy)d ajoutée, copie de la ligne %(number)d : modifiez-la.", copy=copy.number, number=line))
    where = remember_done(session, page_url(head, copy.number, kept_filters(), ligne=copy.number))
    if not is_fragment_request():
        return see_other_url(where)
    form = form_of(head, copy.number)
    of = activity(head.activity)
    names = views.field_names(of.columns)
    row = render_template("scopes/_row_form.html", head=head, form=form, activity=of, names=names, token=new_once(), kept=kept_filters())
    return with_bar(head, row)


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>/suppression")
def delete_line(number: str, line: int) -> Response:
    """Delete a line read at a version; the undo stands in its place."""
    head = head_of(number)
    where = page_url(head, line, kept_filters()) if not is_fragment_request() else ""
    try:
        line_services.delete_line(get_session(), current_actor(), current_clock(), number, line, _version_read())
    except line_services.StaleLine as stale:
        return refused(head, conflict_form(head, line, typed_cells(head), stale), 409)
    announce(_("Ligne %(number)d supprimée.", number=line))
    if not is_fragment_request():
        return see_other_url(where)
    columns = len(activity(head.activity).public_columns)
    return with_bar(head, render_template("scopes/_row_deleted.html", head=head, line=line, columns=columns))


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>/deplacement")
def move_line(number: str, line: int) -> Response:
    """Move a line one place up or down within its general line."""
    head = head_of(number)
    step = {"haut": -1, "bas": 1}.get(request.form.get("sens", ""))
    if step is None:
        raise Invalid({"sens": _("Choisissez « Monter » ou « Descendre ».")})
    line_services.move_line(get_session(), current_actor(), current_clock(), number, line, step)
    announce(_("Ligne %(number)d déplacée.", number=line))
    return see_other_url(page_url(head, line, kept_filters(), ligne=line))


@blueprint.get("/clavier")
def keyboard() -> Response:
    """Tell the keys of the table."""
    return page("scopes/keyboard.html", keys=views.table_keys())
