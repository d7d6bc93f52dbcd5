"""Acts on many tickets at once: the batch, and what became of each ticket."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import codes, of_ticket
from webapp.helpdesk.rules.bulk import BulkAct, JobState, Result


class BulkJob(Base):
    """One act on many tickets: carried out in one request, or in chunks by a job when there are more than one request may take.

    ``order`` is what was asked (see ``rules.bulk.Order``), ``filters`` the query of the queue that chose the tickets, "" when they were
    ticked one by one; the tickets themselves are frozen as its items. ``unknown`` lists the references that named no ticket. Mails wait
    until ``undo_until``, None while the job runs; until then the whole can be undone.
    """

    __tablename__ = "bulk_job"
    __table_args__ = (Index("ix_bulk_job_account_id_id", "account_id", "id"), Index("ix_bulk_job_state", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[BulkAct] = mapped_column(codes(BulkAct))
    order: Mapped[dict[str, Any]]
    filters: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[JobState] = mapped_column(codes(JobState))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_by: Mapped[str] = mapped_column(String(200), default="")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    undone: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[list[Any]] = mapped_column(default=list)

    @property
    def batch(self) -> str:
        """The name under which the mails of this act wait in the outbox."""
        return f"lot:{self.id}"


class BulkItem(OrganisationOwned, Base):
    """One ticket of a batch: what became of it, and what undoing it needs.

    ``before`` holds the columns that the act changed, as they were; ``made`` the rows that it added (clock events, messages) and the
    keys of its mails. ``after_version`` is the ticket's version once the act was done: any other means that it has changed since.
    """

    __tablename__ = "bulk_item"
    __table_args__ = (
        of_ticket(),
        Index("ix_bulk_item_bulk_job_id_result_id", "bulk_job_id", "result", "id"),
        Index("ix_bulk_item_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_job_id: Mapped[int] = mapped_column(ForeignKey("bulk_job.id"))
    ticket_id: Mapped[int]
    result: Mapped[Result] = mapped_column(codes(Result))
    reason: Mapped[str] = mapped_column(String(300), default="")
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before_version: Mapped[int] = mapped_column(default=0)
    after_version: Mapped[int] = mapped_column(default=0)
