"""Named reads of the warnings: the desk's people today, the deadlines that come near, what was told already."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership
from webapp.actor import Role
from webapp.contracts.models import ServiceLevelVersion
from webapp.contracts.rules import GENERAL_TERMS
from webapp.helpdesk.models import Absence, BreachWarning, Obligation, TeamMember, Ticket
from webapp.helpdesk.queries.contests import open_contests
from webapp.helpdesk.rules.owed import KINDS, Owed
from webapp.helpdesk.rules.warnings import Deadline, Member, Told
from webapp.outbox.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class Near:
    """A deadline as the database holds it; thresholds in minutes of business time."""

    ticket_id: int
    organisation_id: int
    reference: str
    deadline: Deadline
    due_at: datetime
    calendar: str
    elapsed: bool
    warning: float
    lead_warning: float
    assignee_id: int | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Where somebody of the desk is written to."""

    name: str
    email: str


def desk_people(session: Session, today: date) -> tuple[dict[int, Member], dict[int, Contact]]:
    """Return everybody who works the desk and may sign in today, with their addresses: three statements."""
    away = {
        row.account_id: row.substitute_id
        for row in session.execute(
            select(Absence.account_id, Absence.substitute_id)
            .where(Absence.first_on <= today, Absence.last_on >= today)
            .order_by(Absence.substitute_id.is_not(None), Absence.id)
        )
    }
    teams: dict[int, set[int]] = {}
    for link in session.execute(select(TeamMember.account_id, TeamMember.team_id)):
        teams.setdefault(link.account_id, set()).add(link.team_id)
    members: dict[int, Member] = {}
    contacts: dict[int, Contact] = {}
    for row in session.execute(
        select(Account.id, Account.full_name, Account.email, Account.mail_notices, Account.expires_on, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.role.in_((Role.DESK_AGENT, Role.DESK_LEAD)), Account.deactivated_at.is_(None), Account.activated_at.is_not(None))
        .order_by(Account.id)
    ):
        if row.expires_on is not None and row.expires_on < today:
            continue
        known = members.get(row.id)
        members[row.id] = Member(
            row.id,
            lead=row.role is Role.DESK_LEAD or (known is not None and known.lead),
            wants=row.mail_notices,
            away=row.id in away,
            substitute_id=away.get(row.id),
            teams=frozenset(teams.get(row.id, ())),
        )
        contacts[row.id] = Contact(row.full_name, row.email)
    return members, contacts


def longest_warning(session: Session) -> int:
    """Return the earliest that any service level warns, in minutes of business time."""
    found = session.execute(select(func.max(ServiceLevelVersion.warning_minutes), func.max(ServiceLevelVersion.lead_warning_minutes))).one()
    return max(GENERAL_TERMS.warning_minutes, GENERAL_TERMS.lead_warning_minutes, *(minutes or 0 for minutes in found))


def near_deadlines(session: Session, since: datetime, before: datetime) -> Iterator[Near]:
    """Yield the next deadline of each open ticket between two instants, soonest first: a scan of the queue's index."""
    for row in session.execute(
        select(
            *_TICKET,
            Ticket.due_at,
            Ticket.first_response_due_at,
            Ticket.first_responded_at,
            Ticket.restoration_elapsed,
            ServiceLevelVersion.warning_minutes,
            ServiceLevelVersion.lead_warning_minutes,
        )
        .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
        .where(Ticket.is_open.is_(True), Ticket.due_at >= since, Ticket.due_at < before)
        .order_by(Ticket.due_at, Ticket.id)
    ):
        response = row.first_responded_at is None and row.due_at == row.first_response_due_at
        yield _near(
            row,
            Deadline.RESPONSE if response else Deadline.RESTORATION,
            elapsed=row.restoration_elapsed and not response,
            warning=GENERAL_TERMS.warning_minutes if row.warning_minutes is None else row.warning_minutes,
            lead_warning=GENERAL_TERMS.lead_warning_minutes if row.lead_warning_minutes is None else row.lead_warning_minutes,
        )


def near_obligations(session: Session, since: datetime, before: datetime) -> Iterator[Near]:
    """Yield the obligations and the answers to contests that are due between two instants."""
    for row in session.execute(
        select(*_TICKET, Obligation.kind, Obligation.due_at)
        .join(Ticket, Ticket.id == Obligation.ticket_id)
        .where(Obligation.is_open.is_(True), Obligation.due_at >= since, Obligation.due_at < before)
        .order_by(Obligation.due_at, Obligation.id)
    ):
        yield _near(row, Deadline(row.kind), elapsed=False, warning=_minutes(row.kind), lead_warning=_minutes(row.kind, lead=True))
    contests = [found for found in open_contests(session) if since <= found.due_at < before]
    if not contests:
        return
    tickets = select(*_TICKET).where(Ticket.id.in_({found.ticket_id for found in contests})).order_by(Ticket.id)
    rows = {row.ticket_id: row for row in session.execute(tickets)}
    for found in contests:
        yield _near(
            rows[found.ticket_id],
            Deadline.CONTEST,
            elapsed=False,
            warning=_minutes(Owed.CONTEST),
            lead_warning=_minutes(Owed.CONTEST, lead=True),
            due_at=found.due_at,
        )


_TICKET = (
    Ticket.id.label("ticket_id"),
    Ticket.organisation_id,
    Ticket.reference,
    Ticket.calendar,
    Ticket.assignee_id,
    Ticket.team_id,
)


def _near(row: Any, deadline: Deadline, *, elapsed: bool, warning: float, lead_warning: float, due_at: datetime | None = None) -> Near:
    return Near(
        row.ticket_id,
        row.organisation_id,
        row.reference,
        deadline,
        due_at or row.due_at,
        row.calendar,
        elapsed,
        warning,
        lead_warning,
        row.assignee_id,
        row.team_id,
    )


def _minutes(kind: Owed, *, lead: bool = False) -> float:
    known = KINDS[kind]
    return (known.lead_warning if lead else known.warning).total_seconds() / 60


def told_since(session: Session, since: datetime, people: Collection[int]) -> set[Told]:
    """Return the warnings given to some people about deadlines from an instant on."""
    rows = session.execute(
        select(BreachWarning.ticket_id, BreachWarning.deadline, BreachWarning.due_at, BreachWarning.account_id, BreachWarning.level)
        .where(BreachWarning.due_at >= since, BreachWarning.account_id.in_(people))
        .order_by(BreachWarning.id)
    )
    return {(row.ticket_id, row.deadline, row.due_at, row.account_id, row.level) for row in rows}


def mailed_already(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of these keys under which a mail was queued."""
    return set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys)).order_by(OutboxMessage.id)))
