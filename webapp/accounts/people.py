"""Managing people: inviting, granting and withdrawing roles, closing, reopening and prolonging accounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.accounts import links, mails, policies
from webapp.accounts.links import Purpose
from webapp.accounts.models import Account, Membership, Organisation
from webapp.accounts.rules import ADDS_TO, MEMBERSHIP_NEEDS_REGION, REGIONS, default_expiry, role_fits
from webapp.accounts.sessions import revoke
from webapp.actor import Actor, Role
from webapp.clock import PARIS, Clock
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue
from webapp.texts import mark as _m


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to invite, for which organisation, with which roles; ``region`` for a regional agent."""

    full_name: str
    email: str
    organisation_id: int
    roles: frozenset[Role]
    region: str | None = None


def managed_organisation(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    """Return an organisation whose people the actor manages: another's does not exist for them (404)."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or not policies.can_manage_people(actor, organisation_id):
        raise NotFound
    return organisation


def managed_account(session: Session, actor: Actor, account_id: int) -> Account:
    """Return an account that the actor manages: the administrator's every one, a manager's those of their organisation."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    is_ours = actor.has(Role.MANAGER) and actor.organisation_id in organisations_of(session, account_id)
    if not is_ours and not policies.is_administrator(actor):
        raise NotFound
    return account


def organisations_of(session: Session, account_id: int) -> frozenset[int]:
    """Return the organisations in which the account has a role."""
    return frozenset(session.scalars(select(Membership.organisation_id).where(Membership.account_id == account_id).distinct()))


def is_last_administrator(session: Session, account_id: int) -> bool:
    """Tell whether nobody else could administer the portal if this account closed or lost that role."""
    administrators = session.scalars(
        select(Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.role == Role.ADMINISTRATOR, Account.deactivated_at.is_(None), Account.activated_at.is_not(None))
        .distinct()
    ).all()
    return list(administrators) == [account_id]


def invite(session: Session, actor: Actor, clock: Clock, public_url: str, invitation: Invitation) -> Account:
    """Open an account and mail its activation link, or give the roles to the account that the address already has (SO-23).

    Raises ``NotFound`` (organisation), ``Forbidden`` (a role beyond the actor's own reach), ``Invalid``.
    """
    organisation = session.get(Organisation, invitation.organisation_id)
    if organisation is None or not policies.grantable_roles(actor, organisation.id, organisation.kind):
        raise NotFound
    _check_roles(actor, organisation, invitation.roles, invitation.region)
    account = session.scalar(select(Account).where(func.lower(Account.email) == invitation.email.lower()))
    if account is not None and account.deactivated_at is not None:
        raise Invalid({"email": _m("Le compte de cette adresse est fermé : un administrateur peut le rouvrir.")})
    known = account is not None
    if account is None:
        now = clock.now()
        account = Account(email=invitation.email, full_name=invitation.full_name, created_at=now, expires_on=default_expiry(now))
        session.add(account)
        session.flush()
    _add_memberships(session, clock, account, organisation, invitation.roles, invitation.region)
    if known and account.activated_at is not None:
        _tell_of_role(session, clock, public_url, account, organisation)
    else:
        send_invitation(session, clock, public_url, account, organisation.name)
    record(
        session,
        actor,
        clock,
        action="account.invited",
        subject=f"compte n° {account.id}",
        organisation_id=organisation.id,
        detail={"roles": sorted(invitation.roles), "new": not known},
    )
    return account


def _check_roles(actor: Actor, organisation: Organisation, roles: Collection[Role], region: str | None) -> None:
    if not roles:
        raise Invalid({"roles": _m("Choisissez au moins un rôle.")})
    if not all(role_fits(role, organisation.kind) for role in roles):
        raise Invalid({"roles": _m("Ce rôle n'existe pas dans ce genre d'organisation.")})
    if not set(roles) <= policies.grantable_roles(actor, organisation.id, organisation.kind):
        raise Forbidden
    if MEMBERSHIP_NEEDS_REGION.isdisjoint(roles):
        return
    if (region or organisation.region) not in REGIONS:
        raise Invalid({"region": _m("Choisissez la région de l'agent.")})
    if not policies.is_administrator(actor) and region != organisation.region:
        raise Forbidden


def _add_memberships(
    session: Session, clock: Clock, account: Account, organisation: Organisation, roles: Collection[Role], region: str | None
) -> list[Role]:
    held = set(
        session.scalars(select(Membership.role).where(Membership.account_id == account.id, Membership.organisation_id == organisation.id))
    )
    added = sorted({*roles, *(ADDS_TO[role] for role in roles if role in ADDS_TO)} - held)
    for role in added:
        kept = (region or organisation.region) if role in MEMBERSHIP_NEEDS_REGION else None
        session.add(Membership(account_id=account.id, organisation_id=organisation.id, role=role, region=kept, granted_at=clock.now()))
    session.flush()
    return added


def _tell_of_role(session: Session, clock: Clock, public_url: str, account: Account, organisation: Organisation) -> None:
    mail = mails.role_granted(public_url, account.full_name, organisation.name)
    key = f"role:{account.id}:{organisation.id}:{clock.now().isoformat()}"
    enqueue(session, clock, to=account.email, subject=mail.subject, body=mail.body, key=key)


def send_invitation(session: Session, clock: Clock, public_url: str, account: Account, organisation: str) -> None:
    """Mail a fresh activation link; an earlier one stops working."""
    token = links.issue(session, clock, account.id, Purpose.ACTIVATION)
    mail = mails.invitation(public_url, token, account.full_name, organisation)
    key = f"invitation:{account.id}:{clock.now().isoformat()}"
    enqueue(session, clock, to=account.email, subject=mail.subject, body=mail.body, key=key)


def resend_invitation(session: Session, actor: Actor, clock: Clock, public_url: str, account_id: int) -> Account:
    """Mail the invitation again to somebody who has not activated the account yet."""
    account = managed_account(session, actor, account_id)
    if account.activated_at is not None or account.deactivated_at is not None:
        raise Forbidden
    name = session.scalar(
        select(Organisation.name)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.account_id == account.id)
        .order_by(Membership.id)
        .limit(1)
    )
    send_invitation(session, clock, public_url, account, name or "Guichet")
    record(session, actor, clock, action="account.invitation_resent", subject=f"compte n° {account.id}")
    return account


