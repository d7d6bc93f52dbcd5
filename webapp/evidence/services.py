"""Writing the trail of acts."""

from typing import Any

from sqlalchemy.orm import Session

from webapp.actor import Actor, network_address
from webapp.clock import Clock
from webapp.evidence.models import AuditEvent


def record(
    session: Session,
    actor: Actor,
    clock: Clock,
    *,
    action: str,
    subject: str,
    organisation_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Add the audit event of one act to the caller's transaction.

    ``action`` is a dotted code such as ``scope.published``; ``subject`` names the object as people do (``dossier 1-0001``);
    ``organisation_id`` is the organisation concerned (by default the actor's own); ``detail`` holds plain JSON values.
    """
    event = AuditEvent(
        at=clock.now(),
        action=action,
        subject=subject,
        account_id=actor.account_id,
        actor_name=actor.name,
        organisation_id=organisation_id if organisation_id is not None else actor.organisation_id,
        network_address=network_address.get(),
        detail=detail or {},
    )
    session.add(event)
    return event
