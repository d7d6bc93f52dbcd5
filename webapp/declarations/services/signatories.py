"""Telling those who sign for an organisation that a return waits for them. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import mails
from webapp.declarations.models import Return
from webapp.declarations.policies import may_sign
from webapp.declarations.queries import ReturnFile
from webapp.declarations.rules.workflow import today
from webapp.declarations.services.saving import facts_now, hold_for_entry, locked
from webapp.errors import Forbidden
from webapp.evidence.services import record
from webapp.outbox.services import enqueue


def tell_signatories(session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, public_url: str) -> bool:
    """Mail the organisation's signatories that a return waits for them, once a day (of Paris) whoever asks; False when it was done today.

    Raises Conflict when the return no longer takes entries, Forbidden for somebody who may sign.
    """
    hold_for_entry(session, actor, clock, file)
    row, now = locked(session, file), clock.now()
    if may_sign(actor, facts_now(file, row), now):
        raise Forbidden
    if row.signatory_told_at is not None and today(row.signatory_told_at) == today(now):
        return False
    mail = mails.to_be_signed(file.number, actor.name, public_url)
    for person in people_with_role(session, file.organisation_id, Role.SIGNATORY):
        key = f"declaration:{file.number}:to-sign-{today(now)}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)
    told = {"signatory_told_at": now, "signatory_told_by": actor.name}
    session.execute(update(Return).where(Return.id == file.id).values(told))  # not through the mapped row: it is no new version
    record(
        session, actor, clock, action="return.signatory_told", subject=f"déclaration {file.number}", organisation_id=file.organisation_id
    )
    session.flush()
    return True
