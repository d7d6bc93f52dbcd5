"""Accepting the terms."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actor import Actor, network_address
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden
from webapp.evidence.services import record
from webapp.terms.library import versions
from webapp.terms.models import TermsAcceptance
from webapp.terms.queries import has_accepted
from webapp.terms.rules import Version, announced, audience_of, in_force
from webapp.texts import mark as _m


def version_for(actor: Actor, clock: Clock) -> Version | None:
    """Return the text that the actor must have accepted at this instant."""
    return in_force(versions(), audience_of(actor.organisation_kind), clock.now())


def announced_to(actor: Actor, clock: Clock) -> list[Version]:
    """Return the versions to announce to the actor: about to come into force, or in force since lately."""
    return announced(versions(), audience_of(actor.organisation_kind), clock.now())


def accept(session: Session, actor: Actor, clock: Clock, sha256: str) -> Version:
    """Note that the actor accepted the text in force, named by the hash that the page showed; doing it twice notes it once.

    Raises ``Conflict`` when another version has come into force since the page was shown.
    """
    version = version_for(actor, clock)
    if actor.account_id is None or version is None:
        raise Forbidden
    if version.sha256 != sha256:
        raise Conflict(_m("Une nouvelle version vient d'entrer en vigueur : lisez-la avant de l'accepter."))
    if has_accepted(session, actor.account_id, sha256):
        return version
    acceptance = TermsAcceptance(
        account_id=actor.account_id,
        organisation_id=actor.organisation_id,
        audience=version.audience,
        effective_on=version.effective_on,
        sha256=version.sha256,
        accepted_at=clock.now(),
        network_address=network_address.get(),
    )
    try:
        with session.begin_nested():
            session.add(acceptance)
    except IntegrityError:  # a second click, at the same instant
        return version
    record(
        session,
        actor,
        clock,
        action="terms.accepted",
        subject=f"conditions {version.audience} du {version.effective_on.isoformat()}",
        detail={"sha256": version.sha256},
    )
    return version
