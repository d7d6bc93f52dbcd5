"""Writing the trail of acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.actor import Actor, network_address
from webapp.clock import Clock
from webapp.evidence.models import AuditEvent

_GATHERED = "gathered_events"
_INSERT = insert(AuditEvent)


def record(
    session: Session,
    actor: Actor,
    clock: Clock,
    *,
    action: str,
    subject: str,
    organisation_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add the audit event of one act to the caller's transaction.

    ``action`` is a dotted code such as ``scope.published``; ``subject`` names the object as people do (``dossier 1-0001``);
    ``organisation_id`` is the organisation concerned (by default the actor's own); ``detail`` holds plain JSON values.
    """
    row = {
        "at": clock.now(),
        "action": action,
        "subject": subject,
        "account_id": actor.account_id,
        "actor_name": actor.name,
        "organisation_id": organisation_id if organisation_id is not None else actor.organisation_id,
        "network_address": network_address.get(),
        "detail": detail or {},
    }
    gathered: list[dict[str, Any]] | None = session.info.get(_GATHERED)
    if gathered is None:
        session.add(AuditEvent(**row))
    else:
        gathered.append(row)


@contextmanager
def gathering(session: Session) -> Iterator[None]:
    """Write the events of many acts together, at the end of the block: one statement. Should the block fail, it writes none."""
    session.info[_GATHERED] = rows = list[dict[str, Any]]()
    try:
        yield
    finally:
        del session.info[_GATHERED]
    if rows:
        session.connection().execute(_INSERT, rows)
