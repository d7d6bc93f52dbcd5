"""Signing in: the throttle, the password, and whether the account is open."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, SignInAttempt
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD, PasswordHashing
from webapp.accounts.rules import AccountFacts, may_sign_in
from webapp.accounts.throttling import WINDOW, Failures, name_key, network_of, wait_until
from webapp.actor import SYSTEM, Actor
from webapp.clock import PARIS, Clock
from webapp.config import Settings
from webapp.evidence.services import record
from webapp.web.state import State

log = structlog.get_logger()

#: A network from which the account signed in within this time is familiar; older attempts are removed.
ATTEMPTS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Device:
    """The browser, as its signed cookie says: a digest that names it, and the accounts that signed in from it."""

    key: str | None = None
    accounts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The account that signed in, or the sentence to show; ``wait_until`` when the attempt was not even looked at."""

    account_id: int | None
    message: str = ""
    wait_until: datetime | None = None


@cache
def hashing(memory_kib: int, time_cost: int) -> PasswordHashing:
    """Return this process's password hashing."""
    return PasswordHashing(memory_kib, time_cost)


def hashing_of(settings: Settings) -> PasswordHashing:
    """Return this process's password hashing, as the settings ask."""
    return hashing(settings.argon2_memory_kib, settings.argon2_time_cost)


def canonical_username(typed: str) -> str:
    """Return what was typed as an identifier is kept: outer spaces and capitals forgiven."""
    return typed.strip().lower()


def authenticate(state: State, username: str, password: str, address: str, device: Device) -> Outcome:
    """Check identifiant and mot de passe; the answer and the work are the same for known and unknown accounts.

    The attempt is noted as failed before the password is looked at, outside any transaction, so that attempts made at
    once count each other and no database lock is held while hashing. Raises ``HashingBusyError``.
    """
    name, now = canonical_username(username), state.clock.now()
    with state.database.transaction(SYSTEM) as session:
        account = _account(session, name)
        mark = device.key if account is not None and account.id in device.accounts else None
        until = wait_until(_failures(session, name_key(name), network_of(address), mark, now), now)
        if until is not None:
            return Outcome(None, _wait_words(until, now), until)
        attempt = SignInAttempt(at=now, name_key=name_key(name), network=network_of(address), device=mark)
        session.add(attempt)
    encoded = account.password_hash if account else None
    right = hashing_of(state.settings).matches(encoded, password)
    if account is None or not right or not _is_allowed_here(account, password, state.settings):
        return Outcome(None, _("Identifiant ou mot de passe inexact. Vérifiez les majuscules, ou demandez un nouveau mot de passe."))
    if not may_sign_in(_facts(account), now, demonstration_allowed=True):
        return Outcome(None, _closed_words(account, now))
    _succeed(state, attempt.id, account, password)
    return Outcome(account.id)


def confirm_password(state: State, account_id: int, encoded: str, password: str, address: str) -> str | None:
    """Check the password of somebody who is signed in, asked again before what matters; return what to say when it is not the one.

    A session left open or stolen is no means to guess it: failures delay as they do at sign-in. Call it outside any transaction.
    Raises ``HashingBusyError``.
    """
    key, network, now = name_key(f"confirm:{account_id}"), network_of(address), state.clock.now()
    with state.database.transaction(SYSTEM) as session:
        until = wait_until(replace(_failures(session, key, network, None, now), is_marked=True), now)
        if until is not None:
            return _wait_words(until, now)
        attempt = SignInAttempt(at=now, name_key=key, network=network)
        session.add(attempt)
    if not hashing_of(state.settings).matches(encoded, password):
        return str(_("Ce n'est pas votre mot de passe actuel."))
    with state.database.transaction(SYSTEM) as session:
        session.execute(update(SignInAttempt).where(SignInAttempt.id == attempt.id).values(succeeded=True))
    return None


def _account(session: Session, username: str) -> Any:
    return session.execute(
        select(
            Account.id,
            Account.password_hash,
            Account.is_demonstration,
            Account.activated_at,
            Account.deactivated_at,
            Account.expires_on,
        ).where(Account.username == username)
    ).first()


