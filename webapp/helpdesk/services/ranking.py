"""Keeping the order of priority of open tickets true when a contract's support tier or a level's order changes (FL-12.3)."""

from sqlalchemy import ColumnElement, and_, case, not_, select, update
from sqlalchemy.orm import Session

from webapp.contracts.models import Contract, ServiceLevelVersion
from webapp.contracts.rules import Plan
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.priority import BEHIND


def rank_contract(session: Session, contract_id: int) -> None:
    """Give the open tickets of a contract the rank that its present tier calls for."""
    rank_again(session, Ticket.contract_id == contract_id)


def rank_again(session: Session, condition: ColumnElement[bool]) -> None:
    """Give the open tickets that meet a condition the rank that their contract and their level call for.

    Their versions stay as they are: no page that somebody reads becomes stale.
    """
    session.flush()
    pays = Ticket.contract_id.is_not(None) & Ticket.contract_id.in_(select(Contract.id).where(Contract.plan != Plan.FREEMIUM))
    puts_paying_first = Ticket.level_version_id.in_(select(ServiceLevelVersion.id).where(ServiceLevelVersion.paying_first.is_(True)))
    behind = case((and_(puts_paying_first, not_(pays)), BEHIND), else_=0)
    session.execute(
        update(Ticket)
        .where(condition, Ticket.is_open.is_(True))
        .values(rank=behind + 10 * Ticket.priority + Ticket.impact)
        .execution_options(synchronize_session=False)
    )
