"""What the editor's addresses draw: its page, a row to read, a row of fields, and what a refusal shows."""

import secrets
from dataclasses import replace
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.errors import NotFound
from webapp.scopes import queries, views
from webapp.scopes.policies import can_act, can_edit
from webapp.scopes.queries import PAGE_LINES, FileHead
from webapp.scopes.queries.steps import bar_facts
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.check import Context
from webapp.scopes.rules.decisions import GeneralFacts
from webapp.scopes.rules.merge import Fate, merge_value
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.values import SEPARATOR
from webapp.scopes.services import lines as line_services
from webapp.scopes.step_views import Presence, on_lines, step_words
from webapp.scopes.views import RowForm, RowView
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
    facts = bar_facts(get_session(), head.id, actor.account_id, head.undo_floor, current_clock().now())
    return {
        "head": head,
        "state": views.state_chip(head),
        "chips": views.fact_chips(head),
        "editable": editable,
        "undo": step_words(facts.undo) if editable and facts.undo else "",
        "redo": step_words(facts.redo) if editable and facts.redo else "",
        "presence": Presence(facts.here, (), {}, facts.last_step),
        "present": on_lines(facts),
        "may_request": can_act(actor, Act.REQUEST, head.policy_facts),
        "waiting": can_act(actor, Act.WITHDRAW_REQUEST, head.policy_facts),
    }


def editor_page(head: FileHead, form: RowForm | None = None, status: int = 200) -> Response:
    """Draw the editor's page; ``form`` is the line that shows as fields."""
    session = get_session()
    asked = replace(asked_list(), path=url_for("scopes.edit", number=head.number))  # after a refusal the address is a line's
    generals = queries.general_scope(session, head.id)
    code, text, changed = (asked.filters[name] for name in ("generale", "q", "changees"))
    rows, total = queries.draft_page(session, head.id, generals, code=code, text=text, changed_only=bool(changed), offset=asked.offset)
    last_page = asked.offset + PAGE_LINES >= total
    shown = [general for general in generals if not code or general.code == code]
    of = activity(head.activity)
    facts, held_to = line_facts(head, generals, rows)
    groups = views.groups(head, shown, rows, facts, held_to, empty_too=last_page and not text and not changed)
    if form is None and bar_may_edit(head):
        form = _asked_form(head, generals)
    context = bar_context(head) | {"activity": of, "generals": generals, "groups": groups, "asked": asked, "total": total}
    names = views.field_names(of.columns)
    return page("scopes/editor.html", status, form=form, names=names, words=views.row_words(), kept=kept_filters(), **context)


def line_facts(head: FileHead, generals: Any, rows: Any) -> tuple[dict[int, GeneralFacts], Context]:
    """Return the facts of the general lines by id, and what the draft lines ``rows`` are held to."""
    facts = {general.id: queries.facts_of(general, head.requested_at) for general in generals}
    today = current_clock().now().astimezone(PARIS).date()
    return facts, queries.line_context(get_session(), activity(head.activity), head, facts, rows, today)


def _viewed(head: FileHead, generals: Any, row: Any) -> RowView:
    facts, held_to = line_facts(head, generals, [row])
    held = head.online_version > 0
    return views.row_view(activity(head.activity), row, facts[row.general_line_id], views.quiet_chips(), held_to, held=held)


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
    return blank_form(head, general) if general is not None else None


def blank_form(head: FileHead, general: Any, after: int | None = None) -> RowForm:
    """Return the fields of a new line under ``general``, after ``after`` or the line that the request names."""
    asked = request.values.get("apres", "")
    if after is None and asked.isascii() and asked.isdigit() and len(asked) < 10:
        after = int(asked)
    return RowForm(None, 0, {}, general.code, general.id, after, sites=sites_of(head))


def form_of(head: FileHead, number: int, generals: Any = None) -> RowForm:
    """Return the fields of a line as it is stored."""
    session = get_session()
    row = queries.draft_line(session, head.id, number)
    generals = generals or queries.general_scope(session, head.id)
    general = next(item for item in generals if item.id == row.general_line_id)
    view = _viewed(head, generals, row)
    choices = views.general_choices(generals, general.code)
    return RowForm(
        number,
        row.version,
        row.cells,
        general.code,
        general.id,
        notes=view.notes,
        verdict=view.verdict,
        chosen=general.code,
        choices=choices,
        sites=sites_of(head),
    )


def sites_of(head: FileHead) -> tuple[str, ...]:
    """Return the names of the file's sites, if its lines name any."""
    named = any(column.source == "sites" for column in activity(head.activity).columns)
    return queries.site_names(get_session(), head.id) if named else ()


