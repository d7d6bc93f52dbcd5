"""Which terms apply to whom, and which version at an instant: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from webapp.actor import OrganisationKind
from webapp.clock import PARIS
from webapp.texts import mark as _m


class Audience(StrEnum):
    """Whom a text of the terms is for; the value stands in its file name and its address."""

    ACCREDITED_BODIES = "organismes"
    DECLARANTS = "declarants"
    CLIENTS = "clients"
    STAFF = "personnel"


#: How long before it starts, and after, a version is announced on the home page.
ANNOUNCED_FOR = timedelta(days=30)

AUDIENCE_LABELS: Mapping[Audience, str] = {
    Audience.ACCREDITED_BODIES: _m("Organismes accrédités"),
    Audience.DECLARANTS: _m("Déclarants et agents"),
    Audience.CLIENTS: _m("Clients"),
    Audience.STAFF: _m("Personnel de l’Exploitant et de l’Instance d’accréditation"),
}

_K = OrganisationKind
_AUDIENCE_OF_KIND: Mapping[OrganisationKind, Audience] = {
    _K.ACCREDITED_BODY: Audience.ACCREDITED_BODIES,
    _K.OPCO: Audience.DECLARANTS,
    _K.ATPRO: Audience.DECLARANTS,
    _K.FAF: Audience.DECLARANTS,
    _K.MINISTRY: Audience.DECLARANTS,
    _K.CLIENT: Audience.CLIENTS,
    _K.OPERATOR: Audience.STAFF,
    _K.ACCREDITATION_BODY: Audience.STAFF,
}


def audience_of(kind: OrganisationKind | None) -> Audience:
    """Return the audience of people acting for this kind of organisation; those without one read the clients' text."""
    return Audience.CLIENTS if kind is None else _AUDIENCE_OF_KIND[kind]


@dataclass(frozen=True, slots=True)
class Version:
    """One text, in force from the first instant of ``effective_on`` in Paris; ``sha256`` (hex) is of the exact bytes ``content``."""

    audience: Audience
    effective_on: date
    content: bytes
    sha256: str
    title: str
    body: str

    @property
    def effective_at(self) -> datetime:
        """The instant from which the version is in force, in Paris time."""
        return datetime(self.effective_on.year, self.effective_on.month, self.effective_on.day, tzinfo=PARIS)

    @property
    def filename(self) -> str:
        """The name under which the text is downloaded."""
        return f"conditions-{self.audience}-{self.effective_on.isoformat()}.html"


def in_force(versions: Iterable[Version], audience: Audience, now: datetime) -> Version | None:
    """Return the audience's version in force at ``now`` (aware), or None before the first."""
    started = [version for version in versions if version.audience == audience and version.effective_at <= now]
    return max(started, key=lambda version: version.effective_on, default=None)


def upcoming(versions: Iterable[Version], audience: Audience, now: datetime) -> list[Version]:
    """Return the audience's versions that are announced but not yet in force, soonest first (SO-17)."""
    later = [version for version in versions if version.audience == audience and version.effective_at > now]
    return sorted(later, key=lambda version: version.effective_on)


def announced(versions: Iterable[Version], audience: Audience, now: datetime) -> list[Version]:
    """Return the audience's versions that people are told of at ``now``, soonest first: 30 days before they start and 30 after (SO-17)."""
    near = [version for version in versions if version.audience == audience and abs(version.effective_at - now) <= ANNOUNCED_FOR]
    return sorted(near, key=lambda version: version.effective_on)


def earlier(versions: Iterable[Version], audience: Audience, now: datetime) -> list[Version]:
    """Return the audience's versions that another replaced, latest first (SO-83)."""
    started = [version for version in versions if version.audience == audience and version.effective_at <= now]
    return sorted(started, key=lambda version: version.effective_on, reverse=True)[1:]
