"""Workbooks filled in offline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.declarations.models.columns import of_return


class DeclarationImport(OrganisationOwned, Base):
    """A workbook that one person filled in offline and sent: what it carries, kept for a time until its sections are accepted.

    ``payload`` holds the changes as they were read; ``choices`` whose text the person keeps in conflicts; ``done_at`` is when nothing
    was left to accept.
    """

    __tablename__ = "declaration_import"
    __table_args__ = (
        of_return(),
        Index("ix_declaration_import_return_id_account_id", "return_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    filename: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]]
    choices: Mapped[dict[str, Any]]
    done_at: Mapped[datetime | None]
