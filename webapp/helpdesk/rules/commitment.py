"""What a report is promised: the targets and the calendar of a service level, as one value (FL-12.1, FL-12.5c)."""

from dataclasses import dataclass
from datetime import datetime

from webapp.helpdesk.rules.deadlines import Deadlines, Target, promise
from webapp.worktime import WorkCalendar

#: FL-12.1 for everybody: a first response within 2 business days and, failing it, restoration within 2 business days.
FIRST_RESPONSE = Target(days=2)
RESTORATION = Target(days=2)


@dataclass(frozen=True, slots=True)
class Commitment:
    """The promise that applies to one report. ``contract_id`` and ``level_version_id`` are None under the general conditions alone.

    ``paying``: the client pays for its support; ``paying_first``: the level puts those who do before the others (FL-12.3).
    """

    calendar: WorkCalendar
    first_response: Target = FIRST_RESPONSE
    restoration: Target = RESTORATION
    contract_id: int | None = None
    level_version_id: int | None = None
    in_house: bool = False
    paying: bool = False
    paying_first: bool = False

    def deadlines(self, notified_at: datetime) -> Deadlines:
        """Return the instants promised to a report notified at ``notified_at``."""
        return promise(self.calendar, notified_at, self.first_response, self.restoration)
