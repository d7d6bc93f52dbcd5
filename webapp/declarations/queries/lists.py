"""Lists: the returns that the actor may see, filtered and sorted, and the campaigns with what they have received."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.db import Rows, plain_rows
from webapp.declarations.models import Campaign, Return
from webapp.declarations.queries.board import situation_is
from webapp.declarations.queries.returns import files_with_campaign, visible_to
from webapp.declarations.rules.workflow import AWAITED, Audience, CampaignState, ReturnState
from webapp.folding import like
from webapp.folding import words as folded_words

SORTS = {
    "echeance": Return.due_on,
    "numero": Return.number,
    "organisme": Organisation.name,
    "region": Return.region,
    "etat": Return.state,
    "depot": Return.submitted_at,
}
FILTERS = ("exercice", "campagne", "public", "region", "etat", "situation", "q")
NATIONAL = "-"
"""The region of bodies that have none, in an address."""


def filtered(actor: Actor, filters: dict[str, str], today: date) -> list[ColumnElement[bool]]:
    """The conditions of a list of returns: what the actor may see, and the filters of the URL that make sense."""
    conditions = [visible_to(actor)]
    if filters["campagne"].isdecimal() and len(filters["campagne"]) < 10:
        conditions.append(Campaign.id == int(filters["campagne"]))
    if re.fullmatch(r"[0-9]{4}", filters["exercice"], re.ASCII):
        conditions.append(Campaign.year == int(filters["exercice"]))
    if filters["public"] in set(Audience):
        conditions.append(Campaign.audience == Audience(filters["public"]))
    if filters["region"]:
        conditions.append(Return.region.is_(None) if filters["region"] == NATIONAL else Return.region == filters["region"])
    if (situation := situation_is(filters["situation"], today)) is not None:
        conditions.append(situation)
    if filters["etat"] in set(ReturnState):
        conditions.append(Return.state == ReturnState(filters["etat"]))
    conditions += [Return.search_text.like(like(word), escape="\\") for word in folded_words(filters["q"])]
    return conditions


def list_returns(session: Session, actor: Actor, filters: dict[str, str], today: date, order: Any, offset: int, limit: int) -> Rows:
    """A page of the returns that the actor may see."""
    query = files_with_campaign().where(*filtered(actor, filters, today)).order_by(order, Return.number)
    return session.execute(query.offset(offset).limit(limit)).all()


def awaited_returns(session: Session, actor: Actor, filters: dict[str, str], today: date, limit: int) -> Rows:
    """The returns that the actor may see and that their declarants owe, soonest first: those that can be reminded."""
    owed = or_(Campaign.state == CampaignState.OPEN, Return.state == ReturnState.RETURNED)
    query = files_with_campaign().where(*filtered(actor, filters, today), Return.state.in_(AWAITED), owed, Campaign.opens_on <= today)
    return session.execute(query.order_by(Return.due_on, Return.number).limit(limit)).all()


def count_returns(session: Session, actor: Actor, filters: dict[str, str], today: date) -> int:
    """How many returns `list_returns` would list."""
    query = select(func.count(Return.id)).join(Campaign, Return.campaign_id == Campaign.id)
    return session.scalar(query.where(*filtered(actor, filters, today))) or 0


_CHOICES = (
    select(Campaign.id, Campaign.kind, Campaign.year, Campaign.audience)
    .where(Campaign.state != CampaignState.DRAFT)
    .order_by(Campaign.year.desc(), Campaign.kind, Campaign.audience)
)


def campaign_choices(session: Session) -> Rows:
    """Every campaign that began (id, kind, year, audience), the newest first: for the filter."""
    return plain_rows(session, _CHOICES).all()


def completeness(session: Session, campaign_id: int | None = None) -> Rows:
    """Every campaign (or one), the newest first, with its returns counted by state. For national agents."""

    def counted(state: ReturnState) -> ColumnElement[int]:
        return func.count(Return.id).filter(Return.state == state).label(state.value)

    query = (
        select(
            Campaign.id,
            Campaign.kind,
            Campaign.year,
            Campaign.audience,
            Campaign.state,
            Campaign.opens_on,
            Campaign.deadline,
            Campaign.model_code,
            Campaign.model_version,
            Campaign.version,
            Campaign.reminder_days,
            func.count(Return.id).label("total"),
            *(counted(state) for state in ReturnState),
        )
        .outerjoin(Return, Return.campaign_id == Campaign.id)
        .group_by(Campaign.id)
        .order_by(Campaign.year.desc(), Campaign.kind.desc(), Campaign.audience)
    )
    if campaign_id is not None:
        query = query.where(Campaign.id == campaign_id)
    return session.execute(query).all()
