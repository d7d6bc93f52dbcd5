"""Named reads of the services' state: public, the same for everybody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.db import Rows
from webapp.service_status.models import Component, Notice, NoticeComponent, NoticeUpdate
from webapp.service_status.rules import HISTORY, Health, Kind, NoticeFacts, State, is_active, is_upcoming, worst


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as lists show it, with the names of its components."""

    id: int
    title: str
    facts: NoticeFacts
    expected_minutes: int | None
    ended_at: datetime | None
    components: tuple[str, ...]
    urgent_reason: str = ""

    @property
    def kind(self) -> Kind:
        """Planned or not."""
        return self.facts.kind

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.facts.state

    @property
    def health(self) -> Health:
        """What it does to its components."""
        return self.facts.health

    @property
    def starts_at(self) -> datetime:
        """When it starts or started, aware, in UTC."""
        return self.facts.starts_at


@dataclass(frozen=True, slots=True)
class Status:
    """The services now: what disturbs them, and what is planned. ``health`` is the worst of the active notices'."""

    health: Health
    active: tuple[NoticeLine, ...]
    upcoming: tuple[NoticeLine, ...]

    @property
    def all_well(self) -> bool:
        """Whether everything works."""
        return self.health is Health.WORKING


_COLUMNS = (
    Notice.id,
    Notice.kind,
    Notice.state,
    Notice.health,
    Notice.title,
    Notice.urgent_reason,
    Notice.starts_at,
    Notice.expected_minutes,
    Notice.expected_end_at,
    Notice.ended_at,
    Component.name.label("component"),
)


def _notices() -> Any:
    return (
        select(*_COLUMNS)
        .select_from(Notice)
        .outerjoin(NoticeComponent, NoticeComponent.notice_id == Notice.id)
        .outerjoin(Component, Component.id == NoticeComponent.component_id)
    )


def _gathered(rows: Rows) -> list[NoticeLine]:
    """One line a notice, in the order of the rows."""
    components: dict[int, list[str]] = {}
    first: dict[int, Any] = {}
    for row in rows:
        first.setdefault(row.id, row)
        components.setdefault(row.id, []).extend([row.component] if row.component else [])
    return [
        NoticeLine(
            row.id,
            row.title,
            NoticeFacts(Kind(row.kind), State(row.state), Health(row.health), row.starts_at, row.expected_end_at),
            row.expected_minutes,
            row.ended_at,
            tuple(components[row.id]),
            row.urgent_reason,
        )
        for row in first.values()
    ]


def current_status(session: Session, now: datetime) -> Status:
    """Return what disturbs the services at an instant and what is planned after it. One statement."""
    rows = session.execute(_notices().where(Notice.over.is_(False)).order_by(Notice.starts_at, Notice.id, Component.position)).all()
    lines = _gathered(rows)
    active = tuple(line for line in lines if is_active(line.facts, now))
    upcoming = tuple(line for line in lines if is_upcoming(line.facts, now))
    return Status(worst([line.health for line in active]), active, upcoming)


def history(session: Session, now: datetime) -> list[NoticeLine]:
    """Return what happened in the last 90 days and is not going on now, latest first."""
    since = now - HISTORY
    ended = or_(Notice.ended_at >= since, Notice.starts_at >= since)
    rows = session.execute(
        _notices().where(ended, Notice.starts_at <= now).order_by(Notice.starts_at.desc(), Notice.id.desc(), Component.position)
    ).all()
    return [line for line in _gathered(rows) if not is_active(line.facts, now)]


def notice_line(session: Session, notice_id: int) -> NoticeLine:
    """Return one notice that exists, as lists show it."""
    rows = session.execute(_notices().where(Notice.id == notice_id).order_by(Component.position, Component.id)).all()
    return _gathered(rows)[0]


def components(session: Session, *, retired_too: bool = False) -> Rows:
    """Return the components (id, name, description, retired_at), in the order of the page."""
    statement = select(Component.id, Component.name, Component.description, Component.retired_at)
    if not retired_too:
        statement = statement.where(Component.retired_at.is_(None))
    return session.execute(statement.order_by(Component.position, Component.id)).all()


def updates_of(session: Session, notice_ids: tuple[int, ...]) -> dict[int, Rows]:
    """Return what was said of some notices (at, state, text), latest first, by notice."""
    rows = session.execute(
        select(NoticeUpdate.notice_id, NoticeUpdate.at, NoticeUpdate.state, NoticeUpdate.text)
        .where(NoticeUpdate.notice_id.in_(notice_ids))
        .order_by(NoticeUpdate.at.desc(), NoticeUpdate.id.desc())
    ).all()
    return {notice_id: [row for row in rows if row.notice_id == notice_id] for notice_id in notice_ids}
