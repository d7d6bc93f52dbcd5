"""What an agent asks of the queue: a view, filters, an order. Pure values."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from webapp.contracts.rules import Plan
from webapp.helpdesk.rules.priority import Impact
from webapp.helpdesk.rules.search import Sought, sought
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import State


class View(StrEnum):
    """The queue's ready-made selections, as they stand in the URL."""

    ALL = "tous"
    TO_QUALIFY = "a-qualifier"
    UNASSIGNED = "sans-agent"
    MINE = "les-miens"
    TEAM = "mon-equipe"
    FOLLOWED = "suivis"
    SOON = "echeance"
    CLIENT = "client"
    ACCESS = "acces"
    TO_CONFIRM = "a-confirmer"
    RESTORED = "retablis"
    ARCHIVE = "archives"


#: The views that are the tickets of one state.
STATE_VIEWS = {
    View.TO_QUALIFY: State.REPORTED,
    View.CLIENT: State.WAITING_CLIENT,
    View.ACCESS: State.WAITING_ACCESS,
    View.TO_CONFIRM: State.QUALIFIED,
    View.RESTORED: State.RESTORED,
}


class Channel(StrEnum):
    """How a report came."""

    PHONE = "telephone"
    PORTAL = "portail"
    PUBLIC = "formulaire"


class Order(StrEnum):
    """The orders of a list, as they stand in the URL."""

    DUE = "echeance"
    PRIORITY = "priorite"
    REPORTED = "signalement"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the URL asks of the queue. ``before`` bounds "soon", ``account_id`` is who "mine" means, ``text`` what was typed.

    ``client_id`` is an organisation; days have been made instants (aware): ``…_from`` included, ``…_until`` and ``due_before`` not.
    """

    view: View
    before: datetime
    account_id: int | None
    text: str = ""
    client_id: int | None = None
    contract: str = ""
    site_id: int | None = None
    service: ServiceType | None = None
    state: State | None = None
    priority: int | None = None
    impact: Impact | None = None
    assignee_id: int | None = None
    unassigned: bool = False
    team_id: int | None = None
    tag: str = ""
    level: str = ""
    plan: Plan | None = None
    channel: Channel | None = None
    notified_from: datetime | None = None
    notified_until: datetime | None = None
    closed_from: datetime | None = None
    closed_until: datetime | None = None
    due_before: datetime | None = None

    @property
    def narrowed(self) -> bool:
        """Tell whether anything but the view restricts the list."""
        return any(getattr(self, item.name) not in (None, "", False) for item in fields(self)[3:])

    @property
    def sought(self) -> Sought | None:
        """The words to search for, or None."""
        return sought(self.text) if self.text else None

    @property
    def open_only(self) -> bool:
        """Tell whether the list holds open tickets only."""
        return self.view is not View.ARCHIVE
