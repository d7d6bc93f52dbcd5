"""Importing or pasting, previewing, answering, carrying out; exporting. Every address works without scripts."""

from dataclasses import replace
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.errors import Conflict, Invalid
from webapp.scopes import import_views, queries, views
from webapp.scopes.policies import can_edit
from webapp.scopes.queries import FileHead
from webapp.scopes.queries import importing as import_queries
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import head_of
from webapp.scopes.rules.activities import Activity, activity
from webapp.scopes.rules.importing.columns import LINE
from webapp.scopes.rules.importing.draft import MINE, THEIRS, Options
from webapp.scopes.rules.importing.plan import Status
from webapp.scopes.services import importing as services
from webapp.scopes.services.importing import Look, Taken
from webapp.uploads.rules.limits import LARGEST_FILE, Refused, check_size
from webapp.uploads.rules.names import clean_name
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.sizes import takes_up_to

#: Rows a page of the preview shows.
PAGE_ROWS = 50
#: A file, a pasted block as large, and the form around them.
LARGEST_FORM = LARGEST_FILE + 2_000_000


def file_context(head: FileHead) -> dict[str, Any]:
    """What the heading of these pages needs of the file."""
    return {"head": head, "chips": views.fact_chips(head), "editable": can_edit(current_actor(), head.policy_facts)}


@blueprint.route("/<number>/import", methods=["GET", "POST"])
@takes_up_to(LARGEST_FORM)
def prepare_import(number: str) -> Response:
    """Paste a block of cells or send a file; ``?ligne=`` and ``?colonne=`` say from which cell of the grid a block goes."""
    head, session, clock, actor = head_of(number), get_session(), current_clock(), current_actor()
    if request.method == "GET":
        return _prepare_page(head)
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    try:
        taken = _taken(activity(head.activity), number)
        kept = services.keep(session, actor, clock, number, taken, _asked(taken))
    except Invalid as invalid:
        return _prepare_page(head, invalid.errors, 422)
    except Conflict as conflict:
        return _prepare_page(head, {"": conflict.message}, 409)
    return see_other_url(remember_done(session, url_for("scopes.preview_import", number=number, import_id=kept.id)))


