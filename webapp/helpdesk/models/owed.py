"""What outlives a ticket: obligations with their deadline, incident reports and their drafts, and the warnings given."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import codes, of_ticket
from webapp.helpdesk.rules.owed import Owed
from webapp.helpdesk.rules.warnings import Deadline, Level


class Obligation(OrganisationOwned, Base):
    """Something owed about a ticket by ``due_at`` (FL-12.7). Open until it is done, or cancelled because the ticket was reopened."""

    __tablename__ = "obligation"
    __table_args__ = (
        of_ticket(),
        CheckConstraint("is_open = (done_at IS NULL AND cancelled_at IS NULL)", name="open_until_ended"),
        Index("ix_obligation_is_open_due_at_id", "is_open", "due_at", "id"),
        Index("ix_obligation_ticket_id", "ticket_id"),
        Index(
            "uq_obligation_open",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    kind: Mapped[Owed] = mapped_column(codes(Owed))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    is_open: Mapped[bool] = mapped_column(default=True)
    done_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class IncidentReportDraft(OrganisationOwned, Base):
    """The report on a ticket as its agents are writing it: one a ticket, kept after sending as the start of a correction."""

    __tablename__ = "incident_report_draft"
    __table_args__ = (of_ticket(),)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    causes: Mapped[str] = mapped_column(Text)
    solutions: Mapped[str] = mapped_column(Text)
    prevention: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_by_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class IncidentReport(OrganisationOwned, Base):
    """A report as it was sent (FL-12.7): never changed; a correction is the next number.

    ``content`` is what the PDF was made from, ``sha256`` the digest of its bytes.
    """

    __tablename__ = "incident_report"
    __table_args__ = (
        of_ticket(),
        UniqueConstraint("ticket_id", "number"),
        Index("ix_incident_report_obligation_id", "obligation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"))
    number: Mapped[int]
    sent_at: Mapped[datetime]
    sent_to: Mapped[str] = mapped_column(String(320))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class FrozenReportError(Exception):
    """Somebody tried to change a report that was sent."""


@event.listens_for(IncidentReport, "before_update")
def _keep_frozen(_mapper: object, _connection: object, report: IncidentReport) -> None:
    raise FrozenReportError(f"report {report.number} of ticket {report.ticket_id}")


class BreachWarning(OrganisationOwned, Base):
    """A person was told that a deadline is near: once for each deadline, person and level of warning."""

    __tablename__ = "breach_warning"
    __table_args__ = (
        of_ticket(),
        UniqueConstraint("ticket_id", "deadline", "due_at", "account_id", "level"),
        Index("ix_breach_warning_due_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    deadline: Mapped[Deadline] = mapped_column(codes(Deadline))
    due_at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    level: Mapped[Level] = mapped_column(codes(Level))
    told_at: Mapped[datetime]
