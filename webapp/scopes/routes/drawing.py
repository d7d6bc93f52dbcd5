"""What the editor's addresses draw: its page, a row to read, a row of fields, and what a refusal shows."""

import secrets
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.errors import NotFound
from webapp.scopes import queries, views
from webapp.scopes.policies import can_act, can_edit
from webapp.scopes.queries import PAGE_LINES, FileHead
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.states import Act
from webapp.scopes.services import lines as line_services
from webapp.scopes.services.undo import may_undo
from webapp.scopes.views import RowForm
from webapp.web.htmx import retarget
from webapp.web.lists import ListState, list_state
from webapp.web.pages import fragment, is_fragment_request, page
from webapp.web.request import current_actor, current_clock, get_session


def asked_list() -> ListState:
    """Return what the URL asks of the list of lines."""
    return list_state(("ordre",), ("generale", "q", "changees"), size=PAGE_LINES)


def head_of(number: str) -> FileHead:
    """Return the file for the person, or :class:`NotFound`."""
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


def editor_page(head: FileHead, form: RowForm | None = None, status: int = 200) -> Response:
    """Draw the editor's page; ``form`` is the line that shows as fields."""
    session, asked = get_session(), asked_list()
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
    return page("scopes/editor.html", status, form=form, names=names, words=views.row_words(), kept=kept_filters(), **context)


def bar_may_edit(head: FileHead) -> bool:
    """Tell whether the person may change lines of this file now."""
    return can_edit(current_actor(), head.policy_facts)


def _asked_form(head: FileHead, generals: Any) -> RowForm | None:
    """Return the line that the URL asks to show as fields (``?ligne=`` or ``?ajouter=``), if any."""
    line, code = request.args.get("ligne", ""), request.args.get("ajouter", "")
    if line.isascii() and line.isdigit() and len(line) < 10:
        try:
            return form_of(head, int(line), generals)
        except NotFound:
            return None  # deleted since: the page shows what there is
    general = next((row for row in generals if row.code == code), None)
    return blank_form(general) if general is not None else None


def blank_form(general: Any, after: int | None = None) -> RowForm:
    """Return the fields of a new line under ``general``, after ``after`` or the line that the request names."""
    asked = request.values.get("apres", "")
    if after is None and asked.isascii() and asked.isdigit() and len(asked) < 10:
        after = int(asked)
    return RowForm(None, 0, {}, general.code, general.id, after)


def form_of(head: FileHead, number: int, generals: Any = None) -> RowForm:
    """Return the fields of a line as it is stored."""
    session = get_session()
    row = queries.draft_line(session, head.id, number)
    generals = generals or queries.general_scope(session, head.id)
    general = next(item for item in generals if item.id == row.general_line_id)
    view = views.row_view(
        activity(head.activity), row, queries.facts_of(general, head.requested_at), views.quiet_chips(), held=head.online_version > 0
    )
    choices = views.general_choices(generals, general.code)
    return RowForm(number, row.version, row.cells, general.code, general.id, notes=view.notes, chosen=general.code, choices=choices)


def typed_cells(head: FileHead) -> dict[str, str]:
    """Return the cells typed in the form of a line."""
    return {key: request.form.get(name, "") for key, name in views.field_names(activity(head.activity).columns).items()}


def kept_filters() -> dict[str, str]:
    """Return the filters of the page that the person came from, which addresses of lines carry."""
    return {name: value for name, value in asked_list().filters.items() if value}


def page_url(head: FileHead, line: int, kept: dict[str, str] | None = None, **values: Any) -> str:
    """Return the address of the editor's page on which the line stands, under the filters ``kept``."""
    asked = kept or {}
    code, text, changed = (asked.get(name, "") for name in ("generale", "q", "changees"))
    place = queries.place_of(get_session(), head.id, line, code=code, text=text, changed_only=bool(changed))
    number = place // PAGE_LINES + 1
    where: dict[str, Any] = {**asked, **values}
    return url_for("scopes.edit", number=head.number, page=number if number > 1 else None, _anchor=f"l{line}", **where)


def row_form(head: FileHead, form: RowForm, status: int = 200) -> Response:
    """Answer with the row of fields alone."""
    of = activity(head.activity)
    names = views.field_names(of.columns)
    kept = kept_filters() if form.number is not None else {}
    return fragment("scopes/_row_form.html", status, head=head, form=form, activity=of, names=names, kept=kept)


def row_read(head: FileHead, number: int) -> str:
    """Return the row of a line in reading mode."""
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
        kept=kept_filters(),
        fresh=True,
    )


def with_bar(head: FileHead, *parts: str) -> Response:
    """Answer with fragments, the file's heading and the announcement, which htmx puts where they belong."""
    bar = render_template("scopes/_bar_oob.html", **bar_context(head_of(head.number)))
    return Response("".join([*parts, bar]), mimetype="text/html")


def new_once() -> str:
    """Return a token for a form that follows a success: the one that was sent is used up."""
    return secrets.token_urlsafe(16)


def saved_words(number: int) -> str:
    """Say that a line is saved, and at what time in Paris."""
    return str(_("Ligne %(number)d enregistrée à %(time)s.", number=number, time=f"{current_clock().now().astimezone(PARIS):%H:%M}"))


def conflict_form(head: FileHead, number: int, typed: dict[str, str], stale: line_services.StaleLine) -> RowForm:
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


def refused(head: FileHead, form: RowForm, status: int) -> Response:
    """Answer with the row of fields again, alone or in its page."""
    if is_fragment_request():
        return retarget(row_form(head, form, status), f"#{form.dom_id}", "outerHTML")
    return editor_page(head, form, status)
