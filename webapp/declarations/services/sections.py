"""Sharing a return among colleagues: a section entrusted to one, maybe for them alone, and said ready again. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import mails
from webapp.declarations.models import SectionShare
from webapp.declarations.policies import can_enter_section, can_entrust, can_reserve
from webapp.declarations.queries import ReturnFile
from webapp.declarations.services.saving import hold_for_entry
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue


@dataclass(frozen=True, slots=True)
class Trust:
    """To whom a section is entrusted, nobody (None) to begin with, and whether they alone, with the signatories, fill it in."""

    account_id: int | None
    reserved: bool = False


def entrust(session: Session, actor: Actor, clock: Clock, file: ReturnFile, section: str, trust: Trust, *, public_url: str) -> None:
    """Entrust a section to a colleague who declares for the same organisation, or to nobody; the colleague is told by mail.

    It says who is expected to fill the section in; colleagues may still help, unless it is reserved. Raises NotFound for a section that
    the form has not, Invalid for a person who does not declare for the organisation, Forbidden for a section that others reserved or that
    is not the actor's to reserve, Conflict when the return no longer takes entries.
    """
    row = _held(session, actor, clock, file, section)
    if (row.entrusted_to, row.reserved) == (trust.account_id, trust.reserved):
        return
    now = clock.now()
    if not can_entrust(section, actor, file.facts, now) or (trust.reserved and not can_reserve(actor, file.facts, now)):
        raise Forbidden
    person = _colleague(session, file, trust)
    told_before = row.entrusted_to == trust.account_id
    row.entrusted_to, row.entrusted_name, row.reserved = trust.account_id, person.full_name if person else "", trust.reserved
    detail = {"section": section, "to": row.entrusted_name, "reserved": "oui" if trust.reserved else ""}
    _record(session, actor, clock, file, "return.section_entrusted", **detail)
    if person is not None and trust.account_id != actor.account_id and not told_before:
        mail = mails.section_entrusted(file.number, _title(file, section), actor.name, public_url)
        key = f"declaration:{file.number}:section-{section}:{trust.account_id}:{now.isoformat()}"
        enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)


def _colleague(session: Session, file: ReturnFile, trust: Trust) -> Row[Any] | None:
    """The colleague to whom a section is to be entrusted. Raises Invalid."""
    if trust.account_id is None:
        if trust.reserved:
            raise Invalid({"account": _("Choisissez à qui réserver cette section.")})
        return None
    for person in people_with_role(session, file.organisation_id, Role.DECLARANT):
        if person.account_id == trust.account_id:
            return person
    raise Invalid({"account": _("Choisissez une personne de la liste : elle doit déclarer pour votre organisme.")})


def say_ready(session: Session, actor: Actor, clock: Clock, file: ReturnFile, section: str, *, ready: bool) -> None:
    """Say that a section is ready to be read again, or that it no longer is. Raises like `entrust`."""
    row = _held(session, actor, clock, file, section)
    if not can_enter_section(section, actor, file.facts, clock.now()):
        raise Forbidden
    if not ready and row.ready_at is None:
        return
    row.ready_at, row.ready_by_name = (clock.now(), actor.name) if ready else (None, "")
    _record(session, actor, clock, file, "return.section_ready" if ready else "return.section_reopened", section=section)


def _held(session: Session, actor: Actor, clock: Clock, file: ReturnFile, section: str) -> SectionShare:
    """The row of a section, made when it is missing, under the return's lock."""
    if all(known.code != section for known in file.model.sections):
        raise NotFound
    hold_for_entry(session, actor, clock, file)
    share = session.scalars(
        select(SectionShare)
        .where(SectionShare.return_id == file.id, SectionShare.section_code == section)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if share is None:
        share = SectionShare(organisation_id=file.organisation_id, return_id=file.id, section_code=section, reserved=False)
        session.add(share)
    return share


def _title(file: ReturnFile, section: str) -> str:
    return next(known.title for known in file.model.sections if known.code == section)


def _record(session: Session, actor: Actor, clock: Clock, file: ReturnFile, action: str, **detail: str) -> None:
    told = {key: value for key, value in detail.items() if value}
    record(session, actor, clock, action=action, subject=f"déclaration {file.number}", organisation_id=file.organisation_id, detail=told)
    session.flush()
