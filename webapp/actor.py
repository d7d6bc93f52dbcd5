"""Who acts, for which organisation, with which roles: pure values shared by every area."""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is to the portal.

    ``OPCO``, ``ATPRO`` and ``FAF`` are the three declarant profiles of SO-1 (opérateur de compétences, association
    Transitions Pro, fonds d'assurance formation de non-salariés).
    """

    ACCREDITED_BODY = "accredited_body"
    OPCO = "opco"
    ATPRO = "atpro"
    FAF = "faf"
    CLIENT = "client"
    OPERATOR = "operator"
    ACCREDITATION_BODY = "accreditation_body"
    MINISTRY = "ministry"


class Role(StrEnum):
    """What a person may do in one organisation (SO-10, FX-7b, FL-8)."""

    SCOPE_EDITOR = "scope_editor"
    SCOPE_AUDITOR = "scope_auditor"
    SCOPE_OFFICER = "scope_officer"
    DECLARANT = "declarant"
    SIGNATORY = "signatory"
    NATIONAL_AGENT = "national_agent"
    REGIONAL_AGENT = "regional_agent"
    CLIENT_CONTACT = "client_contact"
    DESK_AGENT = "desk_agent"
    DESK_LEAD = "desk_lead"
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"


#: Roles on the authority's or provider's side: what they may see is set by policies and queries, not by one organisation.
OVERSEEING_ROLES = frozenset(
    {
        Role.SCOPE_OFFICER,
        Role.NATIONAL_AGENT,
        Role.REGIONAL_AGENT,
        Role.DESK_AGENT,
        Role.DESK_LEAD,
        Role.ADMINISTRATOR,
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for one organisation, or the system itself (``account_id`` and ``organisation_id`` None)."""

    account_id: int | None
    name: str
    organisation_id: int | None
    organisation_name: str
    organisation_kind: OrganisationKind | None
    roles: frozenset[Role]
    region: str | None = None

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor holds at least one of ``roles`` in the present organisation."""
        return not self.roles.isdisjoint(roles)

    @property
    def sees_all_organisations(self) -> bool:
        """Tell whether rows of other organisations may be read at all (their queries still decide which)."""
        return self.account_id is None or not self.roles.isdisjoint(OVERSEEING_ROLES)


#: Jobs and the command line: no person, every organisation.
SYSTEM = Actor(None, "Guichet", None, "Guichet", None, frozenset())

#: Where the present request comes from: set by the web seam, so that services need not carry it to the trail of acts.
network_address: ContextVar[str | None] = ContextVar("network_address", default=None)
