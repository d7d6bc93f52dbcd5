"""The one table of who may reach which endpoint. An endpoint that is not in it answers nobody."""

from dataclasses import dataclass
from typing import Final

from webapp.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an endpoint: everybody (``public``), or people holding one of ``roles`` (any signed-in person when empty)."""

    public: bool = False
    roles: frozenset[Role] = frozenset()
    #: Reachable before the terms are accepted (the terms themselves, signing out).
    before_terms: bool = False

    def allows(self, actor: Actor | None) -> bool:
        """Tell whether the actor (None: not signed in) may call the endpoint."""
        if self.public:
            return True
        return actor is not None and (not self.roles or actor.has(*self.roles))


PUBLIC: Final = Access(public=True, before_terms=True)
SIGNED_IN: Final = Access()
BEFORE_TERMS: Final = Access(before_terms=True)


def roles(*allowed: Role) -> Access:
    """Allow only the holders of one of these roles."""
    return Access(roles=frozenset(allowed))


ACCESS: Final[dict[str, Access]] = {
    # Front door
    "static": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "accounts.sign_out": BEFORE_TERMS,
    "accounts.kept": SIGNED_IN,
    "accounts.drop_kept_request": SIGNED_IN,
    "accounts.switch": BEFORE_TERMS,
    "portal.language": PUBLIC,
    # Desk: the home page and the search across the counters
    "desk.home": PUBLIC,
    "desk.search": SIGNED_IN,
}
