"""Signed-in browsers: opening, finding, refreshing and revoking server-side sessions."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, bindparam, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, AccountSession, Membership, Organisation
from webapp.actor import Actor
from webapp.clock import PARIS, Clock
from webapp.db import Rows

#: The last visit is noted at most this often, so that reading pages hardly ever writes.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session and who acts through it. ``choices`` are the organisations (id, name) the person can switch to;
    ``shortcuts`` whether single keys do something.
    """

    session_id: int
    actor: Actor
    terms_hash: str | None
    last_seen_at: datetime
    choices: tuple[tuple[int, str], ...]
    shortcuts: bool = True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    session: Session, clock: Clock, account_id: int, organisation_id: int | None, network_address: str | None, user_agent: str
) -> str:
    """Open a session for the account and return its token, of which only the digest is stored."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        AccountSession(
            token_hash=_digest(token),
            account_id=account_id,
            organisation_id=organisation_id,
            created_at=now,
            last_seen_at=now,
            network_address=network_address,
            user_agent=user_agent[:300],
        )
    )
    session.flush()
    return token


_ROLE_COLUMNS = (
    Membership.role,
    Membership.region,
    Organisation.id.label("belongs_to"),
    Organisation.name,
    Organisation.kind,
    Organisation.region.label("home"),
)
# Read by every request of a signed-in person, so it is built once: the session with its account, a row for each role.
_LIVE = (
    select(
        AccountSession.id,
        AccountSession.account_id,
        AccountSession.organisation_id,
        AccountSession.last_seen_at,
        AccountSession.terms_hash,
        Account.full_name,
        Account.keyboard_shortcuts,
        *_ROLE_COLUMNS,
    )
    .join(Account, Account.id == AccountSession.account_id)
    .outerjoin(Membership, Membership.account_id == Account.id)
    .outerjoin(Organisation, (Organisation.id == Membership.organisation_id) & Organisation.closed_at.is_(None))
    .where(
        AccountSession.token_hash == bindparam("digest"),
        AccountSession.revoked_at.is_(None),
        AccountSession.last_seen_at > bindparam("seen_after"),
        AccountSession.created_at > bindparam("opened_after"),
        Account.deactivated_at.is_(None),
        Account.is_demonstration.is_(False) | bindparam("demonstration_allowed", type_=Boolean),
        (Account.expires_on.is_(None)) | (Account.expires_on >= bindparam("today")),
    )
    .order_by(Membership.id)
)
_ROLES = (
    select(*_ROLE_COLUMNS)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Membership.account_id == bindparam("account"), Organisation.closed_at.is_(None))
    .order_by(Membership.id)
)


def find_session(
    session: Session, clock: Clock, token: str, idle: timedelta, absolute: timedelta, *, demonstration_allowed: bool
) -> SignedIn | None:
    """Return the live session of ``token`` with its actor, or None when it is unknown, revoked, too old, or the account is closed.

    Costs one statement: the session with its account, its memberships and their organisations.
    """
    now = clock.now()
    rows = (
        session.connection()
        .execute(  # nobody is known yet, and none of these tables is any organisation's own
            _LIVE,
            {
                "digest": _digest(token),
                "seen_after": now - idle,
                "opened_after": now - absolute,
                "demonstration_allowed": demonstration_allowed,
                "today": now.astimezone(PARIS).date(),
            },
        )
        .all()
    )
    if not rows:
        return None
    row = rows[0]
    actor, choices = _actor([role for role in rows if role.belongs_to is not None], row.account_id, row.full_name, row.organisation_id)
    return SignedIn(row.id, actor, row.terms_hash, row.last_seen_at, choices, row.keyboard_shortcuts)


def _actor(rows: Rows, account_id: int, name: str, chosen: int | None) -> tuple[Actor, tuple[tuple[int, str], ...]]:
    """Build the actor from their roles, for the chosen organisation or for the first one the person belongs to."""
    choices = tuple(dict.fromkeys((row.belongs_to, row.name) for row in rows))
    if not rows:
        return Actor(account_id, name, None, "", None, frozenset()), ()
    present = chosen if chosen in {identifier for identifier, _ in choices} else choices[0][0]
    mine = [row for row in rows if row.belongs_to == present]
    region = next((row.region for row in mine if row.region), mine[0].home)
    roles = frozenset(row.role for row in mine)
    return Actor(account_id, name, present, mine[0].name, mine[0].kind, roles, region), choices


def actor_of(session: Session, clock: Clock, account_id: int | None, organisation_id: int | None) -> Actor | None:
    """Return the person as they may act now for that organisation, without a browser: a job's author. None once they may not."""
    today = clock.now().astimezone(PARIS).date()
    live = (Account.deactivated_at.is_(None), (Account.expires_on.is_(None)) | (Account.expires_on >= today))
    name = session.scalar(select(Account.full_name).where(Account.id == account_id, *live))
    if name is None or account_id is None:
        return None
    rows = session.execute(_ROLES, {"account": account_id}).all()
    actor, _choices = _actor(rows, account_id, name, organisation_id)
    return actor if actor.organisation_id == organisation_id else None


def account_of_token(session: Session, token: str) -> int | None:
    """Return the account that a token belonged to, even when the session has ended: to give back what was typed."""
    return session.scalar(select(AccountSession.account_id).where(AccountSession.token_hash == _digest(token)))


def touch(session: Session, clock: Clock, session_id: int) -> None:
    """Note a visit, which starts the idle time anew."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(last_seen_at=clock.now()))


def revoke(session: Session, clock: Clock, *, account_id: int, only: int | None = None, keep: int | None = None) -> int:
    """End the account's sessions: one (``only``), or all but one (``keep``). Return how many ended."""
    query = update(AccountSession).where(AccountSession.account_id == account_id, AccountSession.revoked_at.is_(None))
    if only is not None:
        query = query.where(AccountSession.id == only)
    if keep is not None:
        query = query.where(AccountSession.id != keep)
    result: Any = session.execute(query.values(revoked_at=clock.now()))
    return int(result.rowcount)


def switch_organisation(session: Session, session_id: int, organisation_id: int) -> None:
    """Act for another of the person's organisations from now on, in this browser."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(organisation_id=organisation_id))


def remember_terms(session: Session, session_id: int, terms_hash: str) -> None:
    """Note on the session that these terms are accepted, so that each request need not look them up."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(terms_hash=terms_hash))
