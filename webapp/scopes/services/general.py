"""The accreditation body's own acts: opening files and writing their general scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor, OrganisationKind
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.scopes.models import Dossier, GeneralLine
from webapp.scopes.policies import FileFacts, can_correct_general_scope, can_manage_general_scope
from webapp.scopes.rules.activities import UnknownActivity, activity
from webapp.scopes.rules.decisions import (
    REFUSAL_TEXTS,
    UNKNOWN_LINE,
    Flexibility,
    GeneralStatus,
)
from webapp.scopes.rules.grants import LONGEST_METHOD, MOST_METHODS, same_methods
from webapp.scopes.rules.numbers import parse_typed
from webapp.scopes.rules.states import Draft, Online
from webapp.scopes.services.files import open_file, subject
from webapp.scopes.services.rights import first_responsible


@dataclass(frozen=True, slots=True)
class GeneralValues:
    """A line of the general scope as an officer typed it; ``methods`` None when nothing is said of those granted with it."""

    code: str
    title: str
    flexibility: str
    methods: tuple[str, ...] | None = None


def require_officer(actor: Actor) -> None:
    """Refuse everybody but the accreditation body's officers."""
    if not can_manage_general_scope(actor):
        raise Forbidden("scope officer")


def checked(values: GeneralValues, activity_code: str, prefix: str = "") -> tuple[GeneralValues, dict[str, str]]:
    """Return the line cleaned, and what is wrong with it by field name."""
    clean = GeneralValues(values.code.strip(), " ".join(values.title.split()), values.flexibility, values.methods)
    errors: dict[str, str] = {}
    if not clean.code or len(clean.code) > 10 or not clean.code.replace(".", "").isalnum():
        errors[f"{prefix}code"] = _("Donnez un repère de dix caractères au plus, lettres et chiffres, par exemple « 3 ».")
    if not clean.title or len(clean.title) > 300:
        errors[f"{prefix}title"] = _("Donnez un intitulé de 300 caractères au plus.")
    if clean.flexibility not in [str(item) for item in activity(activity_code).flexibilities]:
        errors[f"{prefix}flexibility"] = _("Choisissez une flexibilité de cette activité.")
    if len(clean.methods or ()) > MOST_METHODS or any(len(item) > LONGEST_METHOD for item in clean.methods or ()):
        message = _("Donnez %(most)d méthodes au plus, une par ligne, de %(longest)d caractères au plus.")
        errors[f"{prefix}methods"] = message % {"most": MOST_METHODS, "longest": LONGEST_METHOD}
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
    require_officer(actor)
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
        values, wrong = checked(line, activity_code, f"lines-{place}-")
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
        add_line(session, file, line, rank)
    first_responsible(session, clock, file, actor.account_id)
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


def add_line(session: Session, file: Dossier, values: GeneralValues, rank: int | None = None) -> GeneralLine:
    """Add a checked general line to a file, last unless ``rank`` is given; the caller has authorised it."""
    if rank is None:
        rank = 1 + (session.scalar(select(func.max(GeneralLine.rank)).where(GeneralLine.dossier_id == file.id)) or 0)
    line = GeneralLine(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        code=values.code,
        title=values.title,
        flexibility=Flexibility(values.flexibility),
        status=GeneralStatus.ACTIVE,
        methods=list(values.methods or ()),
        rank=rank,
        version=1,
    )
    session.add(line)
    session.flush()
    return line


def line_of(session: Session, file: Dossier, code: str) -> GeneralLine | None:
    """Return a file's general line by its code."""
    return session.scalar(select(GeneralLine).where(GeneralLine.dossier_id == file.id, GeneralLine.code == code))


def add_general_line(session: Session, actor: Actor, clock: Clock, number: str, values: GeneralValues) -> GeneralLine:
    """Add a general line while nothing was ever online; afterwards a new line is an extension, which is a decision."""
    file = open_file(session, actor, clock, number)
    require_officer(actor)
    if not can_correct_general_scope(actor, FileFacts(file.organisation_id, file.stored, file.right)) or file.draft is Draft.REQUESTED:
        raise Conflict(_("Une version a été demandée ou publiée : ajoutez la ligne par une décision d’extension."))
    clean, errors = checked(values, file.activity)
    if not errors and line_of(session, file, clean.code) is not None:
        errors["code"] = _("Ce repère est déjà pris.")
    if errors:
        raise Invalid(errors)
    line = add_line(session, file, clean)
    _record_general(session, actor, clock, file, "scope.general_line_added", {}, clean)
    return line


def edit_general_line(
    session: Session, actor: Actor, clock: Clock, number: str, code: str, version: int, values: GeneralValues
) -> GeneralLine:
    """Correct a general line: its title at any time; its flexibility only while nothing was ever online.

    Its methods are listed or rewritten at any time; other ones are an extension once something was online.
    """
    file = open_file(session, actor, clock, number)
    require_officer(actor)
    line = line_of(session, file, code)
    if line is None:
        raise Invalid({"code": _(REFUSAL_TEXTS[UNKNOWN_LINE])})
    if line.version != version:
        raise Conflict(_("La ligne %(code)s a été modifiée entre-temps. Rechargez la page.", code=code))
    clean, errors = checked(GeneralValues(code, values.title, values.flexibility, values.methods), file.activity)
    free = file.online is Online.NONE and file.draft is not Draft.REQUESTED
    if not errors and clean.flexibility != line.flexibility and not free:
        errors["flexibility"] = _("Une version a été demandée ou publiée : la flexibilité ne change que par une décision.")
    if clean.methods is not None and not free and line.methods and not same_methods(line.methods, clean.methods):
        errors["methods"] = _("Une version a été demandée ou publiée : d’autres méthodes s’accordent par une décision d’extension.")
    if errors:
        raise Invalid(errors)
    before = {"title": line.title, "flexibility": str(line.flexibility), "methods": line.methods}
    line.title, line.flexibility, line.version = clean.title, Flexibility(clean.flexibility), line.version + 1
    if clean.methods is not None:
        line.methods = list(clean.methods)
    _record_general(session, actor, clock, file, "scope.general_line_changed", before, clean)
    return line


def _record_general(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: Dossier,
    action: str,
    before: Mapping[str, object],
    values: GeneralValues,
) -> None:
    detail = {
        "code": values.code,
        "before": before,
        "after": {"title": values.title, "flexibility": values.flexibility, "methods": list(values.methods or ())},
    }
    record(session, actor, clock, action=action, subject=subject(file), organisation_id=file.organisation_id, detail=detail)
