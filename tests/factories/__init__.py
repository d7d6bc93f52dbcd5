"""Small rows for tests: made directly, with values that make sense."""

from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership, Organisation
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD, PasswordHashing
from webapp.actor import Actor, OrganisationKind, Role
from webapp.folding import fold
from webapp.terms.library import versions
from webapp.terms.models import TermsAcceptance
from webapp.terms.queries import has_accepted
from webapp.terms.rules import audience_of, in_force

_numbers = count(1)
PASSWORD = DEMONSTRATION_PASSWORD
_HASH = PasswordHashing(8, 1).hash(PASSWORD)


def make_organisation(session: Session, now: datetime, kind: OrganisationKind, name: str = "", **values: object) -> Organisation:
    """Add an organisation."""
    name = name or f"Organisation {next(_numbers)}"
    row = Organisation(kind=kind, name=name, search_text=fold(name), created_at=now, **values)
    session.add(row)
    session.flush()
    return row


def make_account(session: Session, now: datetime, username: str = "", **values: object) -> Account:
    """Add an activated account whose password is ``PASSWORD``."""
    username = username or f"personne-{next(_numbers)}"
    given = {
        "full_name": username.replace(".", " ").title(),
        "email": f"{username}@exemple.invalid",
        "password_hash": _HASH,
        "activated_at": now,
    }
    row = Account(username=username, created_at=now, **{**given, **values})
    session.add(row)
    session.flush()
    return row


def grant(session: Session, now: datetime, account: Account, organisation: Organisation, *roles: Role, region: str | None = None) -> Actor:
    """Give roles to the account in the organisation, and return the person acting for it."""
    for role in roles:
        session.add(Membership(account_id=account.id, organisation_id=organisation.id, role=role, region=region, granted_at=now))
    session.flush()
    accept_terms(session, now, account, organisation)
    return Actor(
        account.id,
        account.full_name,
        organisation.id,
        organisation.name,
        organisation.kind,
        frozenset(roles),
        region or organisation.region,
    )


def accept_terms(session: Session, now: datetime, account: Account, organisation: Organisation) -> None:
    """Note that the account accepted the terms that go with the organisation's kind, once per text."""
    version = in_force(versions(), audience_of(organisation.kind), now)
    if version is None or has_accepted(session, account.id, version.sha256):
        return
    row = TermsAcceptance(
        account_id=account.id, audience=version.audience, effective_on=version.effective_on, sha256=version.sha256, accepted_at=now
    )
    session.add(row)
    session.flush()


def make_person(
    session: Session, now: datetime, username: str, organisation: Organisation, *roles: Role, region: str | None = None
) -> Actor:
    """Add an account holding ``roles`` in the organisation, and return it as an actor."""
    return grant(session, now, make_account(session, now, username), organisation, *roles, region=region)
