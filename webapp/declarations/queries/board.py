"""Where the returns of campaigns stand, counted by campaign and region among those that the actor may see: one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, func, select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.db import plain_rows
from webapp.declarations.models import Campaign, Return
from webapp.declarations.queries.returns import visible_to
from webapp.declarations.rules.workflow import ACCEPTED_STATES, AWAITED, Audience, CampaignState, Kind, ReturnState, Standing

LATE = "late"
"""Counted besides the standings: a late return also is not started, in progress, blocked or sent back."""


def standing_is(standing: Standing) -> ColumnElement[bool]:
    """The condition of a standing (the twin of ``rules.standing``)."""
    draft = Return.state == ReturnState.DRAFT
    match standing:
        case Standing.NOT_STARTED:
            return and_(draft, Return.figures_at.is_(None))
        case Standing.BLOCKED:
            return and_(draft, Return.figures_at.is_not(None), Return.blocking > 0)
        case Standing.IN_PROGRESS:
            return and_(draft, Return.figures_at.is_not(None), Return.blocking == 0)
        case Standing.SUBMITTED:
            return Return.state == ReturnState.SUBMITTED
        case Standing.RETURNED:
            return Return.state == ReturnState.RETURNED
        case Standing.ACCEPTED:
            return Return.state.in_(ACCEPTED_STATES)


def is_late(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """The condition of a return that its declarant owes since a day before `today`."""
    return and_(Return.state.in_(AWAITED), Return.due_on < today)


def situation_is(code: str, today: date) -> ColumnElement[bool] | None:
    """The condition of a standing or of lateness, by its code in an address; None for a code that says nothing."""
    if code == LATE:
        return is_late(today)
    return standing_is(Standing(code)) if code in set(Standing) else None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Returns counted: `counts` by the code of each standing, and ``late``; `region` is None for national bodies."""

    campaign_id: int | None
    kind: Kind | None
    year: int
    audience: Audience | None
    region: str | None
    deadline: date | None
    total: int
    counts: dict[str, int]

    @property
    def awaited(self) -> int:
        """Returns still with their declarants."""
        return self.total - self.counts[Standing.SUBMITTED] - self.counts[Standing.ACCEPTED]


#: What each standing and lateness (``today``) asks for, by code.
_CONDITIONS = {**{standing.value: standing_is(standing) for standing in Standing}, LATE: is_late(bindparam("today", type_=Date))}


@cache
def _counted() -> Any:
    """The statement that counts the returns of an exercise (``year``, ``today``), made once: making it takes longer than running it."""
    keys = (Campaign.id, Campaign.kind, Campaign.year, Campaign.audience, Return.region, Campaign.deadline)
    counts = [func.count(Return.id).filter(condition).label(f"n_{code}") for code, condition in _CONDITIONS.items()]
    return (
        select(*keys, func.count(Return.id), *counts)
        .join(Campaign, Return.campaign_id == Campaign.id)
        .where(Campaign.state != CampaignState.DRAFT, Campaign.year == bindparam("year"))
        .group_by(*keys)
        .order_by(Campaign.kind.desc(), Campaign.audience, Return.region)
    )


def board(session: Session, actor: Actor, today: date, year: int, campaign_id: int | None = None) -> list[BoardRow]:
    """The returns of the campaigns of an exercise, or of one campaign, by campaign and region."""
    query = _counted().where(visible_to(actor))
    if campaign_id is not None:
        query = query.where(Campaign.id == campaign_id)
    found = []
    for row in plain_rows(session, query, {"today": today, "year": year}):
        campaign, kind, exercise, audience, region, deadline, total, *counts = row
        found.append(BoardRow(campaign, kind, exercise, audience, region, deadline, total, dict(zip(_CONDITIONS, counts, strict=True))))
    return found


def by_campaign(rows: Sequence[BoardRow]) -> list[BoardRow]:
    """One row a campaign, in the order of the board."""
    groups: dict[int | None, list[BoardRow]] = {}
    for row in rows:
        groups.setdefault(row.campaign_id, []).append(row)
    return [_sum(group, campaign=True) for group in groups.values()]


def by_region(rows: Sequence[BoardRow]) -> list[BoardRow]:
    """One row a region, by name, national bodies first."""
    groups: dict[str, list[BoardRow]] = {}
    for row in rows:
        groups.setdefault(row.region or "", []).append(row)
    return [_sum(groups[name], campaign=False) for name in sorted(groups)]


def _sum(rows: Sequence[BoardRow], *, campaign: bool) -> BoardRow:
    first = rows[0]
    counts = {code: sum(row.counts[code] for row in rows) for code in first.counts}
    total = sum(row.total for row in rows)
    if campaign:
        return BoardRow(first.campaign_id, first.kind, first.year, first.audience, None, first.deadline, total, counts)
    return BoardRow(None, None, first.year, None, first.region, None, total, counts)
