"""What the desk still owes once a ticket's own deadlines are over: kinds, due dates, how near they are (FL-12.7, FL-12.6b)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.helpdesk.rules.deadlines import Urgency, urgency
from webapp.texts import mark as _m
from webapp.worktime import WorkCalendar

_BUSINESS_DAY = timedelta(hours=8)


class Owed(StrEnum):
    """A kind of thing that the desk owes its client."""

    REPORT = "report"
    CONTEST = "contest"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is named, where it is done, and when its nearness is told (business time left) to the assignee, then to the lead."""

    label: str
    endpoint: str
    warning: timedelta
    lead_warning: timedelta
    clause: str


#: The registry that the page, the mails and the command read; another kind is one more line.
KINDS: dict[Owed, Kind] = {
    Owed.REPORT: Kind(_m("Rapport d’incident"), "helpdesk.edit_report", 2 * _BUSINESS_DAY, _BUSINESS_DAY, "FL-12.7"),
    Owed.CONTEST: Kind(_m("Réponse à une suspension contestée"), "helpdesk.answer_contest", _BUSINESS_DAY, _BUSINESS_DAY / 2, "FL-12.6b"),
}


def report_due(calendar: WorkCalendar, closed_at: datetime, days: int) -> datetime:
    """Return when the report on an incident closed at ``closed_at`` is due: the same time of day, ``days`` open days later (FL-12.7)."""
    return calendar.add_business_days(closed_at, days)


def nearness(calendar: WorkCalendar, kind: Owed, due_at: datetime, now: datetime) -> tuple[Urgency, timedelta]:
    """Return how near an obligation is, and the business time left (negative once it is late)."""
    left = calendar.between(now, due_at)
    if left == timedelta() and now > due_at:
        return Urgency.LATE, left
    return urgency(left, KINDS[kind].warning), left
