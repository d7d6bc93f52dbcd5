"""People, organisations, their roles, and the sessions people have open."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.actor import OrganisationKind, Role
from webapp.db import Base
from webapp.folding import fold


def _codes(kind: type[OrganisationKind] | type[Role]) -> Enum:
    """Store an enumeration as its value in a plain string column, so that adding a member needs no migration."""
    return Enum(kind, native_enum=False, length=32, create_constraint=False, values_callable=lambda members: [m.value for m in members])


class Organisation(Base):
    """A regulated body, its authority, a client or the operator."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(_codes(OrganisationKind), index=True)
    name: Mapped[str] = mapped_column(String(200))
    siret: Mapped[str | None] = mapped_column(String(14), unique=True)
    region: Mapped[str | None] = mapped_column(String(60), index=True)
    city: Mapped[str | None] = mapped_column(String(120))
    search_text: Mapped[str] = mapped_column(String(600))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


class Account(Base):
    """One person's account (SO-23: one per person), personal and for a time (FX-7c).

    ``username`` and ``password_hash`` are empty until the person activates the account from the invitation mail (FX-7a).
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str | None] = mapped_column(String(60), unique=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    full_name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(40))
    search_text: Mapped[str] = mapped_column(String(800))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    password_changed_at: Mapped[datetime | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    mail_notices: Mapped[bool] = mapped_column(default=True)
    keyboard_shortcuts: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="account", order_by="Membership.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy


@event.listens_for(Account, "before_insert")
@event.listens_for(Account, "before_update")
def _fold_for_search(_mapper: object, _connection: object, account: Account) -> None:
    """Keep the folded text by which people are found."""
    account.search_text = fold(f"{account.full_name} {account.username or ''} {account.email}")[:800]


class Membership(Base):
    """One role of one person in one organisation."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("account_id", "organisation_id", "role"),
        Index("ix_membership_organisation_id_role", "organisation_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[Role] = mapped_column(_codes(Role))
    region: Mapped[str | None] = mapped_column(String(60))
    granted_at: Mapped[datetime]
    account: Mapped[Account] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()


class AccountSession(Base):
    """One signed-in browser: only the SHA-256 of its token is kept, so a stolen database opens no session."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    network_address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(300))
    terms_hash: Mapped[str | None] = mapped_column(String(64))


class KeptRequest(Base):
    """What a person sent when the session had ended: kept for that account, offered again after the next sign-in."""

    __tablename__ = "kept_request"
    __table_args__ = (CheckConstraint("length(body) <= 2000000", name="size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    page: Mapped[str] = mapped_column(String(500))
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


class SingleUseLink(Base):
    """A link sent by mail that serves once and for a time: to activate an account, set a new password, or confirm a new address.

    Only the SHA-256 of its token is kept. ``new_email`` is the address to be confirmed; ``ended_at`` is set when the link was used, or
    replaced by a later one.
    """

    __tablename__ = "single_use_link"
    __table_args__ = (CheckConstraint("purpose IN ('activation', 'password', 'email')", name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    new_email: Mapped[str | None] = mapped_column(String(320))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One attempt to sign in or to have a password mailed, kept to slow guessing down (``throttling``).

    ``name_key`` is a digest of what was typed. ``device`` names the browser when it carries the mark of an earlier sign-in to this account.
    An attempt is written as failed before the password is checked, so that attempts made at once count each other.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_name_key_at", "name_key", "at"), Index("ix_sign_in_attempt_network_at", "network", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    name_key: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(50))
    device: Mapped[str | None] = mapped_column(String(64))
    succeeded: Mapped[bool] = mapped_column(default=False)
