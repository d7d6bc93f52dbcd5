"""Verbs of the operator's exceptional days. None commits; each leaves one audit event."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.contracts.exceptional import SpecialDay, fits, read_days
from webapp.contracts.models import ExceptionalDay
from webapp.contracts.policies import can_manage
from webapp.contracts.queries import exceptional_days
from webapp.contracts.rules import day_of
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.texts import mark as _m

#: Longest code of a day, as its column holds it.
LONGEST_CODE = 60


def check_day(session: Session, actor: Actor, clock: Clock, special: SpecialDay) -> None:
    """Raise Invalid unless the day can be added: one entry a day, not for the past, and few enough for calendars to name them all."""
    if not can_manage(actor):
        raise Forbidden
    rows = exceptional_days(session)
    if special.day < day_of(clock.now()):
        raise Invalid({"day": _m("Un jour passé ne change plus : choisissez aujourd'hui ou un jour à venir.")})
    if any(row.day == special.day for row in rows):
        raise Invalid({"day": _m("Ce jour est déjà un jour exceptionnel : retirez-le d'abord.")})
    if len(special.code) > LONGEST_CODE:
        raise Invalid({"hours": _m("Regroupez ces plages horaires : il y en a trop pour un jour.")})
    known = [day for row in rows for day in read_days(row.code)]
    if not fits([*known, special], day_of(clock.now())):
        raise Invalid({"day": _m("Il y a déjà trop de jours exceptionnels à venir : retirez ceux qui ne servent plus.")})


def add_day(
    session: Session, actor: Actor, clock: Clock, special: SpecialDay, label: str, moved: dict[str, Any] | None = None
) -> ExceptionalDay:
    """Add an exceptional day; ``moved`` is what the evidence tells of the deadlines that move with it. Raises Invalid, Forbidden."""
    check_day(session, actor, clock, special)
    row = ExceptionalDay(day=special.day, code=special.code, label=label, created_at=clock.now())
    session.add(row)
    _record(session, actor, clock, "exceptional_day.added", row, moved)
    return row


def remove_day(session: Session, actor: Actor, clock: Clock, day_id: int, moved: dict[str, Any] | None = None) -> None:
    """Remove an exceptional day that has not passed. Raises Invalid, NotFound, Forbidden."""
    row = get_day(session, actor, day_id)
    if row.day < day_of(clock.now()):
        raise Invalid({"day": _m("Un jour passé ne change plus.")})
    _record(session, actor, clock, "exceptional_day.removed", row, moved)
    session.delete(row)
    session.flush()


def get_day(session: Session, actor: Actor, day_id: int) -> ExceptionalDay:
    """Return an exceptional day that the actor may change. Raises NotFound, Forbidden."""
    if not can_manage(actor):
        raise Forbidden
    row = session.scalar(select(ExceptionalDay).where(ExceptionalDay.id == day_id))
    if row is None:
        raise NotFound
    return row


def _record(session: Session, actor: Actor, clock: Clock, action: str, row: ExceptionalDay, moved: dict[str, Any] | None) -> None:
    session.flush()
    detail: dict[str, Any] = {"day": row.day.isoformat(), "code": row.code, "label": row.label}
    detail |= {"moved": moved} if moved is not None else {}
    record(session, actor, clock, action=action, subject=f"jour exceptionnel {row.day:%d/%m/%Y}", detail=detail)
