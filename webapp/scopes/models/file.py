"""Files (*dossiers*): their general scope, their sites, who is responsible for them, and the decisions taken on them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.scopes.models.columns import codes, of_dossier
from webapp.scopes.rules.decisions import DecisionKind, Flexibility, GeneralStatus
from webapp.scopes.rules.rights import FileRight
from webapp.scopes.rules.states import Act, Draft, Facts, Online


class Dossier(OrganisationOwned, Base):
    """An accredited file: one accreditation number, one detailed scope.

    ``version_number`` and ``effective_at`` are those of the last version asked for, in force or still to come;
    ``undo_floor`` is the last step that the draft can no longer take back (it went into a version).
    """

    __tablename__ = "dossier"
    __allow_unmapped__ = True  # ``right`` is no column
    __table_args__ = (UniqueConstraint("organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(7), unique=True)
    activity: Mapped[str] = mapped_column(String(20), index=True)
    online: Mapped[Online] = mapped_column(codes(Online), default=Online.NONE)
    draft: Mapped[Draft] = mapped_column(codes(Draft), default=Draft.NONE)
    version_number: Mapped[int] = mapped_column(default=0)
    effective_at: Mapped[datetime | None] = mapped_column(index=True)
    requested_at: Mapped[datetime | None]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    next_line: Mapped[int] = mapped_column(default=1)
    undo_floor: Mapped[int] = mapped_column(default=0)
    search_text: Mapped[str] = mapped_column(String(600))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    #: Not stored: the right of whoever opened the file (``services.files.open_file``).
    right: FileRight | None = None

    @property
    def stored(self) -> Facts:
        """The two facts as they are stored; :func:`webapp.scopes.rules.states.settled` says how they stand now."""
        return Facts(self.online, self.draft)

    @stored.setter
    def stored(self, facts: Facts) -> None:
        self.online, self.draft = facts.online, facts.draft


class GeneralLine(OrganisationOwned, Base):
    """A line of the general scope, written by the accreditation body alone.

    ``methods`` are the references granted with it, as the body wrote them: what FLEX1 and the others build on.
    """

    __tablename__ = "general_line"
    __table_args__ = (of_dossier(), UniqueConstraint("dossier_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    flexibility: Mapped[Flexibility] = mapped_column(codes(Flexibility))
    status: Mapped[GeneralStatus] = mapped_column(codes(GeneralStatus), default=GeneralStatus.ACTIVE)
    rank: Mapped[int]
    extended_at: Mapped[datetime | None]
    methods: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)


class DossierSite(OrganisationOwned, Base):
    """A place where the body works under this file: what the site columns of its lines choose from."""

    __tablename__ = "dossier_site"
    __table_args__ = (of_dossier(), UniqueConstraint("dossier_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    rank: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)


class DossierAccess(OrganisationOwned, Base):
    """One person's right on one file, for a time (FX-7b, FX-7c): instants are UTC, ``until`` None while it lasts.

    Ended rows stay: they tell who could do what, and when.
    """

    __tablename__ = "dossier_access"
    __table_args__ = (of_dossier(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    access: Mapped[FileRight] = mapped_column(codes(FileRight))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Decision(OrganisationOwned, Base):
    """A decision of the accreditation body on one line of the general scope, and what it did to the detailed scope."""

    __tablename__ = "decision"
    __table_args__ = (of_dossier(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(index=True)
    general_line_id: Mapped[int] = mapped_column(ForeignKey("general_line.id"))
    kind: Mapped[DecisionKind] = mapped_column(codes(DecisionKind))
    effect: Mapped[Act] = mapped_column(codes(Act))
    decided_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
