"""Tickets, the sites they concern, their clock events, their messages, and the counter of references."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Enum, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.contracts.rules import DayRule
from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State


def codes(kind: type[StrEnum]) -> Enum:
    """Store an enumeration as its value in a plain string column."""
    return Enum(kind, native_enum=False, length=32, create_constraint=False, values_callable=lambda members: [m.value for m in members])


def of_ticket() -> ForeignKeyConstraint:
    """A row of a ticket belongs to the ticket's organisation, and follows it (FL-7.1)."""
    return ForeignKeyConstraint(["organisation_id", "ticket_id"], ["ticket.organisation_id", "ticket.id"], onupdate="CASCADE")


class TicketCounter(Base):
    """The last number given in a year: one row a year, increased in the transaction that opens the ticket."""

    __tablename__ = "ticket_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Ticket(OrganisationOwned, Base):
    """One report, from its notification to its archiving (FL-12.5 to 12.7).

    Targets, day rule and calendar are copied from the service level at qualification, so that a later change of contract moves no
    deadline silently. ``rank`` sorts by the level's order of priority. ``tags`` are words between spaces, with one at each end; the
    counts spare a page the statements that would find nothing. ``due_at`` is the next deadline still owed (None when none is, or
    while the count is suspended). ``reopen_until`` is the client's last instant for reopening after a notice of restoration or an end.
    Durations are in seconds, exact, fixed by closing: those of the worst site.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id", "contract_id"], ["contract.organisation_id", "contract.id"]),
        UniqueConstraint("year", "counter"),
        CheckConstraint("(closed_at IS NULL) = is_open", name="open_until_closed"),
        Index("ix_ticket_queue", "is_open", "due_at", "id"),
        Index("ix_ticket_rank", "is_open", "rank", "due_at", "id"),
        Index("ix_ticket_counts", "is_open", "state", "assignee_id", "team_id", "due_at", "version", "id"),
        Index("ix_ticket_assignee", "assignee_id", "is_open", "notified_at", "id"),
        Index("ix_ticket_contract", "contract_id", "is_open", "notified_at", "id"),
        Index("ix_ticket_is_open_notified_at_id", "is_open", "notified_at", "id"),
        Index("ix_ticket_organisation_id_notified_at", "organisation_id", "notified_at", "id"),
        Index("ix_ticket_organisation_id_is_open_due_at", "organisation_id", "is_open", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    year: Mapped[int]
    counter: Mapped[int]

    title: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(String(300))
    consequences: Mapped[str] = mapped_column(Text)
    service: Mapped[ServiceType] = mapped_column(codes(ServiceType))
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(40))
    contact_email: Mapped[str] = mapped_column(String(320))
    by_phone: Mapped[bool] = mapped_column(default=False)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    state: Mapped[State] = mapped_column(codes(State))
    is_open: Mapped[bool] = mapped_column(default=True)
    priority: Mapped[int] = mapped_column(default=2)
    impact: Mapped[int] = mapped_column(default=2)
    rank: Mapped[int] = mapped_column(default=22)
    tags: Mapped[str] = mapped_column(String(400), default="")
    minutes_spent: Mapped[int] = mapped_column(default=0)
    attachment_count: Mapped[int] = mapped_column(default=0)
    link_count: Mapped[int] = mapped_column(default=0)
    watcher_count: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    about_label: Mapped[str] = mapped_column(String(300), default="")
    about_url: Mapped[str] = mapped_column(String(500), default="")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    contract_id: Mapped[int | None]
    level_version_id: Mapped[int | None] = mapped_column(ForeignKey("service_level_version.id"))
    in_house: Mapped[bool] = mapped_column(default=False)
    calendar: Mapped[str] = mapped_column(String(400))
    response_days: Mapped[int]
    response_seconds: Mapped[int]
    restoration_days: Mapped[int]
    restoration_seconds: Mapped[int]
    restoration_elapsed: Mapped[bool] = mapped_column(default=False)
    day_rule: Mapped[DayRule] = mapped_column(codes(DayRule), default=DayRule.BUSINESS_HOURS)

    notified_at: Mapped[datetime]
    first_response_due_at: Mapped[datetime]
    first_responded_at: Mapped[datetime | None]
    restoration_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    qualified_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopen_until: Mapped[datetime | None]
    elapsed_seconds: Mapped[int | None]
    business_seconds: Mapped[int | None]
    paused_seconds: Mapped[int | None]

    last_message_at: Mapped[datetime | None]
    search_text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class TicketSite(OrganisationOwned, Base):
    """A site that the interruption affects (FL-12.5c), with its own calendar, deadline and durations: each is counted (FL-12.4).

    ``calendar`` is '' on a site that follows the ticket's own; the durations, in seconds, are kept while the site is restored.
    """

    __tablename__ = "ticket_site"
    __table_args__ = (
        of_ticket(),
        ForeignKeyConstraint(["organisation_id", "site_id"], ["site.organisation_id", "site.id"]),
        Index("ix_ticket_site_site_id", "site_id"),
    )

    ticket_id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(primary_key=True)
    calendar: Mapped[str] = mapped_column(String(400), default="")
    restoration_due_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    elapsed_seconds: Mapped[int | None]
    business_seconds: Mapped[int | None]
    paused_seconds: Mapped[int | None]


#: Contests are few among the events: what waits for an answer is found without reading the others.
_CONTESTED = text("kind = 'contested'")


class TicketClockEvent(OrganisationOwned, Base):
    """One dated fact of a ticket's clock: only ever added.

    ``site_id`` None: all sites of the ticket. ``about_id`` is the event that this one speaks of (the pause that is contested, the
    contest that is answered). ``evidence`` says what shows the fact.
    """

    __tablename__ = "ticket_clock_event"
    __table_args__ = (
        of_ticket(),
        Index("ix_ticket_clock_event_ticket_id_id", "ticket_id", "id"),
        Index("ix_ticket_clock_event_contested", "at", "id", sqlite_where=_CONTESTED, postgresql_where=_CONTESTED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(codes(EventKind))
    at: Mapped[datetime]
    reason: Mapped[Reason | None] = mapped_column(codes(Reason))
    asked_by: Mapped[str] = mapped_column(String(200), default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    evidence: Mapped[str] = mapped_column(String(500), default="")
    about_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_clock_event.id"))
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class TicketMessage(OrganisationOwned, Base):
    """A public reply, or an internal note that the client's side never reads; ``withdrawn_at``: taken back before its mail left."""

    __tablename__ = "ticket_message"
    __table_args__ = (of_ticket(), Index("ix_ticket_message_ticket_id_id", "ticket_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]
    at: Mapped[datetime]
    internal: Mapped[bool]
    from_desk: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None]