def _prepare_page(head: FileHead, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    session, actor, clock = get_session(), current_actor(), current_clock()
    of = activity(head.activity)
    waiting = import_queries.waiting_imports(session, actor, head.id, clock.now())
    generals = queries.general_scope(session, head.id)
    typed = {name: request.values.get(name, "") for name in ("texte", "generale", "ligne", "colonne")}
    start = whole(typed["ligne"])
    return page(
        "scopes/import.html",
        status,
        problems=errors or {},
        errors={"texte": "", "fichier": "", **(errors or {})},
        typed=typed,
        start=start,
        start_column=next((column.label for column in of.columns if column.key == typed["colonne"]), of.columns[0].label),
        generals=views.general_choices(generals, ""),
        waiting=waiting,
        activity=of,
        **file_context(head),
    )


def _asked(taken: Taken) -> Options:
    start = whole(request.form.get("ligne", "")) if taken.kind == services.PASTE else None
    return Options(general=request.form.get("generale", "")[:10], start=start or None)


def _taken(of: Activity, number: str) -> Taken:
    """Read what the form carries: a file, or else a pasted block."""
    upload = request.files.get("fichier")
    if upload is None or not upload.filename:
        text, column = request.form.get("texte", ""), request.form.get("colonne", "")
        if not text.strip():
            raise Invalid({"texte": _("Collez un tableau ici, ou choisissez un fichier.")})
        return Taken(services.PASTE, services.read_paste(text), column=column if column in of.keys else "")
    name = clean_name(upload.filename)
    content = upload.stream.read()
    try:
        check_size(name, len(content))
    except Refused as refused:
        raise Invalid({"fichier": _(refused.text, **refused.values)}) from refused
    kind, source = services.read_file(of, number, content)
    return Taken(kind, source, name)


def _look(head: FileHead, import_id: int) -> Look:
    return services.look(get_session(), current_actor(), current_clock(), head, import_id)


@blueprint.get("/<number>/imports/<int(max=2147483647):import_id>")
def preview_import(number: str, import_id: int) -> Response:
    """Show what the import would do now, by line and by column, what stays as it is last; ``?etat=`` shows one fate alone."""
    head = head_of(number)
    return _preview_page(head, _look(head, import_id))


def _preview_page(head: FileHead, seen: Look, status: int = 200, problem: str = "", since: int | None = None) -> Response:
    session = get_session()
    here = url_for("scopes.preview_import", number=head.number, import_id=seen.kept.id)
    asked = replace(list_state(("rang",), ("etat",), size=PAGE_ROWS), path=here)  # after a refusal the address is another one
    chosen = import_views.FILTERS.get(asked.filters["etat"])
    rows = [row for row in seen.plan.rows if chosen is None or row.status is chosen]
    rows.sort(key=lambda row: row.status is Status.UNCHANGED)  # what changes is on the first page, in the order of the file
    waiting = seen.kept.status == services.PREVIEW
    context = file_context(head)
    touched = import_queries.lines_since(session, head.id, since) if since is not None else set()
    of, shown = activity(head.activity), rows[asked.offset : asked.offset + PAGE_ROWS]
    open_ = waiting and context["editable"]
    labels, drawn = import_views.without_empty_columns([import_views.row_view(of, seen, row, open_=open_, since=touched) for row in shown])
    return page(
        "scopes/import_preview.html",
        status,
        seen=seen,
        asked=asked,
        total=len(rows),
        labels=labels,
        rows=drawn,
        columns=import_views.column_choices(seen) if open_ else (),
        fields=import_views.fields(of, seen),
        tallies=import_views.tallies(seen.plan.counts),
        good=len(seen.plan.good),
        bad=len(seen.plan.bad),
        conflicts=seen.plan.counts[Status.CONFLICT],
        waiting=waiting,
        steps=import_queries.steps_since(session, head.id, since) if since is not None else (),
        last_step=seen.kept.last_step or 0,
        generals=views.general_choices(seen.generals, seen.options.general),
        may_delete_absent=bool(seen.source.versions) and seen.columns.place(LINE) is not None,
        problem=problem,
        exported_at=import_views.instant(seen.source.exported_at),
        activity=of,
        **context,
    )


@blueprint.post("/<number>/imports/<int(max=2147483647):import_id>")
@takes_up_to(LARGEST_FORM)
def answer_import(number: str, import_id: int) -> Response:
    """Keep what was chosen of conflicts, corrected in cells, and asked of the whole; then show the preview again."""
    head = head_of(number)
    seen = _look(head, import_id)
    choices, edits = import_views.answers(request.form, seen)
    if request.form.get("tout") in (MINE, THEIRS):
        choices = import_views.settled(seen, request.form["tout"])
    options = replace(
        seen.options,
        general=request.form.get("generale", seen.options.general)[:10],
        incomplete=bool(request.form.get("incompletes")),
        absent=bool(request.form.get("absentes")),
        choices=choices,
        edits=edits,
        named=import_views.named(request.form, seen),
    )
    services.answer(get_session(), current_actor(), current_clock(), number, import_id, options)
    announce(_("L’aperçu est à jour : rien n’est encore importé."))
    kept = {name: request.args[name] for name in ("etat", "page") if request.args.get(name)}
    return see_other("scopes.preview_import", number=number, import_id=import_id, **kept)


@blueprint.post("/<number>/imports/<int(max=2147483647):import_id>/application")
def carry_out_import(number: str, import_id: int) -> Response:
    """Carry out the good rows as one step; when the draft has changed meanwhile, the preview is shown again."""
    head, session = head_of(number), get_session()
    try:
        done = services.carry_out(session, current_actor(), current_clock(), number, import_id, request.form.get("empreinte", ""))
    except services.PlanChanged as changed:
        since = whole(request.form.get("depuis", ""))
        return _preview_page(head, _look(head, import_id), 409, changed.message, since)
    except Conflict as conflict:
        return _preview_page(head, _look(head, import_id), 409, conflict.message)
    except Invalid as invalid:
        return _preview_page(head, _look(head, import_id), 422, " ".join(invalid.errors.values()))
    if done.changed:
        words = ngettext(
            "%(num)s ligne importée : un seul geste l’annule.", "%(num)s lignes importées : un seul geste les annule.", done.changed
        )
        announce(words)
    else:
        announce(_("Cet import était déjà fait : il n’a rien changé de plus."))
    if done.left:
        return see_other("scopes.preview_import", number=number, import_id=import_id)
    return see_other("scopes.edit", number=number)


@blueprint.post("/<number>/imports/<int(max=2147483647):import_id>/abandon")
def abandon_import(number: str, import_id: int) -> Response:
    """Forget what was read."""
    services.abandon(get_session(), current_actor(), current_clock(), number, import_id)
    announce(_("L’import est abandonné : le brouillon n’a pas changé."))
    return see_other("scopes.edit", number=number)
