"""What the loaders share: the session, a clock they may move, and the organisations and people made so far."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership, Organisation
from webapp.actor import Actor, OrganisationKind, Role
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.folding import fold


@dataclass
class World:
    """The demonstration in the making. ``clock`` starts at the present instant: what a loader moves, it puts back."""

    session: Session
    clock: FrozenClock
    settings: Settings
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Account] = field(default_factory=dict)
    roles: dict[tuple[str, str], frozenset[Role]] = field(default_factory=dict)
    regions: dict[tuple[str, str], str] = field(default_factory=dict)

    def organisation(
        self, key: str, kind: OrganisationKind, name: str, *, region: str | None = None, city: str | None = None, siret: str | None = None
    ) -> Organisation:
        """Make (or return) the organisation known by ``key``."""
        if key not in self.organisations:
            row = Organisation(
                kind=kind,
                name=name,
                region=region,
                city=city,
                siret=siret,
                search_text=fold(f"{name} {city or ''} {siret or ''}")[:600],
                created_at=self.clock.now() - timedelta(days=900),
            )
            self.session.add(row)
            self.session.flush()
            self.organisations[key] = row
        return self.organisations[key]

    def grant(self, username: str, key: str, role: Role, region: str | None = None) -> None:
        """Give the person a role in the organisation."""
        membership = Membership(
            account_id=self.people[username].id,
            organisation_id=self.organisations[key].id,
            role=role,
            region=region,
            granted_at=self.clock.now() - timedelta(days=400),
        )
        self.session.add(membership)
        self.session.flush()
        self.roles[(username, key)] = self.roles.get((username, key), frozenset()) | {role}
        if region:
            self.regions[(username, key)] = region

    def actor(self, username: str, key: str) -> Actor:
        """Return the person acting for the organisation, for calling services."""
        account, organisation = self.people[username], self.organisations[key]
        return Actor(
            account.id,
            account.full_name,
            organisation.id,
            organisation.name,
            organisation.kind,
            self.roles[(username, key)],
            self.regions.get((username, key), organisation.region),
        )
