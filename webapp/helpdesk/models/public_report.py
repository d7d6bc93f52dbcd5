"""Reports of people who cannot sign in, from the form to the ticket."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base
from webapp.helpdesk.models.ticket import codes
from webapp.helpdesk.rules.services import ServiceType


class PublicReport(Base):
    """What the public form said, until its mailed link confirms it; afterwards, who may follow the ticket without an account.

    ``token_hash`` is the SHA-256 of the link's token. ``follow_key`` opens the ticket's public page: it stands in every mail to the
    reporter, so it is kept as it is. Confirmed, the words are on the ticket and are no longer here; never confirmed, the row is swept.
    """

    __tablename__ = "public_report"
    __table_args__ = (
        Index("ix_public_report_network_created_at", "network", "created_at"),
        Index("ix_public_report_email_created_at", "contact_email", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    network: Mapped[str] = mapped_column(String(50))
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(40))
    contact_email: Mapped[str] = mapped_column(String(320))
    organisation_name: Mapped[str] = mapped_column(String(200))
    service: Mapped[ServiceType] = mapped_column(codes(ServiceType))
    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(String(300))
    consequences: Mapped[str] = mapped_column(Text)
    about_label: Mapped[str] = mapped_column(String(300), default="")
    about_url: Mapped[str] = mapped_column(String(500), default="")
    confirmed_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), unique=True)
    follow_key: Mapped[str | None] = mapped_column(String(64), unique=True)
