"""What changes which controls hold: switch one off from a day on, with a reason, and on again. The form itself is not touched.

Nothing here commits. A submission already made keeps the findings that it was made with.
"""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actor import SYSTEM, Actor
from webapp.clock import Clock
from webapp.db import Database
from webapp.declarations.models import ControlOverride
from webapp.declarations.policies import can_switch_controls
from webapp.declarations.rules.form_models.model import Control, FormModel
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.workflow import today
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.services import record

LONGEST_OVERRIDE_REASON = 2000


def find_control(code: str, version: str, control: str) -> tuple[FormModel, Control]:
    """A control of a delivered form model. Raises NotFound."""
    try:
        model = get_model(code, version)
    except KeyError:
        raise NotFound from None
    for found in model.controls:
        if found.code == control:
            return model, found
    raise NotFound


def switch_off(
    session: Session, actor: Actor, clock: Clock, *, code: str, version: str, control: str, begins_on: date, reason: str
) -> None:
    """Switch a control off from a day of Paris on; one whose day has come is off at once.

    Raises NotFound for a control that no form has, Forbidden, Invalid when it is off already.
    """
    if not can_switch_controls(actor):
        raise Forbidden
    find_control(code, version, control)
    if _standing(session, code, version, control) is not None:
        raise Invalid({"": _("Ce contrôle est déjà désactivé, ou le sera. Rétablissez-le d’abord pour changer la date ou le motif.")})
    session.add(
        ControlOverride(
            model_code=code,
            model_version=version,
            control_code=control,
            begins_on=begins_on,
            reason=reason,
            in_force=begins_on <= today(clock.now()),
            created_at=clock.now(),
            created_by=actor.account_id,
            created_by_name=actor.name,
        )
    )
    _note(session, actor, clock, "control.switched_off", code, version, control, begins_on=begins_on.isoformat(), reason=reason)
    session.flush()


def switch_on(session: Session, actor: Actor, clock: Clock, *, code: str, version: str, control: str) -> bool:
    """Have a control hold again; False when it held already (a double click). Raises NotFound, Forbidden."""
    if not can_switch_controls(actor):
        raise Forbidden
    find_control(code, version, control)
    override = _standing(session, code, version, control)
    if override is None:
        return False
    override.lifted_at, override.lifted_by, override.lifted_by_name = clock.now(), actor.account_id, actor.name
    override.in_force = False
    _note(session, actor, clock, "control.switched_on", code, version, control)
    session.flush()
    return True


def sweep_overrides(database: Database, clock: Clock) -> int:
    """Put in force the overrides whose first day has come in Paris; returns how many. Running it twice changes nothing."""
    due = (ControlOverride.begins_on <= today(clock.now()), ControlOverride.lifted_at.is_(None), ControlOverride.in_force.is_(False))
    with database.reader() as session:
        found = list(session.scalars(select(ControlOverride.id).where(*due)))
    if found:
        with database.transaction(SYSTEM) as session:
            session.execute(update(ControlOverride).where(ControlOverride.id.in_(found), *due).values(in_force=True))
    return len(found)


def _standing(session: Session, code: str, version: str, control: str) -> ControlOverride | None:
    return session.scalars(
        select(ControlOverride)
        .where(
            ControlOverride.model_code == code,
            ControlOverride.model_version == version,
            ControlOverride.control_code == control,
            ControlOverride.lifted_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()


def _note(session: Session, actor: Actor, clock: Clock, action: str, code: str, version: str, control: str, **detail: object) -> None:
    record(session, actor, clock, action=action, subject=f"contrôle {control} de {code} {version}", detail=detail)
