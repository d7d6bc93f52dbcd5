"""Importing into a draft: read and keep, plan again at each look, carry out as one step. Nothing is written before that."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import PARIS, Clock
from webapp.errors import Conflict, Invalid, NotFound
from webapp.scopes.models import Dossier, ScopeImport
from webapp.scopes.queries import AnyRow, FileHead, file_head
from webapp.scopes.queries.importing import KEPT_FOR, draft_now, find_import, generals_of, named_before, own, states_at
from webapp.scopes.rules.activities import Activity, activity
from webapp.scopes.rules.importing.columns import (
    META_SHEET,
    Columns,
    Source,
    best_sheet,
    by_position,
    free_fields,
    name_of,
    named,
    read_meta,
    recognise,
    unnamed,
)
from webapp.scopes.rules.importing.draft import Options, stale
from webapp.scopes.rules.importing.plan import Plan, PlannedRow, Status
from webapp.scopes.rules.importing.planning import plan
from webapp.scopes.rules.importing.stored import packed, packed_options, unpacked, unpacked_options
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import open_file, require
from webapp.scopes.services.steps import Edit, apply
from webapp.tables.container import is_container
from webapp.tables.reading import Sheet, read_workbook
from webapp.tables.table import TableRefused, table_of
from webapp.tables.text import parse_block, parse_csv

PREVIEW, APPLIED, ABANDONED = "preview", "applied", "abandoned"
PASTE, CSV, XLSX = "paste", "csv", "xlsx"
#: How many answers to conflicts and corrections one import keeps.
MOST_ANSWERS = 5_000


class PlanChanged(Conflict):
    """The draft has changed since the preview, so that the import would do something else: nothing was written."""


@dataclass(frozen=True, slots=True)
class Look:
    """An import as it would be carried out now."""

    kept: AnyRow
    source: Source
    #: The columns by their headings alone, and with those named by hand.
    found: Columns
    columns: Columns
    options: Options
    plan: Plan
    #: Number of a row → its texts.
    raw: Mapping[int, Sequence[str]]
    #: The general lines of the file.
    generals: Sequence[AnyRow]


def read_paste(text: str) -> Source:
    """Read a pasted block, with headings or without; :class:`Invalid` of ``texte`` when it cannot be read."""
    try:
        table = parse_block(text)
    except TableRefused as refused:
        raise Invalid({"texte": _(refused.text, **refused.values)}) from refused
    return Source(table.rows, table.indent)


def read_file(of: Activity, number: str, content: bytes) -> tuple[str, Source]:
    """Read a CSV file or a workbook for the file ``number``; :class:`Invalid` of ``fichier`` says why it cannot be.

    The content says what it is, not its name.
    """
    try:
        if is_container(content):
            return XLSX, _workbook(of, number, read_workbook(content))
        table = parse_csv(content)
    except TableRefused as refused:
        raise Invalid({"fichier": _(refused.text, **refused.values)}) from refused
    if (recognise(of, table.rows) or unnamed(of, table.rows)) is None:
        raise Invalid({"fichier": _headings_missing(of)})
    return CSV, Source(table.rows, table.indent, notes=table.notes)


def _workbook(of: Activity, number: str, sheets: tuple[Sheet, ...]) -> Source:
    meta: Mapping[str, Any] = next((read_meta(sheet.rows) for sheet in sheets if sheet.hidden and sheet.name == META_SHEET), {})
    if meta.get("file") and meta["file"] != number:
        words = _("Ce classeur vient du dossier %(other)s : importez-le dans ce dossier-là.", other=meta["file"][:20])
        raise Invalid({"fichier": words})
    tables = {sheet.name: table_of(sheet.rows) for sheet in sheets if not sheet.hidden and any(any(row) for row in sheet.rows)}
    name = best_sheet(of, [(name, False, table.rows) for name, table in tables.items()])
    name = name or next((name for name, table in tables.items() if unnamed(of, table.rows) is not None), None)
    if name is None:
        raise Invalid({"fichier": _headings_missing(of)})
    sheet, table = next(sheet for sheet in sheets if sheet.name == name), tables[name]
    marks = {mark: getattr(sheet, mark) for mark in ("formulas", "errors", "dates", "unsure", "merged")}
    return replace(Source(table.rows, table.indent, name, marks=marks), **meta)


def _headings_missing(of: Activity) -> str:
    labels = ", ".join(f"« {column.label} »" for column in of.columns if column.required)
    return str(_("Aucune ligne de titres n’est reconnue : la première doit nommer les colonnes, par exemple %(labels)s.", labels=labels))


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read, and where from: ``column`` is the one from which a block without headings goes."""

    kind: str
    source: Source
    filename: str = ""
    column: str = ""


