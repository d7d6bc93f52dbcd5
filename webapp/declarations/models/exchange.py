"""What agents and declarants say of a return: marked cells and messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.declarations.models.columns import of_return


class CellMark(OrganisationOwned, Base):
    """A cell that an agent asks to be corrected, with a note. ``rank`` is the submission that it is about.

    Only agents see it until the return is sent back (``sent_at``); it stays open until it is settled.
    """

    __tablename__ = "declaration_mark"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        of_return(),
        Index("ix_declaration_mark_return_id", "return_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    rank: Mapped[int]
    table_code: Mapped[str] = mapped_column(String(40))
    row_code: Mapped[str] = mapped_column(String(40))
    column_code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(600))
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_name: Mapped[str] = mapped_column(String(200), default="")


class ReturnMessage(OrganisationOwned, Base):
    """What was said of a return, or of one marked cell of it. Never changed."""

    __tablename__ = "declaration_message"
    __table_args__ = (
        of_return(),
        ForeignKeyConstraint(["organisation_id", "mark_id"], ["declaration_mark.organisation_id", "declaration_mark.id"]),
        Index("ix_declaration_message_return_id_at", "return_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int]
    mark_id: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text)
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    from_agent: Mapped[bool]
    at: Mapped[datetime]
