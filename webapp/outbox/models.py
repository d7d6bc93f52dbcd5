"""Mail waiting to leave: rows written in the transaction of the act that causes them."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base


class OutboxMessage(Base):
    """One mail to one address. ``key`` makes it unique: the same cause never mails twice.

    ``batch`` names the act on many objects that caused it: its mails wait together, and can be cancelled until they leave.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_delivered_at_not_before", "delivered_at", "not_before"),
        Index("ix_outbox_message_batch", "batch"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]
    abandoned_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))
    batch: Mapped[str | None] = mapped_column(String(40))
    cancelled_at: Mapped[datetime | None]
