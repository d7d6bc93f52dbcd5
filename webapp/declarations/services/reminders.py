"""Reminding declarants: by itself on the days of the campaign, and by hand for many at once. Mails say what is due, never figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role_in
from webapp.actor import SYSTEM, Actor, Role
from webapp.clock import PARIS, Clock
from webapp.db import Database
from webapp.declarations import mails
from webapp.declarations.models import Campaign, Return, ReturnMessage
from webapp.declarations.policies import is_agent
from webapp.declarations.queries import visible_to
from webapp.declarations.rules import workflow
from webapp.declarations.rules.reminders import parse_days, reminder_due
from webapp.declarations.rules.workflow import CampaignState, ReturnState
from webapp.errors import Forbidden, Invalid
from webapp.evidence.services import record
from webapp.outbox.services import Mail, enqueue_all

MOST_AT_ONCE = 500
LONGEST_MESSAGE = 4000
#: Hours of Paris in which reminders leave.
FIRST_HOUR, LAST_HOUR = 8, 20

_COLUMNS = (Return.id, Return.number, Return.organisation_id, Return.due_on, Return.reminded_for, Campaign.reminder_days)


def sweep(database: Database, clock: Clock, public_url: str) -> int:
    """Remind the declarants whose day has come, in one transaction; returns how many returns. Run again, it sends nothing more."""
    now = clock.now()
    if not FIRST_HOUR <= now.astimezone(PARIS).hour < LAST_HOUR:
        return 0
    with database.transaction(SYSTEM) as session:
        return send_due(session, clock, public_url)


def send_due(session: Session, clock: Clock, public_url: str) -> int:
    """Queue the reminders that are due; returns of how many returns."""
    today = workflow.today(clock.now())
    due: dict[int, Any] = {}
    for row in session.execute(_owed().where(Campaign.opens_on <= today).order_by(Return.id)):
        day = reminder_due(parse_days(row.reminder_days), row.due_on, today, row.reminded_for)
        if day is not None:
            due[row.id] = (row, day)
    _remind(session, clock, [row for row, _day in due.values()], public_url, "reminder")
    by_day: dict[date, list[int]] = {}
    for key, (_row, day) in due.items():
        by_day.setdefault(day, []).append(key)
    for day, ids in by_day.items():
        session.execute(update(Return).where(Return.id.in_(ids)).values(reminded_for=day, reminded_at=clock.now()))
    return len(due)


def send_by_hand(session: Session, actor: Actor, clock: Clock, numbers: Collection[str], *, body: str, public_url: str) -> tuple[int, int]:
    """Remind the declarants of these returns; a text goes to the page of each. Returns how many were reminded, and how many were not.

    Left out are those that owe nothing any more, and what the actor may not see (they are not told apart). Raises Invalid when nothing
    was chosen or the text is too long, Forbidden for anybody but agents.
    """
    if not is_agent(actor):
        raise Forbidden
    if not numbers:
        raise Invalid({"": _("Choisissez au moins une déclaration.")})
    if len(numbers) > MOST_AT_ONCE:
        raise Invalid({"": _("Relancez au plus %(max)d déclarants à la fois.", max=MOST_AT_ONCE)})
    body = body.strip()
    if len(body) > LONGEST_MESSAGE:
        raise Invalid({"body": _("Raccourcissez ce texte : %(max)d caractères au plus.", max=LONGEST_MESSAGE)})
    today = workflow.today(clock.now())
    wanted = Return.number.in_(sorted(numbers)), visible_to(actor), Campaign.opens_on <= today
    rows = session.execute(_owed().where(*wanted).order_by(Return.id)).all()
    if rows:
        _remind(session, clock, rows, public_url, f"reminder-{clock.now():%Y%m%d%H%M%S%f}")
        session.execute(update(Return).where(Return.id.in_([row.id for row in rows])).values(reminded_at=clock.now()))
        if body:
            session.execute(insert(ReturnMessage), [_message(actor, clock, row, body) for row in rows])
        detail = {"numbers": [row.number for row in rows], "message": bool(body)}
        record(session, actor, clock, action="return.reminded", subject=f"{len(rows)} déclarations", detail=detail)
    return len(rows), len(set(numbers)) - len(rows)


def _owed() -> Any:
    """The returns that their declarants owe."""
    open_or_back = or_(Campaign.state == CampaignState.OPEN, Return.state == ReturnState.RETURNED)
    joined = select(*_COLUMNS).join(Campaign, Return.campaign_id == Campaign.id)
    return joined.where(Return.state.in_(workflow.AWAITED), open_or_back)


def _remind(session: Session, clock: Clock, rows: Sequence[Any], public_url: str, what: str) -> None:
    """Queue a mail to each declarant of each return, by few statements."""
    if not rows:
        return
    today = workflow.today(clock.now())
    people: dict[int, list[Any]] = {}
    for person in people_with_role_in(session, {row.organisation_id for row in rows}, Role.DECLARANT):
        people.setdefault(person.organisation_id, []).append(person)
    queued = []
    for row in rows:
        mail = mails.reminder(row.number, row.due_on, today, public_url)
        for person in people.get(row.organisation_id, ()):
            key = f"declaration:{row.number}:{what}:{row.due_on}:{today}:{person.account_id}"
            queued.append(Mail(person.email, mail.subject, mail.body, key))
    enqueue_all(session, clock, queued)


def _message(actor: Actor, clock: Clock, row: Any, body: str) -> dict[str, object]:
    return {
        "organisation_id": row.organisation_id,
        "return_id": row.id,
        "mark_id": None,
        "body": body,
        "by": actor.account_id,
        "by_name": actor.name,
        "from_agent": True,
        "at": clock.now(),
    }
