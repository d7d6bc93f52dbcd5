"""Verbs of the front door."""

from dataclasses import dataclass
from functools import cache

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.passwords import PasswordHashing
from webapp.actor import SYSTEM, Actor
from webapp.clock import Clock
from webapp.evidence.services import record
from webapp.web.state import State


@dataclass(frozen=True, slots=True)
class Outcome:
    """The account that signed in, or the sentence to show."""

    account_id: int | None
    message: str = ""


@cache
def hashing(memory_kib: int, time_cost: int) -> PasswordHashing:
    """Return this process's password hashing."""
    return PasswordHashing(memory_kib, time_cost)


def authenticate(state: State, username: str, password: str, _network_address: str) -> Outcome:
    """Check identifiant and mot de passe outside any transaction; the answer is the same for known and unknown accounts."""
    with state.database.reader() as session:
        account = session.execute(
            select(Account.id, Account.password_hash).where(Account.username == username.strip().lower(), Account.deactivated_at.is_(None))
        ).first()
    settings = state.settings
    right = hashing(settings.argon2_memory_kib, settings.argon2_time_cost).matches(account.password_hash if account else None, password)
    if account is None or not right:
        return Outcome(None, _("Identifiant ou mot de passe inexact. Vérifiez les majuscules, ou demandez un nouveau mot de passe."))
    return Outcome(account.id)


def note_sign_in(session: Session, clock: Clock, account_id: int) -> None:
    """Write the sign-in to the trail of acts."""
    account = session.get_one(Account, account_id)
    actor = Actor(account.id, account.full_name, None, "", None, SYSTEM.roles)
    record(session, actor, clock, action="account.signed_in", subject=f"compte {account.username}")
