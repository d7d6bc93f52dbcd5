"""Named reads of files, general scopes, drafts and versions, always for what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, String, and_, case, func, literal, not_, or_, select, true, type_coerce
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Organisation
from webapp.actor import Actor, OrganisationKind, Role
from webapp.clock import Clock
from webapp.errors import Forbidden, NotFound
from webapp.folding import like
from webapp.folding import words as folded_words
from webapp.scopes.models import Decision, Dossier, DraftLine, GeneralLine, PublishedLine, PublishedVersion
from webapp.scopes.policies import FileFacts, can_see, is_officer
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.lines import Line
from webapp.scopes.rules.states import STATE_CHIPS, STATE_LABELS, Draft, Facts, Online, ScopeState, facts_in, settled, state_of
from webapp.web.rows import FoundRow, WaitingRow

PAGE_LINES = 100
#: Files listed on the desk; the counter's own list has the rest.
MOST_WAITING = 50

#: A row of named columns, whatever their types.
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class FileHead:
    """What every page says of a file, its facts settled at the instant of the read."""

    id: int
    number: str
    organisation_id: int
    organisation: str
    activity: str
    facts: Facts
    version_number: int
    requested_at: datetime | None
    effective_at: datetime | None
    undo_floor: int
    changed: int

    @property
    def state(self) -> ScopeState:
        """The state of FX-8c."""
        return state_of(self.facts)

    @property
    def online_version(self) -> int:
        """The number of the last version that took effect; 0 when none ever did."""
        return self.version_number - (self.facts.draft is Draft.REQUESTED)

    @property
    def draft_version(self) -> int:
        """The number that the draft has, or will have once asked for."""
        return self.online_version + 1

    @property
    def policy_facts(self) -> FileFacts:
        """What the policies need."""
        return FileFacts(self.organisation_id, self.facts)


_CHANGED: Any = (
    select(func.count(DraftLine.id))
    .where(DraftLine.dossier_id == Dossier.id, DraftLine.differs())
    .correlate(Dossier)
    .scalar_subquery()
    .label("changed")
)


_HEAD = (
    Dossier.id,
    Dossier.number,
    Dossier.organisation_id,
    Organisation.name.label("organisation"),
    Dossier.activity,
    Dossier.online,
    Dossier.draft,
    Dossier.version_number,
    Dossier.requested_at,
    Dossier.effective_at,
    Dossier.undo_floor,
    Dossier.updated_at,
)


def _head(row: AnyRow, now: datetime) -> FileHead:
    facts = settled(Facts(row.online, row.draft), row.effective_at, now)
    return FileHead(
        row.id,
        row.number,
        row.organisation_id,
        row.organisation,
        row.activity,
        facts,
        row.version_number,
        row.requested_at,
        row.effective_at,
        row.undo_floor,
        row.changed if facts.draft is not Draft.NONE else 0,
    )


def file_head(session: Session, actor: Actor, clock: Clock, number: str) -> FileHead:
    """Return a file's head, or :class:`NotFound` when it does not exist or is not this actor's to see."""
    row = session.execute(
        select(*_HEAD, _CHANGED).join(Organisation, Organisation.id == Dossier.organisation_id).where(Dossier.number == number)
    ).one_or_none()
    if row is None or not can_see(actor, row.organisation_id):
        raise NotFound(number)
    return _head(row, clock.now())


def require_officer(actor: Actor) -> None:
    """Refuse everybody but the accreditation body's officers."""
    if not is_officer(actor):
        raise Forbidden("scope officer")


