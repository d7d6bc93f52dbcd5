"""The versions that were published, their lines, and their annexes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.scopes.models.columns import of_dossier


class PublishedVersion(OrganisationOwned, Base):
    """A version asked for and, from ``effective_at``, public. Frozen: what happens to it later is added, and ``name`` is the body's own.

    The name is never published.
    """

    __tablename__ = "published_version"
    __table_args__ = (of_dossier(), UniqueConstraint("dossier_id", "number"))

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
    name: Mapped[str] = mapped_column(String(120), default="")
    withdrawn_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]


class PublishedLine(OrganisationOwned, Base):
    """A line of a version, copied from its snapshot so that the register pages and searches without reading it whole."""

    __tablename__ = "published_line"
    __table_args__ = (
        UniqueConstraint("version_id", "position"),
        Index("ix_published_line_version_id_number", "version_id", "number", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("published_version.id", ondelete="CASCADE"))
    position: Mapped[int]
    number: Mapped[int]
    general_code: Mapped[str] = mapped_column(String(10))
    cells: Mapped[dict[str, Any]]
    search_text: Mapped[str] = mapped_column(Text)


class VersionAnnex(OrganisationOwned, Base):
    """The annex of a version as a tagged PDF, made once: by a job after midnight or by whoever asks first."""

    __tablename__ = "version_annex"

    version_id: Mapped[int] = mapped_column(ForeignKey("published_version.id", ondelete="CASCADE"), primary_key=True)
    made_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class FrozenVersionError(Exception):
    """A published version was about to be altered."""


@event.listens_for(PublishedVersion, "before_update")
def _keep_frozen(_mapper: object, _connection: object, version: PublishedVersion) -> None:
    facts = inspect(version)
    for attribute in facts.attrs:
        if attribute.key not in ("withdrawn_at", "notified_at", "name") and attribute.history.has_changes():
            raise FrozenVersionError(f"{attribute.key} of version {version.number}")
