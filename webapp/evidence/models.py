"""The trail of acts: one audit event for each act that counts, in the act's own transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base


class AuditEvent(Base):
    """One act: who did what to which object, when, from which address. Rows are added, never changed (SO-82 to 85)."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_account_id_at", "account_id", "at"), Index("ix_audit_event_action_at", "action", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    network_address: Mapped[str | None] = mapped_column(String(45))
    detail: Mapped[dict[str, Any]]
