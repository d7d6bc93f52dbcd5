"""The draft of a file: its lines, the steps that made it, its named copies, who is on it, and what waits to be imported."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.scopes.models.columns import codes, of_dossier
from webapp.scopes.rules.steps import StepKind


class DraftLine(OrganisationOwned, Base):
    """A line of the draft: ``number`` is its permanent identity in the file, ``rank`` its place, never shown nor sent.

    ``published_digest`` and ``published_rank`` are those of the line in the version last online (None: it was not there).
    A deleted line stays until the deletion is published, so that it can be told and taken back.
    """

    __tablename__ = "draft_line"
    __table_args__ = (
        of_dossier(),
        UniqueConstraint("dossier_id", "number"),
        # Counts and pages of a general line are answered from this index alone.
        Index("ix_draft_line_live", "general_line_id", "organisation_id", "deleted", "rank", "number"),
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


#: Few lines differ from what is online, and every page says how many: they are counted from this index alone.
Index(
    "ix_draft_line_changed",
    DraftLine.dossier_id,
    DraftLine.organisation_id,
    sqlite_where=DraftLine.differs(),
    postgresql_where=DraftLine.differs(),
)


class ScopeStep(OrganisationOwned, Base):
    """One act on a draft, of one line or of five thousand: what undo and redo take, and the history of a file shows.

    Added and never altered. ``undoes_id`` names the step that this one takes back (the undo of an undo is a redo): a step is
    taken back once at most. ``line_count`` lines changed; ``note`` is the reason given, if any.
    """

    __tablename__ = "scope_step"
    __table_args__ = (
        of_dossier(),
        Index("ix_scope_step_dossier_id_id", "dossier_id", "id"),
        Index("ix_scope_step_dossier_id_account_id", "dossier_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    kind: Mapped[StepKind] = mapped_column(codes(StepKind))
    line_count: Mapped[int]
    note: Mapped[str] = mapped_column(String(300), default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("scope_step.id"), unique=True)


class ScopeChange(OrganisationOwned, Base):
    """What one step did to one line, added and never altered.

    ``before`` and ``after`` hold ``{general, cells, rank, deleted}`` (None: the line did not exist).
    """

    __tablename__ = "scope_change"
    __table_args__ = (of_dossier(), Index("ix_scope_change_dossier_id_line_number", "dossier_id", "line_number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    step_id: Mapped[int] = mapped_column(ForeignKey("scope_step.id"), index=True)
    line_number: Mapped[int]
    line_version: Mapped[int]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


class NamedDraft(OrganisationOwned, Base):
    """The draft as it stood when somebody gave it a name; ``lines`` is its canonical JSON, never altered."""

    __tablename__ = "named_draft"
    __table_args__ = (of_dossier(), UniqueConstraint("dossier_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    lines: Mapped[str] = mapped_column(Text, deferred=True)
    line_count: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(200))


class ScopePresence(OrganisationOwned, Base):
    """When a person was last seen on a file's editor, and on which line."""

    __tablename__ = "scope_presence"
    __table_args__ = (of_dossier(),)

    dossier_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    seen_at: Mapped[datetime]
    line_number: Mapped[int | None]


class ScopeImport(OrganisationOwned, Base):
    """A paste or a file that was read and waits to be imported: one person's, kept until it is applied or given up.

    ``payload`` holds the rows as they were read; ``options`` what the person chose; ``step_id`` the step that it became.
    """

    __tablename__ = "scope_import"
    __table_args__ = (of_dossier(), Index("ix_scope_import_dossier_id_account_id", "dossier_id", "account_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(String(8))
    filename: Mapped[str] = mapped_column(String(200), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    options: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(12))
    step_id: Mapped[int | None] = mapped_column(ForeignKey("scope_step.id"))
    applied_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
