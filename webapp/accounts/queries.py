"""Named reads of people, organisations and sessions."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership, Organisation
from webapp.actor import Role
from webapp.db import Rows


def people_with_role(session: Session, organisation_id: int, *roles: Role) -> Rows:
    """Return the active people (account_id, full_name, email) who hold one of ``roles`` in the organisation, by name."""
    return session.execute(
        _people().where(Membership.organisation_id == organisation_id, Membership.role.in_(roles)).order_by(Account.full_name, Account.id)
    ).all()


def people_to_notify(session: Session, organisation_id: int, *roles: Role) -> Rows:
    """Return those of ``people_with_role`` who want a mail when something awaits them; acts with legal weight are mailed to all of them."""
    query = _people().where(Membership.organisation_id == organisation_id, Membership.role.in_(roles), Account.mail_notices.is_(True))
    return session.execute(query.order_by(Account.full_name, Account.id)).all()


def everyone_with_role(session: Session, *roles: Role) -> Rows:
    """Return the active people (account_id, full_name, email) who hold one of ``roles`` anywhere, by name."""
    return session.execute(_people().where(Membership.role.in_(roles)).order_by(Account.full_name, Account.id)).all()


def _people() -> Any:
    return (
        select(Account.id.label("account_id"), Account.full_name, Account.email)
        .join(Membership, Membership.account_id == Account.id)
        .where(Account.deactivated_at.is_(None), Account.activated_at.is_not(None))
        .distinct()
    )


def organisation_names(session: Session) -> Rows:
    """Return every open organisation (id, name, kind), by name: for choice lists."""
    return session.execute(
        select(Organisation.id, Organisation.name, Organisation.kind)
        .where(Organisation.closed_at.is_(None))
        .order_by(Organisation.name, Organisation.id)
    ).all()
