"""The accreditation body's own acts: opening files, writing their general scope, recording decisions (FX-8c)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, OrganisationKind, Role
from webapp.clock import PARIS, Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.outbox.services import enqueue
from webapp.scopes import mails
from webapp.scopes.models import Decision, Dossier, GeneralLine, PublishedVersion
from webapp.scopes.policies import FileFacts, can_correct_general_scope, can_manage_general_scope
from webapp.scopes.rules.activities import UnknownActivity, activity
from webapp.scopes.rules.decisions import (
    DECISION_LABELS,
    EFFECT_TEXTS,
    REFUSAL_TEXTS,
    UNKNOWN_LINE,
    DecisionKind,
    DecisionRefused,
    Flexibility,
    GeneralFacts,
    GeneralStatus,
    decide,
    effect,
)
from webapp.scopes.rules.numbers import parse_typed
from webapp.scopes.rules.states import EVIDENCE, Act, Draft, Online, after
from webapp.scopes.services.files import open_file, subject
from webapp.scopes.services.publication import drop_pending


@dataclass(frozen=True, slots=True)
class GeneralValues:
    """A line of the general scope as an officer typed it."""

    code: str
    title: str
    flexibility: str


def _require_officer(actor: Actor) -> None:
    if not can_manage_general_scope(actor):
        raise Forbidden("scope officer")


def _checked(values: GeneralValues, activity_code: str, prefix: str = "") -> tuple[GeneralValues, dict[str, str]]:
    """Return the line cleaned, and what is wrong with it by field name."""
    clean = GeneralValues(values.code.strip(), " ".join(values.title.split()), values.flexibility)
    errors: dict[str, str] = {}
    if not clean.code or len(clean.code) > 10 or not clean.code.replace(".", "").isalnum():
        errors[f"{prefix}code"] = _("Donnez un repère de dix caractères au plus, lettres et chiffres, par exemple « 3 ».")
    if not clean.title or len(clean.title) > 300:
        errors[f"{prefix}title"] = _("Donnez un intitulé de 300 caractères au plus.")
    if clean.flexibility not in [str(item) for item in activity(activity_code).flexibilities]:
        errors[f"{prefix}flexibility"] = _("Choisissez une flexibilité de cette activité.")
    return clean, errors


def create_file(
    session: Session,
    actor: Actor,
    clock: Clock,
    *,
    number: str,
    organisation_id: int,
    activity_code: str,
    lines: Sequence[GeneralValues],
) -> Dossier:
    """Open a file with its general scope; :class:`Invalid` names each wrong field (``lines-0-code``…)."""
    _require_officer(actor)
    try:
        activity(activity_code)
    except UnknownActivity:
        raise Invalid({"activity": _("Choisissez une activité de la liste.")}) from None
    parsed = parse_typed(number)
    errors: dict[str, str] = {}
    if parsed is None:
        errors["number"] = _("Un numéro d’accréditation s’écrit comme 1-0042.")
    elif session.scalar(select(Dossier.id).where(Dossier.number == str(parsed))) is not None:
        errors["number"] = _("Le dossier %(number)s existe déjà.", number=str(parsed))
    body = session.get(Organisation, organisation_id)
    if body is None or body.kind is not OrganisationKind.ACCREDITED_BODY:
        errors["organisation"] = _("Choisissez un organisme accrédité de la liste.")
    clean: list[GeneralValues] = []
    for place, line in enumerate(lines):
        values, wrong = _checked(line, activity_code, f"lines-{place}-")
        errors |= wrong
        if values.code in [other.code for other in clean]:
            errors.setdefault(f"lines-{place}-code", _("Ce repère est déjà pris."))
        clean.append(values)
    if not any(line.flexibility != Flexibility.FIXE for line in clean):
        errors.setdefault("lines-0-flexibility", _("Il faut au moins une ligne flexible : sans flexibilité, pas de portée détaillée."))
    if errors or parsed is None or body is None:
        raise Invalid(errors)
    return _add_file(session, actor, clock, str(parsed), body, activity_code, clean)


def _add_file(
    session: Session,
    actor: Actor,
    clock: Clock,
    number: str,
    body: Organisation,
    activity_code: str,
    lines: Sequence[GeneralValues],
) -> Dossier:
    label = activity(activity_code).label
    file = Dossier(
        organisation_id=body.id,
        number=number,
        activity=activity_code,
        online=Online.NONE,
        draft=Draft.NONE,
        version_number=0,
        next_line=1,
        undo_floor=0,
        search_text=fold(f"{number} {body.name} {label}")[:600],
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(file)
    session.flush()
    for rank, line in enumerate(lines):
        _add_line(session, file, line, rank)
    record(
        session,
        actor,
        clock,
        action="scope.file_created",
        subject=subject(file),
        organisation_id=body.id,
        detail={"activity": activity_code, "general": [[item.code, item.title, item.flexibility] for item in lines]},
    )
    return file


def _add_line(session: Session, file: Dossier, values: GeneralValues, rank: int | None = None) -> GeneralLine:
    if rank is None:
        rank = 1 + (session.scalar(select(func.max(GeneralLine.rank)).where(GeneralLine.dossier_id == file.id)) or 0)
    line = GeneralLine(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        code=values.code,
        title=values.title,
        flexibility=Flexibility(values.flexibility),
        status=GeneralStatus.ACTIVE,
        rank=rank,
        version=1,
    )
    session.add(line)
    session.flush()
    return line


def _line(session: Session, file: Dossier, code: str) -> GeneralLine | None:
    return session.scalar(select(GeneralLine).where(GeneralLine.dossier_id == file.id, GeneralLine.code == code))


def add_general_line(session: Session, actor: Actor, clock: Clock, number: str, values: GeneralValues) -> GeneralLine:
    """Add a general line while nothing was ever online; afterwards a new line is an extension, which is a decision."""
    file = open_file(session, actor, clock, number)
    _require_officer(actor)
    if not can_correct_general_scope(actor, FileFacts(file.organisation_id, file.stored)) or file.draft is Draft.REQUESTED:
        raise Conflict(_("Une version a été demandée ou publiée : ajoutez la ligne par une décision d’extension."))
    clean, errors = _checked(values, file.activity)
    if not errors and _line(session, file, clean.code) is not None:
        errors["code"] = _("Ce repère est déjà pris.")
    if errors:
        raise Invalid(errors)
    line = _add_line(session, file, clean)
    _record_general(session, actor, clock, file, "scope.general_line_added", {}, clean)
    return line


def edit_general_line(
    session: Session, actor: Actor, clock: Clock, number: str, code: str, version: int, values: GeneralValues
) -> GeneralLine:
    """Correct a general line: its title at any time; its flexibility only while nothing was ever online."""
    file = open_file(session, actor, clock, number)
    _require_officer(actor)
    line = _line(session, file, code)
    if line is None:
        raise Invalid({"code": _(REFUSAL_TEXTS[UNKNOWN_LINE])})
    if line.version != version:
        raise Conflict(_("La ligne %(code)s a été modifiée entre-temps. Rechargez la page.", code=code))
    clean, errors = _checked(GeneralValues(code, values.title, values.flexibility), file.activity)
    free = file.online is Online.NONE and file.draft is not Draft.REQUESTED
    if not errors and clean.flexibility != line.flexibility and not free:
        errors["flexibility"] = _("Une version a été demandée ou publiée : la flexibilité ne change que par une décision.")
    if errors:
        raise Invalid(errors)
    before = {"title": line.title, "flexibility": str(line.flexibility)}
    line.title, line.flexibility, line.version = clean.title, Flexibility(clean.flexibility), line.version + 1
    _record_general(session, actor, clock, file, "scope.general_line_changed", before, clean)
    return line


def _record_general(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: Dossier,
    action: str,
    before: dict[str, str],
    values: GeneralValues,
) -> None:
    detail = {"code": values.code, "before": before, "after": {"title": values.title, "flexibility": values.flexibility}}
    record(session, actor, clock, action=action, subject=subject(file), organisation_id=file.organisation_id, detail=detail)


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
    _require_officer(actor)
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
    line = _line(session, file, values.code) if values.code else None
    if line is not None:
        return line
    if values.kind is not DecisionKind.EXTENSION or values.code or values.extension is None:
        raise Invalid({"general": _(REFUSAL_TEXTS[UNKNOWN_LINE])})
    clean, errors = _checked(values.extension, file.activity)
    if not errors and _line(session, file, clean.code) is not None:
        errors["code"] = _("Ce repère est déjà pris.")
    if errors:
        raise Invalid(errors)
    return _add_line(session, file, clean)


def _apply(session: Session, clock: Clock, file: Dossier, line: GeneralLine, values: DecisionValues) -> tuple[GeneralFacts, ...]:
    rows = session.scalars(select(GeneralLine).where(GeneralLine.dossier_id == file.id).order_by(GeneralLine.rank)).all()
    present = [GeneralFacts(row.code, row.flexibility, row.status) for row in rows]
    try:
        facts = decide(values.kind, line.code, present)
    except DecisionRefused as refused:
        raise Invalid({"kind": _(REFUSAL_TEXTS[refused.code])}) from None
    if values.kind is DecisionKind.EXTENSION:
        facts = _extend(clock, file, line, values, facts)
    changed = next(item for item in facts if item.code == line.code)
    line.status, line.flexibility, line.version = changed.status, changed.flexibility, line.version + 1
    return facts


def _extend(
    clock: Clock, file: Dossier, line: GeneralLine, values: DecisionValues, facts: tuple[GeneralFacts, ...]
) -> tuple[GeneralFacts, ...]:
    line.extended_at = clock.now()
    if values.extension is None or not values.code:
        return facts
    title = values.extension.title or line.title
    flexibility = values.extension.flexibility or str(line.flexibility)
    clean, errors = _checked(GeneralValues(line.code, title, flexibility), file.activity)
    if errors:
        raise Invalid(errors)
    line.title = clean.title
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
    """Queue the mail that tells a decision to the body's editors, once per person."""
    title, body = mails.decided(
        file.number,
        DECISION_LABELS[decision.kind],
        code,
        decision.reference,
        EFFECT_TEXTS[decision.effect],
        f"{public_url}/portees/{file.number}",
    )
    for person in people_with_role(session, file.organisation_id, Role.SCOPE_EDITOR):
        key = f"scope-decision:{decision.id}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=title, body=body, key=key)
