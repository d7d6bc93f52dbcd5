"""Who announces, and who names the components. Reading is for everybody."""

from webapp.actor import Actor, OrganisationKind, Role


def can_announce(actor: Actor | None) -> bool:
    """The operator's help desk tells what disturbs the services."""
    return _operator(actor) and actor is not None and actor.has(Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR)


def can_name_components(actor: Actor | None) -> bool:
    """Its leads and administrators say what the services are made of."""
    return _operator(actor) and actor is not None and actor.has(Role.DESK_LEAD, Role.ADMINISTRATOR)


def _operator(actor: Actor | None) -> bool:
    return actor is not None and actor.organisation_kind is OrganisationKind.OPERATOR
