"""Named reads of people, organisations and sessions."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Row, ScalarSelect, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership, Organisation
from webapp.actor import Role
from webapp.db import Rows


def people_with_role(session: Session, organisation_id: int, *roles: Role) -> Rows:
    """Return the active people (account_id, full_name, email) who hold one of ``roles`` in the organisation, by name."""
    return session.execute(
        _people().where(Membership.organisation_id == organisation_id, Membership.role.in_(roles)).order_by(Account.full_name, Account.id)
    ).all()


def everyone_with_role(session: Session, *roles: Role) -> Rows:
    """Return the active people (account_id, full_name, email) who hold one of ``roles`` anywhere, by name."""
    return session.execute(_people().where(Membership.role.in_(roles)).order_by(Account.full_name, Account.id)).all()


def people_of_accounts(session: Session, accounts: Collection[int]) -> Rows:
    """Return the active people (account_id, full_name, email) of some accounts, by name."""
    return session.execute(_people().where(Account.id.in_(sorted(accounts))).order_by(Account.full_name, Account.id)).all()


def people_with_role_in(session: Session, organisations: Collection[int], role: Role) -> Rows:
    """Return the active people (account_id, full_name, email, organisation_id) who hold the role in one of the organisations."""
    query = _people().add_columns(Membership.organisation_id).where(Membership.role == role)
    found: list[Row[*tuple[Any, ...]]] = []
    ids = sorted(organisations)
    for start in range(0, len(ids), 500):
        some = Membership.organisation_id.in_(ids[start : start + 500])
        found += session.execute(query.where(some).order_by(Membership.organisation_id, Account.id)).all()
    return found


def _people() -> Any:
    return (
        select(Account.id.label("account_id"), Account.full_name, Account.email)
        .join(Membership, Membership.account_id == Account.id)
        .where(Account.deactivated_at.is_(None), Account.activated_at.is_not(None))
        .distinct()
    )


def role_held_until(role: Role, organisation_id: SQLColumnExpression[int]) -> ScalarSelect[date]:
    """The last day on which somebody who holds the role in an organisation may sign in (``date.max``: no end), None when nobody does.

    A column beside the organisation's (`organisation_id`), so that a page that asks pays no statement for it.
    """
    last = func.max(func.coalesce(Account.expires_on, date.max))
    holders = select(last).join(Membership, Membership.account_id == Account.id)
    open_accounts = Account.deactivated_at.is_(None), Account.activated_at.is_not(None)
    return holders.where(Membership.organisation_id == organisation_id, Membership.role == role, *open_accounts).scalar_subquery()


def organisation_names(session: Session) -> Rows:
    """Return every open organisation (id, name, kind), by name: for choice lists."""
    return session.execute(
        select(Organisation.id, Organisation.name, Organisation.kind)
        .where(Organisation.closed_at.is_(None))
        .order_by(Organisation.name, Organisation.id)
    ).all()
