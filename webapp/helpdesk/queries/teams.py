"""Teams of the desk and absences of its agents, as their pages and lists need them. Columns, not entities."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.models import Account, Membership
from webapp.actor import Actor, Role
from webapp.clock import PARIS, Clock
from webapp.db import Rows
from webapp.errors import NotFound
from webapp.helpdesk.models import Absence, AbsenceTicket, Team, TeamMember, Ticket
from webapp.helpdesk.policies import sees_absences_of

DESK_ROLES = (Role.DESK_AGENT, Role.DESK_LEAD)


def today_in_paris(clock: Clock) -> date:
    """Return the day it is in Paris."""
    return clock.now().astimezone(PARIS).date()


def teams(session: Session) -> Rows:
    """Return every team (id, name, closed, members, tickets): how many people, how many open tickets; the closed ones last."""
    members = select(func.count()).where(TeamMember.team_id == Team.id).correlate(Team).scalar_subquery()
    held = select(func.count()).where(Ticket.team_id == Team.id, Ticket.is_open.is_(True)).correlate(Team).scalar_subquery()
    return session.execute(
        select(Team.id, Team.name, Team.closed, members.label("members"), held.label("tickets")).order_by(Team.closed, Team.name, Team.id)
    ).all()


def open_teams(session: Session) -> list[tuple[int, str]]:
    """Return the teams that tickets may be given to, as (id, name), by name."""
    rows = session.execute(select(Team.id, Team.name).where(Team.closed.is_(False)).order_by(Team.name, Team.id))
    return [(row.id, row.name) for row in rows]


def get_team(session: Session, team_id: int) -> Team:
    """Load a team, or raise ``NotFound``."""
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound
    return team


def members_of(session: Session, team_id: int) -> list[int]:
    """Return the accounts of a team's members."""
    return list(session.scalars(select(TeamMember.account_id).where(TeamMember.team_id == team_id).order_by(TeamMember.account_id)))


def works_at_the_desk(today: date) -> ColumnElement[bool]:
    """Return the condition that an ``Account`` may handle tickets: open, activated, not expired, an agent or a lead somewhere."""
    holds = select(Membership.id).where(Membership.account_id == Account.id, Membership.role.in_(DESK_ROLES)).correlate(Account).exists()
    lasts = or_(Account.expires_on.is_(None), Account.expires_on >= today)
    return and_(Account.deactivated_at.is_(None), Account.activated_at.is_not(None), lasts, holds)


def gone(session: Session, today: date) -> list[int]:
    """Return the accounts that still have open tickets or a team, but do not work at the desk any more."""
    stays = select(Account.id).where(works_at_the_desk(today))
    following = select(Ticket.assignee_id).where(Ticket.is_open.is_(True), Ticket.assignee_id.not_in(stays))
    member = select(TeamMember.account_id).where(TeamMember.account_id.not_in(stays))
    return sorted({row for row in session.scalars(following.union(member)) if row is not None})


def absences(session: Session, actor: Actor, today: date) -> Rows:
    """Return the absences that the actor may see, present and coming ones first, then the last hundred that are over."""
    person, substitute = aliased(Account), aliased(Account)
    moved = select(func.count()).where(AbsenceTicket.absence_id == Absence.id).correlate(Absence).scalar_subquery()
    over = or_(Absence.last_on < today, Absence.ended_at.is_not(None))
    query = (
        select(
            Absence.id,
            Absence.account_id,
            Absence.first_on,
            Absence.last_on,
            Absence.ended_at,
            Absence.reassigned_at,
            person.full_name.label("person"),
            substitute.full_name.label("substitute"),
            moved.label("moved"),
        )
        .join(person, person.id == Absence.account_id)
        .outerjoin(substitute, substitute.id == Absence.substitute_id)
        .order_by(over, Absence.first_on.desc(), Absence.id.desc())
        .limit(100)
    )
    return session.execute(query if sees_absences_of(actor, None) else query.where(Absence.account_id == actor.account_id)).all()


def get_absence(session: Session, actor: Actor, absence_id: int, *, lock: bool = False) -> Absence:
    """Load and authorise in one call: a colleague's absence does not exist for an agent."""
    absence = session.get(Absence, absence_id, with_for_update=True if lock else None)
    if absence is None or not sees_absences_of(actor, absence.account_id):
        raise NotFound
    return absence


def moved_tickets(session: Session, absence_id: int) -> Rows:
    """Return the tickets that changed hands (reference, title, state, assignee), the oldest first."""
    return session.execute(
        select(Ticket.reference, Ticket.title, Ticket.state, Account.full_name.label("assignee"))
        .join(AbsenceTicket, AbsenceTicket.ticket_id == Ticket.id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
        .where(AbsenceTicket.absence_id == absence_id)
        .order_by(Ticket.notified_at, Ticket.id)
    ).all()


def absences_of(session: Session, accounts: Iterable[int], since: date) -> Rows:
    """Return the absences (account_id, first_on, last_on) of these people that stand and are not over on that day."""
    return session.execute(
        select(Absence.account_id, Absence.first_on, Absence.last_on)
        .where(Absence.account_id.in_(list(accounts)), Absence.ended_at.is_(None), Absence.last_on >= since)
        .order_by(Absence.first_on, Absence.id)
    ).all()


def away_until(session: Session, today: date) -> dict[int, date]:
    """Return who is away today, with the last day of it."""
    rows = session.execute(
        select(Absence.account_id, Absence.last_on)
        .where(Absence.ended_at.is_(None), Absence.first_on <= today, Absence.last_on >= today)
        .order_by(Absence.last_on, Absence.id)
    )
    return {row.account_id: row.last_on for row in rows}
