"""The states of a file: their list, one of them, the difference of two, giving up the draft, starting again from an older one."""

from dataclasses import replace
from typing import Any

from flask import Response, make_response, request, url_for
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid, NotFound
from webapp.scopes import comparison, views
from webapp.scopes.comparison import PAGE_CHANGES, Comparison
from webapp.scopes.policies import can_name
from webapp.scopes.queries import PAGE_LINES, FileHead
from webapp.scopes.queries import versions as states
from webapp.scopes.queries.versions import Contents
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import bar_may_edit, head_of
from webapp.scopes.rules import refs
from webapp.scopes.rules.refs import DRAFT, Ref, RefKind
from webapp.scopes.rules.states import Draft
from webapp.scopes.services import versions as services
from webapp.scopes.state_views import lines_page
from webapp.spreadsheet import XLSX_TYPE, xlsx
from webapp.web.forms import already_done, remember_done
from webapp.web.i18n import paris_date
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


def head_context(head: FileHead) -> dict[str, Any]:
    """Return what the heading of these pages needs."""
    naming = can_name(current_actor(), head.policy_facts)
    return {"head": head, "chips": views.fact_chips(head), "editable": bar_may_edit(head), "naming": naming, "waiting": False}


def asked_ref(text: str) -> Ref:
    """Read the name of a state in an address, or :class:`NotFound`."""
    ref = refs.parse(text)
    if ref is None:
        raise NotFound(text)
    return ref


def words_of(state: Contents, head: FileHead) -> str:
    """Name a state as people do: « v7 (24 novembre 2026) », « brouillon v8 », « « Avant l’audit » (3 mars 2026) »."""
    if state.ref == DRAFT:
        return str(_("brouillon v%(version)s", version=head.draft_version))
    day = paris_date(state.at) if state.at is not None else ""
    name = f"v{state.ref.number}" if state.ref.kind is RefKind.VERSION else str(_("« %(name)s »", name=state.name))
    return f"{name} ({day})"


@blueprint.get("/<number>/versions")
def versions(number: str) -> Response:
    """List every state of the file: the draft, what was asked for, what was published, the drafts that were given a name."""
    return _versions_page(head_of(number))


def _versions_page(head: FileHead, status: int = 200, *, typed: str = "", error: str = "") -> Response:
    session, asked, now = get_session(), list_state(("numero",)), current_clock().now()
    draft = states.draft_counts(session, head.id)
    rows, total = states.versions(session, head.id, offset=asked.offset, limit=asked.size)
    named = states.named_drafts(session, head.id)
    choices = [("brouillon", _("brouillon v%(version)s", version=head.draft_version))]
    choices += [(f"v{row.number}", f"v{row.number}" + (f" · {row.name}" if row.name else "")) for row in rows]
    choices += [(f"n{row.id}", _("« %(name)s »", name=row.name)) for row in named]
    return page(
        "scopes/versions.html",
        status,
        rows=[(row, _standing(head, row, now)) for row in rows],
        named=named,
        draft=draft,
        differs=comparison.counts_in_words(draft.added, draft.changed, draft.removed)
        if draft.added or draft.changed or draft.removed
        else "",
        requested=head.facts.draft is Draft.REQUESTED,
        choices=choices,
        asked=asked,
        total=total,
        typed=typed,
        error=error,
        **head_context(head),
    )


def _standing(head: FileHead, row: Any, now: Any) -> views.Chip:
    """Return the chip that says where a version stands."""
    if row.effective_at > now:
        return views.Chip(_("Demandée"), "soon")
    if row.withdrawn_at is not None:
        return views.Chip(_("Retirée"), "late")
    if row.number == head.online_version:
        return views.Chip(_("En ligne"), "ok")
    return views.Chip(_("Remplacée"), "q")


@blueprint.post("/<number>/versions/brouillons")
def name_draft(number: str) -> Response:
    """Keep the draft as it stands under a name; sent twice, it makes one."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    typed = request.form.get("nom", "")
    try:
        draft = services.name_draft(session, actor, clock, number, typed)
    except Invalid as invalid:
        return _versions_page(head_of(number), 422, typed=typed, error=invalid.errors["nom"])
    announce(_("Le brouillon est gardé sous le nom « %(name)s ».", name=draft.name))
    return see_other_url(remember_done(session, url_for("scopes.versions", number=number, _anchor=f"n{draft.id}")))


@blueprint.get("/<number>/versions/comparaison")
def choose_comparison(number: str) -> Response:
    """Lead to the difference of the two states that were chosen."""
    head_of(number)
    before, after = asked_ref(request.args.get("de", "")), asked_ref(request.args.get("a", ""))
    return see_other("scopes.compare", number=number, before=str(before), after=str(after))


@blueprint.get("/<number>/versions/<ref>")
def version(number: str, ref: str) -> Response:
    """One version or one named draft: what it is, and what can be done from it; its lines where the register does not show them."""
    return _version_page(head_of(number), asked_ref(ref))


def _version_page(head: FileHead, ref: Ref, status: int = 200, *, typed: str | None = None, error: str = "") -> Response:
    if ref == DRAFT:
        return see_other("scopes.edit", number=head.number)
    read = states.version_row if ref.kind is RefKind.VERSION else states.named_row
    row = read(get_session(), head.id, ref.number)
    public = ref.kind is RefKind.VERSION and row.effective_at <= current_clock().now()
    asked = replace(list_state(("numero",), size=PAGE_LINES), path=url_for("scopes.version", number=head.number, ref=ref))
    held = None if public else lines_page(states.contents(get_session(), head, [ref])[0], asked.offset, asked.size)
    context = head_context(head) | {"ref": ref, "row": row, "public": public, "error": error, "asked": asked, "held": held}
    return page("scopes/version.html", status, typed=row.name if typed is None else typed, **context)


@blueprint.post("/<number>/versions/v<int(max=999999999):version>/nom")
def rename_version(number: str, version: int) -> Response:
    """Give a version a name, for the body's own use."""
    typed = request.form.get("nom", "")
    try:
        services.rename_version(get_session(), current_actor(), current_clock(), number, version, typed)
    except Invalid as invalid:
        return _version_page(head_of(number), refs.version(version), 422, typed=typed, error=invalid.errors["nom"])
    announce(_("Nom de la version %(version)d enregistré.", version=version))
    return see_other("scopes.version", number=number, ref=f"v{version}")