def _settled_columns(now: datetime) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    done = and_(Dossier.draft == Draft.REQUESTED, Dossier.effective_at <= now)
    return (
        case((done, literal("published")), else_=type_coerce(Dossier.online, String)),
        case((done, literal("none")), else_=type_coerce(Dossier.draft, String)),
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    """The files this actor may see (the session's guard says it too)."""
    if is_officer(actor):
        return true()
    return Dossier.organisation_id == (actor.organisation_id if actor.has(Role.SCOPE_EDITOR) else -1)


def in_state(state: ScopeState, now: datetime) -> ColumnElement[bool]:
    """SQL: the file shows as ``state`` at ``now``."""
    online, draft = _settled_columns(now)
    return or_(*(and_(online == pair.online.value, draft == pair.draft.value) for pair in facts_in(state)))


def matching(column: Any, text: str) -> ColumnElement[bool]:
    """SQL: every word of ``text``, folded, is in the folded ``column``."""
    return and_(true(), *(column.like(like(word), escape="\\") for word in folded_words(text)))


SORTS = {
    "numero": Dossier.number,
    "organisme": Organisation.name,
    "activite": Dossier.activity,
    "modifie": Dossier.updated_at,
}


def _listed(actor: Actor, now: datetime, text: str, state: ScopeState | None, activity_code: str) -> list[ColumnElement[bool]]:
    wanted = [_mine(actor), matching(Dossier.search_text, text)]
    if state is not None:
        wanted.append(in_state(state, now))
    if activity_code:
        wanted.append(Dossier.activity == activity_code)
    return wanted


def files(
    session: Session,
    actor: Actor,
    clock: Clock,
    *,
    order: Any,
    text: str = "",
    state: ScopeState | None = None,
    activity_code: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[tuple[FileHead, datetime]], int]:
    """Return one page of the files the actor may see, each with the instant of its last change, and how many there are."""
    now = clock.now()
    rows = session.execute(
        select(*_HEAD, _CHANGED, func.count().over().label("total"))
        .join(Organisation, Organisation.id == Dossier.organisation_id)
        .where(*_listed(actor, now, text, state, activity_code))
        .order_by(order, Dossier.number)
        .offset(offset)
        .limit(limit)
    ).all()
    return [(_head(row, now), row.updated_at) for row in rows], rows[0].total if rows else 0


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


def draft_page(
    session: Session, dossier_id: int, *, code: str = "", text: str = "", changed_only: bool = False, offset: int = 0
) -> tuple[Sequence[AnyRow], int]:
    """Return one page of live draft lines in their order, and how many there are (0 for a page past the end)."""
    wanted = [DraftLine.dossier_id == dossier_id, ~DraftLine.deleted, matching(DraftLine.search_text, text)]
    if code:
        wanted.append(GeneralLine.code == code)
    if changed_only:
        wanted.append(DraftLine.differs())
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


def place_of(session: Session, dossier_id: int, number: int) -> int:
    """Return how many live lines stand before the line in the file's order: tells the page it is on."""
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
    return (
        session.scalar(
            select(func.count(DraftLine.id))
            .join(GeneralLine, GeneralLine.id == DraftLine.general_line_id)
            .where(DraftLine.dossier_id == dossier_id, ~DraftLine.deleted, before)
        )
        or 0
    )


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


def waiting(session: Session, actor: Actor, clock: Clock) -> list[WaitingRow]:
    """Return what waits for the actor at this counter: their files that are not simply in force (FX-8b)."""
    now = clock.now()
    settled_online, settled_draft = _settled_columns(now)
    quiet = or_(settled_online == Online.CLOSED.value, and_(settled_online == Online.PUBLISHED.value, settled_draft == Draft.NONE.value))
    rows = session.execute(
        select(*_HEAD, _CHANGED)
        .join(Organisation, Organisation.id == Dossier.organisation_id)
        .where(_mine(actor), not_(quiet))
        .order_by(Dossier.updated_at.desc(), Dossier.number)
        .limit(MOST_WAITING)
    ).all()
    found = []
    for row in rows:
        head = _head(row, now)
        when = head.effective_at if head.facts.draft is Draft.REQUESTED else None
        label = f"{head.number} · {head.organisation}"
        words, kind = _(STATE_LABELS[head.state]), STATE_CHIPS[head.state]
        if head.facts.draft is Draft.REQUESTED:
            words, kind = _("Publication demandée : v%(version)s", version=head.version_number), "ok"
        found.append(WaitingRow(label, "scopes.edit", {"number": head.number}, when, words, kind))
    return found


def search(session: Session, actor: Actor, words: list[str], limit: int) -> list[FoundRow]:
    """Return the files whose number, body or activity hold every (folded) word, then the draft lines that do."""
    in_file = and_(true(), *(Dossier.search_text.like(like(word), escape="\\") for word in words))
    rows = session.execute(
        select(Dossier.number, Organisation.name, Dossier.activity)
        .join(Organisation, Organisation.id == Dossier.organisation_id)
        .where(_mine(actor), in_file)
        .order_by(Dossier.number)
        .limit(limit)
    ).all()
    found = [FoundRow(f"{number} · {name}", "scopes.edit", {"number": number}, activity(code).label) for number, name, code in rows]
    if len(found) < limit:
        found += _found_lines(session, actor, words, limit - len(found))
    return found


def _found_lines(session: Session, actor: Actor, words: list[str], limit: int) -> list[FoundRow]:
    rows = session.execute(
        select(Dossier.number, DraftLine.number.label("line"), DraftLine.cells)
        .join(Dossier, Dossier.id == DraftLine.dossier_id)
        .where(
            _mine(actor),
            ~DraftLine.deleted,
            *(DraftLine.search_text.like(like(word), escape="\\") for word in words),
        )
        .order_by(Dossier.number, DraftLine.number)
        .limit(limit)
    )
    return [
        FoundRow(
            _("%(file)s, ligne %(line)s", file=number, line=line),
            "scopes.line",
            {"number": number, "line": line},
            " · ".join(value for value in cells.values() if value),
        )
        for number, line, cells in rows
    ]
