"""Who accepted which text of the terms, and when."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base


class TermsAcceptance(Base):
    """One acceptance (SO-14, SO-81): the text is named by the SHA-256 of its exact bytes. Rows are added, never changed."""

    __tablename__ = "terms_acceptance"
    __table_args__ = (UniqueConstraint("account_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    audience: Mapped[str] = mapped_column(String(32))
    effective_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[datetime]
    network_address: Mapped[str | None] = mapped_column(String(45))
