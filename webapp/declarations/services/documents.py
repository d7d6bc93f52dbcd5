"""Documents of a return: attached, removed, frozen with a submission, brought back with it. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations.models import ReturnDocument
from webapp.declarations.queries import ReturnFile, Submitted, documents_of, find_document
from webapp.declarations.rules.documents import Attached, fault_of, frozen_documents, too_many
from webapp.declarations.rules.form_models.model import Document
from webapp.declarations.services.saving import hold_for_entry, refuse_reserved
from webapp.errors import Invalid
from webapp.evidence.services import record
from webapp.uploads.held import Held
from webapp.uploads.services import give_up, put_to_use
from webapp.uploads.storage import FileStore


def attach(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, document: Document, files: FileStore, held: Sequence[Held]
) -> int:
    """Attach stored files to a return as one of the documents that its form expects; returns how many: one audit event for all.

    Raises Invalid of ``files`` for none, one too many, one of a wrong type or attached already; Conflict when the return no longer
    takes entries, or the section is reserved to somebody else.
    """
    hold_for_entry(session, actor, clock, file)
    refuse_reserved(actor, clock, file, {document.section})
    present = [item for item in documents_of(session, file) if item.document == document.code]
    _check(document, present, held)
    rows = [
        ReturnDocument(
            organisation_id=file.organisation_id,
            return_id=file.id,
            document_code=document.code,
            name=item.name,
            media_type=item.media_type,
            size=item.stored.size,
            sha256=item.stored.sha256,
            file_key=put_to_use(session, clock, files, item.stored),
            by=actor.account_id,
            by_name=actor.name,
            at=clock.now(),
        )
        for item in held
    ]
    session.add_all(rows)
    session.flush()
    told = [{"name": row.name, "size": row.size, "sha256": row.sha256} for row in rows]
    _record(session, actor, clock, file, "return.document_attached", {"document": document.code, "files": told})
    return len(rows)


def _check(document: Document, present: Sequence[Attached], held: Sequence[Held]) -> None:
    if not held:
        raise Invalid({"files": _("Choisissez un fichier.")})
    if len(present) + len(held) > document.max_count:
        raise Invalid({"files": _(too_many(document), label=document.label, count=document.max_count)})
    known = {item.sha256 for item in present}
    for item in held:
        if fault_of(document, item.name, item.stored.size) is not None:
            raise Invalid({"files": _("« %(name)s » n’est pas accepté ici.", name=item.name)})
        if item.stored.sha256 in known:
            raise Invalid({"files": _("« %(name)s » est déjà joint : c’est le même contenu.", name=item.name)})
        known.add(item.stored.sha256)


def remove(session: Session, actor: Actor, clock: Clock, file: ReturnFile, identifier: int) -> tuple[str, str | None]:
    """Take a file away from a return; returns its name, and the key whose bytes are to be removed after the commit.

    A file that was submitted keeps its bytes, for whoever reads that submission: no key then. Raises NotFound or Conflict.
    """
    hold_for_entry(session, actor, clock, file)
    row = find_document(session, file, identifier)
    if (document := file.model.documents.get(row.document_code)) is not None:
        refuse_reserved(actor, clock, file, {document.section})
    told = {"document": row.document_code, "files": [{"name": row.name, "size": row.size, "sha256": row.sha256}]}
    _record(session, actor, clock, file, "return.document_removed", told)
    return row.name, _take_away(session, row, clock.now())


def _take_away(session: Session, row: ReturnDocument, now: datetime) -> str | None:
    if row.last_rank is not None:
        row.removed_at = now
        session.flush()
        return None
    key = row.file_key
    session.delete(row)
    session.flush()
    give_up(session, key)
    return key


def freeze(session: Session, file: ReturnFile, attached: Collection[Attached], rank: int) -> None:
    """Note that a submission lists these files: from now on their bytes stay."""
    if attached:
        of = ReturnDocument.return_id == file.id, ReturnDocument.id.in_([item.id for item in attached])
        session.execute(update(ReturnDocument).where(*of).values(last_rank=rank))


def restore(session: Session, clock: Clock, file: ReturnFile, accepted: Submitted, asked: Collection[str]) -> None:
    """Attach again the files that a submission lists, and no others among the documents `asked` for (hidden ones keep theirs).

    Bytes that nobody uses any more are left to the sweep.
    """
    wanted = {(item.code, item.sha256) for item in frozen_documents(accepted.content)}
    newest_first = select(ReturnDocument).where(ReturnDocument.return_id == file.id).order_by(ReturnDocument.id.desc())
    for row in session.scalars(newest_first).all():
        place = (row.document_code, row.sha256)
        if place in wanted and row.last_rank is not None:
            row.removed_at = None
            wanted.discard(place)
        elif row.removed_at is None and row.document_code in asked:
            _take_away(session, row, clock.now())
    session.flush()


def _record(session: Session, actor: Actor, clock: Clock, file: ReturnFile, action: str, detail: dict[str, object]) -> None:
    subject = f"déclaration {file.number}"
    record(session, actor, clock, action=action, subject=subject, organisation_id=file.organisation_id, detail=detail)
