"""The figures of the help desk, added up by the database: one statement for each subject, whatever the number of tickets.

Months are those of Paris: their bounds are computed once and compared with the stored instants, so that no function of the database has
to know about time zones.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, extract, func, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.contracts.models import ServiceLevel, ServiceLevelVersion
from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.models import Ticket, TicketRating
from webapp.helpdesk.queries.tickets import within_reach
from webapp.helpdesk.rules.figures import Period, Season, Tally, seasons
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import ENDED, NOT_INTERRUPTIONS, State

#: First responses whose business time is computed one by one, the newest first.
MOST_RESPONSES = 50_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tickets are counted. ``level_id`` 0: those of no service level."""

    period: Period
    organisation_id: int | None = None
    level_id: int | None = None
    service: ServiceType | None = None


@dataclass(frozen=True, slots=True)
class Attainment:
    """The tally of one month (by its place in the period), level (None: the general terms alone) and client."""

    month: int
    level_id: int | None
    organisation_id: int
    tally: Tally


def clients(session: Session) -> list[tuple[int, str, bool]]:
    """Return who reports, as (id, name, still open), by name."""
    rows = session.execute(select(Organisation.id, Organisation.name, Organisation.closed_at).order_by(Organisation.name, Organisation.id))
    return [(row.id, row.name, row.closed_at is None) for row in rows]


def levels(session: Session) -> list[tuple[int, str, str]]:
    """Return the service levels, as (id, label, code), by label."""
    rows = session.execute(select(ServiceLevel.id, ServiceLevel.label, ServiceLevel.code).order_by(ServiceLevel.label, ServiceLevel.id))
    return [(row.id, row.label, row.code) for row in rows]


