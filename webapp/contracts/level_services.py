"""Verbs of service levels: a version, once written, is never changed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.contracts.models import ServiceLevel, ServiceLevelVersion
from webapp.contracts.policies import can_manage
from webapp.contracts.rules import (
    LONGEST_HOURS_CODE,
    PAUSE_LABELS,
    DayRule,
    DurationRule,
    Unit,
    WeeklyHours,
    day_of,
    hours_code,
    service_calendar,
    split_target,
)
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.texts import mark as _m


@dataclass(frozen=True, slots=True)
class VersionValues:
    """What the form of a version holds; see ``LevelTerms`` for what each is."""

    in_force_from: date
    response: tuple[int, Unit]
    restoration: tuple[int, Unit]
    rule: DurationRule
    hours: WeeklyHours
    warning_minutes: int = 240
    lead_warning_minutes: int = 60
    day_rule: DayRule = DayRule.BUSINESS_HOURS
    report_days: int = 10
    pauses_allowed: tuple[str, ...] = tuple(PAUSE_LABELS)
    paying_first: bool = True
    reopening_days: int = 10


def create_level(
    session: Session, actor: Actor, clock: Clock, code: str, label: str, is_default: bool, values: VersionValues
) -> ServiceLevel:
    """Create a service level with its first version. Raises Invalid, Forbidden."""
    if not can_manage(actor):
        raise Forbidden
    if session.scalar(select(ServiceLevel.id).where(ServiceLevel.code == code)) is not None:
        raise Invalid({"code": _m("Ce code est déjà celui d'un autre niveau.")})
    encoded = _checked(values)
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

    Of two versions from the same day the later one counts: that is how a version is corrected. Deadlines already given do not move:
    tickets keep the version in force when they were notified, until the new one is applied to them.
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
    if values.in_force_from < last[1]:
        raise Invalid({"in_force_from": _m("Choisissez le jour où commence la version précédente, pour la corriger, ou un jour suivant.")})
    encoded = _checked(values)
    version = _add_version(session, clock, level, last[0] + 1, encoded, values)
    detail = _detail(version.number, encoded, values)
    record(session, actor, clock, action="service_level.versioned", subject=f"niveau {level.label}", detail=detail)
    return version


def edit_level(
    session: Session, actor: Actor, clock: Clock, level_id: int, seen: tuple[str, bool], label: str, is_default: bool
) -> ServiceLevel:
    """Rename a level, or make it the one of those who have no contract. Raises Invalid, Conflict, NotFound, Forbidden.

    ``seen``: the label and flag that the form was drawn from. A level stops being the default when another one becomes it.
    """
    if not can_manage(actor):
        raise Forbidden
    level = session.get(ServiceLevel, level_id, with_for_update=True)
    if level is None:
        raise NotFound
    if seen != (level.label, level.is_default):
        raise Conflict(_m("Ce niveau a changé pendant votre saisie."), current=level)
    if level.is_default and not is_default:
        raise Invalid({"is_default": _m("Désignez plutôt un autre niveau : il remplacera celui-ci.")})
    before = {"label": level.label, "is_default": level.is_default}
    if is_default and not level.is_default:
        session.execute(update(ServiceLevel).where(ServiceLevel.id != level_id).values(is_default=False))
    level.label, level.is_default = label, is_default
    detail = {"before": before, "after": {"label": label, "is_default": is_default}}
    record(session, actor, clock, action="service_level.changed", subject=f"niveau {label}", detail=detail)
    return level


def note_applied(session: Session, actor: Actor, clock: Clock, level_id: int, number: int, moved: dict[str, int]) -> None:
    """Leave the evidence that a version was applied to open tickets; ``moved`` tells what it did. Raises NotFound, Forbidden."""
    if not can_manage(actor):
        raise Forbidden
    level = session.get(ServiceLevel, level_id)
    if level is None:
        raise NotFound
    detail = {"version": number, "moved": moved}
    record(session, actor, clock, action="service_level.applied", subject=f"niveau {level.label}", detail=detail)


def _checked(values: VersionValues) -> str:
    """Return the code of the hours of a version that can be kept. Raises Invalid."""
    encoded = _checked_hours(values)
    amount, unit = values.restoration
    day = service_calendar(code=encoded).usual_day.total_seconds() / 60
    promised = amount * day if unit is Unit.DAYS else amount * 60
    errors = {}
    if values.warning_minutes > promised:
        errors["warning"] = _m("Ce seuil dépasse le délai de rétablissement : l'alerte partirait dès le signalement.")
    if values.lead_warning_minutes > values.warning_minutes:
        errors["lead_warning"] = _m("Le responsable est prévenu après l'agent : donnez un seuil au plus égal au sien.")
    if not set(values.pauses_allowed) <= set(PAUSE_LABELS):
        errors["pauses"] = _m("Choisissez une valeur de la liste.")
    if errors:
        raise Invalid(errors)
    return encoded


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
        warning_minutes=values.warning_minutes,
        lead_warning_minutes=values.lead_warning_minutes,
        day_rule=values.day_rule,
        report_days=values.report_days,
        pauses_allowed=" ".join(values.pauses_allowed),
        paying_first=values.paying_first,
        reopening_days=values.reopening_days,
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
        "day_rule": values.day_rule.value,
        "warnings": [values.warning_minutes, values.lead_warning_minutes],
        "report_days": values.report_days,
        "pauses_allowed": list(values.pauses_allowed),
        "paying_first": values.paying_first,
        "reopening_days": values.reopening_days,
    }
