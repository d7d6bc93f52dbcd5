"""Whom to warn before a deadline is missed, and when: pure rules (FL-12.1, FL-12.5a, FL-12.7).

One mail at most for each person in each opening half-day, never outside opening hours. So the first mail of a half-day also tells what
will come near before that half-day ends: nothing more could be said until the next one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.worktime import WorkCalendar

#: A deadline that passed while nobody was there to warn of it is still told within this much business time.
STILL_TOLD = timedelta(hours=8)
_LONGEST_OPENING = timedelta(days=1)


class Deadline(StrEnum):
    """What is about to be missed."""

    RESPONSE = "response"
    RESTORATION = "restoration"
    REPORT = "report"
    CONTEST = "contest"


class Level(StrEnum):
    """Whom a warning is for: the agent in charge first, the leads when less time is left."""

    ASSIGNEE = "assignee"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Member:
    """An active person of the desk. ``wants``: mails are welcome; ``away``: absent today, ``substitute_id`` (or nobody) takes over."""

    account_id: int
    lead: bool = False
    wants: bool = True
    away: bool = False
    substitute_id: int | None = None
    teams: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline with the time left until it (business time, or wall-clock where the level counts so), now and when the half-day ends."""

    ticket_id: int
    deadline: Deadline
    due_at: datetime
    left: timedelta
    left_at_end: timedelta
    warning: timedelta
    lead_warning: timedelta
    assignee_id: int | None = None
    team_id: int | None = None

    @property
    def key(self) -> tuple[int, Deadline, datetime]:
        """What a warning is about: a deadline that moves is another one."""
        return self.ticket_id, self.deadline, self.due_at


#: A warning that was given: what it was about, to whom, at which level.
Told = tuple[int, Deadline, datetime, int, Level]


@dataclass(slots=True)
class Digest:
    """What one person is told at once: each deadline with the levels that it reaches for them."""

    account_id: int
    levels: dict[tuple[int, Deadline, datetime], list[Level]] = field(default_factory=dict)
    pressing: bool = False


def half_day(calendar: WorkCalendar, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the opening period around ``now`` (its opening and closing instants, in UTC), or None while the desk is closed."""
    if not calendar.is_open(now):
        return None
    opening = calendar.segments(now - _LONGEST_OPENING, now + timedelta(microseconds=1))[-1][0]
    return opening, calendar.segments(now, now + _LONGEST_OPENING)[0][1]


def time_left(calendar: WorkCalendar, due_at: datetime, at: datetime, *, elapsed: bool = False) -> timedelta:
    """Return the time from ``at`` until a deadline, negative once it has passed: business time, or wall-clock when ``elapsed``."""
    return due_at - at if elapsed else calendar.between(at, due_at)


def receivers(due: Due, level: Level, staff: dict[int, Member]) -> list[int]:
    """Return who is told of a deadline at a level: the assignee or who stands in for them, else the leads (of the team, if it has one)."""
    if level is Level.ASSIGNEE:
        found = _reached(due.assignee_id, staff)
        if found is not None:
            return [found]
    leads = [member for member in staff.values() if member.lead]
    team = [member for member in leads if due.team_id in member.teams] if due.team_id is not None else []
    return _all_reached(team, staff) or _all_reached(leads, staff)


def _all_reached(members: Iterable[Member], staff: dict[int, Member]) -> list[int]:
    reached = (_reached(member.account_id, staff) for member in members)
    return sorted({account_id for account_id in reached if account_id is not None})


def _reached(account_id: int | None, staff: dict[int, Member]) -> int | None:
    """Return the person, or the substitute of somebody away, when a mail to them would be read; else None."""
    member = staff.get(account_id) if account_id is not None else None
    if member is not None and member.away:
        substitute = staff.get(member.substitute_id) if member.substitute_id is not None else None
        return substitute.account_id if substitute is not None and substitute.wants and not substitute.away else None
    return member.account_id if member is not None and member.wants else None


def digests(dues: Iterable[Due], staff: dict[int, Member], told: Collection[Told], mailed: Collection[int]) -> list[Digest]:
    """Return what to tell whom now, by person. ``told``: warnings given already; ``mailed``: who had this half-day's mail.

    A person gets a mail when at least one deadline has come within its threshold; the mail also names those that will before the
    half-day ends. A deadline that passed long ago is history, not a warning.
    """
    found: dict[int, Digest] = {}
    for due in dues:
        if due.left < -STILL_TOLD:
            continue
        for level, threshold in ((Level.ASSIGNEE, due.warning), (Level.LEAD, due.lead_warning)):
            if due.left_at_end > threshold:
                continue
            for account_id in receivers(due, level, staff):
                if account_id in mailed or (*due.key, account_id, level) in told:
                    continue
                digest = found.setdefault(account_id, Digest(account_id))
                digest.levels.setdefault(due.key, []).append(level)
                digest.pressing = digest.pressing or due.left <= threshold
    return [found[account_id] for account_id in sorted(found) if found[account_id].pressing]