def attainment(session: Session, actor: Actor, asked: Asked, now: datetime) -> list[Attainment]:
    """Return what was promised and kept, by month, level and client: the SQL of the two verdicts of ``rules.figures``."""
    month = _place(Ticket.notified_at, [month.end for month in asked.period.months()])
    met, missed = _response(now)
    restored, late = _restoration(now)
    rows = session.execute(
        select(
            month.label("month"),
            ServiceLevelVersion.service_level_id.label("level_id"),
            Ticket.organisation_id,
            func.count().label("tickets"),
            _count(met),
            _count(missed),
            _count(restored),
            _count(late),
        )
        .outerjoin(ServiceLevelVersion, ServiceLevelVersion.id == Ticket.level_version_id)
        .where(*_conditions(actor, asked))
        .group_by("month", ServiceLevelVersion.service_level_id, Ticket.organisation_id)
        .order_by("month", ServiceLevelVersion.service_level_id.asc().nulls_first(), Ticket.organisation_id)
    )
    return [Attainment(row[0], row[1], row[2], Tally(*(int(value) for value in row[3:]))) for row in rows]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _response(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The first response was in time; it was not."""
    due, given = Ticket.first_response_due_at, Ticket.first_responded_at
    never = and_(given.is_(None), or_(Ticket.closed_at > due, and_(Ticket.closed_at.is_(None), due < now)))
    return given <= due, or_(given > due, never)


def _restoration(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The restoration was in time; it was not."""
    due, given = Ticket.restoration_due_at, Ticket.restored_at
    judged = Ticket.state.not_in(NOT_INTERRUPTIONS)
    return and_(judged, given <= due), and_(judged, or_(given > due, and_(given.is_(None), due < now)))


def _place(instant: Any, bounds: Sequence[datetime]) -> ColumnElement[int]:
    """Return between which of the ascending ``bounds`` an instant stands: 0 before the first, their number from the last on."""
    return case(*[(instant < bound, number) for number, bound in enumerate(bounds)], else_=len(bounds))


def _conditions(actor: Actor, asked: Asked, *, within: bool = True) -> list[ColumnElement[bool]]:
    """Return what the tickets counted must meet; ``within``: they were notified in the period."""
    conditions: list[ColumnElement[bool]] = [within_reach(actor), Ticket.merged_into_id.is_(None)]
    if within:
        conditions += [Ticket.notified_at >= asked.period.start, Ticket.notified_at < asked.period.end]
    if asked.organisation_id is not None:
        conditions.append(Ticket.organisation_id == asked.organisation_id)
    if asked.level_id is not None:
        versions = select(ServiceLevelVersion.id).where(ServiceLevelVersion.service_level_id == asked.level_id)
        conditions.append(Ticket.level_version_id.in_(versions) if asked.level_id else Ticket.level_version_id.is_(None))
    if asked.service is not None:
        conditions.append(Ticket.service == asked.service)
    return conditions


def response_minutes(session: Session, actor: Actor, asked: Asked) -> tuple[Counter[int], bool]:
    """Return how many first responses took each number of whole business minutes, and whether the oldest were left out."""
    rows = session.execute(
        select(Ticket.calendar, Ticket.notified_at, Ticket.first_responded_at)
        .where(*_conditions(actor, asked), Ticket.first_responded_at.is_not(None))
        .order_by(Ticket.notified_at.desc(), Ticket.id.desc())
        .limit(MOST_RESPONSES + 1)
    ).all()
    counts: Counter[int] = Counter()
    for calendar, notified, responded in rows[:MOST_RESPONSES]:
        if responded is not None:
            counts[calendar_named(calendar).between(notified, responded) // timedelta(minutes=1)] += 1
    return counts, len(rows) > MOST_RESPONSES


def restoration_minutes(session: Session, actor: Actor, asked: Asked) -> Counter[int]:
    """Return how many interruptions that are closed lasted each number of whole business minutes, suspensions left out."""
    minutes = (func.coalesce(Ticket.business_seconds, 0) // 60).label("minutes")
    rows = session.execute(
        select(minutes, func.count())
        .where(*_conditions(actor, asked), Ticket.state == State.CLOSED, Ticket.business_seconds.is_not(None))
        .group_by("minutes")
        .order_by("minutes")
    )
    return Counter({row[0]: row[1] for row in rows})


def comings_and_goings(session: Session, actor: Actor, asked: Asked) -> dict[tuple[int, int], int]:
    """Return the tickets by month opened and month closed, as ``rules.figures.backlog`` takes them."""
    months, period = asked.period.months(), asked.period
    bounds = [period.start, *[month.end for month in months]]
    came, went = _place(Ticket.notified_at, bounds), case((Ticket.closed_at.is_(None), len(bounds)), else_=_place(Ticket.closed_at, bounds))
    rows = session.execute(
        select(came.label("came"), went.label("went"), func.count())
        .where(
            *_conditions(actor, asked, within=False),
            Ticket.notified_at < period.end,
            or_(Ticket.closed_at.is_(None), Ticket.closed_at >= period.start),
        )
        .group_by("came", "went")
        .order_by("came", "went")
    )
    return {(came - 1, went - 1): count for came, went, count in rows}


def hours_of_notification(session: Session, actor: Actor, asked: Asked) -> list[tuple[int, int, int, int]]:
    """Return the tickets by weekday and hour of UTC and by how far Paris is ahead, as ``rules.figures.weekly_load`` takes them."""
    parts: list[Season] = seasons(asked.period)
    ahead = case(*[(Ticket.notified_at < part.end, part.hours_ahead) for part in parts], else_=0)
    weekday = extract("dow", Ticket.notified_at).cast(Integer)
    hour = extract("hour", Ticket.notified_at).cast(Integer)
    rows = session.execute(
        select(weekday.label("weekday"), hour.label("hour"), ahead.label("ahead"), func.count())
        .where(*_conditions(actor, asked))
        .group_by("weekday", "hour", "ahead")
        .order_by("weekday", "hour", "ahead")
    )
    return [tuple(row) for row in rows]


def scores(session: Session, actor: Actor, asked: Asked) -> tuple[dict[tuple[int, int], int], list[int]]:
    """Return how many tickets of each month of notification got each mark, and how many of each month have ended."""
    months = asked.period.months()
    month = _place(Ticket.notified_at, [month.end for month in months])
    mark = func.coalesce(TicketRating.score, 0)
    rows = session.execute(
        select(month.label("month"), mark.label("mark"), func.count())
        .outerjoin(TicketRating, and_(TicketRating.ticket_id == Ticket.id, TicketRating.organisation_id == Ticket.organisation_id))
        .where(*_conditions(actor, asked), Ticket.state.in_(ENDED))
        .group_by("month", "mark")
        .order_by("month", "mark")
    )
    given: dict[tuple[int, int], int] = {}
    ended = [0] * len(months)
    for place, score, count in rows:
        ended[place] += count
        if score:
            given[place, score] = count
    return given, ended
