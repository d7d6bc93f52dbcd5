"""Files (*dossiers*), their general scope, their draft lines, and the versions that were published."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    event,
    inspect,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.scopes.rules.decisions import DecisionKind, Flexibility, GeneralStatus
from webapp.scopes.rules.states import Act, Draft, Facts, Online


def _codes(kind: type[StrEnum]) -> Enum:
    """Store an enumeration as its value, in a plain string column."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


def _of_dossier() -> ForeignKeyConstraint:
    """A row belongs to the same organisation as its file: the database says so."""
    return ForeignKeyConstraint(["organisation_id", "dossier_id"], ["dossier.organisation_id", "dossier.id"])


class Dossier(OrganisationOwned, Base):
    """An accredited file: one accreditation number, one detailed scope.

    ``version_number`` and ``effective_at`` are those of the last version asked for, in force or still to come;
    ``undo_floor`` is the last change that the draft can no longer take back (it went into a version).
    """

    __tablename__ = "dossier"
    __table_args__ = (UniqueConstraint("organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(7), unique=True)
    activity: Mapped[str] = mapped_column(String(20), index=True)
    online: Mapped[Online] = mapped_column(_codes(Online), default=Online.NONE)
    draft: Mapped[Draft] = mapped_column(_codes(Draft), default=Draft.NONE)
    version_number: Mapped[int] = mapped_column(default=0)
    effective_at: Mapped[datetime | None] = mapped_column(index=True)
    requested_at: Mapped[datetime | None]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    next_line: Mapped[int] = mapped_column(default=1)
    undo_floor: Mapped[int] = mapped_column(default=0)
    search_text: Mapped[str] = mapped_column(String(600))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def stored(self) -> Facts:
        """The two facts as they are stored; :func:`webapp.scopes.rules.states.settled` says how they stand now."""
        return Facts(self.online, self.draft)

    @stored.setter
    def stored(self, facts: Facts) -> None:
        self.online, self.draft = facts.online, facts.draft


class GeneralLine(OrganisationOwned, Base):
    """A line of the general scope, written by the accreditation body alone."""

    __tablename__ = "general_line"
    __table_args__ = (_of_dossier(), UniqueConstraint("dossier_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    flexibility: Mapped[Flexibility] = mapped_column(_codes(Flexibility))
    status: Mapped[GeneralStatus] = mapped_column(_codes(GeneralStatus), default=GeneralStatus.ACTIVE)
    rank: Mapped[int]
    extended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class DraftLine(OrganisationOwned, Base):
    """A line of the draft: ``number`` is its permanent identity in the file, ``rank`` its place, never shown nor sent.

    ``published_digest`` and ``published_rank`` are those of the line in the version last online (None: it was not there).
    A deleted line stays until the deletion is published, so that it can be told and taken back.
    """

    __tablename__ = "draft_line"
    __table_args__ = (
        _of_dossier(),
        UniqueConstraint("dossier_id", "number"),
        Index("ix_draft_line_dossier_id_general_line_id_rank", "dossier_id", "general_line_id", "rank"),
        Index("ix_draft_line_dossier_id_duplicate_key", "dossier_id", "duplicate_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    general_line_id: Mapped[int] = mapped_column(ForeignKey("general_line.id"), index=True)
    number: Mapped[int]
    cells: Mapped[dict[str, Any]]
    rank: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    deleted: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(String(32))
    duplicate_key: Mapped[str] = mapped_column(String(32))
    search_text: Mapped[str] = mapped_column(Text)
    published_digest: Mapped[str | None] = mapped_column(String(32))
    published_rank: Mapped[int | None]
    updated_at: Mapped[datetime]

    @staticmethod
    def differs() -> ColumnElement[bool]:
        """SQL: the line is added, changed or removed since the version last online."""
        return or_(
            and_(DraftLine.deleted, DraftLine.published_digest.is_not(None)),
            and_(
                ~DraftLine.deleted,
                or_(DraftLine.published_digest.is_(None), DraftLine.published_digest != DraftLine.digest),
            ),
        )

    @staticmethod
    def moved() -> ColumnElement[bool]:
        """SQL: the line stands elsewhere than in the version last online."""
        return and_(~DraftLine.deleted, DraftLine.published_rank.is_not(None), DraftLine.published_rank != DraftLine.rank)


class ScopeChange(OrganisationOwned, Base):
    """One change of one line, added and never altered: what undo reads, and the history of a file.

    ``before`` and ``after`` hold ``{general, cells, rank, deleted}`` (None: the line did not exist). An undo is a change too,
    which names the one it takes back.
    """

    __tablename__ = "scope_change"
    __table_args__ = (
        _of_dossier(),
        Index("ix_scope_change_dossier_id_line_number", "dossier_id", "line_number"),
        Index("ix_scope_change_dossier_id_account_id", "dossier_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(12))
    line_number: Mapped[int]
    line_version: Mapped[int]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("scope_change.id"), unique=True)


class PublishedVersion(OrganisationOwned, Base):
    """A version asked for and, from ``effective_at``, public. Frozen: only what happens to it later is added."""

    __tablename__ = "published_version"
    __table_args__ = (_of_dossier(), UniqueConstraint("dossier_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    number: Mapped[int]
    organisation_name: Mapped[str] = mapped_column(String(200))
    requested_at: Mapped[datetime]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    effective_at: Mapped[datetime] = mapped_column(index=True)
    snapshot: Mapped[str] = mapped_column(Text, deferred=True)
    #: The snapshot without its lines: what a page of the register needs besides the lines it shows.
    snapshot_head: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    line_count: Mapped[int]
    withdrawn_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]


class PublishedLine(OrganisationOwned, Base):
    """A line of a version, copied from its snapshot so that the register pages and searches without reading it whole."""

    __tablename__ = "published_line"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("published_version.id", ondelete="CASCADE"))
    position: Mapped[int]
    number: Mapped[int]
    general_code: Mapped[str] = mapped_column(String(10))
    cells: Mapped[dict[str, Any]]
    search_text: Mapped[str] = mapped_column(Text)


class Decision(OrganisationOwned, Base):
    """A decision of the accreditation body on one line of the general scope, and what it did to the detailed scope."""

    __tablename__ = "decision"
    __table_args__ = (_of_dossier(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(index=True)
    general_line_id: Mapped[int] = mapped_column(ForeignKey("general_line.id"))
    kind: Mapped[DecisionKind] = mapped_column(_codes(DecisionKind))
    effect: Mapped[Act] = mapped_column(_codes(Act))
    decided_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class FrozenVersionError(Exception):
    """A published version was about to be altered."""


@event.listens_for(PublishedVersion, "before_update")
def _keep_frozen(_mapper: object, _connection: object, version: PublishedVersion) -> None:
    facts = inspect(version)
    for attribute in facts.attrs:
        if attribute.key not in ("withdrawn_at", "notified_at") and attribute.history.has_changes():
            raise FrozenVersionError(f"{attribute.key} of version {version.number}")