def grant_role(
    session: Session, actor: Actor, clock: Clock, public_url: str, account_id: int, organisation_id: int, role: Role, region: str | None
) -> None:
    """Give a role to an existing account."""
    account = managed_account(session, actor, account_id)
    organisation = managed_organisation(session, actor, organisation_id)
    _check_roles(actor, organisation, {role}, region)
    if not _add_memberships(session, clock, account, organisation, {role}, region):
        raise Invalid({"role": _m("Cette personne a déjà ce rôle.")})
    if account.activated_at is not None:
        _tell_of_role(session, clock, public_url, account, organisation)
    record(
        session,
        actor,
        clock,
        action="account.role_granted",
        subject=f"compte n° {account.id}",
        organisation_id=organisation.id,
        detail={"role": role, "region": region},
    )


def withdraw_role(session: Session, actor: Actor, clock: Clock, account_id: int, membership_id: int) -> None:
    """Take a role back, with what adds to it. The last administrator keeps theirs; a manager withdraws only what they could grant."""
    membership = session.get(Membership, membership_id)
    if membership is None or membership.account_id != account_id:
        raise NotFound
    organisation = managed_organisation(session, actor, membership.organisation_id)
    if membership.role not in policies.grantable_roles(actor, organisation.id, organisation.kind):
        raise Forbidden
    if membership.role is Role.ADMINISTRATOR and is_last_administrator(session, account_id):
        raise Invalid({"role": _m("C'est le dernier administrateur : donnez d'abord ce rôle à quelqu'un d'autre.")})
    role = membership.role
    _withdraw_additions(session, membership)
    session.delete(membership)
    session.flush()
    record(
        session,
        actor,
        clock,
        action="account.role_withdrawn",
        subject=f"compte n° {account_id}",
        organisation_id=organisation.id,
        detail={"role": role},
    )


def _withdraw_additions(session: Session, membership: Membership) -> None:
    """Take back the roles that only add a right to this one."""
    additions = [role for role, base in ADDS_TO.items() if base is membership.role]
    same = Membership.account_id == membership.account_id, Membership.organisation_id == membership.organisation_id
    session.execute(delete(Membership).where(*same, Membership.role.in_(additions)))


def set_open(session: Session, actor: Actor, clock: Clock, account_id: int, *, is_open: bool) -> Account:
    """Close an account at once, with its sessions and links (SO-24, SO-62), or open it again."""
    account = managed_account(session, actor, account_id)
    if not policies.can_close_account(actor, account_id, organisations_of(session, account_id)):
        raise Forbidden
    account.deactivated_at = None if is_open else clock.now()
    session.flush()
    if not is_open:
        revoke(session, clock, account_id=account.id)
        links.end_all(session, clock, account.id, *Purpose)
    record(session, actor, clock, action="account.reopened" if is_open else "account.closed", subject=f"compte n° {account.id}")
    return account


def set_validity(session: Session, actor: Actor, clock: Clock, account_id: int, expires_on: date) -> Account:
    """Set the last day of the account (FX-7c): today or later, within the longest validity from today."""
    account = managed_account(session, actor, account_id)
    if not policies.can_close_account(actor, account_id, organisations_of(session, account_id)):
        raise Forbidden
    if not clock.now().astimezone(PARIS).date() <= expires_on <= default_expiry(clock.now()):
        raise Invalid({"expires_on": _m("Choisissez un jour à venir, dans les deux ans : l'accès est temporaire.")})
    account.expires_on = expires_on
    session.flush()
    record(
        session,
        actor,
        clock,
        action="account.validity_changed",
        subject=f"compte n° {account.id}",
        detail={"expires_on": expires_on.isoformat()},
    )
    return account
