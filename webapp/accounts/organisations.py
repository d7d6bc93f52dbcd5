"""Creating and editing organisations."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_rules

from webapp.accounts import policies
from webapp.accounts.models import Membership, Organisation
from webapp.actor import Actor, OrganisationKind
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.texts import mark as _m


@dataclass(frozen=True, slots=True)
class OrganisationValues:
    """What the form of an organisation holds."""

    kind: OrganisationKind
    name: str
    siret: str | None
    region: str | None
    city: str | None


def check_siret(typed: str | None) -> str | None:
    """Return the SIRET as 14 digits, or None when nothing was typed; raises ``Invalid`` with what is wrong."""
    if not typed or not typed.strip():
        return None
    compact: str = siret_rules.compact(typed)
    if len(compact) != 14 or not compact.isdigit():
        raise Invalid({"siret": _m("Un SIRET compte 14 chiffres.")})
    try:
        siret_rules.validate(compact)
    except ValidationError as error:
        raise Invalid({"siret": _m("Ce SIRET comporte une erreur : sa clé de contrôle ne convient pas.")}) from error
    return compact


def _check(session: Session, values: OrganisationValues, own_id: int | None) -> str | None:
    siret = check_siret(values.siret)
    if siret is not None:
        other = session.scalar(select(Organisation.name).where(Organisation.siret == siret, Organisation.id != (own_id or 0)))
        if other is not None:
            raise Invalid({"siret": _m("Ce SIRET est déjà celui d'une autre organisation.")})
    return siret


def _fill(row: Organisation, values: OrganisationValues, siret: str | None) -> None:
    row.kind, row.name, row.siret = values.kind, values.name, siret
    row.region, row.city = values.region or None, values.city or None
    row.search_text = fold(f"{values.name} {values.city or ''} {siret or ''}")[:600]


def create_organisation(session: Session, actor: Actor, clock: Clock, values: OrganisationValues) -> Organisation:
    """Create an organisation. Raises ``Forbidden``, ``Invalid`` (``siret``)."""
    if not policies.can_edit_organisation(actor, values.kind):
        raise Forbidden
    siret = _check(session, values, None)
    row = Organisation(created_at=clock.now())
    _fill(row, values, siret)
    session.add(row)
    session.flush()
    record(session, actor, clock, action="organisation.created", subject=row.name, organisation_id=row.id, detail={"kind": row.kind})
    return row


def edit_organisation(
    session: Session, actor: Actor, clock: Clock, organisation_id: int, values: OrganisationValues, version: int
) -> Organisation:
    """Change an organisation. Raises ``NotFound``, ``Forbidden``, ``Conflict`` (with what stands now), ``Invalid``."""
    row = session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound
    if not policies.can_edit_organisation(actor, row.kind, values.kind):
        raise Forbidden
    if row.version != version:
        raise Conflict(_m("Cette organisation a été modifiée entre-temps."), organisation=row)
    siret = _check(session, values, row.id)
    if values.kind != row.kind and session.scalar(select(Membership.id).where(Membership.organisation_id == row.id).limit(1)):
        raise Invalid({"kind": _m("Des personnes y ont déjà des rôles : son genre ne change plus.")})
    before = {"kind": row.kind, "name": row.name, "siret": row.siret, "region": row.region, "city": row.city}
    _fill(row, values, siret)
    session.flush()
    changed = {name: [old, getattr(row, name)] for name, old in before.items() if old != getattr(row, name)}
    record(session, actor, clock, action="organisation.changed", subject=row.name, organisation_id=row.id, detail=changed)
    return row


def set_organisation_open(session: Session, actor: Actor, clock: Clock, organisation_id: int, *, is_open: bool) -> Organisation:
    """Close an organisation (nobody acts for it any more; its records stay) or open it again. Never one's own."""
    row = session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound
    if not policies.can_edit_organisations(actor) or actor.organisation_id == row.id:
        raise Forbidden
    row.closed_at = None if is_open else clock.now()
    session.flush()
    record(
        session,
        actor,
        clock,
        action="organisation.reopened" if is_open else "organisation.closed",
        subject=row.name,
        organisation_id=row.id,
    )
    return row
