"""Verbs of service levels: a version, once written, is never changed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.contracts.models import ServiceLevel, ServiceLevelVersion
from webapp.contracts.policies import can_manage
from webapp.contracts.rules import LONGEST_HOURS_CODE, DurationRule, Unit, WeeklyHours, day_of, hours_code, split_target
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.texts import mark as _m


@dataclass(frozen=True, slots=True)
class VersionValues:
    """What the form of a version holds. ``warning_hours`` is the business time left under which a deadline is near."""

    in_force_from: date
    response: tuple[int, Unit]
    restoration: tuple[int, Unit]
    rule: DurationRule
    hours: WeeklyHours
    warning_hours: int


def create_level(
    session: Session, actor: Actor, clock: Clock, code: str, label: str, is_default: bool, values: VersionValues
) -> ServiceLevel:
    """Create a service level with its first version. Raises Invalid, Forbidden."""
    if not can_manage(actor):
        raise Forbidden
    if session.scalar(select(ServiceLevel.id).where(ServiceLevel.code == code)) is not None:
        raise Invalid({"code": _m("Ce code est déjà celui d'un autre niveau.")})
    encoded = _checked_hours(values)
    if is_default:
        session.execute(update(ServiceLevel).values(is_default=False))
    level = ServiceLevel(code=code, label=label, is_default=is_default, created_at=clock.now())
    session.add(level)
    session.flush()
    _add_version(session, clock, level, 1, encoded, values)
    record(session, actor, clock, action="service_level.created", subject=f"niveau {label}", detail=_detail(1, encoded, values))
    return level


def add_version(session: Session, actor: Actor, clock: Clock, level_id: int, values: VersionValues) -> ServiceLevelVersion:
    """Write the next version of a level, in force from a day to come. Raises Invalid, NotFound, Forbidden.

    Deadlines already given do not move: tickets keep the version in force when they were notified.
    """
    if not can_manage(actor):
        raise Forbidden
    level = session.get(ServiceLevel, level_id, with_for_update=True)
    if level is None:
        raise NotFound
    last = session.execute(
        select(func.max(ServiceLevelVersion.number), func.max(ServiceLevelVersion.in_force_from)).where(
            ServiceLevelVersion.service_level_id == level_id
        )
    ).one()
    if values.in_force_from < day_of(clock.now()):
        raise Invalid({"in_force_from": _m("Une version ne vaut pas pour le passé : choisissez aujourd'hui ou un jour à venir.")})
    if values.in_force_from <= last[1]:
        raise Invalid({"in_force_from": _m("Choisissez un jour après l'entrée en vigueur de la version précédente.")})
    encoded = _checked_hours(values)
    version = _add_version(session, clock, level, last[0] + 1, encoded, values)
    detail = _detail(version.number, encoded, values)
    record(session, actor, clock, action="service_level.versioned", subject=f"niveau {level.label}", detail=detail)
    return version


def _checked_hours(values: VersionValues) -> str:
    encoded = hours_code(values.hours)
    if not encoded:
        raise Invalid({"day_0": _m("Donnez au moins une plage horaire dans la semaine.")})
    if len(encoded) > LONGEST_HOURS_CODE:
        raise Invalid({"day_0": _m("Ces horaires sont trop différents d'un jour à l'autre : regroupez-les.")})
    return encoded


def _add_version(
    session: Session, clock: Clock, level: ServiceLevel, number: int, encoded: str, values: VersionValues
) -> ServiceLevelVersion:
    response, restoration = split_target(*values.response), split_target(*values.restoration)
    version = ServiceLevelVersion(
        service_level_id=level.id,
        number=number,
        in_force_from=values.in_force_from,
        response_days=response[0],
        response_minutes=response[1],
        restoration_days=restoration[0],
        restoration_minutes=restoration[1],
        rule=values.rule,
        hours_code=encoded,
        warning_minutes=values.warning_hours * 60,
        created_at=clock.now(),
    )
    session.add(version)
    session.flush()
    return version


def _detail(number: int, encoded: str, values: VersionValues) -> dict[str, object]:
    return {
        "version": number,
        "in_force_from": values.in_force_from.isoformat(),
        "response": [values.response[0], values.response[1].value],
        "restoration": [values.restoration[0], values.restoration[1].value],
        "rule": values.rule.value,
        "hours": encoded,
    }
