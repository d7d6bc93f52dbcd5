"""Read the controls of a form model, and refuse those that no return could ever be held to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from webapp.declarations.rules.controls import OPERATORS
from webapp.declarations.rules.form_models.loader_cells import Binder, Seen
from webapp.declarations.rules.form_models.parts import Cell, Control, MissingPolicy, Severity, Tolerance
from webapp.declarations.rules.form_models.yaml_source import Node
from webapp.declarations.rules.language.formula import CellKey, Expression, cells_of
from webapp.declarations.rules.language.reachable import can_be_evaluated
from webapp.declarations.rules.language.units import unit_of
from webapp.declarations.rules.values import Unit

_Choice = TypeVar("_Choice", Severity, MissingPolicy)
ROUNDING = "arrondi"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")


def read_controls(root: Node, binder: Binder, cells: Mapping[CellKey, Cell], years: tuple[int, ...]) -> tuple[Control, ...]:
    """Every control of the file; one written for each row of a table gives one a row."""
    found: list[Control] = []
    codes: set[str] = set()
    for node in root.nodes("controls", required=False):
        for control in _read(node, binder):
            if control.code in codes:
                node.problem(f"deux contrôles s’appellent {control.code}", "code")
            codes.add(control.code)
            if not any(control.stands_on(date(year, 12, 31)) for year in years):
                node.problem(f"le contrôle {control.code} ne vaut pour aucun exercice du modèle", "from" if node.has("from") else "until")
            elif not can_be_evaluated(control, cells):
                node.problem(f"le contrôle {control.code} ne pourra jamais être évalué")
            found.append(control)
    return tuple(found)


def _read(node: Node, binder: Binder) -> Iterator[Control]:
    code = node.text("code")
    if not _CODE.fullmatch(code):
        node.problem(f"« {code} » ne peut pas être le code d’un contrôle (lettres, chiffres et tirets, 20 au plus)", "code")
    parts = _Parts(node)
    rows: list[tuple[str, Seen]] = [(code, Seen())]
    if node.has("each"):
        draft = binder.drafts.get(node.text("each"))
        if draft is None:
            node.problem(f"il n’y a pas de tableau {node.text('each')}", "each")
            rows = []
        else:
            rows = [(f"{code}.{row}", Seen(draft, row)) for row in draft.entry_rows]
    texts = {key: node.text(key) for key in ("left", "right")} | ({"when": node.text("when")} if node.has("when") else {})
    node.done()
    for name, seen in rows:
        bound = {
            key: binder.condition(text, node.line_of(key), seen) if key == "when" else binder.figure(text, node.line_of(key), seen)
            for key, text in texts.items()
            if text
        }
        left, right, when = bound.get("left"), bound.get("right"), bound.get("when")
        if left is None or right is None or (when is None and "when" in texts) or parts.operator not in OPERATORS:
            continue
        keys = tuple(dict.fromkeys((*cells_of(left), *cells_of(right))))
        if not keys:
            node.problem(f"le contrôle {name} ne lit aucune cellule")
            continue
        unit = _unit(node, left, right, binder)
        yield Control(
            name, left, parts.operator, right, parts.left, parts.right, parts.tolerance, parts.severity, when,
            parts.message, parts.legal, unit, keys, parts.begins, parts.ends,
        )  # fmt: skip


class _Parts:
    """All of a control but its expressions."""

    def __init__(self, node: Node) -> None:
        self.operator = node.text("operator")
        if self.operator not in OPERATORS:
            node.problem(f"operator vaut {' '.join(OPERATORS)}", "operator")
        self.severity = _choice(node, "severity", Severity, Severity.BLOCKING)
        both = _choice(node, "missing", MissingPolicy, MissingPolicy.SKIP_ANY)
        self.left = _choice(node, "missing_left", MissingPolicy, both)
        self.right = _choice(node, "missing_right", MissingPolicy, both)
        self.tolerance = _tolerance(node)
        self.message, self.legal = node.prose("message"), node.prose("legal", "")
        self.begins, self.ends = _day(node, "from"), _day(node, "until")


def _unit(node: Node, left: Expression, right: Expression, binder: Binder) -> Unit:
    one, other = unit_of(left, binder.units), unit_of(right, binder.units)
    if one and other and one is not other:
        binder.note(node.line, f"le contrôle compare {one.value} à {other.value}")
    return one or other or Unit.PERCENT


def _choice(node: Node, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
    value = node.text(key, default.value)
    try:
        return choices(value)
    except ValueError:
        node.problem(f"{key} vaut {', '.join(choices)}", key)
        return default


def _tolerance(node: Node) -> Tolerance:
    if node.text("tolerance", "0") == ROUNDING:
        if node.has("tolerance_percent"):
            node.problem(f"tolerance: {ROUNDING} exclut tolerance_percent", "tolerance_percent")
        return Tolerance(rounding=True)
    return Tolerance(_decimal(node, "tolerance"), _decimal(node, "tolerance_percent"))


def _decimal(node: Node, key: str) -> Decimal:
    text = node.text(key, "0")
    try:
        value = Decimal(text) if len(text) < 30 else Decimal(-1)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        also = f" ou {ROUNDING}" if key == "tolerance" else ""
        node.problem(f"{key} est un nombre positif{also}", key)
        return Decimal(0)
    return value


def _day(node: Node, key: str) -> date | None:
    if not node.has(key):
        return None
    try:
        return date.fromisoformat(node.text(key))
    except ValueError:
        node.problem(f"{key} est une date, par exemple 2025-01-01", key)
        return None
