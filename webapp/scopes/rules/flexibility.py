"""What a flexibility lets a body publish by itself: the rules of LAB REF 08, SH REF 08 and CERT REF 08, as data with versions.

Each method of a line is a *move* away from what is recognised under its general line: the same edition of a recognised method, a
revision of one, another recognised method, a method of the body's own. A level allows some moves; the verdict says in one sentence
which move it is and why the level allows it or not. The reading of the documents is decision 15.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from webapp.scopes.rules.decisions import Flexibility
from webapp.scopes.rules.methods import Method, MethodKind, Relation, closest
from webapp.scopes.rules.references import parse
from webapp.texts import mark as _m

_FOLDER = Path(__file__).resolve().parent.parent / "flexibility"


class Move(StrEnum):
    """How far a method is from what is recognised, nearest first."""

    GRANTED = "granted"
    REVISION = "revision"
    RECOGNISED = "recognised"
    OWN = "own"


#: The moves that bring a method the body was not assessed for: they may need evidence.
NEW_METHODS = frozenset((Move.RECOGNISED, Move.OWN))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules of one document, in force from its first day (a day of Paris)."""

    reference: str
    version: int
    first_day: date
    allows: Mapping[Flexibility, frozenset[Move]]

    def narrowest(self, move: Move) -> Flexibility:
        """Return the narrowest flexibility that allows a move."""
        return next(level for level, moves in self.allows.items() if move in moves)


def _version(reference: str, data: Mapping[str, Any]) -> RuleSet:
    allows = {Flexibility(level): frozenset(Move(move) for move in moves) for level, moves in data["allows"].items()}
    found = RuleSet(reference, int(data["version"]), data["first_day"], allows)
    widths = [len(moves) for moves in allows.values()]
    if not isinstance(found.first_day, date) or widths != sorted(widths) or Move.OWN not in list(allows.values())[-1]:
        raise ValueError(f"{reference}: levels go from the narrowest to the widest, which covers methods of the body's own")
    return found


@cache
def versions(reference: str) -> tuple[RuleSet, ...]:
    """Return the versions of the rules of a document (« LAB REF 08 »), oldest first."""
    text = (_FOLDER / f"{reference.lower().replace(' ', '-')}.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    found = [_version(data["reference"], item) for item in data["versions"]]
    if [item.first_day for item in found] != sorted({item.first_day for item in found}):
        raise ValueError(f"{reference}: versions follow one another in time")
    return tuple(found)


def in_force(reference: str, day: date) -> RuleSet:
    """Return the rules in force on a day; before the first version, the first."""
    known = versions(reference)
    return next((rules for rules in reversed(known) if rules.first_day <= day), known[0])


class Recognised:
    """The methods recognised under one general line, found by their family. Kept for one check: it remembers what it found."""

    def __init__(self, references: Iterable[str]) -> None:
        self._families: dict[tuple[str, ...], list[Method]] = {}
        self._found: dict[Method, tuple[Relation, Method | None]] = {}
        for reference in dict.fromkeys(references):
            for method in parse(reference):
                self._families.setdefault(method.family, []).append(method)

    def closest(self, method: Method) -> tuple[Relation, Method | None]:
        """Return how a method stands to the nearest of those recognised, and which one."""
        if method not in self._found:
            self._found[method] = closest(method, self._families.get(method.family, ()))
        return self._found[method]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the method of a line may be published, why in one sentence (:data:`VERDICT_TEXTS`), and by which rule."""

    passes: bool
    code: str
    move: Move
    rule: str
    params: Mapping[str, str] = field(default_factory=dict)


VERDICT_TEXTS: dict[str, str] = {
    "pass_granted": _m("%(level)s : %(method)s, méthode reconnue dans cette portée."),
    "pass_revision": _m("%(level)s : révision %(edition)s de %(known)s, méthode reconnue dans cette portée."),
    "pass_recognised": _m("%(level)s : %(method)s, autre méthode reconnue."),
    "pass_own": _m("%(level)s : %(method)s, méthode propre à l’organisme."),
    "pass_first": _m("%(level)s : première définition, %(method)s sera une méthode reconnue de cette portée."),
    "fail_not_granted": _m("%(level)s : %(method)s ne fait pas partie des méthodes accordées ; il faut une extension."),
    "fail_fixed_edition": _m("%(level)s : %(method)s est une autre édition de %(known)s ; il faut %(needed)s ou une extension."),
    "fail_not_revision": _m("%(level)s : %(method)s n’est pas une révision d’une méthode reconnue ; il faut %(needed)s ou une extension."),
    "fail_earlier": _m("%(level)s : %(method)s est antérieure à %(known)s ; il faut %(needed)s ou une extension."),
    "fail_own": _m("%(level)s : %(method)s est une méthode propre à l’organisme ; il faut %(needed)s ou une extension."),
}


def _move(method: Method, relation: Relation) -> Move:
    """Return the move that a method is. A new edition of a method of one's own is still a method of one's own."""
    if relation is Relation.SAME:
        return Move.GRANTED
    if method.kind is MethodKind.OWN:
        return Move.OWN
    return Move.REVISION if relation is Relation.REVISION else Move.RECOGNISED


def _failure(level: Flexibility, move: Move, relation: Relation) -> str:
    if level is Flexibility.FIXE:
        return "fail_not_granted" if relation is Relation.OTHER else "fail_fixed_edition"
    if move is Move.OWN:
        return "fail_own"
    return "fail_earlier" if relation is Relation.EARLIER else "fail_not_revision"


def judge_method(rules: RuleSet, level: Flexibility, method: Method, recognised: Recognised | None) -> Verdict:
    """Judge one method under a level; ``recognised`` None: the general line has no methods yet, this is its first definition.

    A first definition is what the body was assessed for: only a method of its own asks for the level that covers it, but under
    FIXE, where whatever was assessed is listed as it is.
    """
    allowed = rules.allows[level]
    if recognised is None:
        move = Move.OWN if method.kind is MethodKind.OWN else Move.GRANTED
        passes = move in allowed or level is Flexibility.FIXE
        code = "pass_first" if passes else "fail_own"
        known = None
    else:
        relation, known = recognised.closest(method)
        move = _move(method, relation)
        passes = move in allowed
        code = f"pass_{move}" if passes else _failure(level, move, relation)
    params = {
        "level": str(level),
        "method": str(method),
        "edition": method.when,
        "known": (known.name if passes else str(known)) if known is not None else "",
        "needed": str(rules.narrowest(move)),
    }
    return Verdict(passes, code, move, f"{rules.reference} v{rules.version}, {level}, {move}", params)


def judge(rules: RuleSet, level: Flexibility, reference: str, recognised: Recognised | None) -> Verdict | None:
    """Judge every method that a cell names; return the verdict of the first that fails, else of the farthest, None for an empty cell."""
    verdicts = [judge_method(rules, level, method, recognised) for method in parse(reference)]
    order = list(Move)
    return min(verdicts, key=lambda verdict: (verdict.passes, -order.index(verdict.move)), default=None)
