"""What people do around a ticket's messages: following it, drafts, presence, time spent, canned texts, satisfaction."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import of_ticket


class TicketPerson(OrganisationOwned, Base):
    """What one person has to do with one ticket, in one row so that the page reads it in one statement.

    ``watching``: mails come when something happens. ``minutes``: the sum of the person's time entries. ``seen_at`` and ``writing_at``
    tell the colleagues who is there. The drafts are the person's own: nobody else's page reads them. ``sent_once`` is the token of the
    last form sent: what that form still saves as a draft comes too late.
    """

    __tablename__ = "ticket_person"
    __table_args__ = (of_ticket(), Index("ix_ticket_person_account_id", "account_id"))

    ticket_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    from_desk: Mapped[bool]
    watching: Mapped[bool] = mapped_column(default=False)
    minutes: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime | None]
    writing_at: Mapped[datetime | None]
    reply_draft: Mapped[str] = mapped_column(Text, default="")
    note_draft: Mapped[str] = mapped_column(Text, default="")
    drafted_at: Mapped[datetime | None]
    sent_once: Mapped[str] = mapped_column(String(64), default="")


class TimeEntry(OrganisationOwned, Base):
    """Minutes that an agent spent on a ticket: only ever added; a correction is an entry of its own (FL-12.3).

    ``corrects_id``: the entry that this one takes back, once.
    """

    __tablename__ = "ticket_time"
    __table_args__ = (
        of_ticket(),
        CheckConstraint("minutes <> 0", name="not_nothing"),
        Index("ix_ticket_time_ticket_id_id", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account_name: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    at: Mapped[datetime]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_time.id"), unique=True)


class TicketRating(OrganisationOwned, Base):
    """How satisfied the client was with a ticket that has ended: one answer a ticket, from 1 (not at all) to 5."""

    __tablename__ = "ticket_rating"
    __table_args__ = (of_ticket(), CheckConstraint("score BETWEEN 1 AND 5", name="score"))

    ticket_id: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class CannedText(Base):
    """A text that agents insert into replies, with variables such as ``{reference}``; of one team, or of the whole desk."""

    __tablename__ = "canned_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy
