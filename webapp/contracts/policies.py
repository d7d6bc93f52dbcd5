"""Who may see and change contracts, sites and service levels."""

from webapp.actor import Actor, OrganisationKind, Role


def can_read_all(actor: Actor) -> bool:
    """The operator's help desk and administrators see every client's contracts (FL-12.5c)."""
    return actor.organisation_kind is OrganisationKind.OPERATOR and actor.has(Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR)


def can_read(actor: Actor, organisation_id: int) -> bool:
    """A client's contacts see their own organisation's, and no other (FL-7.1)."""
    return can_read_all(actor) or (actor.has(Role.CLIENT_CONTACT) and actor.organisation_id == organisation_id)


def can_manage(actor: Actor) -> bool:
    """Contracts bind the operator: its desk leads and administrators write them."""
    return actor.organisation_kind is OrganisationKind.OPERATOR and actor.has(Role.DESK_LEAD, Role.ADMINISTRATOR)
