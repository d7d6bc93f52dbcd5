"""Verbs of the service status: announce, follow up, end; name the components. None commits; each leaves one audit event."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.queries import everyone_with_role
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue
from webapp.service_status import mails
from webapp.service_status.models import Component, Notice, NoticeComponent, NoticeUpdate
from webapp.service_status.policies import can_announce, can_name_components
from webapp.service_status.rules import FIRST_STATE, OVER, Health, Kind, State, is_late_notice, next_states
from webapp.texts import mark as _m


@dataclass(frozen=True, slots=True)
class NoticeValues:
    """What the form of an announcement holds; ``starts_at`` is aware. ``urgent_reason`` says why less than 5 days ahead (FL-12.8)."""

    kind: Kind
    title: str
    text: str
    component_ids: tuple[int, ...]
    health: Health
    starts_at: datetime
    expected_minutes: int | None = None
    urgent_reason: str = ""


def announce(session: Session, actor: Actor, clock: Clock, values: NoticeValues, public_url: str) -> Notice:
    """Announce a planned interruption or an incident, and mail every client contact. Raises Invalid, Forbidden."""
    if not can_announce(actor):
        raise Forbidden
    names = _check(session, clock.now(), values)
    notice = Notice(
        kind=values.kind,
        state=FIRST_STATE[values.kind],
        health=Health.MAINTENANCE if values.kind is Kind.PLANNED else values.health,
        title=values.title,
        urgent_reason=values.urgent_reason if values.kind is Kind.PLANNED else "",
        starts_at=values.starts_at,
        expected_minutes=values.expected_minutes,
        expected_end_at=values.starts_at + timedelta(minutes=values.expected_minutes) if values.expected_minutes else None,
        announced_at=clock.now(),
    )
    session.add(notice)
    session.flush()
    session.add_all(NoticeComponent(notice_id=notice.id, component_id=component_id) for component_id in values.component_ids)
    _say(session, actor, clock, notice, values.text)
    subject, body = mails.announced(
        notice.kind, notice.title, values.text, notice.starts_at, notice.expected_minutes, names, _link(public_url, notice)
    )
    _mail(session, clock, notice, "announced", subject, body)
    _record(session, actor, clock, "status.announced", notice)
    return notice


def follow_up(session: Session, actor: Actor, clock: Clock, notice_id: int, seen: int, state: State, text: str, public_url: str) -> Notice:
    """Say something more of a notice, and move it to ``state``; its end is mailed. Raises Conflict, Invalid, NotFound, Forbidden."""
    if not can_announce(actor):
        raise Forbidden
    notice = get_notice(session, notice_id)
    if notice.version != seen:
        raise Conflict(_m("Cette annonce a changé pendant votre saisie."), current=notice)
    if state not in next_states(notice.state):
        raise Invalid({"state": _m("Cette annonce ne peut pas passer dans cet état.")})
    if state is State.CANCELLED and clock.now() >= notice.starts_at:
        raise Invalid({"state": _m("L'interruption a déjà commencé : déclarez-la terminée.")})
    notice.state = state
    if state in OVER:
        notice.over, notice.ended_at = True, clock.now()
        subject, body = mails.over(notice.kind, state, notice.title, text, clock.now(), _link(public_url, notice))
        _mail(session, clock, notice, "over", subject, body)
    _say(session, actor, clock, notice, text)
    _record(session, actor, clock, f"status.{state.value}", notice)
    return notice


def get_notice(session: Session, notice_id: int) -> Notice:
    """Return a notice, or raise NotFound."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NotFound
    return notice


def add_component(session: Session, actor: Actor, clock: Clock, name: str, description: str) -> Component:
    """Name a component, shown last. Raises Invalid, Forbidden."""
    _check_component(session, actor, name, 0)
    last = session.scalar(select(func.max(Component.position))) or 0
    component = Component(name=name, description=description, position=last + 1)
    session.add(component)
    session.flush()
    record(session, actor, clock, action="status.component_added", subject=f"composant {name}")
    return component


def change_component(
    session: Session, actor: Actor, clock: Clock, component_id: int, name: str, description: str, retired: bool
) -> Component:
    """Rename a component, or retire it (its past stays told). Raises Invalid, NotFound, Forbidden."""
    _check_component(session, actor, name, component_id)
    component = get_component(session, component_id)
    component.name, component.description = name, description
    component.retired_at = (component.retired_at or clock.now()) if retired else None
    record(session, actor, clock, action="status.component_changed", subject=f"composant {name}", detail={"retired": retired})
    return component


def get_component(session: Session, component_id: int) -> Component:
    """Return a component, retired or not, or raise NotFound."""
    component = session.get(Component, component_id)
    if component is None:
        raise NotFound
    return component


def _check_component(session: Session, actor: Actor, name: str, own_id: int) -> None:
    if not can_name_components(actor):
        raise Forbidden
    if session.scalar(select(Component.id).where(Component.name == name, Component.id != own_id)) is not None:
        raise Invalid({"name": _m("Un composant porte déjà ce nom.")})


def _check(session: Session, now: datetime, values: NoticeValues) -> list[str]:
    """Return the names of the components. Raises Invalid."""
    errors = {}
    names = list(
        session.scalars(
            select(Component.name)
            .where(Component.id.in_(values.component_ids), Component.retired_at.is_(None))
            .order_by(Component.position, Component.id)
        )
    )
    if not names or len(names) != len(set(values.component_ids)):
        errors["components"] = _m("Choisissez au moins un composant de la liste.")
    if values.kind is Kind.INCIDENT and values.starts_at > now:
        errors["starts_at"] = _m("Un incident a déjà commencé : donnez une heure passée.")
    if values.kind is Kind.PLANNED:
        errors |= _check_planned(now, values)
    if errors:
        raise Invalid(errors)
    return names


def _check_planned(now: datetime, values: NoticeValues) -> dict[str, str]:
    errors = {}
    if not values.expected_minutes:
        errors["expected_minutes"] = _m("Donnez la durée approximative de l'interruption.")
    if values.starts_at <= now:
        errors["starts_at"] = _m("Une interruption programmée est à venir ; pour une coupure en cours, annoncez un incident.")
    elif is_late_notice(now, values.starts_at) and not values.urgent_reason:
        errors["urgent_reason"] = _m(
            "L'interruption commence dans moins de 5 jours : repoussez-la, ou dites l'urgence qui empêche de prévenir plus tôt."
        )
    return errors


def _say(session: Session, actor: Actor, clock: Clock, notice: Notice, text: str) -> None:
    session.add(NoticeUpdate(notice_id=notice.id, at=clock.now(), state=notice.state, text=text, account_id=actor.account_id))
    session.flush()


def _mail(session: Session, clock: Clock, notice: Notice, step: str, subject: str, body: str) -> None:
    for person in everyone_with_role(session, Role.CLIENT_CONTACT):
        key = f"status:{notice.id}:{step}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=subject, body=body, key=key)


def _record(session: Session, actor: Actor, clock: Clock, action: str, notice: Notice) -> None:
    detail = {"kind": notice.kind.value, "state": notice.state.value, "starts_at": notice.starts_at.isoformat()}
    record(session, actor, clock, action=action, subject=f"annonce {notice.id}", detail=detail)


def _link(public_url: str, notice: Notice) -> str:
    return f"{public_url.rstrip('/')}/etat-des-services/annonces/{notice.id}"
