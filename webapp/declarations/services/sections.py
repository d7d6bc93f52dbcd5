"""Sharing a return among colleagues: a section entrusted to one of them, and said ready to be read again. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import mails
from webapp.declarations.models import SectionShare
from webapp.declarations.queries import ReturnFile
from webapp.declarations.services.saving import hold_for_entry
from webapp.errors import Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue


def entrust(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, section: str, account_id: int | None, *, public_url: str
) -> None:
    """Entrust a section to a colleague who declares for the same organisation, or to nobody; the colleague is told by mail.

    It says who is expected to fill the section in; colleagues may still help. Raises NotFound for a section that the form has not,
    Invalid for a person who does not declare for the organisation, Conflict when the return no longer takes entries.
    """
    row = _held(session, actor, clock, file, section)
    if row.entrusted_to == account_id:
        return
    people = {person.account_id: person for person in people_with_role(session, file.organisation_id, Role.DECLARANT)}
    if account_id is not None and account_id not in people:
        raise Invalid({"account": _("Choisissez une personne de la liste : elle doit déclarer pour votre organisme.")})
    person = people.get(account_id) if account_id is not None else None
    row.entrusted_to, row.entrusted_name = account_id, person.full_name if person else ""
    _record(session, actor, clock, file, "return.section_entrusted", section=section, to=row.entrusted_name)
    if person is not None and account_id != actor.account_id:
        mail = mails.section_entrusted(file.number, _title(file, section), actor.name, public_url)
        key = f"declaration:{file.number}:section-{section}:{account_id}:{clock.now().isoformat()}"
        enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)


def say_ready(session: Session, actor: Actor, clock: Clock, file: ReturnFile, section: str, *, ready: bool) -> None:
    """Say that a section is ready to be read again, or that it no longer is. Raises NotFound or Conflict like `entrust`."""
    row = _held(session, actor, clock, file, section)
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
        share = SectionShare(organisation_id=file.organisation_id, return_id=file.id, section_code=section)
        session.add(share)
    return share


def _title(file: ReturnFile, section: str) -> str:
    return next(known.title for known in file.model.sections if known.code == section)


def _record(session: Session, actor: Actor, clock: Clock, file: ReturnFile, action: str, **detail: str) -> None:
    told = {key: value for key, value in detail.items() if value}
    record(session, actor, clock, action=action, subject=f"déclaration {file.number}", organisation_id=file.organisation_id, detail=told)
    session.flush()
