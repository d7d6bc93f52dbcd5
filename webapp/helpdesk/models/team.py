"""Teams of the desk, and the absences of its agents."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import of_ticket


class Team(Base):
    """A group of agents who share views, canned texts and tickets."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    closed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class TeamMember(Base):
    """An agent of a team."""

    __tablename__ = "team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)


class Absence(Base):
    """Days on which an agent is away, and who takes over (None: nobody in particular, the tickets go back to the queue).

    ``reassigned_at``: when its tickets changed hands, once; ``ended_at``: when it was called off or cut short; ``told_at``: when its
    agent, back again, was told where they went.
    """

    __tablename__ = "agent_absence"
    __table_args__ = (CheckConstraint("last_on >= first_on", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reassigned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AbsenceTicket(OrganisationOwned, Base):
    """A ticket that changed hands because its agent was away: the list that they find when they come back."""

    __tablename__ = "agent_absence_ticket"
    __table_args__ = (of_ticket(), Index("ix_agent_absence_ticket_ticket_id", "ticket_id"))

    absence_id: Mapped[int] = mapped_column(ForeignKey("agent_absence.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(primary_key=True)
