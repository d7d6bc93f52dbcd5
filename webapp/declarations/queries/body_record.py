"""The named read of a body's record: always the actor's own organisation's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.declarations.models import BodyRecord
from webapp.declarations.rules.body_record import Body


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record with its version (0: never written), and who wrote it last; `organisation` and `known_siret` are what the portal knows."""

    organisation: str
    known_siret: str
    body: Body
    version: int = 0
    by: str = ""
    at: datetime | None = None
    looked_up_at: datetime | None = None


def record_of(session: Session, actor: Actor) -> KeptRecord:
    """The record of the actor's organisation."""
    row = session.execute(
        select(
            Organisation.name,
            Organisation.siret,
            BodyRecord.siret,
            BodyRecord.name,
            BodyRecord.address,
            BodyRecord.legal_form,
            BodyRecord.naf,
            BodyRecord.headcount,
            BodyRecord.version,
            BodyRecord.by_name,
            BodyRecord.at,
            BodyRecord.looked_up_at,
        )
        .outerjoin(BodyRecord, BodyRecord.organisation_id == Organisation.id)
        .where(Organisation.id == actor.organisation_id)
    ).one()
    name, siret, *values, version, by, at, looked_up_at = row
    if version is None:
        return KeptRecord(name, siret or "", Body())
    return KeptRecord(name, siret or "", Body(*values), version, by, at, looked_up_at)
