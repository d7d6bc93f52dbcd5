"""The states of one file that the caller has already authorised: its versions, its named drafts, its draft, and what each holds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Account
from webapp.errors import NotFound
from webapp.scopes.models import Dossier, DraftLine, NamedDraft, PublishedVersion
from webapp.scopes.queries.drafts import draft_lines, general_scope, titles_of, version_lines
from webapp.scopes.queries.heads import AnyRow, FileHead
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.lines import Line
from webapp.scopes.rules.refs import Ref, RefKind
from webapp.scopes.rules.snapshot import GeneralTitle, lines_of, read_head, verified

_FOLLOWING = aliased(PublishedVersion)
#: What is said of a version, with the name of who asked for it.
_VERSION = select(
    PublishedVersion.number,
    PublishedVersion.name,
    PublishedVersion.requested_at,
    Account.full_name.label("requested_by"),
    PublishedVersion.effective_at,
    PublishedVersion.withdrawn_at,
    PublishedVersion.line_count,
    PublishedVersion.sha256,
).outerjoin(Account, Account.id == PublishedVersion.requested_by)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a state of a file holds: its lines in their order, its general lines, and the labels of its columns by key.

    ``name`` is what somebody called it; ``at`` the instant of its effect, or of its naming (None: the draft).
    """

    ref: Ref
    lines: Sequence[Line]
    generals: Sequence[GeneralTitle]
    columns: Mapping[str, str]
    name: str = ""
    at: datetime | None = None


def versions(session: Session, dossier_id: int, *, offset: int = 0, limit: int = 50) -> tuple[Sequence[AnyRow], int]:
    """Return one page of the versions of a file, latest first, each with who asked and when the next begins, and how many there are."""
    following = (
        select(_FOLLOWING.effective_at)
        .where(_FOLLOWING.dossier_id == PublishedVersion.dossier_id, _FOLLOWING.number == PublishedVersion.number + 1)
        .correlate(PublishedVersion)
        .scalar_subquery()
        .label("next_at")
    )
    rows = session.execute(
        _VERSION.add_columns(following, func.count().over().label("total"))
        .where(PublishedVersion.dossier_id == dossier_id)
        .order_by(PublishedVersion.number.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return rows, rows[0].total if rows else 0


def named_drafts(session: Session, dossier_id: int) -> Sequence[AnyRow]:
    """Return the named drafts of a file (id, name, line_count, created_at, actor_name), latest first."""
    return session.execute(
        select(NamedDraft.id, NamedDraft.name, NamedDraft.line_count, NamedDraft.created_at, NamedDraft.actor_name)
        .where(NamedDraft.dossier_id == dossier_id)
        .order_by(NamedDraft.created_at.desc(), NamedDraft.id.desc())
    ).all()


def draft_counts(session: Session, dossier_id: int) -> AnyRow:
    """Return how many lines the draft has (``live``), and how many it adds, changes and removes since the version last online."""

    def counted(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    live, online = ~DraftLine.deleted, DraftLine.published_digest.is_not(None)
    return session.execute(
        select(
            counted(live).label("live"),
            counted(live & ~online).label("added"),
            counted(live & online & (DraftLine.published_digest != DraftLine.digest)).label("changed"),
            counted(DraftLine.deleted & online).label("removed"),
        ).where(DraftLine.dossier_id == dossier_id)
    ).one()


def version_row(session: Session, dossier_id: int, number: int) -> AnyRow:
    """Return what the page of one version says of it, or :class:`NotFound`."""
    query = _VERSION.where(PublishedVersion.dossier_id == dossier_id, PublishedVersion.number == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"v{number}")
    return row


def contents(session: Session, head: FileHead, refs: Sequence[Ref]) -> list[Contents]:
    """Return what each of these states holds, in their order; :class:`NotFound` for one that the file does not have.

    Versions are read from their frozen text, all of them by one statement.
    """
    found: dict[Ref, Contents] = {}
    numbers = {kind: [ref.number for ref in refs if ref.kind is kind] for kind in RefKind}
    if numbers[RefKind.DRAFT]:
        found[Ref(RefKind.DRAFT)] = _draft(session, head)
    if numbers[RefKind.VERSION]:
        query = select(PublishedVersion.number, PublishedVersion.snapshot, PublishedVersion.name, PublishedVersion.effective_at)
        of_file = (PublishedVersion.dossier_id == head.id, PublishedVersion.number.in_(numbers[RefKind.VERSION]))
        for row in session.execute(query.where(*of_file).order_by(PublishedVersion.number)):
            ref = Ref(RefKind.VERSION, row.number)
            found[ref] = _frozen(ref, json.loads(row.snapshot), row.name, row.effective_at)
    if numbers[RefKind.NAMED]:
        named = select(NamedDraft.id, NamedDraft.lines, NamedDraft.name, NamedDraft.created_at).where(NamedDraft.dossier_id == head.id)
        for row in session.execute(named.where(NamedDraft.id.in_(numbers[RefKind.NAMED])).order_by(NamedDraft.id)):
            ref = Ref(RefKind.NAMED, row.id)
            found[ref] = _frozen(ref, json.loads(row.lines), row.name, row.created_at)
    missing = next((ref for ref in refs if ref not in found), None)
    if missing is not None:
        raise NotFound(f"{head.number}/{missing}")
    return [found[ref] for ref in refs]


def _draft(session: Session, head: FileHead) -> Contents:
    columns = {column.key: column.label for column in activity(head.activity).columns}
    titles = titles_of(general_scope(session, head.id))
    return Contents(Ref(RefKind.DRAFT), draft_lines(session, head.id), titles, columns)


def _frozen(ref: Ref, image: Mapping[str, Any], name: str, at: datetime) -> Contents:
    columns = {column["key"]: column["label"] for column in image["columns"]}
    return Contents(ref, lines_of(image), [GeneralTitle(**general) for general in image["general"]], columns, name, at)


def named_row(session: Session, dossier_id: int, identifier: int) -> AnyRow:
    """Return what the page of one named draft says of it, or :class:`NotFound`."""
    row = session.execute(
        select(NamedDraft.id, NamedDraft.name, NamedDraft.line_count, NamedDraft.created_at, NamedDraft.actor_name).where(
            NamedDraft.dossier_id == dossier_id, NamedDraft.id == identifier
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"n{identifier}")
    return row


def verified_versions(session: Session) -> Iterator[tuple[str, int, bool]]:
    """Yield each version of every file with whether it still is what was frozen: its text by its digest and form, its rows by its text."""
    query = select(PublishedVersion.id, Dossier.number, PublishedVersion.number.label("version")).join(
        Dossier, Dossier.id == PublishedVersion.dossier_id
    )
    for identifier, number, version in session.execute(query.order_by(Dossier.number, PublishedVersion.number)).all():
        text = (PublishedVersion.snapshot, PublishedVersion.sha256, PublishedVersion.snapshot_head)
        frozen = session.execute(select(*text).where(PublishedVersion.id == identifier)).one()
        image = json.loads(frozen.snapshot)
        same = _plain(version_lines(session, identifier)) == _plain(lines_of(image)) and frozen.snapshot_head == read_head(image)
        yield number, version, same and verified(frozen.snapshot, frozen.sha256)


def _plain(lines: Sequence[Line]) -> list[tuple[int, str, dict[str, str]]]:
    return [(line.number, line.general, dict(line.cells)) for line in lines]