def _facts(account: Any) -> AccountFacts:
    return AccountFacts(account.activated_at is not None, account.deactivated_at, account.expires_on, account.is_demonstration)


def _is_allowed_here(account: Any, password: str, settings: Settings) -> bool:
    """Refuse in production the demonstration's accounts, and its public password on any account."""
    refused = not settings.is_demonstration and (account.is_demonstration or password == DEMONSTRATION_PASSWORD)
    if refused:
        log.warning("sign_in.demonstration_refused", account_id=account.id)
    return not refused


def _closed_words(account: Any, now: datetime) -> str:
    """Say why an account whose password was right does not open."""
    if account.expires_on is not None and account.deactivated_at is None and account.expires_on < now.astimezone(PARIS).date():
        return str(_("La période de validité de votre compte est passée. Demandez à votre gestionnaire des accès de la prolonger."))
    return str(_("Votre compte est fermé. Adressez-vous à votre gestionnaire des accès ou à l'assistance."))


def _wait_words(until: datetime, now: datetime) -> str:
    seconds = max(1, round((until - now).total_seconds()))
    if seconds < 90:
        return str(_("Trop d'essais. Réessayez dans %(seconds)d secondes ; le mot de passe n'a pas été examiné.", seconds=seconds))
    return str(_("Trop d'essais. Réessayez dans %(minutes)d minutes ; le mot de passe n'a pas été examiné.", minutes=-(-seconds // 60)))


def _failures(session: Session, key: str, network: str, mark: str | None, now: datetime) -> Failures:
    """Read what the throttle decides from, in four indexed statements, the same for known and unknown names."""
    source = SignInAttempt.device == mark if mark else (SignInAttempt.device.is_(None) & (SignInAttempt.network == network))
    here = session.execute(
        select(SignInAttempt.at, SignInAttempt.succeeded)
        .where(SignInAttempt.name_key == key, SignInAttempt.at > now - WINDOW, source)
        .order_by(SignInAttempt.at.desc(), SignInAttempt.id.desc())
        .limit(200)
    ).all()
    since_success = here[: next((index for index, row in enumerate(here) if row.succeeded), len(here))]
    unmarked = SignInAttempt.device.is_(None) & SignInAttempt.succeeded.is_(False) & (SignInAttempt.at > now - WINDOW)
    familiar = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            SignInAttempt.name_key == key,
            SignInAttempt.network == network,
            SignInAttempt.succeeded.is_(True),
            SignInAttempt.at > now - ATTEMPTS_KEPT,
        )
    )
    return Failures(
        of_source=[row.at for row in since_success],
        of_network=_instants(session, unmarked & (SignInAttempt.network == network)),
        of_account=_instants(session, unmarked & (SignInAttempt.name_key == key)),
        is_marked=mark is not None,
        is_familiar=bool(familiar),
    )


def _instants(session: Session, condition: ColumnElement[bool]) -> list[datetime]:
    query = select(SignInAttempt.at).where(condition).order_by(SignInAttempt.at.desc(), SignInAttempt.id.desc()).limit(200)
    return list(session.scalars(query))


def _succeed(state: State, attempt_id: int, account: Any, password: str) -> None:
    """Turn the attempt into a success, and renew the hash when its parameters have changed."""
    hasher = hashing_of(state.settings)
    renewed = hasher.hash(password) if hasher.is_outdated(account.password_hash) else None
    with state.database.transaction(SYSTEM) as session:
        session.execute(update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(succeeded=True))
        if renewed:
            same = (Account.id == account.id) & (Account.password_hash == account.password_hash)
            session.execute(update(Account).where(same).values(password_hash=renewed))


def note_sign_in(session: Session, clock: Clock, account_id: int) -> None:
    """Write the sign-in to the trail of acts."""
    account = session.get_one(Account, account_id)
    actor = Actor(account.id, account.full_name, None, "", None, frozenset())
    record(session, actor, clock, action="account.signed_in", subject=f"compte {account.username}")


def forget_attempts(session: Session, clock: Clock) -> int:
    """Remove attempts that no longer decide anything; return how many."""
    gone = session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - ATTEMPTS_KEPT))
    return gone.rowcount  # type: ignore[attr-defined, no-any-return]  # -- a cursor result
