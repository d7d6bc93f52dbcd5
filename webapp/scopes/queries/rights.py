"""Who has which right on which file, at an instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership
from webapp.actor import Actor, Role
from webapp.db import Rows
from webapp.scopes.models import Dossier, DossierAccess
from webapp.scopes.models.columns import codes
from webapp.scopes.rules.rights import EDITING, FileRight

_KIND = codes(FileRight)


def running(at: Any) -> ColumnElement[bool]:
    """SQL: the right has begun and has not ended at an instant."""
    return and_(DossierAccess.since <= at, or_(DossierAccess.until.is_(None), DossierAccess.until > at))


def right_of(actor: Actor, at: datetime) -> ColumnElement[FileRight | None]:
    """SQL: the widest right that the actor has on the file of the query. Without an account, the system acts for whoever is responsible."""
    return right_sql(actor.account_id, at)


def right_sql(account_id: Any, at: Any) -> ColumnElement[FileRight | None]:
    """SQL: :func:`right_of` for an account and an instant that may be parameters of the query; None: the system."""
    if account_id is None:
        return literal(FileRight.RESPONSIBLE, _KIND)
    # Stored words sort as the rights do: auditor, delegate, responsible.
    widest = select(func.max(DossierAccess.access, type_=_KIND)).where(
        DossierAccess.dossier_id == Dossier.id, DossierAccess.account_id == account_id, running(at)
    )
    return widest.correlate(Dossier).scalar_subquery()


def files_of(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """SQL: the actor has a right on the file of the query that their role lets them use."""
    if actor.account_id is None:
        return Dossier.organisation_id == actor.organisation_id
    usable = tuple(FileRight) if actor.has(Role.SCOPE_EDITOR) else (FileRight.AUDITOR,) if actor.has(Role.SCOPE_AUDITOR) else ()
    mine = select(DossierAccess.dossier_id).where(
        DossierAccess.account_id == actor.account_id, DossierAccess.access.in_(usable), running(at)
    )
    return and_(Dossier.organisation_id == actor.organisation_id, Dossier.id.in_(mine))


def rights_on(session: Session, dossier_id: int, at: datetime) -> Rows:
    """Return the rights on a file that have not ended (those to come included), widest first, then by name."""
    return session.execute(
        select(
            DossierAccess.id,
            DossierAccess.account_id,
            DossierAccess.access,
            DossierAccess.since,
            DossierAccess.until,
            DossierAccess.reason,
            Account.full_name,
        )
        .join(Account, Account.id == DossierAccess.account_id)
        .where(DossierAccess.dossier_id == dossier_id, or_(DossierAccess.until.is_(None), DossierAccess.until > at))
        .order_by(DossierAccess.access.desc(), Account.full_name, DossierAccess.id)
    ).all()


def ended_rights(session: Session, dossier_id: int, at: datetime, limit: int) -> Rows:
    """Return the rights on a file that have ended, latest first."""
    return session.execute(
        select(DossierAccess.access, DossierAccess.since, DossierAccess.until, Account.full_name)
        .join(Account, Account.id == DossierAccess.account_id)
        .where(DossierAccess.dossier_id == dossier_id, DossierAccess.until <= at)
        .order_by(DossierAccess.until.desc(), DossierAccess.id.desc())
        .limit(limit)
    ).all()


def editors_of(session: Session, dossier_ids: Sequence[int], at: datetime, *, willing: bool) -> Rows:
    """Return who edits each file at an instant (dossier_id, account_id, full_name, email), each person once a file.

    ``willing``: only those who want a mail when something awaits them. People who left the role or whose account is closed are out.
    """
    wanted: list[Any] = [DossierAccess.dossier_id.in_(dossier_ids), DossierAccess.access.in_(EDITING), running(at)]
    if willing:
        wanted.append(Account.mail_notices.is_(True))
    return session.execute(
        select(DossierAccess.dossier_id, Account.id.label("account_id"), Account.full_name, Account.email)
        .join(Account, Account.id == DossierAccess.account_id)
        .join(
            Membership,
            and_(
                Membership.account_id == Account.id,
                Membership.organisation_id == DossierAccess.organisation_id,
                Membership.role == Role.SCOPE_EDITOR,
            ),
        )
        .where(Account.deactivated_at.is_(None), Account.activated_at.is_not(None), *wanted)
        .distinct()
        .order_by(DossierAccess.dossier_id, Account.full_name, Account.id)
    ).all()


def files_and_people(session: Session, organisation_id: int, at: datetime) -> list[tuple[str, str, list[str]]]:
    """Return each file of a body (number, activity) with the names of who has a right on it now: for its access manager."""
    rows = session.execute(
        select(Dossier.number, Dossier.activity, Account.full_name)
        .outerjoin(DossierAccess, and_(DossierAccess.dossier_id == Dossier.id, running(at)))
        .outerjoin(Account, Account.id == DossierAccess.account_id)
        .where(Dossier.organisation_id == organisation_id)
        .order_by(Dossier.number, Account.full_name, Account.id)
    )
    found: dict[str, tuple[str, str, list[str]]] = {}
    for number, code, name in rows:
        names = found.setdefault(number, (number, code, []))[2]
        if name is not None and name not in names:
            names.append(name)
    return list(found.values())