@blueprint.post("/<number>/versions/n<int(max=999999999):draft>/suppression")
def forget_draft(number: str, draft: int) -> Response:
    """Delete a named draft."""
    name = services.forget_draft(get_session(), current_actor(), current_clock(), number, draft)
    announce(_("Le brouillon nommé « %(name)s » est supprimé.", name=name))
    return see_other("scopes.versions", number=number)


def _two(number: str, before: str, after: str) -> tuple[FileHead, list[Contents], Comparison]:
    head = head_of(number)
    both = states.contents(get_session(), head, [asked_ref(before), asked_ref(after)])
    return head, both, comparison.compared(*both)


@blueprint.get("/<number>/versions/<before>..<after>")
def compare(number: str, before: str, after: str) -> Response:
    """The difference of two states, by general line and word by word; ``?impression=1``: all of it on one plain page."""
    head, both, found = _two(number, before, after)
    names = [words_of(state, head) for state in both]
    if request.args.get("impression"):
        return page("scopes/comparison_print.html", head=head, names=names, found=found, groups=found.groups(size=None))
    asked = list_state(("ordre",), size=PAGE_CHANGES)
    return page(
        "scopes/comparison.html",
        names=names,
        refs=(before, after),
        found=found,
        groups=found.groups(asked.offset),
        asked=asked,
        **head_context(head),
    )


@blueprint.get("/<number>/versions/<before>..<after>/differences.xlsx")
def compare_workbook(number: str, before: str, after: str) -> Response:
    """The difference of two states as a workbook: one row a cell that differs."""
    head, both, found = _two(number, before, after)
    title = f"{head.number} {words_of(both[0], head)} → {words_of(both[1], head)}"
    response = make_response(xlsx([comparison.sheet(found, f"{before}..{after}")], title=title))
    response.mimetype = XLSX_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="portee-{head.number}-{before}-{after}.xlsx"'
    return response


@blueprint.route("/<number>/versions/<ref>/reprise", methods=["GET", "POST"])
def restore(number: str, ref: str) -> Response:
    """Show what starting again from a version or a named draft changes in the draft, then do it, as one step."""
    asked = asked_ref(ref)
    if asked == DRAFT:
        raise NotFound(ref)
    if request.method == "POST":
        try:
            applied = services.restore(get_session(), current_actor(), current_clock(), number, asked, request.form.get("empreinte", ""))
        except Conflict as conflict:
            return _preview(number, asked, 409, conflict.message)
        return _done(number, changed=len(applied.lines) if applied.step_id else 0)
    return _preview(number, asked)


@blueprint.route("/<number>/abandon", methods=["GET", "POST"])
def discard(number: str) -> Response:
    """Show what giving up the draft takes away, then do it, as one step: the draft is again what is online."""
    if request.method == "POST":
        try:
            applied = services.discard(get_session(), current_actor(), current_clock(), number, request.form.get("empreinte", ""))
        except Conflict as conflict:
            return _preview(number, None, 409, conflict.message)
        return _done(number, changed=len(applied.lines) if applied.step_id else 0)
    return _preview(number, None)


def _done(number: str, *, changed: int) -> Response:
    if changed:
        announce(_("C’est fait, en une seule étape : « Annuler » la reprend."))
    else:
        announce(_("Le brouillon était déjà celui-là : rien n’a changé."))
    return see_other("scopes.edit", number=number)


def _preview(number: str, ref: Ref | None, status: int = 200, problem: str = "") -> Response:
    """Draw what becomes of the draft; ``ref`` None: it is given up for what was last online."""
    head = head_of(number)
    wanted = ref or (refs.version(head.online_version) if head.online_version else None)
    read = states.contents(get_session(), head, [DRAFT, *([wanted] if wanted else [])])
    draft = read[0]
    target = read[1] if wanted else Contents(DRAFT, (), draft.generals, draft.columns)
    found, asked = comparison.compared(draft, target), list_state(("ordre",), size=PAGE_CHANGES)
    return page(
        "scopes/restore.html",
        status,
        found=found,
        groups=found.groups(asked.offset),
        asked=asked,
        name=words_of(target, head) if wanted else "",
        giving_up=ref is None,
        ref=wanted,
        problem=problem,
        fingerprint=services.draft_fingerprint(draft.lines),
        **head_context(head),
    )