def typed_cells(head: FileHead) -> dict[str, str]:
    """Return the cells typed in the form of a line; after a conflict, theirs where the person chose it (``p-`` and the key)."""
    of, form = activity(head.activity), request.form
    names = views.field_names(of.columns)
    typed = {key: SEPARATOR.join(form.getlist(name)) for key, name in names.items()}
    return typed | {key: form.get(f"t-{key}", "") for key in of.keys if form.get(f"p-{key}") == "sien"}


def kept_filters() -> dict[str, str]:
    """Return the filters of the page that the person came from, which addresses of lines carry."""
    return {name: value for name, value in asked_list().filters.items() if value}


def page_url(head: FileHead, line: int, kept: dict[str, str] | None = None, case: str = "", **values: Any) -> str:
    """Return the address of the editor's page on which the line stands, under the filters ``kept``, at its cell ``case`` if given."""
    asked = kept or {}
    code, text, changed = (asked.get(name, "") for name in ("generale", "q", "changees"))
    place = queries.place_of(get_session(), head.id, line, code=code, text=text, changed_only=bool(changed))
    number = place // PAGE_LINES + 1
    where: dict[str, Any] = {**asked, **values}
    anchor = f"l{line}-{case}" if case in activity(head.activity).keys else f"l{line}"
    return url_for("scopes.edit", number=head.number, page=number if number > 1 else None, _anchor=anchor, **where)


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
    view = _viewed(head, queries.general_scope(session, head.id), row)
    return render_template(
        "scopes/_row.html",
        head=head,
        row=view,
        activity=activity(head.activity),
        editable=bar_may_edit(head),
        words=views.row_words() | {"saved": "" if request.args.get("lecture") else saved_words(number)},
        kept=kept_filters(),
        fresh=True,
    )


def with_bar(head: FileHead, *parts: str) -> Response:
    """Answer with fragments, the file's heading and the announcement, which htmx puts where they belong."""
    return Response("".join([*parts, _bar(head)]), mimetype="text/html")


def _bar(head: FileHead) -> str:
    return render_template("scopes/_bar_oob.html", **bar_context(head_of(head.number)))


def new_once() -> str:
    """Return a token for a form that follows a success: the one that was sent is used up."""
    return secrets.token_urlsafe(16)


def saved_words(number: int) -> str:
    """Say that a line is saved, and at what time in Paris."""
    return str(_("Ligne %(number)d enregistrée à %(time)s.", number=number, time=f"{current_clock().now().astimezone(PARIS):%H:%M}"))


def conflict_form(head: FileHead, number: int, typed: dict[str, str], stale: line_services.StaleLine) -> RowForm:
    """Return the form that shows mine, theirs and what both started from, cell by cell.

    What only one of the two changed is taken from that one; where both did, the person chooses.
    """
    theirs, base, keys = stale.facts["line"], stale.facts["base"], activity(head.activity).keys
    merged = {key: merge_value(base.get(key, "") if base else None, typed[key], theirs.cells.get(key, "")) for key in keys}
    taken = {key: value.theirs if value.fate is Fate.THEIRS and not theirs.deleted else typed[key] for key, value in merged.items()}
    generals = queries.general_scope(get_session(), head.id)
    general = next(row for row in generals if row.id == theirs.general_line_id)
    # The general line is merged as the cells are: the form says the one it was read at, and the one asked for.
    hung = merge_value(request.form.get("generale"), request.form.get("rattachement") or general.code, general.code)
    return RowForm(
        number,
        theirs.version,
        taken,
        general.code,
        general.id,
        theirs=theirs.cells,
        base=base,
        who=stale.facts["who"],
        at=stale.facts["at"],
        gone=theirs.deleted,
        chosen=hung.theirs if hung.fate is Fate.THEIRS else hung.mine,
        choices=views.general_choices(generals, general.code),
        sites=sites_of(head),
        fates={} if theirs.deleted else {key: value.fate for key, value in (merged | {"": hung}).items()},
    )


def refused(head: FileHead, form: RowForm, status: int) -> Response:
    """Answer with the row of fields again, alone or in its page; after a conflict with the heading, which is not what it was either."""
    if is_fragment_request():
        row = row_form(head, form, status)
        if form.theirs is not None:
            row.set_data(row.get_data(as_text=True) + _bar(head))
        return retarget(row, f"#{form.dom_id}", "outerHTML")
    return editor_page(head, form, status)
