"""What follows from who is there and who is not: run each few minutes by the job queue."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.actor import SYSTEM
from webapp.clock import Clock
from webapp.db import Database
from webapp.helpdesk.mails import absences as mails
from webapp.helpdesk.models import Absence, TeamMember, Ticket
from webapp.helpdesk.queries.teams import gone, moved_tickets, today_in_paris
from webapp.helpdesk.services.absences import pass_on
from webapp.helpdesk.services.handing_over import hand_over
from webapp.outbox.services import enqueue

#: How long after its last day an absence is still told to who comes back: a job queue that stood still makes up for it.
TOLD_WITHIN = timedelta(days=7)


def sweep(database: Database, clock: Clock, public_url: str) -> None:
    """Begin the absences whose first day has come, tell who is back, and free the tickets of those who left.

    Looks first and writes only when there is something to do, one transaction each; run twice it does nothing more.
    """
    today = today_in_paris(clock)
    with database.reader() as session:
        session.acts_for(SYSTEM)
        begun = session.scalars(select(Absence.id).where(_beginning(today)).order_by(Absence.first_on, Absence.id)).all()
        over = session.scalars(select(Absence.id).where(_over(today)).order_by(Absence.id)).all()
        left = gone(session, today)
    for absence_id in begun:
        with database.transaction(SYSTEM) as session:
            absence = session.scalar(select(Absence).where(Absence.id == absence_id, _beginning(today)).with_for_update())
            if absence is not None:
                pass_on(session, SYSTEM, clock, absence, public_url=public_url)
    for absence_id in over:
        with database.transaction(SYSTEM) as session:
            absence = session.scalar(select(Absence).where(Absence.id == absence_id, _over(today)).with_for_update())
            if absence is not None:
                _welcome_back(session, clock, absence, public_url)
    for account_id in left:
        with database.transaction(SYSTEM) as session:
            release(session, clock, account_id)


def _beginning(today: date) -> ColumnElement[bool]:
    return and_(Absence.reassigned_at.is_(None), Absence.ended_at.is_(None), Absence.first_on <= today, Absence.last_on >= today)


def _over(today: date) -> ColumnElement[bool]:
    recent = and_(Absence.last_on < today, Absence.last_on >= today - TOLD_WITHIN)
    return and_(recent, Absence.told_at.is_(None), Absence.ended_at.is_(None), Absence.reassigned_at.is_not(None))


def _welcome_back(session: Session, clock: Clock, absence: Absence, public_url: str) -> None:
    """Tell the agent which tickets changed hands; nothing moves by itself."""
    absence.told_at = clock.now()
    tickets = moved_tickets(session, absence.id)
    if not tickets:
        return
    account = session.get_one(Account, absence.account_id)
    mail = mails.welcome_back(account.full_name, absence.id, tickets, public_url)
    enqueue(session, clock, to=account.email, subject=mail.subject, body=mail.body, key=f"absence:{absence.id}:return")


def release(session: Session, clock: Clock, account_id: int) -> int:
    """Give the open tickets of somebody who left the desk back to the queue, or to their teams; return how many."""
    held = select(Ticket).where(Ticket.assignee_id == account_id, Ticket.is_open.is_(True)).order_by(Ticket.id).with_for_update()
    tickets = session.scalars(held).all()
    for ticket in tickets:
        hand_over(session, SYSTEM, clock, ticket, reason="departure", assignee_id=None)
    session.execute(delete(TeamMember).where(TeamMember.account_id == account_id))
    return len(tickets)
