"""What the counter hands to the desk: what waits, and what a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import and_, func, or_
from sqlalchemy.orm import Session

from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations.models import Campaign, Return
from webapp.declarations.queries.returns import ReturnFile, files_with_campaign, visible_to
from webapp.declarations.rules import workflow
from webapp.declarations.rules.workflow import CampaignState, ReturnState
from webapp.folding import like
from webapp.web.rows import FoundRow, WaitingRow


def waiting(session: Session, actor: Actor, clock: Clock, limit: int = 20) -> list[WaitingRow]:
    """What waits for the actor at this counter, soonest first: returns to fill in or correct, or returns to decide on."""
    conditions = [visible_to(actor)]
    if actor.has(*workflow.AGENTS):
        conditions.append(or_(Return.state == ReturnState.SUBMITTED, Return.question_at.is_not(None)))
        order: Sequence[Any] = (func.coalesce(Return.question_at, Return.submitted_at), Return.number)
    elif actor.has(Role.DECLARANT):
        begun = and_(
            Campaign.state == CampaignState.OPEN, Campaign.opens_on <= workflow.today(clock.now()), Return.state == ReturnState.DRAFT
        )
        conditions.append(or_(begun, Return.state.in_(workflow.EDITABLE - {ReturnState.DRAFT})))
        order = (Return.due_on, Return.number)
    else:
        return []
    query = files_with_campaign().add_columns(Return.signatory_told_at).where(*conditions).order_by(*order)
    rows = session.execute(query.limit(limit)).all()
    return [_waiting(replace(ReturnFile(*row[:-1]), signatory_told_at=row[-1]), actor, clock.now()) for row in rows]


def _waiting(file: ReturnFile, actor: Actor, now: datetime) -> WaitingRow:
    label = f"{file.number} · {file.organisation}"
    where = ("declarations.overview", {"number": file.number})
    if actor.has(*workflow.AGENTS):
        asked = file.question_at if file.state is not ReturnState.SUBMITTED else None
        return WaitingRow(
            label, *where, asked or file.submitted_at, gettext("Message sans réponse") if asked else gettext("À examiner"), "q"
        )
    if file.state is ReturnState.RECTIFYING:
        return WaitingRow(label, *where, None, gettext(workflow.STATE_LABELS[file.state]), "soon")
    timing = workflow.timing(file.deadline, now)
    if timing is workflow.Timing.LATE:
        words, kind = gettext("En retard"), "late"
    else:
        words = gettext(workflow.STATE_LABELS[file.state])
        if file.signatory_told_at is not None and actor.has(Role.SIGNATORY):
            words, where = gettext("Prête à déposer"), ("declarations.submission", {"number": file.number})
        kind = "late" if file.state is ReturnState.RETURNED else ("soon" if timing is workflow.Timing.SOON else "q")
    return WaitingRow(label, *where, workflow.end_of(file.deadline) - timedelta(minutes=1), words, kind)


def search(session: Session, actor: Actor, words: list[str], limit: int = 10) -> list[FoundRow]:
    """Returns whose number or declarant contains every one of the folded words, among those the actor may see."""
    if not words or not actor.has(Role.DECLARANT, *workflow.AGENTS):
        return []
    conditions = [Return.search_text.like(like(word), escape="\\") for word in words]
    rows = session.execute(files_with_campaign().where(visible_to(actor), *conditions).order_by(Return.number.desc()).limit(limit)).all()
    files = [ReturnFile(*row) for row in rows]
    return [
        FoundRow(
            f"{file.number} · {file.organisation}",
            "declarations.overview",
            {"number": file.number},
            gettext(workflow.STATE_LABELS[file.state]),
        )
        for file in files
    ]
