"""Files attached to tickets."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import of_ticket


class Attachment(OrganisationOwned, Base):
    """A file of a ticket, with the message that it came with (None: with the report, or on its own).

    The row outlives its bytes: once removed it says who took the file away, when and why, and ``file_key`` is None.
    """

    __tablename__ = "ticket_attachment"
    __table_args__ = (
        of_ticket(),
        Index("ix_ticket_attachment_ticket_id_id", "ticket_id", "id"),
        CheckConstraint("(removed_at IS NULL) = (file_key IS NOT NULL)", name="bytes_until_removed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_message.id"), index=True)
    at: Mapped[datetime]
    internal: Mapped[bool]
    from_desk: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    file_key: Mapped[str | None] = mapped_column(ForeignKey("stored_file.key"), unique=True)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str] = mapped_column(String(200), default="")
    removal_reason: Mapped[str] = mapped_column(String(500), default="")
