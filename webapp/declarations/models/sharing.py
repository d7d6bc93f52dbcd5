"""What colleagues settle before they submit: sections shared, warnings justified."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.declarations.models.columns import codes, of_return
from webapp.declarations.rules.justifications import Opinion


class SectionShare(OrganisationOwned, Base):
    """A section of a return as colleagues share it: entrusted to one of them, maybe for them alone, and said ready to be read again."""

    __tablename__ = "declaration_section"
    __table_args__ = (of_return(),)

    return_id: Mapped[int] = mapped_column(primary_key=True)
    section_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    entrusted_to: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entrusted_name: Mapped[str] = mapped_column(String(200), default="")
    reserved: Mapped[bool] = mapped_column(default=False)
    ready_at: Mapped[datetime | None]
    ready_by_name: Mapped[str] = mapped_column(String(200), default="")


class ReturnPresence(OrganisationOwned, Base):
    """When a person was last seen on a return, on which table (none: on the page that submits it), and whether they fill it in."""

    __tablename__ = "declaration_presence"
    __table_args__ = (of_return(),)

    return_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    seen_at: Mapped[datetime]
    table_code: Mapped[str] = mapped_column(String(40), default="")
    enters: Mapped[bool]


class ControlJustification(OrganisationOwned, Base):
    """What a declarant wrote about a warning, the digest of the figures that it covers, and what an agent said of it.

    ``submitted``: the last submission holds it, so that it is there to be examined.
    """

    __tablename__ = "declaration_justification"
    __table_args__ = (of_return(),)

    return_id: Mapped[int] = mapped_column(primary_key=True)
    control_code: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    covers: Mapped[str] = mapped_column(String(64))
    opinion: Mapped[Opinion] = mapped_column(codes(Opinion))
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    submitted: Mapped[bool] = mapped_column(default=False)
