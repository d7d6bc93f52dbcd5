"""Decisions of the accreditation body on the lines of the general scope, and what they do (FX-8c)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from webapp.scopes.rules.states import Act, Online
from webapp.texts import mark as _m


class Flexibility(StrEnum):
    """How far a body may go by itself under a general line: LAB REF 08 (FIXE, FLEX1 to 3), SH REF 08 (FIXE, A, B)."""

    FIXE = "FIXE"
    FLEX1 = "FLEX1"
    FLEX2 = "FLEX2"
    FLEX3 = "FLEX3"
    A = "A"
    B = "B"


class GeneralStatus(StrEnum):
    """Where a line of the general scope stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class DecisionKind(StrEnum):
    """What the accreditation body decides about one line of the general scope."""

    EXTENSION = "extension"
    SUSPENSION = "suspension"
    TERMINATION = "termination"
    FLEXIBILITY_WITHDRAWAL = "flexibility_withdrawal"
    REINSTATEMENT = "reinstatement"


GENERAL_STATUS_LABELS: dict[GeneralStatus, str] = {
    GeneralStatus.ACTIVE: _m("En vigueur"),
    GeneralStatus.SUSPENDED: _m("Suspendue"),
    GeneralStatus.TERMINATED: _m("Résiliée"),
}

DECISION_LABELS: dict[DecisionKind, str] = {
    DecisionKind.EXTENSION: _m("Extension"),
    DecisionKind.SUSPENSION: _m("Suspension"),
    DecisionKind.TERMINATION: _m("Résiliation"),
    DecisionKind.FLEXIBILITY_WITHDRAWAL: _m("Retrait de la flexibilité"),
    DecisionKind.REINSTATEMENT: _m("Levée de suspension"),
}


#: What each effect of a decision means for the body.
EFFECT_TEXTS: dict[Act, str] = {
    Act.UNPUBLISH: _m("La portée détaillée en ligne n’est plus en vigueur : mettez-la à jour et demandez sa publication."),
    Act.CLOSE: _m("Plus aucune ligne flexible n’est en vigueur : la portée détaillée est fermée et reste consultable."),
    Act.REOPEN: _m("La portée détaillée est rouverte : mettez-la à jour et demandez sa publication."),
    Act.REOPEN_EMPTY: _m("La portée détaillée est rouverte : définissez-la et demandez sa publication."),
}


@dataclass(frozen=True, slots=True)
class GeneralFacts:
    """What the rules need to know of one general line.

    ``extended``: its extension was decided since the last version. ``methods``: the references granted with it, if any are listed.
    """

    code: str
    flexibility: Flexibility
    status: GeneralStatus
    extended: bool = False
    methods: tuple[str, ...] = ()


class DecisionRefused(ValueError):
    """The decision makes no sense on this line; ``code`` names the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


#: The code of a decision on a line that the general scope does not have.
UNKNOWN_LINE = "unknown_line"
REFUSAL_TEXTS: dict[str, str] = {
    UNKNOWN_LINE: _m("Cette ligne de la portée générale n’existe pas."),
    "already_suspended": _m("Cette ligne est déjà suspendue."),
    "already_terminated": _m("Cette ligne est résiliée : la décision est définitive."),
    "not_suspended": _m("Cette ligne n’est pas suspendue."),
    "not_flexible": _m("Cette ligne n’a pas de flexibilité à retirer."),
}


def _check(kind: DecisionKind, line: GeneralFacts) -> None:
    if line.status is GeneralStatus.TERMINATED:
        raise DecisionRefused("already_terminated")
    if kind is DecisionKind.SUSPENSION and line.status is GeneralStatus.SUSPENDED:
        raise DecisionRefused("already_suspended")
    if kind is DecisionKind.REINSTATEMENT and line.status is not GeneralStatus.SUSPENDED:
        raise DecisionRefused("not_suspended")
    if kind is DecisionKind.FLEXIBILITY_WITHDRAWAL and line.flexibility is Flexibility.FIXE:
        raise DecisionRefused("not_flexible")


def decide(kind: DecisionKind, code: str, lines: Sequence[GeneralFacts]) -> tuple[GeneralFacts, ...]:
    """Return the general scope after the decision on line ``code``; :class:`DecisionRefused` when it makes no sense."""
    target = next((line for line in lines if line.code == code), None)
    if target is None:
        raise DecisionRefused(UNKNOWN_LINE)
    _check(kind, target)
    if kind is DecisionKind.EXTENSION:
        changed = replace(target, extended=True)
    elif kind is DecisionKind.SUSPENSION:
        changed = replace(target, status=GeneralStatus.SUSPENDED)
    elif kind is DecisionKind.TERMINATION:
        changed = replace(target, status=GeneralStatus.TERMINATED)
    elif kind is DecisionKind.REINSTATEMENT:
        changed = replace(target, status=GeneralStatus.ACTIVE)
    else:
        changed = replace(target, flexibility=Flexibility.FIXE)
    return tuple(changed if line.code == code else line for line in lines)


def flexible_in_force(lines: Sequence[GeneralFacts]) -> bool:
    """Tell whether some line in force still has a flexibility: without one there is no detailed scope to manage."""
    return any(line.status is GeneralStatus.ACTIVE and line.flexibility is not Flexibility.FIXE for line in lines)


def effect(online: Online, lines_after: Sequence[GeneralFacts], ever_published: bool = True) -> Act:
    """Return what a decision does to the detailed scope, given the general scope after it.

    Closed when no flexible line is left in force (« suspension / résiliation / retrait total de la flexibilité »);
    reopened when a closed scope has one again; else the version online no longer conforms and is unpublished.
    """
    if not flexible_in_force(lines_after):
        return Act.CLOSE
    if online is Online.CLOSED:
        return Act.REOPEN if ever_published else Act.REOPEN_EMPTY
    return Act.UNPUBLISH
