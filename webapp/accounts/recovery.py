"""Choosing one's identifiant and mot de passe from an invitation, and a new mot de passe from a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from webapp.accounts import links, mails
from webapp.accounts.links import Purpose
from webapp.accounts.models import Account, SignInAttempt, SingleUseLink
from webapp.accounts.passwords import PasswordHashing, weaknesses
from webapp.accounts.rules import AccountFacts, may_sign_in, username_problem
from webapp.accounts.services import canonical_username
from webapp.accounts.sessions import revoke
from webapp.accounts.throttling import NETWORK_BUDGET, WINDOW, name_key, network_of
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue
from webapp.texts import mark as _m

#: Links an hour that one name may have mailed.
LINKS_PER_HOUR = 3


def own_actor(account: Account) -> Actor:
    """Return the person acting on their own account, for no organisation."""
    return Actor(account.id, account.full_name, None, "", None, frozenset())


def account_of_link(session: Session, clock: Clock, token: str, purpose: Purpose) -> tuple[SingleUseLink, Account]:
    """Return a live link and its open account; raises ``NotFound`` for a link that is not ours, was used, or is too old.

    So does the link of an account that was closed, or whose validity ended, in the meantime.
    """
    link = links.find(session, clock, token, purpose)
    account = session.get(Account, link.account_id) if link else None
    if link is None or account is None:
        raise NotFound
    facts = AccountFacts(True, account.deactivated_at, account.expires_on, account.is_demonstration)
    if not may_sign_in(facts, clock.now(), demonstration_allowed=True):
        raise NotFound
    return link, account


@dataclass(frozen=True, slots=True)
class Weighed:
    """A new password that has been looked at: its hash, or what is wrong with it (field → sentences, one a line)."""

    encoded: str
    errors: Mapping[str, str]


def weigh(hashing: PasswordHashing, password: str, repeated: str, personal: Sequence[str]) -> Weighed:
    """Judge and hash a new password. It takes a while: call it outside any transaction, for nobody should wait on a lock meanwhile.

    ``personal`` is what others know of the person (name, address, identifiant). Raises ``HashingBusyError``.
    """
    found = weaknesses(password, personal)
    if found:
        return Weighed("", {"password": "\n".join(weakness.message for weakness in found)})
    if password != repeated:
        return Weighed("", {"repeated": _m("Les deux mots de passe diffèrent : retapez-les.")})
    return Weighed(hashing.hash(password), {})


def personal_words(account: Account) -> tuple[str, ...]:
    """Return what others know of the person, to be kept out of the password."""
    return account.full_name, account.email, account.username or ""


def activate(session: Session, clock: Clock, token: str, username: str, chosen: Weighed) -> Account:
    """Finish the registration with the identifiant and mot de passe that the person chose (FX-7a).

    Raises ``NotFound`` (link), ``Invalid`` (``username``, ``password``, ``repeated``), ``Conflict`` when the link was used meanwhile.
    """
    link, account = account_of_link(session, clock, token, Purpose.ACTIVATION)
    username = username.strip()
    errors = dict(chosen.errors)
    problem = username_problem(username)
    if problem:
        errors["username"] = problem
    elif session.scalar(select(Account.id).where(Account.username == username, Account.id != account.id)) is not None:
        errors["username"] = _m("Cet identifiant est déjà pris : choisissez-en un autre.")
    if errors:
        raise Invalid(errors)
    if not links.use(session, clock, link):
        raise Conflict(_m("Ce lien vient d'être utilisé."))
    now = clock.now()
    account.username, account.password_hash, account.password_changed_at, account.activated_at = username, chosen.encoded, now, now
    session.flush()
    record(session, own_actor(account), clock, action="account.activated", subject=f"compte {username}")
    return account


def ask_for_password(session: Session, clock: Clock, public_url: str, typed: str, address: str, *, demonstration_allowed: bool) -> None:
    """Mail a link to set a new password when the identifiant or the mail address is an open account's; say nothing either way.

    At most three an hour for one name; a network that makes too many requests is no longer listened to.
    """
    now, name = clock.now(), canonical_username(typed)
    key = name_key(f"password:{name}")
    of_name, of_network = SignInAttempt.name_key == key, SignInAttempt.network == network_of(address)
    recent = session.execute(
        select(func.count().filter(of_name), func.count().filter(of_network)).where(
            SignInAttempt.at > now - WINDOW, SignInAttempt.succeeded.is_(False), or_(of_name, of_network)
        )
    ).one()
    session.add(SignInAttempt(at=now, name_key=key, network=network_of(address)))
    account = session.scalar(select(Account).where(or_(Account.username == name, func.lower(Account.email) == name)).order_by(Account.id))
    if account is None or recent[0] >= LINKS_PER_HOUR or recent[1] >= NETWORK_BUDGET:
        return
    facts = AccountFacts(account.activated_at is not None, account.deactivated_at, account.expires_on, account.is_demonstration)
    if not may_sign_in(facts, now, demonstration_allowed=demonstration_allowed):
        return
    token = links.issue(session, clock, account.id, Purpose.PASSWORD)
    mail = mails.password_link(public_url, token, account.full_name, account.username or "")
    enqueue(session, clock, to=account.email, subject=mail.subject, body=mail.body, key=f"password-link:{account.id}:{now.isoformat()}")
    record(session, own_actor(account), clock, action="account.password_link_sent", subject=f"compte {account.username}")


def reset_password(session: Session, clock: Clock, public_url: str, token: str, chosen: Weighed) -> Account:
    """Set the password from a mailed link; every session of the account ends. Raises as ``activate`` does."""
    link, account = account_of_link(session, clock, token, Purpose.PASSWORD)
    if chosen.errors:
        raise Invalid(dict(chosen.errors))
    if not links.use(session, clock, link):
        raise Conflict(_m("Ce lien vient d'être utilisé."))
    set_password(session, clock, public_url, account, chosen.encoded, keep_session=None)
    return account


def set_password(session: Session, clock: Clock, public_url: str, account: Account, encoded: str, keep_session: int | None) -> None:
    """Store the new password's hash, end the account's other sessions and pending links, warn the owner by mail."""
    now = clock.now()
    account.password_hash, account.password_changed_at = encoded, now
    session.flush()
    links.end_all(session, clock, account.id, Purpose.PASSWORD, Purpose.EMAIL)
    revoke(session, clock, account_id=account.id, keep=keep_session)
    mail = mails.password_changed(public_url, account.full_name)
    enqueue(session, clock, to=account.email, subject=mail.subject, body=mail.body, key=f"password-changed:{account.id}:{now.isoformat()}")
    record(session, own_actor(account), clock, action="account.password_changed", subject=f"compte {account.username}")
