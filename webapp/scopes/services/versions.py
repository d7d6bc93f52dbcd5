"""Naming drafts and versions, giving up a draft, and starting again from an older state."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.scopes import queries
from webapp.scopes.models import Dossier, DraftLine, GeneralLine, NamedDraft, PublishedVersion, ScopeChange
from webapp.scopes.policies import FileFacts, can_name
from webapp.scopes.queries.versions import Contents, contents
from webapp.scopes.rules import restoring, snapshot
from webapp.scopes.rules.activities import activity, private_keys
from webapp.scopes.rules.lines import Line, fingerprint
from webapp.scopes.rules.refs import DRAFT, Ref
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import note_edit, open_file, require, subject
from webapp.scopes.services.publication import checked_name
from webapp.scopes.services.steps import Applied, Edit, apply, derived

#: Named drafts of one file: each is a whole copy.
MOST_NAMED = 100


def _open_to_name(session: Session, actor: Actor, clock: Clock, number: str) -> Dossier:
    file = open_file(session, actor, clock, number)
    if not can_name(actor, FileFacts(file.organisation_id, file.stored, file.right)):
        raise Forbidden("naming")
    return file


def name_draft(session: Session, actor: Actor, clock: Clock, number: str, name: str) -> NamedDraft:
    """Keep the draft as it stands under a name; :class:`Invalid` when the name is missing or taken, or the draft is empty.

    It is a copy: what becomes of the draft changes nothing in it. Private cells are in it, since it is never published.
    """
    file = _open_to_name(session, actor, clock, number)
    lines = queries.draft_lines(session, file.id)
    clean = checked_name(name)
    _check_naming(session, file, clean, lines)
    titles = queries.titles_of(queries.general_scope(session, file.id))
    draft = NamedDraft(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        name=clean,
        lines=snapshot.canonical(snapshot.draft_image(activity(file.activity), titles, lines)),
        line_count=len(lines),
        created_at=clock.now(),
        created_by=actor.account_id,
        actor_name=actor.name,
    )
    session.add(draft)
    session.flush()
    return draft


def _check_naming(session: Session, file: Dossier, name: str, lines: Sequence[Line]) -> None:
    names = session.scalars(select(NamedDraft.name).where(NamedDraft.dossier_id == file.id).order_by(NamedDraft.id)).all()
    if not name:
        raise Invalid({"nom": _("Donnez un nom au brouillon.")})
    if name.casefold() in {taken.casefold() for taken in names}:
        raise Invalid({"nom": _("Un brouillon de ce dossier porte déjà ce nom : choisissez-en un autre.")})
    if len(names) >= MOST_NAMED:
        raise Invalid({"nom": _("Ce dossier a déjà %(most)d brouillons nommés : supprimez-en un d’abord.", most=MOST_NAMED)})
    if not lines:
        raise Invalid({"nom": _("Le brouillon ne contient aucune ligne : il n’y a rien à garder.")})


def forget_draft(session: Session, actor: Actor, clock: Clock, number: str, identifier: int) -> str:
    """Delete a named draft and return its name; it leaves an audit event. :class:`NotFound` for one of another file."""
    file = _open_to_name(session, actor, clock, number)
    draft = session.scalar(select(NamedDraft).where(NamedDraft.id == identifier, NamedDraft.dossier_id == file.id))
    if draft is None:
        raise NotFound(f"{number}/n{identifier}")
    detail = {"name": draft.name, "lines": draft.line_count, "sha256": snapshot.sha256(draft.lines)}
    session.delete(draft)
    record(
        session,
        actor,
        clock,
        action="scope.named_draft_deleted",
        subject=subject(file),
        organisation_id=file.organisation_id,
        detail=detail,
    )
    session.flush()
    return str(detail["name"])


def rename_version(session: Session, actor: Actor, clock: Clock, number: str, version_number: int, name: str) -> PublishedVersion:
    """Give a version its name, or another, or none; a change leaves an audit event. What was published stays as it is."""
    file = _open_to_name(session, actor, clock, number)
    version = session.scalar(
        select(PublishedVersion).where(PublishedVersion.dossier_id == file.id, PublishedVersion.number == version_number)
    )
    if version is None:
        raise NotFound(f"{number}/v{version_number}")
    clean, before = checked_name(name), version.name
    if clean == before:
        return version
    version.name = clean
    record(
        session,
        actor,
        clock,
        action="scope.version_named",
        subject=subject(file),
        organisation_id=file.organisation_id,
        detail={"version": version.number, "before": before, "after": clean},
    )
    session.flush()
    return version


def draft_fingerprint(lines: Sequence[Line]) -> str:
    """Return the fingerprint of a draft that a person was shown before putting another state in its place, private cells included."""
    hidden = private_keys()
    return fingerprint(lines, [[value for key, value in sorted(line.cells.items()) if key in hidden] for line in lines])


def discard(session: Session, actor: Actor, clock: Clock, number: str, reviewed: str) -> Applied:
    """Make the draft again what was last online, as one step; nothing online: the draft is emptied.

    ``reviewed`` is the fingerprint of the draft that was shown: :class:`Conflict` when it has changed since.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    last = queries.last_effective(session, file.id, clock.now())
    target = queries.version_lines(session, last.id) if last is not None else []
    note = f"v{last.number}" if last is not None else ""
    applied = _become(session, actor, clock, file, StepKind.DISCARD, target, reviewed, note)
    if applied.step_id is not None:
        _stands_as_online(session, clock, file)
    return applied


