"""How tickets relate to each other, and the words that sort them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import codes, of_ticket
from webapp.helpdesk.rules.relations import LinkKind


class TicketLink(OrganisationOwned, Base):
    """One end of a link: how ``other_id`` relates to ``ticket_id``. Each link has two rows, one owned by each ticket's client."""

    __tablename__ = "ticket_link"
    __table_args__ = (of_ticket(), Index("ix_ticket_link_other_id", "other_id"))

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    kind: Mapped[LinkKind] = mapped_column(codes(LinkKind))
    created_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Tag(Base):
    """A word that has sorted tickets: what the fields suggest."""

    __tablename__ = "tag"

    word: Mapped[str] = mapped_column(String(30), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(index=True)
