"""Writing the record of a body that declares. Nothing here commits."""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.accounts.organisations import check_siret
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations.models import BodyRecord
from webapp.declarations.rules.body_record import FAULTY_NAF, LABELS, LONGEST, Body, changes, naf_of
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record


def write_record(session: Session, actor: Actor, clock: Clock, body: Body, *, version: int, looked_up: bool) -> bool:
    """Write what the actor's organisation says of itself; False when nothing changes, else one audit event with what did.

    `version` is the one that the person saw, 0 for a record never written; `looked_up` says that the values come from the directory.
    Raises Forbidden for who does not declare, Invalid (``siret``, ``naf``, or what is too long), Conflict when a colleague wrote it
    meanwhile.
    """
    if not actor.has(Role.DECLARANT) or actor.organisation_id is None:
        raise Forbidden
    body = _checked(body)
    # The organisation is what is held: two colleagues may write a record that is not there yet.
    session.execute(select(Organisation.id).where(Organisation.id == actor.organisation_id).with_for_update())
    own = select(BodyRecord).where(BodyRecord.organisation_id == actor.organisation_id)
    row = session.scalars(own.execution_options(populate_existing=True)).one_or_none()
    before = Body(**{name: getattr(row, name) for name in LABELS}) if row is not None else Body()
    if before == body:
        return False
    if (row.version if row is not None else 0) != version:
        raise Conflict(_("Une autre personne a modifié la fiche entre-temps."))
    if row is None:
        row = BodyRecord(organisation_id=actor.organisation_id)
        session.add(row)
    for name, value in asdict(body).items():
        setattr(row, name, value)
    row.by, row.by_name, row.at = actor.account_id, actor.name, clock.now()
    if looked_up:
        row.looked_up_at = clock.now()
    detail = {"changes": changes(before, body), "source": "annuaire" if looked_up else "saisie"}
    subject = actor.organisation_name
    record(session, actor, clock, action="body.recorded", subject=subject, organisation_id=actor.organisation_id, detail=detail)
    session.flush()
    return True


def _checked(body: Body) -> Body:
    """The record as it is kept. Raises Invalid with every fault."""
    faults = {
        name: _("Raccourcissez ce texte : %(max)d caractères au plus.", max=LONGEST)
        for name, value in asdict(body).items()
        if len(value) > LONGEST
    }
    naf, siret = naf_of(body.naf), ""
    if naf is None:
        faults["naf"] = _(FAULTY_NAF)
    try:
        siret = check_siret(body.siret) or ""
    except Invalid as refusal:
        words = refusal.errors["siret"]
        faults["siret"] = _(words)
    if faults:
        raise Invalid(faults)
    return Body(siret, body.name, body.address, body.legal_form, naf or "", body.headcount)
