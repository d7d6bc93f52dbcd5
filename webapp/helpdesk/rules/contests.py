"""The client's contest of a pause, and the answer that is owed to it (FL-12.6b)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from webapp.helpdesk.rules.clock import CONTESTABLE, ClockEvent, EventKind, Reason, standing
from webapp.worktime import WorkCalendar

#: Business days in which the desk answers.
ANSWER_DAYS = 2


@dataclass(frozen=True, slots=True)
class Suspension:
    """A pause as its client sees it: the event that began it, its end (None while it lasts), and what was said of it."""

    event: ClockEvent
    until: datetime | None
    contest: ClockEvent | None = None
    answer: ClockEvent | None = None

    @property
    def since(self) -> datetime:
        """When the count stopped."""
        return self.event.since or self.event.at

    @property
    def annulled(self) -> bool:
        """Tell whether the desk withdrew it: its time counts."""
        return self.answer is not None and self.answer.reason is Reason.ANNULLED

    @property
    def awaits_answer(self) -> bool:
        """Tell whether the desk owes an answer to its contest."""
        return self.contest is not None and self.answer is None


def contest_due(calendar: WorkCalendar, contested_at: datetime) -> datetime:
    """Return when the answer to a contest is due: two business days after it, on the ticket's calendar."""
    return calendar.add_business_days(contested_at, ANSWER_DAYS)


def suspensions(events: Iterable[ClockEvent]) -> list[Suspension]:
    """Return every pause and exclusion that the desk recorded, annulled ones too, oldest first.

    A pause ends with the first event after it that resumes, restores or ends the count where it ran.
    """
    told = standing(list(events))
    contests = {event.about_id: event for event in told if event.kind is EventKind.CONTESTED}
    answers = {event.about_id: event for event in told if event.kind is EventKind.CONTEST_ANSWERED}
    found = []
    for place, event in enumerate(told):
        if event.kind in CONTESTABLE:
            contest = contests.get(event.id)
            answer = answers.get(contest.id) if contest else None
            until = event.until if event.kind is EventKind.EXCLUDED else _end(event, told[place + 1 :])
            found.append(Suspension(event, until, contest, answer))
    return found


_ENDS = frozenset({EventKind.RESUMED, EventKind.RESTORED, EventKind.CLOSED, EventKind.NOT_INTERRUPTION})


def _end(pause: ClockEvent, later: Iterable[ClockEvent]) -> datetime | None:
    """Return the end of a pause: of a pause of several sites, that of the first site to go on."""
    return next((event.at for event in later if event.kind in _ENDS and pause.site_id in (None, event.site_id or pause.site_id)), None)
