"""What people change of their own account: details, address, password, sessions, notices."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts import links, mails
from webapp.accounts.links import Purpose
from webapp.accounts.models import Account, AccountSession, Membership, Organisation
from webapp.accounts.people import is_last_administrator
from webapp.accounts.recovery import Weighed, account_of_link, own_actor, set_password
from webapp.accounts.sessions import revoke
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.db import Rows
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue
from webapp.texts import mark as _m


def own_account(session: Session, actor: Actor) -> Account:
    """Return the actor's account."""
    account = session.get(Account, actor.account_id) if actor.account_id is not None else None
    if account is None:
        raise NotFound
    return account


def memberships(session: Session, account_id: int) -> Rows:
    """Return the account's roles (id, role, region, granted_at, organisation_id, organisation, kind), by organisation."""
    return session.execute(
        select(
            Membership.id,
            Membership.role,
            Membership.region,
            Membership.granted_at,
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation"),
            Organisation.kind,
        )
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.account_id == account_id)
        .order_by(Organisation.name, Membership.id)
    ).all()


def open_sessions(session: Session, account_id: int, since: datetime, idle_since: datetime) -> Rows:
    """Return the account's live sessions, last seen first: opened after ``since`` and seen after ``idle_since``."""
    query = (
        select(
            AccountSession.id,
            AccountSession.created_at,
            AccountSession.last_seen_at,
            AccountSession.network_address,
            AccountSession.user_agent,
        )
        .where(
            AccountSession.account_id == account_id,
            AccountSession.revoked_at.is_(None),
            AccountSession.created_at > since,
            AccountSession.last_seen_at > idle_since,
        )
        .order_by(AccountSession.last_seen_at.desc(), AccountSession.id.desc())
    )
    return session.execute(query).all()


def change_details(session: Session, actor: Actor, clock: Clock, *, full_name: str, phone: str | None, version: int) -> None:
    """Change one's name and telephone (SO-31). A stale ``version`` is a ``Conflict`` with what stands now."""
    account = own_account(session, actor)
    if account.version != version:
        raise Conflict(
            _m("Ces coordonnées ont été changées entre-temps."), theirs={"full_name": account.full_name, "phone": account.phone or ""}
        )
    changed = [name for name, value in (("full_name", full_name), ("phone", phone)) if getattr(account, name) != value]
    account.full_name, account.phone = full_name, phone
    session.flush()
    record(session, actor, clock, action="account.details_changed", subject=f"compte {account.username}", detail={"fields": changed})


def change_notices(session: Session, actor: Actor, clock: Clock, *, mail_notices: bool) -> None:
    """Choose whether notices come by mail; those of security and of legal weight always do."""
    account = own_account(session, actor)
    account.mail_notices = mail_notices
    session.flush()
    record(
        session,
        actor,
        clock,
        action="account.notices_changed",
        subject=f"compte {account.username}",
        detail={"mail": mail_notices},
    )


def change_shortcuts(session: Session, actor: Actor, clock: Clock, *, shortcuts: bool) -> None:
    """Choose whether single keys do something (WCAG 2.1.4)."""
    account = own_account(session, actor)
    account.keyboard_shortcuts = shortcuts
    session.flush()
    record(
        session,
        actor,
        clock,
        action="account.shortcuts_changed",
        subject=f"compte {account.username}",
        detail={"shortcuts": shortcuts},
    )


def change_password(session: Session, actor: Actor, clock: Clock, public_url: str, chosen: Weighed, checked: str, session_id: int) -> None:
    """Change one's password; the other sessions end.

    The caller checked the present password, whose hash is ``checked``, and weighed the new one, outside the transaction: a hash
    that is another by now means that somebody changed it in between.
    """
    account = own_account(session, actor)
    if chosen.errors:
        raise Invalid(dict(chosen.errors))
    if account.password_hash != checked:
        raise Invalid({"current": _m("Ce n'est pas votre mot de passe actuel.")})
    set_password(session, clock, public_url, account, chosen.encoded, keep_session=session_id)


def ask_for_address(session: Session, actor: Actor, clock: Clock, public_url: str, email: str) -> None:
    """Mail a confirmation to the new address and a notice to the present one. An address in use is treated alike, seen from here."""
    account = own_account(session, actor)
    if email.lower() == account.email.lower():
        raise Invalid({"email": _m("C'est déjà l'adresse de votre compte.")})
    stamp = f"{account.id}:{clock.now().isoformat()}"
    taken = session.scalar(select(Account.id).where(func.lower(Account.email) == email.lower()))
    token = links.issue(session, clock, account.id, Purpose.EMAIL, email)
    mail = mails.address_taken(public_url) if taken is not None else mails.confirm_address(public_url, token, account.full_name)
    enqueue(session, clock, to=email, subject=mail.subject, body=mail.body, key=f"address-confirm:{stamp}")
    notice = mails.address_change_asked(public_url, account.full_name, mails.hidden(email))
    enqueue(session, clock, to=account.email, subject=notice.subject, body=notice.body, key=f"address-asked:{stamp}")
    record(session, actor, clock, action="account.address_change_asked", subject=f"compte {account.username}")


def confirm_address(session: Session, clock: Clock, public_url: str, token: str) -> Account:
    """Make the confirmed address the account's own and tell the old one. Raises ``NotFound`` or ``Conflict``."""
    link, account = account_of_link(session, clock, token, Purpose.EMAIL)
    email = link.new_email or ""
    taken = session.scalar(select(Account.id).where(func.lower(Account.email) == email.lower(), Account.id != account.id))
    if taken is not None or not links.use(session, clock, link):
        raise Conflict(_m("Cette adresse ne peut plus devenir celle du compte."))
    old, account.email = account.email, email
    session.flush()
    links.end_all(session, clock, account.id, Purpose.PASSWORD)  # those went to the old address
    mail = mails.address_changed(public_url, account.full_name)
    key = f"address-changed:{link.id}"
    enqueue(session, clock, to=old, subject=mail.subject, body=mail.body, key=key)
    record(session, own_actor(account), clock, action="account.address_changed", subject=f"compte {account.username}")
    return account


def end_session(session: Session, actor: Actor, clock: Clock, session_id: int) -> None:
    """End one of one's sessions; ``NotFound`` when it is not one's own or has ended."""
    if not revoke(session, clock, account_id=actor.account_id or 0, only=session_id):
        raise NotFound
    record(session, actor, clock, action="account.session_ended", subject=f"session {session_id}")


def end_other_sessions(session: Session, actor: Actor, clock: Clock, present: int) -> int:
    """End every session of one's account but the present one; return how many."""
    ended = revoke(session, clock, account_id=actor.account_id or 0, keep=present)
    record(session, actor, clock, action="account.sessions_ended", subject=f"{ended} sessions", detail={"ended": ended})
    return ended


def close_own_account(session: Session, actor: Actor, clock: Clock) -> None:
    """Give up the service (SO-19, SO-24): the account closes at once, the trail of its acts stays.

    The last administrator cannot: somebody must remain to open accounts.
    """
    account = own_account(session, actor)
    if is_last_administrator(session, account.id):
        raise Forbidden
    account.deactivated_at = clock.now()
    session.flush()
    revoke(session, clock, account_id=account.id)
    record(session, actor, clock, action="account.closed_by_owner", subject=f"compte {account.username}")
