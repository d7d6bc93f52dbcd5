"""Recording the accreditation body's decisions, and what they do to what is online (FX-8c)."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import PARIS, Clock
from webapp.errors import Invalid
from webapp.evidence.services import record
from webapp.outbox.services import enqueue
from webapp.scopes import mails
from webapp.scopes.models import Decision, Dossier, GeneralLine, PublishedVersion
from webapp.scopes.queries import last_effective, online_references
from webapp.scopes.queries.rights import editors_of
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.decisions import (
    DECISION_LABELS,
    EFFECT_TEXTS,
    REFUSAL_TEXTS,
    UNKNOWN_LINE,
    DecisionKind,
    DecisionRefused,
    Flexibility,
    GeneralFacts,
    decide,
    effect,
)
from webapp.scopes.rules.grants import granted_with
from webapp.scopes.rules.states import EVIDENCE, Act, Draft, after
from webapp.scopes.services.files import open_file, subject
from webapp.scopes.services.general import GeneralValues, add_line, checked, line_of, require_officer
from webapp.scopes.services.publication import drop_pending


@dataclass(frozen=True, slots=True)
class DecisionValues:
    """A decision as an officer typed it; ``extension`` holds the new line, or the new title and flexibility of ``code``."""

    kind: DecisionKind
    code: str
    decided_on: date
    reference: str
    reason: str
    extension: GeneralValues | None = None


def record_decision(session: Session, actor: Actor, clock: Clock, number: str, values: DecisionValues) -> tuple[Decision, Dossier, str]:
    """Record a decision, apply it to the general scope and to what is online, in one act.

    The version online stops being in force at this instant; a version asked for is dropped, since it was checked against the
    former general scope. Returns the decision, the file and the code of the line; :func:`tell_decision` mails it.
    """
    file = open_file(session, actor, clock, number)
    require_officer(actor)
    _check_decision(clock, values)
    line = _decided_line(session, file, values)
    facts = _apply(session, clock, file, line, values)
    act = effect(file.online, facts, ever_published=_ever_published(file))
    decision = Decision(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        general_line_id=line.id,
        kind=values.kind,
        effect=act,
        decided_on=values.decided_on,
        reference=values.reference,
        reason=values.reason,
        recorded_at=clock.now(),
        recorded_by=actor.account_id,
    )
    session.add(decision)
    _take_offline(session, clock, file, act)
    session.flush()
    record(
        session,
        actor,
        clock,
        action=EVIDENCE[act] or "",
        subject=subject(file),
        organisation_id=file.organisation_id,
        detail={"kind": values.kind, "general": line.code, "reference": values.reference, "effect": act},
    )
    return decision, file, line.code


def _ever_published(file: Dossier) -> bool:
    return file.version_number - (file.draft is Draft.REQUESTED) > 0


def _check_decision(clock: Clock, values: DecisionValues) -> None:
    errors: dict[str, str] = {}
    if values.decided_on > clock.now().astimezone(PARIS).date():
        errors["decided_on"] = _("La date d’une décision ne peut pas être à venir.")
    if not values.reference.strip() or len(values.reference) > 60:
        errors["reference"] = _("Donnez la référence de la décision, 60 caractères au plus.")
    if not values.reason.strip():
        errors["reason"] = _("Donnez le motif : l’organisme le lira.")
    if errors:
        raise Invalid(errors)


def _decided_line(session: Session, file: Dossier, values: DecisionValues) -> GeneralLine:
    line = line_of(session, file, values.code) if values.code else None
    if line is not None:
        return line
    if values.kind is not DecisionKind.EXTENSION or values.code or values.extension is None:
        raise Invalid({"general": _(REFUSAL_TEXTS[UNKNOWN_LINE])})
    clean, errors = checked(values.extension, file.activity)
    if not errors and line_of(session, file, clean.code) is not None:
        errors["code"] = _("Ce repère est déjà pris.")
    if errors:
        raise Invalid(errors)
    return add_line(session, file, clean)


def _apply(session: Session, clock: Clock, file: Dossier, line: GeneralLine, values: DecisionValues) -> tuple[GeneralFacts, ...]:
    rows = session.scalars(select(GeneralLine).where(GeneralLine.dossier_id == file.id).order_by(GeneralLine.rank)).all()
    present = [GeneralFacts(row.code, row.flexibility, row.status) for row in rows]
    try:
        facts = decide(values.kind, line.code, present)
    except DecisionRefused as refused:
        raise Invalid({"kind": _(REFUSAL_TEXTS[refused.code])}) from None
    if values.kind is DecisionKind.EXTENSION:
        facts = _extend(session, clock, file, line, values, facts)
    changed = next(item for item in facts if item.code == line.code)
    line.status, line.flexibility, line.version = changed.status, changed.flexibility, line.version + 1
    return facts


def _extend(
    session: Session, clock: Clock, file: Dossier, line: GeneralLine, values: DecisionValues, facts: tuple[GeneralFacts, ...]
) -> tuple[GeneralFacts, ...]:
    last = last_effective(session, file.id, clock.now())
    line.extended_at = clock.now()
    if values.extension is None or not values.code:
        return facts
    title = values.extension.title or line.title
    flexibility = values.extension.flexibility or str(line.flexibility)
    clean, errors = checked(GeneralValues(line.code, title, flexibility, values.extension.methods), file.activity)
    if errors:
        raise Invalid(errors)
    line.title = clean.title
    if clean.methods:
        # What is online stays recognised: without a list, it was all that was granted.
        online = online_references(session, activity(file.activity), file.id, last.sha256) if last is not None else {}
        line.methods = list(granted_with(line.methods or online.get(line.code, ()), clean.methods))
    return tuple(
        GeneralFacts(item.code, Flexibility(clean.flexibility), item.status, True) if item.code == line.code else item for item in facts
    )


def _take_offline(session: Session, clock: Clock, file: Dossier, act: Act) -> None:
    target = after(act, file.stored)
    if file.draft is Draft.REQUESTED:
        drop_pending(session, file)
    if act in (Act.UNPUBLISH, Act.CLOSE):
        in_force = session.scalars(
            select(PublishedVersion)
            .where(PublishedVersion.dossier_id == file.id, PublishedVersion.effective_at <= clock.now())
            .order_by(PublishedVersion.number.desc())
            .limit(1)
        ).one_or_none()
        if in_force is not None and in_force.withdrawn_at is None:
            in_force.withdrawn_at = clock.now()
    file.stored = target
    file.updated_at = clock.now()


def tell_decision(session: Session, clock: Clock, decision: Decision, file: Dossier, code: str, public_url: str) -> None:
    """Queue the mail that tells a decision to those who edit the file, once per person."""
    title, body = mails.decided(
        file.number,
        DECISION_LABELS[decision.kind],
        code,
        decision.reference,
        EFFECT_TEXTS[decision.effect],
        f"{public_url}/portees/{file.number}",
    )
    for person in editors_of(session, [file.id], clock.now(), willing=False):
        key = f"scope-decision:{decision.id}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=title, body=body, key=key)
