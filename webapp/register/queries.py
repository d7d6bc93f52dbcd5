"""Reads of the public register: versions that have taken effect, and never a draft.

Every read here starts from ``published_version`` with ``effective_at <= now``; drafts are not even joined. The callers lift the
tenancy limit, since the register is everybody's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.errors import NotFound
from webapp.folding import fold, like, words
from webapp.scopes.models import Dossier, PublishedLine, PublishedVersion, VersionAnnex
from webapp.scopes.queries.lives import version_lines_of
from webapp.scopes.rules.decisions import GENERAL_STATUS_LABELS, GeneralStatus
from webapp.scopes.rules.lines import Line
from webapp.scopes.rules.states import Online

PAGE_LINES = 100
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Published:
    """A version as the public sees it; ``ended_at`` is when it stopped being in force (None: it has not).

    Sizes are in bytes; ``pdf_size`` is None until the annex is made.
    """

    dossier_id: int
    version_id: int
    number: str
    organisation: str
    activity: str
    reference: str
    version: int
    effective_at: datetime
    requested_at: datetime
    withdrawn_at: datetime | None
    ended_at: datetime | None
    line_count: int
    sha256: str
    latest: bool
    closed: bool
    json_size: int
    pdf_size: int | None
    columns: Sequence[Mapping[str, str]]
    generals: Sequence[Mapping[str, str]]

    def in_force(self, at: datetime) -> bool:
        """Tell whether the version is in force at an instant."""
        return self.effective_at <= at and (self.ended_at is None or at < self.ended_at)


@dataclass(frozen=True, slots=True)
class PublishedGroup:
    """The lines of one general line on this page."""

    code: str
    title: str
    flexibility: str
    status: str
    rows: Sequence[tuple[int, Sequence[str]]]


_FOLLOWING = aliased(PublishedVersion)
#: SQL: the instant of the next version, which ends this one unless it was withdrawn before.
_NEXT: Any = (
    select(_FOLLOWING.effective_at)
    .where(_FOLLOWING.dossier_id == PublishedVersion.dossier_id, _FOLLOWING.number == PublishedVersion.number + 1)
    .correlate(PublishedVersion)
    .scalar_subquery()
    .label("next_at")
)


_PDF_SIZE: Any = (
    select(func.octet_length(VersionAnnex.pdf))
    .where(VersionAnnex.version_id == PublishedVersion.id)
    .correlate(PublishedVersion)
    .scalar_subquery()
    .label("pdf_size")
)


def exists(session: Session, number: str, now: datetime) -> bool:
    """Tell whether something was ever published under a number."""
    query = select(PublishedVersion.id).join(Dossier, Dossier.id == PublishedVersion.dossier_id)
    return session.scalar(query.where(Dossier.number == number, PublishedVersion.effective_at <= now).limit(1)) is not None


def published(session: Session, number: str, now: datetime, *, at: datetime | None = None, version: int | None = None) -> Published:
    """Return a version by its number, or the last that had taken effect at ``at``; :class:`NotFound` when there is none.

    A version that is still to come does not exist here.
    """
    query = (
        select(
            PublishedVersion.id,
            PublishedVersion.dossier_id,
            PublishedVersion.number,
            PublishedVersion.requested_at,
            PublishedVersion.effective_at,
            PublishedVersion.withdrawn_at,
            PublishedVersion.line_count,
            PublishedVersion.sha256,
            PublishedVersion.snapshot_head,
            PublishedVersion.organisation_name,
            func.octet_length(PublishedVersion.snapshot).label("json_size"),
            _PDF_SIZE,
            Dossier.number.label("file_number"),
            Dossier.online,
            _NEXT,
        )
        .join(Dossier, Dossier.id == PublishedVersion.dossier_id)
        .where(Dossier.number == number, PublishedVersion.effective_at <= (at if at is not None else now))
        .order_by(PublishedVersion.number.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(PublishedVersion.number == version)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(number)
    return _published(row, now)


def ended_at(row: AnyRow, now: datetime) -> datetime | None:
    """Return when a version stopped being in force, None when it has not: a version still to come ends nothing."""
    ends = [instant for instant in (row.next_at, row.withdrawn_at) if instant is not None and instant <= now]
    return min(ends) if ends else None


def _published(row: AnyRow, now: datetime) -> Published:
    head = row.snapshot_head
    return Published(
        row.dossier_id,
        row.id,
        row.file_number,
        row.organisation_name,
        head["activity"]["label"],
        head["activity"]["reference"],
        row.number,
        row.effective_at,
        row.requested_at,
        row.withdrawn_at,
        ended_at(row, now),
        row.line_count,
        row.sha256,
        row.next_at is None or row.next_at > now,
        row.online is Online.CLOSED,
        row.json_size,
        row.pdf_size,
        head["columns"],
        head["general"],
    )


@dataclass(frozen=True, slots=True)
class LineVersions:
    """A line in the versions that took effect: ``lines`` what it said by version, ``organisation`` as the last of them names it."""

    organisation: str
    versions: Sequence[tuple[AnyRow, Line | None]]
    lines: Mapping[int, Line]


def line_versions(session: Session, number: str, line: int, now: datetime) -> LineVersions:
    """Return a line in every version that has taken effect; :class:`NotFound` when it was in none."""
    dossier_id = session.scalar(select(Dossier.id).where(Dossier.number == number))
    known = version_lines_of(session, dossier_id, line, PublishedVersion.effective_at <= now) if dossier_id is not None else []
    lines_by_version = {row.number: found for row, found in known if found is not None}
    if not lines_by_version:
        raise NotFound(f"{number}/{line}")
    return LineVersions(known[-1][0].snapshot_head["organisation"], known, lines_by_version)


def _of_version(version_id: int, text: str) -> list[ColumnElement[bool]]:
    return [PublishedLine.version_id == version_id, *(PublishedLine.search_text.like(like(word), escape="\\") for word in words(text))]


def lines(
    session: Session, version_id: int, *, text: str = "", offset: int = 0, limit: int | None = PAGE_LINES
) -> tuple[Sequence[AnyRow], int]:
    """Return one page of a version's lines (``limit`` None: all of them), in its order, and how many there are."""
    place = (
        select(PublishedLine.id, func.count().over().label("total"))
        .where(*_of_version(version_id, text))
        .order_by(PublishedLine.position)
        .offset(offset)
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        select(PublishedLine.number, PublishedLine.general_code, PublishedLine.cells, place.c.total)
        .join(place, place.c.id == PublishedLine.id)
        .order_by(PublishedLine.position)
    ).all()
    return rows, rows[0].total if rows else 0


