"""The editor: a table of lines, one of which may be fields. Every address works without scripts."""

import secrets
from dataclasses import replace
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.errors import Invalid, NotFound
from webapp.scopes import queries, views
from webapp.scopes.policies import can_act, can_edit
from webapp.scopes.queries import PAGE_LINES, FileHead
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.states import Act
from webapp.scopes.services import lines as line_services
from webapp.scopes.services.undo import may_undo, undo_last
from webapp.scopes.views import RowForm
from webapp.web.forms import already_done, remember_done
from webapp.web.htmx import retarget
from webapp.web.lists import ListState, list_state
from webapp.web.pages import announce, fragment, is_fragment_request, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


def _list() -> ListState:
    return list_state(("ordre",), ("generale", "q", "changees"), size=PAGE_LINES)


def _head(number: str) -> FileHead:
    return queries.file_head(get_session(), current_actor(), current_clock(), number)


def bar_context(head: FileHead) -> dict[str, Any]:
    """What the heading of a file's pages needs: chips, and the acts that apply now."""
    actor = current_actor()
    editable = can_edit(actor, head.policy_facts)
    undo = editable and may_undo(get_session(), head.id, actor.account_id, head.undo_floor)
    return {
        "head": head,
        "state": views.state_chip(head),
        "chips": views.fact_chips(head),
        "editable": editable,
        "undo_ready": undo,
        "may_request": can_act(actor, Act.REQUEST, head.policy_facts),
        "waiting": can_act(actor, Act.WITHDRAW_REQUEST, head.policy_facts),
    }


def _render(head: FileHead, form: RowForm | None = None, status: int = 200) -> Response:
    """Draw the editor's page; ``form`` is the line that shows as fields."""
    session, asked = get_session(), _list()
    generals = queries.general_scope(session, head.id)
    code, text, changed = (asked.filters[name] for name in ("generale", "q", "changees"))
    rows, total = queries.draft_page(session, head.id, code=code, text=text, changed_only=bool(changed), offset=asked.offset)
    last_page = asked.offset + PAGE_LINES >= total
    shown = [general for general in generals if not code or general.code == code]
    groups = views.groups(head, shown, rows, empty_too=last_page and not text and not changed)
    of = activity(head.activity)
    if form is None and bar_may_edit(head):
        form = _asked_form(head, generals)
    context = bar_context(head) | {"activity": of, "generals": generals, "groups": groups, "asked": asked, "total": total}
    names = views.field_names(of.columns)
    return page("scopes/editor.html", status, form=form, names=names, words=views.row_words(), kept=_kept(), **context)


def bar_may_edit(head: FileHead) -> bool:
    """Tell whether the person may change lines of this file now."""
    return can_edit(current_actor(), head.policy_facts)


def _asked_form(head: FileHead, generals: Any) -> RowForm | None:
    """Return the line that the URL asks to show as fields (``?ligne=`` or ``?ajouter=``), if any."""
    line, code = request.args.get("ligne", ""), request.args.get("ajouter", "")
    if line.isascii() and line.isdigit() and len(line) < 10:
        try:
            return _form_of(head, int(line), generals)
        except NotFound:
            return None  # deleted since: the page shows what there is
    general = next((row for row in generals if row.code == code), None)
    return _blank(general) if general is not None else None


def _blank(general: Any, after: int | None = None) -> RowForm:
    asked = request.values.get("apres", "")
    if after is None and asked.isascii() and asked.isdigit() and len(asked) < 10:
        after = int(asked)
    return RowForm(None, 0, {}, general.code, general.id, after)


def _form_of(head: FileHead, number: int, generals: Any = None) -> RowForm:
    session = get_session()
    row = queries.draft_line(session, head.id, number)
    generals = generals or queries.general_scope(session, head.id)
    general = next(item for item in generals if item.id == row.general_line_id)
    view = views.row_view(
        activity(head.activity), row, queries.facts_of(general, head.requested_at), views.quiet_chips(), held=head.online_version > 0
    )
    choices = views.general_choices(generals, general.code)
    return RowForm(number, row.version, row.cells, general.code, general.id, notes=view.notes, chosen=general.code, choices=choices)


def _typed(head: FileHead) -> dict[str, str]:
    return {key: request.form.get(name, "") for key, name in views.field_names(activity(head.activity).columns).items()}


def _kept() -> dict[str, str]:
    """Return the filters of the page that the person came from, which addresses of lines carry."""
    return {name: value for name, value in _list().filters.items() if value}


def _page_url(head: FileHead, line: int, kept: dict[str, str] | None = None, **values: Any) -> str:
    """Return the address of the editor's page on which the line stands, under the filters ``kept``."""
    asked = kept or {}
    code, text, changed = (asked.get(name, "") for name in ("generale", "q", "changees"))
    place = queries.place_of(get_session(), head.id, line, code=code, text=text, changed_only=bool(changed))
    number = place // PAGE_LINES + 1
    return url_for("scopes.edit", number=head.number, page=number if number > 1 else None, _anchor=f"l{line}", **asked, **values)


