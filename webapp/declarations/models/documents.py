"""Files attached to a return."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.declarations.models.columns import of_return


class ReturnDocument(OrganisationOwned, Base):
    """A file attached to a return, for one of the documents that its form expects.

    ``last_rank`` is the last submission that lists it: from then on its bytes stay, and the row outlives its removal.
    """

    __tablename__ = "declaration_document"
    __table_args__ = (
        of_return(),
        Index("ix_declaration_document_return_id", "return_id"),
        CheckConstraint("removed_at IS NULL OR last_rank IS NOT NULL", name="kept_once_submitted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    document_code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    file_key: Mapped[str] = mapped_column(ForeignKey("stored_file.key"), unique=True)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    last_rank: Mapped[int | None]
    removed_at: Mapped[datetime | None]
