"""The general scope, the draft's lines, the versions and the decisions of one file that the caller has already authorised."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind
from webapp.db import plain_rows
from webapp.errors import NotFound
from webapp.scopes.models import Decision, DraftLine, GeneralLine, PublishedLine, PublishedVersion
from webapp.scopes.queries.heads import AnyRow, matching
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.lines import Line
from webapp.scopes.rules.snapshot import GeneralTitle

PAGE_LINES = 100


_GENERAL_SCOPE = (
    select(
        GeneralLine.id,
        GeneralLine.code,
        GeneralLine.title,
        GeneralLine.flexibility,
        GeneralLine.status,
        GeneralLine.extended_at,
        GeneralLine.methods,
        GeneralLine.version,
        select(func.count(DraftLine.id))
        .where(DraftLine.general_line_id == GeneralLine.id, ~DraftLine.deleted)
        .correlate(GeneralLine)
        .scalar_subquery()
        .label("lines"),
    )
    .where(GeneralLine.dossier_id == bindparam("file"))
    .order_by(GeneralLine.rank, GeneralLine.id)
)


def general_scope(session: Session, dossier_id: int) -> Sequence[AnyRow]:
    """Return the general lines of a file in their order, each with how many live draft lines hang on it."""
    return plain_rows(session, _GENERAL_SCOPE, {"file": dossier_id}).all()


def titles_of(scope: Sequence[AnyRow]) -> list[GeneralTitle]:
    """Return the general lines of :func:`general_scope` as a frozen image holds them."""
    return [GeneralTitle(row.code, row.title, row.flexibility.value, row.status.value) for row in scope]


def facts_of(general: AnyRow, baseline_requested_at: datetime | None) -> GeneralFacts:
    """Return what the rules need of a general line; an extension counts until a version asked for after it is online."""
    extended = general.extended_at is not None and (baseline_requested_at is None or general.extended_at > baseline_requested_at)
    methods = tuple(general.methods)
    return GeneralFacts(general.code, Flexibility(general.flexibility), GeneralStatus(general.status), extended, methods)


_LINE = (
    DraftLine.id,
    DraftLine.number,
    DraftLine.general_line_id,
    DraftLine.rank,
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
    session: Session,
    dossier_id: int,
    generals: Sequence[AnyRow],
    *,
    code: str = "",
    text: str = "",
    changed_only: bool = False,
    offset: int = 0,
) -> tuple[Sequence[AnyRow], int]:
    """Return one page of live draft lines in their order, and how many there are (0 for a page past the end).

    ``generals`` are those of :func:`general_scope`, whose counts tell where the page stands when nothing else is asked.
    """
    shown = [general for general in generals if not code or general.code == code]
    if text or changed_only:
        chosen, total = _searched(dossier_id, code, text, changed_only=changed_only, offset=offset)
    else:
        chosen, total = _counted(shown, offset)
    if chosen is None:
        return [], 0
    # The page is chosen on narrow rows first: what a row shows, and its twin, are read for a hundred lines and not for all. They are
    # asked for by their ids alone and put in order here, so that no database can think of a longer way.
    rows = plain_rows(session, select(*_LINE, _TWIN, total.label("total")).where(DraftLine.id.in_(chosen)).order_by(DraftLine.id)).all()
    places = {general.id: place for place, general in enumerate(generals)}
    ordered = sorted(rows, key=lambda row: (places[row.general_line_id], row.rank, row.number))
    return ordered, rows[0].total if rows else 0


def _searched(dossier_id: int, code: str, text: str, *, changed_only: bool, offset: int) -> tuple[Any, Any]:
    """Return the ids of a page of the lines that a search finds, and how many it finds in all."""
    wanted = _wanted(dossier_id, code, text, changed_only=changed_only)
    found = select(DraftLine.id).join(GeneralLine, GeneralLine.id == DraftLine.general_line_id).where(*wanted)
    page = found.order_by(GeneralLine.rank, GeneralLine.id, DraftLine.rank, DraftLine.number).offset(offset).limit(PAGE_LINES)
    return select(page.subquery().c.id), select(func.count()).select_from(found.subquery()).scalar_subquery()


def _counted(generals: Sequence[AnyRow], offset: int) -> tuple[Any | None, Any]:
    """Return the ids of the page that begins ``offset`` lines into the groups, and how many lines these have; None past their end.

    It holds a part of the first group and of the last, and the others whole.
    """
    before, left = 0, PAGE_LINES
    parts: list[tuple[int, int, int]] = []
    for general in generals:
        first = max(offset - before, 0)
        taken = min(general.lines - first, left)
        if taken > 0:
            parts.append((general.id, first, taken))
            left -= taken
        before += general.lines
    if not parts:
        return None, literal(before)
    edges = {parts[0], parts[-1]}
    pieces = [_part([general], first, taken) for general, first, taken in sorted(edges)]
    whole = [general for general, _first, _taken in parts[1:-1]]
    if whole:
        pieces.append(_part(whole, 0, PAGE_LINES))
    if len(pieces) == 1:
        return pieces[0], literal(before)
    together: Any = union_all(*pieces).subquery()
    return select(together.c.id), literal(before)


def _part(generals: Sequence[int], first: int, most: int) -> Any:
    query = select(DraftLine.id).where(DraftLine.general_line_id.in_(generals), ~DraftLine.deleted)
    # A limit inside a union needs a select around it.
    return select(query.order_by(DraftLine.rank, DraftLine.number).offset(first).limit(most).subquery().c.id)


def filtered_lines(session: Session, dossier_id: int, *, code: str = "", text: str = "", changed_only: bool = False) -> Sequence[AnyRow]:
    """Return every line that :func:`draft_page` would list (number, version, cells, code), in the file's order."""
    query = select(DraftLine.number, DraftLine.version, DraftLine.cells, GeneralLine.code)
    return session.execute(
        query.join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
        .where(*_wanted(dossier_id, code, text, changed_only=changed_only))
        .order_by(GeneralLine.rank, GeneralLine.id, DraftLine.rank, DraftLine.number)
    ).all()


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