def grouped(found: Published, rows: Sequence[AnyRow]) -> list[PublishedGroup]:
    """Gather a page of lines under the general lines of the version, in its order."""
    keys = [column["key"] for column in found.columns]
    by_code: dict[str, list[tuple[int, Sequence[str]]]] = {}
    for row in rows:
        by_code.setdefault(row.general_code, []).append((row.number, [row.cells.get(key, "") for key in keys]))
    return [
        PublishedGroup(
            general["code"],
            general["title"],
            general["flexibility"],
            GENERAL_STATUS_LABELS[GeneralStatus(general["status"])] if general["status"] != GeneralStatus.ACTIVE else "",
            by_code[general["code"]],
        )
        for general in found.generals
        if general["code"] in by_code
    ]


def versions(session: Session, dossier_id: int, now: datetime) -> Sequence[AnyRow]:
    """Return every version that has taken effect (number, effective_at, withdrawn_at, next_at, line_count), latest first."""
    rows: Sequence[AnyRow] = session.execute(
        select(
            PublishedVersion.number,
            PublishedVersion.effective_at,
            PublishedVersion.withdrawn_at,
            PublishedVersion.line_count,
            _NEXT,
        )
        .where(PublishedVersion.dossier_id == dossier_id, PublishedVersion.effective_at <= now)
        .order_by(PublishedVersion.number.desc())
    ).all()
    return rows


def snapshot(session: Session, version_id: int) -> str:
    """Return the canonical text of a version."""
    return session.scalars(select(PublishedVersion.snapshot).where(PublishedVersion.id == version_id)).one()


_SORTS: dict[str, Any] = {
    "numero": Dossier.number,
    "organisme": PublishedVersion.organisation_name,
    "activite": Dossier.activity,
    "date": PublishedVersion.effective_at,
}


def _says(word: str) -> ColumnElement[bool]:
    """SQL: the file's number, body and activity, or some line of the version, hold the word."""
    pattern = like(word)
    line = select(PublishedLine.id).where(
        PublishedLine.version_id == PublishedVersion.id, PublishedLine.search_text.like(pattern, escape="\\")
    )
    return or_(Dossier.search_text.like(pattern, escape="\\"), line.correlate(PublishedVersion).exists())


def listing(
    session: Session,
    now: datetime,
    *,
    sort: str = "numero",
    descending: bool = False,
    text: str = "",
    activity: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[Sequence[AnyRow], int]:
    """Return one page of the scopes of the register, each by the last version that took effect, and how many match."""
    last = (
        select(PublishedVersion.dossier_id, func.max(PublishedVersion.number).label("number"))
        .where(PublishedVersion.effective_at <= now)
        .group_by(PublishedVersion.dossier_id)
        .subquery()
    )
    wanted = [_says(word) for word in words(fold(text))]
    if activity:
        wanted.append(Dossier.activity == activity)
    column = _SORTS[sort]
    rows: Sequence[AnyRow] = session.execute(
        select(
            Dossier.number,
            Dossier.activity,
            Dossier.online,
            PublishedVersion.organisation_name,
            PublishedVersion.number.label("version"),
            PublishedVersion.effective_at,
            PublishedVersion.withdrawn_at,
            PublishedVersion.line_count,
            func.count().over().label("total"),
        )
        .join(last, and_(last.c.dossier_id == PublishedVersion.dossier_id, last.c.number == PublishedVersion.number))
        .join(Dossier, Dossier.id == PublishedVersion.dossier_id)
        .where(*wanted)
        .order_by(column.desc() if descending else column.asc(), Dossier.number)
        .offset(offset)
        .limit(limit)
    ).all()
    return rows, rows[0].total if rows else 0
