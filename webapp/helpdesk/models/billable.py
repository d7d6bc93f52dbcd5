"""Billable requests: work offered on a ticket that is no interruption."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import codes, of_ticket
from webapp.helpdesk.rules.billable import OfferState


class BillableRequest(OrganisationOwned, Base):
    """Work that the desk offers and the client accepts or refuses (FL-12.6a).

    ``hourly_price`` is in euros without tax; None: the work is taken from the contract's hours of advanced support (FL-12.3).
    """

    __tablename__ = "billable_request"
    __table_args__ = (of_ticket(), Index("ix_billable_request_ticket_id_id", "ticket_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    contract_id: Mapped[int | None]
    state: Mapped[OfferState] = mapped_column(codes(OfferState))
    what: Mapped[str] = mapped_column(Text)
    hours: Mapped[Decimal]
    hourly_price: Mapped[Decimal | None]
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_by: Mapped[str] = mapped_column(String(200))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None]
    hours_spent: Mapped[Decimal | None]