def _row_form(head: FileHead, form: RowForm, status: int = 200) -> Response:
    of = activity(head.activity)
    names = views.field_names(of.columns)
    kept = _kept() if form.number is not None else {}
    return fragment("scopes/_row_form.html", status, head=head, form=form, activity=of, names=names, kept=kept)


def _row(head: FileHead, number: int) -> str:
    session = get_session()
    row = queries.draft_line(session, head.id, number)
    general = next(item for item in queries.general_scope(session, head.id) if item.id == row.general_line_id)
    of = activity(head.activity)
    view = views.row_view(of, row, queries.facts_of(general, head.requested_at), views.quiet_chips(), held=head.online_version > 0)
    return render_template(
        "scopes/_row.html",
        head=head,
        row=view,
        activity=of,
        editable=bar_may_edit(head),
        words=views.row_words(),
        kept=_kept(),
        fresh=True,
    )


def _with_bar(head: FileHead, *parts: str) -> Response:
    """Answer with fragments, the file's heading and the announcement, which htmx puts where they belong."""
    bar = render_template("scopes/_bar_oob.html", **bar_context(_head(head.number)))
    return Response("".join([*parts, bar]), mimetype="text/html")


def new_once() -> str:
    """Return a token for a form that follows a success: the one that was sent is used up."""
    return secrets.token_urlsafe(16)


def saved_words(number: int) -> str:
    """Say that a line is saved, and at what time in Paris."""
    return str(_("Ligne %(number)d enregistrée à %(time)s.", number=number, time=f"{current_clock().now().astimezone(PARIS):%H:%M}"))


@blueprint.get("/<number>")
def edit(number: str) -> Response:
    """Show the draft of a file, a hundred lines a page; ``?ligne=`` shows one as fields, ``?ajouter=`` a new one."""
    return _render(_head(number))


@blueprint.get("/<number>/lignes/<int(max=2147483647):line>")
def line(number: str, line: int) -> Response:
    """A line as fields (``?lecture=1``: to be read); without scripts, the page on which it stands."""
    head = _head(number)
    if not is_fragment_request():
        queries.draft_line(get_session(), head.id, line)
        reading = request.args.get("lecture") or not bar_may_edit(head)
        return see_other_url(_page_url(head, line, _kept(), ligne=None if reading else line))
    if request.args.get("lecture") or not bar_may_edit(head):
        return Response(_row(head, line), mimetype="text/html")
    return _row_form(head, _form_of(head, line))


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>")
def save_line(number: str, line: int) -> Response:
    """Save a line read at a version; what was typed is never lost."""
    head, actor, clock = _head(number), current_actor(), current_clock()
    typed, raw = _typed(head), request.form.get("version", "")
    version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    try:
        code = request.form.get("rattachement")
        line_services.save_line(get_session(), actor, clock, number, line, version, typed, code)
    except line_services.StaleLine as stale:
        return _refused(head, _conflict(head, line, typed, stale), 409)
    except Invalid as invalid:
        form = _form_of(head, line)
        form = replace(form, version=version, values=typed, errors=invalid.errors, notes={}, chosen=code or form.general)
        return _refused(head, form, 422)
    announce(saved_words(line))
    if code not in (None, request.form.get("generale")):
        return see_other_url(_page_url(head, line))  # the row has left its group, and perhaps its page
    if is_fragment_request():
        return _with_bar(head, _row(head, line))
    return see_other_url(_page_url(head, line, _kept()))


def _conflict(head: FileHead, number: int, typed: dict[str, str], stale: line_services.StaleLine) -> RowForm:
    """Return the form that shows mine, theirs and what both started from; saving it again keeps mine over theirs."""
    theirs = stale.facts["line"]
    generals = queries.general_scope(get_session(), head.id)
    general = next(row for row in generals if row.id == theirs.general_line_id)
    return RowForm(
        number,
        theirs.version,
        typed,
        general.code,
        general.id,
        theirs=theirs.cells,
        base=stale.facts["base"],
        who=stale.facts["who"],
        at=stale.facts["at"],
        gone=theirs.deleted,
        chosen=request.form.get("rattachement") or general.code,
        choices=views.general_choices(generals, general.code),
    )


def _refused(head: FileHead, form: RowForm, status: int) -> Response:
    if is_fragment_request():
        return retarget(_row_form(head, form, status), f"#{form.dom_id}", "outerHTML")
    return _render(head, form, status)


