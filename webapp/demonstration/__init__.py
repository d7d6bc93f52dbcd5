"""Fictitious content to try the portal with. Every organisation and person in it is invented, and says so."""

from collections.abc import Callable

from sqlalchemy import func, select

from webapp.accounts.models import Organisation
from webapp.actor import SYSTEM
from webapp.clock import FrozenClock
from webapp.demonstration import (
    contracts,
    declarations,
    helpdesk,
    helpdesk_bulk,
    helpdesk_files,
    helpdesk_owed,
    helpdesk_talk,
    helpdesk_teams,
    helpdesk_views,
    scopes,
    service_status,
)
from webapp.demonstration.accounts import SIGN_INS, load_people
from webapp.demonstration.world import World
from webapp.web.state import State


def load_all(state: State) -> bool:
    """Load everything in one transaction into an empty database; return False, changing nothing, when it has content."""
    with state.database.transaction(SYSTEM) as session:
        if session.scalar(select(func.count()).select_from(Organisation)):
            return False
        world = World(session, FrozenClock(state.clock.now()), state.settings)
        load_people(world)
        for load in AREAS:
            load(world)
    return True


#: Each area's loader, in the order of their dependencies.
AREAS: tuple[Callable[[World], None], ...] = (
    contracts.load,
    service_status.load,
    scopes.load,
    declarations.load,
    helpdesk.load,
    helpdesk_bulk.load,
    helpdesk_files.load,
    helpdesk_owed.load,
    helpdesk_talk.load,
    helpdesk_teams.load,
    helpdesk_views.load,
)


def sign_ins() -> list[dict[str, str]]:
    """Return the demonstration sign-ins: username, password, role, organisation."""
    return [row.as_dict() for row in SIGN_INS]
