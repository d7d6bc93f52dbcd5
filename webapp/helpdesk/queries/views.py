"""How many tickets each view holds, whether the queue has changed, and the names behind the filters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership, Organisation
from webapp.actor import OrganisationKind, Role
from webapp.contracts.models import ServiceLevel, Site
from webapp.db import plain_rows
from webapp.helpdesk.models import Obligation, Team, Ticket
from webapp.helpdesk.queries.queue import followed_by, in_my_teams
from webapp.helpdesk.rules.wanted import STATE_VIEWS, View

#: The key of what is owed among the counts: it is a page of its own, no view of the queue.
OWED = "dus"
Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open tickets each view holds (``numbers``, with ``OWED``), and the mark of the open tickets (see ``mark_of``)."""

    numbers: dict[str, int]
    mark: Mark


#: How many tickets are open, the sum of their versions, the last one's id: it differs once any of them changed.
_MARK = (func.count(), func.coalesce(func.sum(Ticket.version), 0), func.coalesce(func.max(Ticket.id), 0))


_OWED = select(func.count()).select_from(Obligation).where(Obligation.is_open.is_(True)).scalar_subquery()
# Read by every showing of the queue, so both are built once.
_COUNTS = (
    select(
        Ticket.state,
        *(part.label(name) for part, name in zip(_MARK, ("n", "versions", "last"), strict=True)),
        func.sum(case((Ticket.assignee_id.is_(None), 1), else_=0)).label("free"),
        func.sum(case((Ticket.assignee_id == bindparam("me"), 1), else_=0)).label("mine"),
        func.sum(case((in_my_teams(bindparam("me")), 1), else_=0)).label("team"),
        func.sum(case((followed_by(bindparam("me")), 1), else_=0)).label("followed"),
        func.sum(case((Ticket.due_at < bindparam("before"), 1), else_=0)).label("soon"),
        func.max(_OWED).label("owed"),
    )
    .where(Ticket.is_open.is_(True))
    .group_by(Ticket.state)
    .order_by(Ticket.state)
)
_MARKED = select(*_MARK).where(Ticket.is_open.is_(True))


def counts(session: Session, before: datetime, account_id: int | None) -> Counts:
    """Count the open tickets of each view, and what is owed, in one statement over a covering index (the archive is not counted)."""
    rows = plain_rows(session, _COUNTS, {"me": account_id, "before": before}).all()
    by_state = {row.state: row.n for row in rows}
    numbers: dict[str, int] = {
        View.ALL: sum(by_state.values()),
        View.UNASSIGNED: sum(row.free for row in rows),
        View.MINE: sum(row.mine for row in rows),
        View.TEAM: sum(row.team for row in rows),
        View.FOLLOWED: sum(row.followed for row in rows),
        View.SOON: sum(row.soon for row in rows),
        OWED: max((row.owed for row in rows), default=0),
        **{view: by_state.get(state, 0) for view, state in STATE_VIEWS.items()},
    }
    last = max((row.last for row in rows), default=0)
    return Counts(numbers, (numbers[View.ALL], int(sum(row.versions for row in rows)), last))


def mark_of(session: Session) -> Mark:
    """Return the mark of the open tickets alone: one statement over a covering index. Every change of a ticket raises its version."""
    row = plain_rows(session, _MARKED).one()
    return int(row[0]), int(row[1]), int(row[2])


def opened_since(session: Session, last_id: int) -> int:
    """Return how many of the open tickets are newer than this one."""
    return int(session.scalar(select(func.count()).select_from(Ticket).where(Ticket.is_open.is_(True), Ticket.id > last_id)) or 0)


Kind = str
CLIENT, SITE, AGENT, TEAM, LEVEL = "client", "site", "agent", "equipe", "niveau"


def _sources() -> dict[Kind, tuple[Any, Any]]:
    """For each kind of name: the select of its (key, words), and the column of its key."""
    at_the_desk = select(Membership.account_id).where(Membership.role.in_((Role.DESK_AGENT, Role.DESK_LEAD)))
    site = Organisation.name + " · " + Site.name
    return {
        CLIENT: (
            select(literal(CLIENT).label("kind"), cast(Organisation.id, String).label("key"), Organisation.name.label("words")).where(
                Organisation.kind.not_in((OrganisationKind.OPERATOR,))
            ),
            Organisation.id,
        ),
        SITE: (
            select(literal(SITE), cast(Site.id, String), site).join(Organisation, Organisation.id == Site.organisation_id),
            Site.id,
        ),
        AGENT: (select(literal(AGENT), cast(Account.id, String), Account.full_name).where(Account.id.in_(at_the_desk)), Account.id),
        TEAM: (select(literal(TEAM), cast(Team.id, String), Team.name), Team.id),
        LEVEL: (select(literal(LEVEL), ServiceLevel.code, ServiceLevel.label), ServiceLevel.code),
    }


def choices(session: Session) -> dict[Kind, list[tuple[str, str]]]:
    """Return what the filters can choose from, by kind, in the order of the alphabet: one statement."""
    found: dict[Kind, list[tuple[str, str]]] = {kind: [] for kind in _sources()}
    for row in plain_rows(session, union_all(*(statement for statement, _column in _sources().values()))):
        found[row.kind].append((row.key, row.words))
    return {kind: sorted(pairs, key=lambda pair: pair[1].casefold()) for kind, pairs in found.items()}


def names(session: Session, wanted: Iterable[tuple[Kind, Any]]) -> dict[tuple[Kind, str], str]:
    """Return the words of (kind, key) pairs that exist: one statement, none when nothing is asked for."""
    pairs = list(wanted)
    if not pairs:
        return {}
    sources = _sources()
    parts = [statement.where(column == key) for kind, key in pairs for statement, column in [sources[kind]]]
    # by place: the columns have names only when the first part is that of clients
    return {(kind, key): words for kind, key, words in plain_rows(session, union_all(*parts))}