def keep(session: Session, actor: Actor, clock: Clock, number: str, taken: Taken, options: Options) -> ScopeImport:
    """Keep what was read until it is carried out; the draft is not touched.

    :class:`Conflict` or :class:`Forbidden` when the person may not change the draft now.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    payload = packed(taken.source)
    kept = ScopeImport(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        account_id=actor.account_id,
        created_at=clock.now(),
        source=taken.kind,
        filename=taken.filename[:200],
        sha256=hashlib.sha256(repr(payload["rows"]).encode("utf-8", "replace")).hexdigest(),
        payload=payload,
        options=packed_options(replace(options, named=_named_before(session, file, taken.source)), taken.column),
        status=PREVIEW,
        version=1,
    )
    session.add(kept)
    session.flush()
    return kept


def _named_before(session: Session, file: Dossier, source: Source) -> dict[str, str]:
    """Return what the organisation last said of the unknown columns of a table."""
    of = activity(file.activity)
    found = recognise(of, source.rows) or unnamed(of, source.rows)
    names = {name_of(heading) for heading in found.unknown.values()} if found is not None else set()
    return {name: key for name, key in named_before(session, file.organisation_id).items() if name in names} if names else {}


def look(session: Session, actor: Actor, clock: Clock, head: FileHead, import_id: int) -> Look:
    """Return the person's import as it would be carried out now; :class:`NotFound` when there is none, or it is too old."""
    kept = find_import(session, actor, head.id, import_id, clock.now())
    of, source, options = activity(head.activity), unpacked(kept.payload), unpacked_options(kept.options)
    found, generals = _columns(of, source, kept), generals_of(session, head.id)
    columns = named(found, options.named, free_fields(of, found))
    draft = draft_now(session, of, head, generals, clock.now().astimezone(PARIS).date())
    draft = replace(draft, bases=states_at(session, head.id, stale(source, columns, draft), generals))
    raw = {row.number: row.cells for row in source.rows}
    return Look(kept, source, found, columns, options, plan(of, source, columns, draft, options), raw, list(generals.values()))


def _columns(of: Activity, source: Source, kept: AnyRow) -> Columns:
    found = recognise(of, source.rows)
    if found is None and kept.source != PASTE:
        found = unnamed(of, source.rows)
    if found is not None:
        return found
    width, start = len(source.rows[0].cells), kept.options["column"]
    if (kept.options["start"] or start) and source.indent:
        # A block that was copied with empty first columns lies over the cells from the first of them on.
        first = of.keys.index(start) if start in of.keys else 0
        start = of.keys[min(first + source.indent, len(of.keys) - 1)]
    return by_position(of, width, start)


def answer(session: Session, actor: Actor, clock: Clock, number: str, import_id: int, options: Options) -> None:
    """Keep what the person chose of an import: options, sides of conflicts, texts corrected. The draft is not touched."""
    kept = _own(session, actor, clock, number, import_id)
    if kept.status != PREVIEW:
        raise Conflict(_("Cet import est déjà fait : il ne se modifie plus."))
    if len(options.choices) + len(options.edits) > MOST_ANSWERS:
        raise Conflict(_("Trop de réponses pour un seul import : téléchargez le fichier corrigé et importez-le à part."))
    kept.options = packed_options(options, kept.options["column"])
    kept.version += 1


def abandon(session: Session, actor: Actor, clock: Clock, number: str, import_id: int) -> None:
    """Give up an import: what was read is forgotten. The draft is not touched."""
    kept = _own(session, actor, clock, number, import_id)
    if kept.status == PREVIEW:
        kept.status, kept.payload = ABANDONED, {}


def _own(session: Session, actor: Actor, clock: Clock, number: str, import_id: int) -> ScopeImport:
    file = open_file(session, actor, clock, number)
    kept = session.scalar(select(ScopeImport).where(*own(actor, file.id, import_id, clock.now())).execution_options(populate_existing=True))
    if kept is None:
        raise NotFound(f"import {import_id}")
    return kept


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did: how many lines it changed (0: it was done before), and how many rows are left to correct."""

    changed: int
    left: int


def carry_out(session: Session, actor: Actor, clock: Clock, number: str, import_id: int, digest: str) -> Done:
    """Carry out the good rows of an import as one step. Sent twice, it is done once.

    :class:`PlanChanged` when the draft has changed so that the import would no longer
    do what ``digest`` saw; :class:`Conflict` when the draft can no longer be changed, or when there is nothing to do.
    """
    file = open_file(session, actor, clock, number)
    kept = _own(session, actor, clock, number, import_id)
    if kept.status == APPLIED:
        return Done(0, 0)
    require(actor, Act.EDIT, file)
    seen = look(session, actor, clock, file_head(session, actor, clock, number), import_id)
    if seen.plan.digest != digest:
        raise PlanChanged(_("Le brouillon a changé depuis cet aperçu : rien n’a été importé. Relisez l’aperçu, puis confirmez."))
    edits = [edit_of(row) for row in seen.plan.good]
    if not edits:
        raise Conflict(_("Il n’y a aucune ligne à importer : le brouillon dit déjà la même chose, ou tout est à corriger."))
    done = apply(session, actor, clock, file, StepKind.PASTE if kept.source == PASTE else StepKind.IMPORT, edits, note=kept.filename)
    kept.status, kept.step_id, kept.applied_at = APPLIED, done.step_id, clock.now()
    return Done(sum(line.changed for line in done.lines), len(seen.plan.bad))


def edit_of(row: PlannedRow) -> Edit:
    """Return what a planned row does to its line."""
    if row.status is Status.DELETED:
        return Edit(row.line, deleted=True, expected=row.version)
    if row.line is None:
        return Edit(None, general=row.general, cells=row.cells)
    general = row.general if "" in row.changed else None
    return Edit(row.line, general=general, cells=row.cells, deleted=False if row.before is None else None, expected=row.version)


def forget_old_imports(session: Session, clock: Clock) -> int:
    """Remove the imports of more than thirty days, carried out or not; return how many."""
    old = list(session.scalars(select(ScopeImport.id).where(ScopeImport.created_at <= clock.now() - KEPT_FOR).order_by(ScopeImport.id)))
    session.execute(delete(ScopeImport).where(ScopeImport.id.in_(old)), execution_options={"synchronize_session": False})
    return len(old)