def _stands_as_online(session: Session, clock: Clock, file: Dossier) -> None:
    """Note that every line is where it stands online: a group whose ranks were given anew says it with other numbers."""
    mine = (DraftLine.dossier_id == file.id, ~DraftLine.deleted, DraftLine.published_digest == DraftLine.digest)
    session.execute(update(DraftLine).where(*mine).values(published_rank=DraftLine.rank), execution_options={"synchronize_session": False})
    note_edit(session, clock, file)


def restore(session: Session, actor: Actor, clock: Clock, number: str, ref: Ref, reviewed: str) -> Applied:
    """Make the draft again what a version or a named draft was, as one step; every line keeps its number, those that had ended live again.

    ``reviewed`` is the fingerprint of the draft that was shown: :class:`Conflict` when it has changed since.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    if ref == DRAFT:
        raise NotFound(f"{number}/{ref}")
    head = queries.file_head(session, actor, clock, number)
    source = contents(session, head, [ref])[0]
    return _become(session, actor, clock, file, StepKind.RESTORE, source.lines, reviewed, note_of(source))


def note_of(source: Contents) -> str:
    """Return what a step of this origin says of it: « v3 », « n12 · Avant l’audit »."""
    return f"{source.ref} · {source.name}" if source.name else str(source.ref)


def _become(
    session: Session, actor: Actor, clock: Clock, file: Dossier, kind: StepKind, target: Sequence[Line], reviewed: str, note: str
) -> Applied:
    if draft_fingerprint(queries.draft_lines(session, file.id)) != reviewed:
        raise Conflict(_("Le brouillon a changé depuis votre relecture : relisez ce qui changera avant de confirmer."))
    _bring_back(session, clock, file, target)
    present = _present(session, file)
    versions = {row.number: row.version for row in present}
    rows = [restoring.Present(row.number, row.code, row.cells, row.rank, row.published_rank, row.deleted) for row in present]
    edits = [Edit(line, deleted=True, expected=versions[line]) for line in restoring.ended(rows, target)]
    edits.extend(
        Edit(line.number, general=line.general, cells=line.cells, deleted=False, rank=line.rank, expected=versions[line.number])
        for line in restoring.wanted(rows, target, activity(file.activity).keys)
    )
    return apply(session, actor, clock, file, kind, edits, note=note)


def _present(session: Session, file: Dossier) -> Sequence[Any]:
    columns = (DraftLine.number, DraftLine.cells, DraftLine.rank, DraftLine.published_rank, DraftLine.deleted, DraftLine.version)
    query = select(*columns, GeneralLine.code).join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
    return session.execute(query.where(DraftLine.dossier_id == file.id).order_by(DraftLine.number)).all()


def _bring_back(session: Session, clock: Clock, file: Dossier, target: Sequence[Line]) -> None:
    """Write the rows of lines whose end was published, as deleted ones under their numbers: the step then makes them live again."""
    known = set(session.scalars(select(DraftLine.number).where(DraftLine.dossier_id == file.id).order_by(DraftLine.number)))
    gone = [line for line in target if line.number not in known]
    if not gone:
        return
    last = _last_changes(session, file)
    generals = session.execute(select(GeneralLine.code, GeneralLine.id).where(GeneralLine.dossier_id == file.id).order_by(GeneralLine.id))
    ids = {row.code: row.id for row in generals}
    rows = []
    for line in gone:
        version, image = last.get(line.number, (1, None))
        cells = dict(image["cells"]) if image is not None else dict(line.cells)
        rows.append(
            {
                "organisation_id": file.organisation_id,
                "dossier_id": file.id,
                "number": line.number,
                "general_line_id": ids[line.general],
                "rank": 0,
                "version": version,
                "deleted": True,
                "updated_at": clock.now(),
                **derived(line.general, cells),
            }
        )
    session.execute(insert(DraftLine.__table__), rows)  # type: ignore[arg-type]  # -- a mapped class's table is a Table


def _last_changes(session: Session, file: Dossier) -> dict[int, tuple[int, dict[str, Any] | None]]:
    """Return the last version and image that the log has of each line of a file."""
    latest = select(func.max(ScopeChange.id)).where(ScopeChange.dossier_id == file.id).group_by(ScopeChange.line_number).scalar_subquery()
    query = select(ScopeChange.line_number, ScopeChange.line_version, ScopeChange.after).where(ScopeChange.id.in_(latest))
    return {row.line_number: (row.line_version, row.after) for row in session.execute(query.order_by(ScopeChange.line_number))}
