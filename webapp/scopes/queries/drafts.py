"""The general scope, the draft's lines, the versions and the decisions of one file that the caller has already authorised."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind
from webapp.errors import NotFound
from webapp.scopes.models import Decision, DraftLine, GeneralLine, PublishedLine, PublishedVersion
from webapp.scopes.queries.heads import AnyRow, matching
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.lines import Line

PAGE_LINES = 100


def general_scope(session: Session, dossier_id: int) -> Sequence[AnyRow]:
    """Return the general lines of a file in their order, each with how many live draft lines hang on it."""
    live = (
        select(func.count(DraftLine.id))
        .where(DraftLine.general_line_id == GeneralLine.id, ~DraftLine.deleted)
        .correlate(GeneralLine)
        .scalar_subquery()
        .label("lines")
    )
    return session.execute(
        select(
            GeneralLine.id,
            GeneralLine.code,
            GeneralLine.title,
            GeneralLine.flexibility,
            GeneralLine.status,
            GeneralLine.extended_at,
            GeneralLine.version,
            live,
        )
        .where(GeneralLine.dossier_id == dossier_id)
        .order_by(GeneralLine.rank, GeneralLine.id)
    ).all()


def facts_of(general: AnyRow, baseline_requested_at: datetime | None) -> GeneralFacts:
    """Return what the rules need of a general line; an extension counts until a version asked for after it is online."""
    extended = general.extended_at is not None and (baseline_requested_at is None or general.extended_at > baseline_requested_at)
    return GeneralFacts(general.code, Flexibility(general.flexibility), GeneralStatus(general.status), extended)


_LINE = (
    DraftLine.id,
    DraftLine.number,
    DraftLine.general_line_id,
    DraftLine.cells,
    DraftLine.version,
    DraftLine.digest,
    DraftLine.published_digest,
)


_OTHER = aliased(DraftLine)
#: The lowest number of another live line that says the same: only the later of two is told. Built once, since making it costs
#: more than running it.
_TWIN: Any = (
    select(func.min(_OTHER.number))
    .where(
        _OTHER.dossier_id == DraftLine.dossier_id,
        _OTHER.duplicate_key == DraftLine.duplicate_key,
        _OTHER.number < DraftLine.number,
        ~_OTHER.deleted,
    )
    .correlate(DraftLine)
    .scalar_subquery()
    .label("twin")
)


def _wanted(dossier_id: int, code: str, text: str, *, changed_only: bool) -> list[ColumnElement[bool]]:
    wanted = [DraftLine.dossier_id == dossier_id, ~DraftLine.deleted, matching(DraftLine.search_text, text)]
    if code:
        wanted.append(GeneralLine.code == code)
    if changed_only:
        wanted.append(DraftLine.differs())
    return wanted


def draft_page(
    session: Session, dossier_id: int, *, code: str = "", text: str = "", changed_only: bool = False, offset: int = 0
) -> tuple[Sequence[AnyRow], int]:
    """Return one page of live draft lines in their order, and how many there are (0 for a page past the end)."""
    wanted = _wanted(dossier_id, code, text, changed_only=changed_only)
    # The page is chosen on narrow rows first: what a row shows, and its twin, are read for a hundred lines and not for all.
    place = (
        select(DraftLine.id, func.count().over().label("total"), GeneralLine.rank.label("group_rank"))
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(*wanted)
        .order_by(GeneralLine.rank, GeneralLine.id, DraftLine.rank, DraftLine.number)
        .offset(offset)
        .limit(PAGE_LINES)
        .subquery()
    )
    rows = session.execute(
        select(*_LINE, _TWIN, place.c.total)
        .join(place, place.c.id == DraftLine.id)
        .order_by(place.c.group_rank, DraftLine.general_line_id, DraftLine.rank, DraftLine.number)
    ).all()
    return rows, rows[0].total if rows else 0


def draft_line(session: Session, dossier_id: int, number: int) -> AnyRow:
    """Return one live draft line as :func:`draft_page` does; :class:`NotFound` when there is none."""
    row = session.execute(
        select(*_LINE, _TWIN).where(DraftLine.dossier_id == dossier_id, DraftLine.number == number, ~DraftLine.deleted)
    ).one_or_none()
    if row is None:
        raise NotFound(str(number))
    return row


def place_of(session: Session, dossier_id: int, number: int, *, code: str = "", text: str = "", changed_only: bool = False) -> int:
    """Return how many live lines that :func:`draft_page` would list stand before the line: tells the page it is on."""
    target = session.execute(
        select(GeneralLine.rank.label("general"), DraftLine.rank, DraftLine.number)
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(DraftLine.dossier_id == dossier_id, DraftLine.number == number)
    ).one_or_none()
    if target is None:
        return 0
    same = GeneralLine.rank == target.general
    before = or_(
        GeneralLine.rank < target.general,
        and_(same, DraftLine.rank < target.rank),
        and_(same, DraftLine.rank == target.rank, DraftLine.number < target.number),
    )
    counted = select(func.count(DraftLine.id)).join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
    return session.scalar(counted.where(*_wanted(dossier_id, code, text, changed_only=changed_only), before)) or 0


def draft_lines(session: Session, dossier_id: int) -> list[Line]:
    """Return every live draft line as the rules see it, in the file's order."""
    rows = session.execute(
        select(DraftLine.number, GeneralLine.code, DraftLine.cells)
        .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(DraftLine.dossier_id == dossier_id, ~DraftLine.deleted)
        .order_by(GeneralLine.rank, GeneralLine.id, DraftLine.rank, DraftLine.number)
    )
    return [Line(number, code, cells) for number, code, cells in rows]


def last_effective(session: Session, dossier_id: int, now: datetime) -> AnyRow | None:
    """Return the last version that took effect (id, number, requested_at, effective_at, withdrawn_at, sha256), or None."""
    return session.execute(
        select(
            PublishedVersion.id,
            PublishedVersion.number,
            PublishedVersion.requested_at,
            PublishedVersion.effective_at,
            PublishedVersion.withdrawn_at,
            PublishedVersion.sha256,
        )
        .where(PublishedVersion.dossier_id == dossier_id, PublishedVersion.effective_at <= now)
        .order_by(PublishedVersion.number.desc())
        .limit(1)
    ).one_or_none()


def version_lines(session: Session, version_id: int) -> list[Line]:
    """Return the lines of a version, in its order."""
    rows = session.execute(
        select(PublishedLine.number, PublishedLine.general_code, PublishedLine.cells)
        .where(PublishedLine.version_id == version_id)
        .order_by(PublishedLine.position)
    )
    return [Line(number, code, cells) for number, code, cells in rows]


def decisions(session: Session, dossier_id: int) -> Sequence[AnyRow]:
    """Return the decisions taken on a file, latest first."""
    return session.execute(
        select(
            Decision.kind,
            Decision.effect,
            Decision.decided_on,
            Decision.reference,
            Decision.reason,
            Decision.recorded_at,
            GeneralLine.code,
            GeneralLine.title,
        )
        .join(GeneralLine, GeneralLine.id == Decision.general_line_id)
        .where(Decision.dossier_id == dossier_id)
        .order_by(Decision.recorded_at.desc(), Decision.id.desc())
    ).all()


def accredited_bodies(session: Session) -> Sequence[AnyRow]:
    """Return the open accredited bodies (id, name), by name."""
    return session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.kind == OrganisationKind.ACCREDITED_BODY, Organisation.closed_at.is_(None))
        .order_by(Organisation.name, Organisation.id)
    ).all()
