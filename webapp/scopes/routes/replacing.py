"""Find and replace: a form, a preview cell by cell, one step."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.errors import Invalid
from webapp.scopes.queries import FileHead
from webapp.scopes.queries.drafts import filtered_lines
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import bar_may_edit, head_of, kept_filters, page_url
from webapp.scopes.routes.versions import head_context
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.replacing import Search, composed
from webapp.scopes.services import replacing
from webapp.scopes.services.steps import StaleLines
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

#: The longest text that is looked for, and the longest that takes its place.
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request looks for, and in which columns (none named: in all of them)."""

    search: Search
    columns: tuple[str, ...]
    empty: bool


def _asked(head: FileHead) -> Asked:
    values = request.values
    find, replacement = (composed(values.get(name, ""))[:LONGEST_TEXT] for name in ("cherche", "par"))
    search = Search(find, replacement, exact=values.get("exact") == "1", whole=values.get("entiere") == "1")
    keys = activity(head.activity).keys
    named = tuple(key for key in keys if key in values.getlist("colonnes"))
    return Asked(search, named, empty=not find and not search.whole)


@blueprint.get("/<number>/remplacer")
def replace(number: str) -> Response:
    """Ask what to look for, within the filter of the table; with ``apercu=1`` show each cell before and after."""
    head = head_of(number)
    if not bar_may_edit(head):
        announce(_("Le brouillon ne peut pas être modifié en ce moment."))
        return see_other_url(url_for("scopes.edit", number=number))
    asked = _asked(head)
    if request.args.get("apercu") and asked.empty:
        return _page(head, asked, 422, errors={"cherche": _("Écrivez le texte à chercher.")})
    return _page(head, asked)


@blueprint.post("/<number>/remplacer")
def carry_out_replacement(number: str) -> Response:
    """Replace in the ticked cells; when a line changed since the preview, show the preview again and replace nothing."""
    head, session, clock, actor = head_of(number), get_session(), current_clock(), current_actor()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    asked, cells = _asked(head), _ticked()
    try:
        applied = replacing.replace(session, actor, clock, number, asked.search, cells)
    except StaleLines as stale:
        session.rollback()
        return _page(head_of(number), asked, 409, stale=stale.numbers, ticked=cells)
    except Invalid as invalid:
        session.rollback()
        return _page(head_of(number), asked, 422, errors=invalid.errors, ticked=cells)
    changed = [line for line in applied.lines if line.changed]
    announce(ngettext("%(num)d ligne changée par le remplacement.", "%(num)d lignes changées par le remplacement.", len(changed)))
    shown = changed[0].number if changed else applied.lines[0].number if applied.lines else 0
    return see_other_url(remember_done(session, page_url(head, shown, kept_filters())))


def _ticked() -> list[tuple[int, int, str]]:
    """Return the ticked cells: « 12.3.objet » is the column « objet » of line 12 read at its version 3."""
    found = []
    for value in request.form.getlist("c"):
        number, version, key = [*value.split(".", 2), "", ""][:3]
        if whole(number) and whole(version) is not None:
            found.append((int(number), int(version), key))
    return found


def _page(
    head: FileHead,
    asked: Asked,
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
    stale: tuple[int, ...] = (),
    ticked: list[tuple[int, int, str]] | None = None,
) -> Response:
    of, kept = activity(head.activity), kept_filters()
    found: list[replacing.Match] = []
    shown = (request.values.get("apercu") or request.method == "POST") and not asked.empty
    if shown:
        filters: dict[str, Any] = {"code": kept.get("generale", ""), "text": kept.get("q", ""), "changed_only": bool(kept.get("changees"))}
        rows = filtered_lines(get_session(), head.id, **filters)
        found = replacing.matches(rows, asked.columns or of.keys, asked.search)
    left_out = None if ticked is None else {(line, key) for line, _version, key in ticked}
    return page(
        "scopes/replace.html",
        status,
        asked=asked,
        kept=kept,
        columns=of.columns,
        labels={column.key: column.label for column in of.columns},
        matches=found[: replacing.MOST_CELLS],
        total=len(found),
        shown=shown,
        errors=errors or {},
        stale=stale,
        kept_ticks=left_out,
        **head_context(head),
    )