@blueprint.get("/<number>/lignes")
def new_line(number: str) -> Response:
    """A new line as fields, under ``generale`` and after ``apres``; ``?annuler=1`` gives the button back."""
    head = _head(number)
    code = request.args.get("generale", "")
    if not is_fragment_request():
        after = request.args.get("apres", "")
        page_number = queries.place_of(get_session(), head.id, int(after)) // PAGE_LINES + 1 if after.isdigit() and len(after) < 10 else 1
        return see_other_url(
            url_for("scopes.edit", number=number, ajouter=code, apres=after or None, page=page_number if page_number > 1 else None)
        )
    general = next((row for row in queries.general_scope(get_session(), head.id) if row.code == code), None)
    if general is None:
        raise Invalid({"generale": _("Choisissez une ligne de la portée générale de ce dossier.")})
    form = _blank(general)
    if request.args.get("annuler"):
        return fragment(
            "scopes/_add.html",
            head=head,
            group={"id": general.id, "code": general.code, "last": form.after or ""},
            columns=len(activity(head.activity).columns),
            back=True,
        )
    return _row_form(head, form)


@blueprint.post("/<number>/lignes")
def add_line(number: str) -> Response:
    """Add a line; sent twice, it makes one."""
    head, session, clock, actor = _head(number), get_session(), current_clock(), current_actor()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    code, typed = request.form.get("generale", ""), _typed(head)
    general = next((row for row in queries.general_scope(session, head.id) if row.code == code), None)
    form = _blank(general) if general is not None else None
    try:
        added = line_services.add_line(session, actor, clock, number, code, typed, form.after if form else None)
    except Invalid as invalid:
        if form is None:
            raise
        again = RowForm(None, 0, typed, code, form.general_id, form.after, errors=invalid.errors)
        return _refused(head, again, 422)
    announce(saved_words(added.number))
    where = remember_done(session, _page_url(head, added.number))
    if not is_fragment_request() or general is None:
        return see_other_url(where)
    next_form = RowForm(None, 0, {}, code, general.id, added.number)
    of = activity(head.activity)
    names = views.field_names(of.columns)
    blank = render_template("scopes/_row_form.html", head=head, form=next_form, activity=of, names=names, token=new_once(), kept={})
    return _with_bar(head, _row(head, added.number), blank)


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>/copie")
def duplicate_line(number: str, line: int) -> Response:
    """Copy a line just below itself, ready to be changed; a double click makes one copy."""
    head, session, clock, actor = _head(number), get_session(), current_clock(), current_actor()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    copy = line_services.duplicate_line(session, actor, clock, number, line)
    announce(_("Ligne %(copy)d ajoutée, copie de la ligne %(number)d : modifiez-la.", copy=copy.number, number=line))
    where = remember_done(session, _page_url(head, copy.number, _kept(), ligne=copy.number))
    if not is_fragment_request():
        return see_other_url(where)
    form = _form_of(head, copy.number)
    of = activity(head.activity)
    names = views.field_names(of.columns)
    row = render_template("scopes/_row_form.html", head=head, form=form, activity=of, names=names, token=new_once(), kept=_kept())
    return _with_bar(head, row)


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>/suppression")
def delete_line(number: str, line: int) -> Response:
    """Delete a line read at a version; the undo stands in its place."""
    head = _head(number)
    raw = request.form.get("version", "")
    version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    where = _page_url(head, line, _kept()) if not is_fragment_request() else ""
    try:
        line_services.delete_line(get_session(), current_actor(), current_clock(), number, line, version)
    except line_services.StaleLine as stale:
        return _refused(head, _conflict(head, line, _typed(head), stale), 409)
    announce(_("Ligne %(number)d supprimée.", number=line))
    if not is_fragment_request():
        return see_other_url(where)
    columns = len(activity(head.activity).columns)
    return _with_bar(head, render_template("scopes/_row_deleted.html", head=head, line=line, columns=columns))


@blueprint.post("/<number>/lignes/<int(max=2147483647):line>/deplacement")
def move_line(number: str, line: int) -> Response:
    """Move a line one place up or down within its general line."""
    head = _head(number)
    step = {"haut": -1, "bas": 1}.get(request.form.get("sens", ""))
    if step is None:
        raise Invalid({"sens": _("Choisissez « Monter » ou « Descendre ».")})
    line_services.move_line(get_session(), current_actor(), current_clock(), number, line, step)
    announce(_("Ligne %(number)d déplacée.", number=line))
    return see_other_url(_page_url(head, line, _kept(), ligne=line))


@blueprint.post("/<number>/annulation")
def undo(number: str) -> Response:
    """Take back the person's last change of this draft."""
    head = _head(number)
    changed = undo_last(get_session(), current_actor(), current_clock(), number)
    announce(_("Dernière modification annulée (ligne %(number)d).", number=changed.number))
    return see_other_url(_page_url(head, changed.number))
