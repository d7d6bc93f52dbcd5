"""What an import needs of a file that the caller has already authorised, and the imports that a person has under way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.errors import NotFound
from webapp.scopes.models import DraftLine, GeneralLine, ScopeChange, ScopeImport, ScopeStep
from webapp.scopes.queries.drafts import facts_of
from webapp.scopes.queries.heads import AnyRow, FileHead
from webapp.scopes.queries.held import online_references, site_names
from webapp.scopes.rules.activities import Activity
from webapp.scopes.rules.check import context
from webapp.scopes.rules.importing.draft import Draft, DraftRow
from webapp.scopes.rules.importing.sheets import ExportedLine
from webapp.scopes.rules.merge import State

#: How long an import may wait, and what became of it be seen.
KEPT_FOR = timedelta(days=30)
#: How many numbers one statement names.
_RUN = 500


def exported_lines(session: Session, dossier_id: int) -> list[ExportedLine]:
    """Return the live lines of a draft with their versions, in the file's order."""
    rows = session.execute(
        select(DraftLine.number, DraftLine.version, GeneralLine.code, DraftLine.cells)
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(DraftLine.dossier_id == dossier_id, ~DraftLine.deleted)
        .order_by(GeneralLine.rank, GeneralLine.id, DraftLine.rank, DraftLine.number)
    )
    return [ExportedLine(*row) for row in rows]


_GENERAL = (
    GeneralLine.id,
    GeneralLine.code,
    GeneralLine.title,
    GeneralLine.flexibility,
    GeneralLine.status,
    GeneralLine.extended_at,
    GeneralLine.methods,
)


def generals_of(session: Session, dossier_id: int) -> dict[int, AnyRow]:
    """Return the general lines of a file by their ids, in their order."""
    query = select(*_GENERAL)
    ours = query.where(GeneralLine.dossier_id == dossier_id).order_by(GeneralLine.rank, GeneralLine.id)
    return {row.id: row for row in session.execute(ours)}


def draft_now(session: Session, of: Activity, head: FileHead, generals: Mapping[int, AnyRow], today: date) -> Draft:
    """Return the draft as an import is held against it, without the old states of its lines; ``generals`` are those of the file."""
    rows = session.execute(
        select(DraftLine.number, DraftLine.general_line_id, DraftLine.cells, DraftLine.version, DraftLine.duplicate_key, DraftLine.deleted)
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(DraftLine.dossier_id == head.id)
        .order_by(GeneralLine.rank, GeneralLine.id, DraftLine.rank, DraftLine.number)
    )
    lines = [DraftRow(line, generals[general].code, cells, version, key, deleted) for line, general, cells, version, key, deleted in rows]
    facts = [facts_of(row, head.requested_at) for row in generals.values()]
    published = online_references(session, of, head.id, head.online_sha256) if head.online_sha256 else {}
    held = context(of, facts, published, today=today, sites=site_names(session, head.id))
    return Draft(head.number, lines, facts, held=held, online=head.online_version > 0)


def states_at(
    session: Session, dossier_id: int, wanted: Iterable[tuple[int, int]], generals: Mapping[int, AnyRow]
) -> dict[tuple[int, int], State]:
    """Return what lines were at old versions ((line, version) → state), from the log; those that it does not hold are left out.

    The state at a version is what the change to the next version found.
    """
    pairs = set(wanted)
    if not pairs:
        return {}
    numbers, versions = sorted({line for line, _version in pairs}), [version + 1 for _line, version in pairs]
    found: dict[tuple[int, int], State] = {}
    for first in range(0, len(numbers), _RUN):
        rows = session.execute(
            select(ScopeChange.line_number, ScopeChange.line_version, ScopeChange.before)
            .where(
                ScopeChange.dossier_id == dossier_id,
                ScopeChange.line_number.in_(numbers[first : first + _RUN]),
                ScopeChange.line_version.between(min(versions), max(versions)),
            )
            .order_by(ScopeChange.id)
        )
        for line, version, before in rows:
            place = (line, version - 1)
            if place in pairs and place not in found and before is not None and before["general"] in generals:
                found[place] = State(generals[before["general"]].code, before["cells"])
    return found


_COLUMNS = (
    ScopeImport.id,
    ScopeImport.dossier_id,
    ScopeImport.created_at,
    ScopeImport.source,
    ScopeImport.filename,
    ScopeImport.status,
    ScopeImport.options,
    ScopeImport.step_id,
    ScopeImport.applied_at,
    ScopeImport.version,
)


def own(actor: Actor, dossier_id: int, import_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """SQL: the person's own import of a file, neither given up nor too old."""
    return (
        ScopeImport.id == import_id,
        ScopeImport.dossier_id == dossier_id,
        ScopeImport.account_id == actor.account_id,
        ScopeImport.created_at > now - KEPT_FOR,
        ScopeImport.status != "abandoned",
    )


def find_import(session: Session, actor: Actor, dossier_id: int, import_id: int, now: datetime) -> AnyRow:
    """Return the person's own import of a file with its rows, and the file's ``last_step``.

    Anybody else's, and one that is too old, is :class:`NotFound`.
    """
    last = select(func.max(ScopeStep.id)).where(ScopeStep.dossier_id == dossier_id).scalar_subquery().label("last_step")
    row = session.execute(select(*_COLUMNS, ScopeImport.payload, last).where(*own(actor, dossier_id, import_id, now))).one_or_none()
    if row is None:
        raise NotFound(f"import {import_id}")
    return row


def named_before(session: Session, organisation_id: int) -> dict[str, str]:
    """Return the columns that an organisation named by hand in its latest imports (name of the heading → key), the last word of each."""
    rows = session.scalars(
        select(ScopeImport.options).where(ScopeImport.organisation_id == organisation_id).order_by(ScopeImport.id.desc()).limit(20)
    )
    found: dict[str, str] = {}
    for options in rows:
        found = {**options.get("named", {}), **found}
    return found


def waiting_imports(session: Session, actor: Actor, dossier_id: int, now: datetime) -> Sequence[AnyRow]:
    """Return the imports that the person has prepared for a file and not carried out, latest first."""
    return session.execute(
        select(*_COLUMNS)
        .where(
            ScopeImport.dossier_id == dossier_id,
            ScopeImport.account_id == actor.account_id,
            ScopeImport.status == "preview",
            ScopeImport.created_at > now - KEPT_FOR,
        )
        .order_by(ScopeImport.id.desc())
        .limit(20)
    ).all()


def steps_since(session: Session, dossier_id: int, step_id: int) -> Sequence[AnyRow]:
    """Return who changed what since a step: rows of ``actor_name``, ``at``, ``kind``, ``line_count``, latest first, ten at most."""
    return session.execute(
        select(ScopeStep.id, ScopeStep.actor_name, ScopeStep.at, ScopeStep.kind, ScopeStep.line_count)
        .where(ScopeStep.dossier_id == dossier_id, ScopeStep.id > step_id)
        .order_by(ScopeStep.id.desc())
        .limit(10)
    ).all()


def lines_since(session: Session, dossier_id: int, step_id: int) -> set[int]:
    """Return the numbers of the lines that steps after this one changed."""
    query = select(ScopeChange.line_number).where(ScopeChange.dossier_id == dossier_id, ScopeChange.step_id > step_id)
    return set(session.scalars(query.distinct()))
