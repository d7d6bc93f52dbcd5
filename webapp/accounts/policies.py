"""Who manages whom: the operator's administrator everywhere, an organisation's manager within their own."""

from webapp.accounts.rules import GRANTED_BY_OPERATOR_ONLY, ROLES_OF_KIND
from webapp.actor import Actor, OrganisationKind, Role


def is_administrator(actor: Actor) -> bool:
    """Tell whether the actor administers the whole portal; the command line does."""
    return actor.account_id is None or actor.has(Role.ADMINISTRATOR)


def can_manage_people(actor: Actor, organisation_id: int) -> bool:
    """Tell whether the actor may list, invite and change the people of this organisation."""
    return is_administrator(actor) or (actor.has(Role.MANAGER) and actor.organisation_id == organisation_id)


def grantable_roles(actor: Actor, organisation_id: int, kind: OrganisationKind) -> frozenset[Role]:
    """Return the roles that the actor may grant or withdraw there: never one that reaches further than the actor's own.

    A manager hands out the roles of their own organisation, but those that see beyond it are the operator's to give.
    """
    if is_administrator(actor):
        return ROLES_OF_KIND[kind]
    if writes_clients(actor) and kind is OrganisationKind.CLIENT:
        return ROLES_OF_KIND[kind]
    if not can_manage_people(actor, organisation_id):
        return frozenset()
    return ROLES_OF_KIND[kind] - GRANTED_BY_OPERATOR_ONLY


def writes_clients(actor: Actor) -> bool:
    """Tell whether the actor leads the help desk: its leads create clients, whose contracts they write, and invite their contacts."""
    return actor.organisation_kind is OrganisationKind.OPERATOR and actor.has(Role.DESK_LEAD)


def can_edit_organisation(actor: Actor, *kinds: OrganisationKind) -> bool:
    """Tell whether the actor may create or edit an organisation that is, and will be, of these kinds."""
    return is_administrator(actor) or (writes_clients(actor) and set(kinds) == {OrganisationKind.CLIENT})


def can_edit_organisations(actor: Actor) -> bool:
    """Tell whether the actor may create and edit any organisation."""
    return is_administrator(actor)


def can_close_account(actor: Actor, account_id: int, organisations_of_account: frozenset[int]) -> bool:
    """Tell whether the actor may deactivate or reopen this account (SO-24).

    A manager may when the account belongs to their organisation only: one that serves elsewhere too is the operator's.
    Nobody closes their own account here, so that no organisation loses its last manager by a slip.
    """
    if actor.account_id == account_id:
        return False
    if is_administrator(actor):
        return True
    return actor.organisation_id is not None and actor.has(Role.MANAGER) and organisations_of_account == frozenset({actor.organisation_id})
