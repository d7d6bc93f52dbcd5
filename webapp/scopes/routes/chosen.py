"""Acts on several lines at once: they are ticked in the table, then copied, filled in, moved or deleted in one step."""

from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.errors import Invalid
from webapp.scopes import queries, views
from webapp.scopes.queries import FileHead
from webapp.scopes.queries.chosen import Since, changes_since, chosen_lines
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import bar_context, head_of, kept_filters
from webapp.scopes.rules.activities import activity
from webapp.scopes.services import several
from webapp.scopes.services.steps import Applied, StaleLines
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


def _chosen() -> dict[int, int]:
    """Return the lines that the request names, as number → version (« 12.3 » is line 12 at its version 3)."""
    found = {}
    for value in " ".join(request.values.getlist("l")).split():
        number, _dot, version = value.partition(".")
        if whole(number) and whole(version) is not None:
            found[int(number)] = int(version)
    return found


def _kept() -> dict[str, Any]:
    """Return the filters and the page of the table that the lines were ticked in."""
    number = whole(request.values.get("page", "")) or 1
    return {**kept_filters(), **({"page": number} if number > 1 else {})}


def _back(head: FileHead, line: int) -> str:
    return url_for("scopes.edit", number=head.number, _anchor=f"l{line}", **_kept())


@blueprint.get("/<number>/choix")
def chosen(number: str) -> Response:
    """Show the lines that were ticked, and what can be done with all of them."""
    head, lines = head_of(number), _chosen()
    if not lines:
        announce(_("Cochez d’abord des lignes du tableau."))
        return see_other_url(url_for("scopes.edit", number=number, **_kept()))
    return _page(head, lines)


@blueprint.post("/<number>/choix")
def act_on_chosen(number: str) -> Response:
    """Carry out one act on every chosen line, or say which of them have changed since they were read: then nothing is done."""
    head, session, clock, actor = head_of(number), get_session(), current_clock(), current_actor()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    lines = _chosen()
    try:
        applied = _carry_out(number, lines)
    except StaleLines as stale:
        session.rollback()
        read = {line: lines[line] for line in stale.numbers}
        return _page(head_of(number), lines, 409, since=changes_since(session, head.id, read))
    except Invalid as invalid:
        session.rollback()
        return _page(head_of(number), lines, 422, errors=invalid.errors)
    announce(_said(request.form["geste"], applied))
    shown = next((line.number for line in applied.lines if not line.deleted), 0)
    where = remember_done(session, _back(head, shown))
    response = redirect(where, 303)
    assert isinstance(response, Response)
    return response


def _carry_out(number: str, lines: several.Chosen) -> Applied:
    act, form = request.form.get("geste", ""), request.form
    opened = (get_session(), current_actor(), current_clock(), number, lines)
    if act == "recopier":
        return several.fill(*opened, form.getlist("colonnes"))
    if act == "dupliquer":
        return several.duplicate(*opened)
    if act == "rattacher":
        return several.rehang(*opened, form.get("generale_cible", ""))
    if act == "supprimer":
        return several.delete(*opened, form.get("motif", ""))
    raise Invalid({"geste": _("Choisissez ce qu’il faut faire des lignes.")})


def _said(act: str, applied: Applied) -> str:
    """Say what was done, and that it can be taken back."""
    count = sum(1 for line in applied.lines if line.changed)
    if not count:
        return str(_("Rien n’a changé : les lignes étaient déjà ainsi."))
    words = {
        "recopier": ngettext("%(num)d ligne recopiée.", "%(num)d lignes recopiées.", count),
        "dupliquer": ngettext("%(num)d copie ajoutée sous sa ligne.", "%(num)d copies ajoutées, chacune sous sa ligne.", count),
        "rattacher": ngettext("%(num)d ligne déplacée.", "%(num)d lignes déplacées.", count),
        "supprimer": ngettext("%(num)d ligne supprimée.", "%(num)d lignes supprimées.", count),
    }
    return str(words[act])


def _page(
    head: FileHead, lines: dict[int, int], status: int = 200, *, since: list[Since] | None = None, errors: dict[str, str] | None = None
) -> Response:
    session = get_session()
    rows = chosen_lines(session, head.id, lines)
    generals = queries.general_scope(session, head.id)
    return page(
        "scopes/chosen.html",
        status,
        **bar_context(head),
        activity=activity(head.activity),
        rows=rows,
        since=since or [],
        errors=errors or {},
        choices=views.general_choices(generals, ""),
        kept=_kept(),
        back=_back(head, rows[0].number if rows else 0),
        picked=request.form.getlist("colonnes"),
        target=request.form.get("generale_cible", ""),
        reason=request.form.get("motif", ""),
        act=request.form.get("geste", ""),
    )
