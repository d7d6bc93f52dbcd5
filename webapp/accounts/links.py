"""Links that serve once and for a time: issuing, finding, using."""

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import SingleUseLink
from webapp.accounts.rules import EMAIL_CHANGE_HOURS, INVITATION_DAYS, RESET_MINUTES
from webapp.clock import Clock


class Purpose(StrEnum):
    """What a link is for."""

    ACTIVATION = "activation"
    PASSWORD = "password"  # noqa: S105 -- a purpose, not a password
    EMAIL = "email"


LIFETIMES = {
    Purpose.ACTIVATION: timedelta(days=INVITATION_DAYS),
    Purpose.PASSWORD: timedelta(minutes=RESET_MINUTES),
    Purpose.EMAIL: timedelta(hours=EMAIL_CHANGE_HOURS),
}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(session: Session, clock: Clock, account_id: int, purpose: Purpose, new_email: str | None = None) -> str:
    """Return the token of a new link; earlier links of the same purpose stop working."""
    end_all(session, clock, account_id, purpose)
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        SingleUseLink(
            account_id=account_id,
            purpose=purpose,
            token_hash=_digest(token),
            new_email=new_email,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    session.flush()
    return token


def find(session: Session, clock: Clock, token: str, purpose: Purpose) -> SingleUseLink | None:
    """Return the link when it is ours, for this purpose, unused and in time. Looking does not use it up: mail scanners look too."""
    return session.scalar(
        select(SingleUseLink).where(
            SingleUseLink.token_hash == _digest(token),
            SingleUseLink.purpose == purpose,
            SingleUseLink.ended_at.is_(None),
            SingleUseLink.expires_at > clock.now(),
        )
    )


def use(session: Session, clock: Clock, link: SingleUseLink) -> bool:
    """Use the link up; False when somebody did so in the meantime."""
    unused = (SingleUseLink.id == link.id) & SingleUseLink.ended_at.is_(None)
    used = session.execute(update(SingleUseLink).where(unused).values(ended_at=clock.now()))
    return bool(used.rowcount == 1)  # type: ignore[attr-defined]  # -- a cursor result


def end_all(session: Session, clock: Clock, account_id: int, *purposes: Purpose) -> None:
    """Make the account's unused links of these purposes stop working."""
    live = (SingleUseLink.account_id == account_id) & SingleUseLink.purpose.in_(purposes) & SingleUseLink.ended_at.is_(None)
    session.execute(update(SingleUseLink).where(live).values(ended_at=clock.now()))
