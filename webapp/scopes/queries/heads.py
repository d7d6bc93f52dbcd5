"""Files as every page names them: heads, lists, and who may see which."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, String, and_, bindparam, case, func, literal, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import UtcDateTime, plain_rows
from webapp.errors import Forbidden, NotFound
from webapp.folding import like
from webapp.folding import words as folded_words
from webapp.scopes.models import Dossier, DraftLine, PublishedVersion
from webapp.scopes.policies import FileFacts, can_see, is_officer
from webapp.scopes.queries.rights import files_of, right_of, right_sql
from webapp.scopes.rules.rights import FileRight
from webapp.scopes.rules.states import Draft, Facts, ScopeState, facts_in, settled, state_of

#: A row of named columns, whatever their types.
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class FileHead:
    """What every page says of a file, its facts settled at the instant of the read; ``online_sha256`` only where one file is read."""

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
    right: FileRight | None
    online_sha256: str = ""

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
        return FileFacts(self.organisation_id, self.facts, self.right)


CHANGED: Any = (
    select(func.count(DraftLine.id))
    .where(DraftLine.dossier_id == Dossier.id, DraftLine.differs())
    .correlate(Dossier)
    .scalar_subquery()
    .label("changed")
)


HEAD = (
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


def head_of(row: AnyRow, now: datetime) -> FileHead:
    """Return the head of a file from a row of ``HEAD``, ``CHANGED`` and the actor's ``right``."""
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
        row.right,
    )


def file_head(session: Session, actor: Actor, clock: Clock, number: str) -> FileHead:
    """Return a file's head, or :class:`NotFound` when it does not exist or is not this actor's to see."""
    now = clock.now()
    statement = _file_head(system=actor.account_id is None)
    row = plain_rows(session, statement, {"number": number, "now": now, "me": actor.account_id}).one_or_none()
    if row is None or not can_see(actor, row.organisation_id, row.right):
        raise NotFound(number)
    return replace(head_of(row, now), online_sha256=row.online_sha256 or "")


@cache
def _file_head(*, system: bool) -> Any:
    """Return the statement that reads a head (``number``, ``now``, ``me``), made once: making it takes longer than running it."""
    now, me = bindparam("now", type_=UtcDateTime), bindparam("me", type_=Integer)
    right = right_sql(None if system else me, now)
    return (
        select(*HEAD, CHANGED, right.label("right"), _online_sha256(now))
        .join(Organisation, Organisation.id == Dossier.organisation_id)
        .where(Dossier.number == bindparam("number"))
    )


def _online_sha256(now: Any) -> Any:
    """SQL: the digest of the last version of the file that has taken effect."""
    return (
        select(PublishedVersion.sha256)
        .where(PublishedVersion.dossier_id == Dossier.id, PublishedVersion.effective_at <= now)
        .order_by(PublishedVersion.number.desc())
        .limit(1)
        .correlate(Dossier)
        .scalar_subquery()
        .label("online_sha256")
    )


def require_officer(actor: Actor) -> None:
    """Refuse everybody but the accreditation body's officers."""
    if not is_officer(actor):
        raise Forbidden("scope officer")


def settled_columns(now: datetime) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """SQL: the two facts as they stand at ``now``, as plain text."""
    done = and_(Dossier.draft == Draft.REQUESTED, Dossier.effective_at <= now)
    return (
        case((done, literal("published")), else_=type_coerce(Dossier.online, String)),
        case((done, literal("none")), else_=type_coerce(Dossier.draft, String)),
    )


def mine(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The files this actor may see at an instant (FX-7b)."""
    return true() if is_officer(actor) else files_of(actor, now)


def in_state(state: ScopeState, now: datetime) -> ColumnElement[bool]:
    """SQL: the file shows as ``state`` at ``now``."""
    online, draft = settled_columns(now)
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
    wanted = [mine(actor, now), matching(Dossier.search_text, text)]
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
        select(*HEAD, CHANGED, right_of(actor, now).label("right"), func.count().over().label("total"))
        .join(Organisation, Organisation.id == Dossier.organisation_id)
        .where(*_listed(actor, now, text, state, activity_code))
        .order_by(order, Dossier.number)
        .offset(offset)
        .limit(limit)
    ).all()
    return [(head_of(row, now), row.updated_at) for row in rows], rows[0].total if rows else 0
