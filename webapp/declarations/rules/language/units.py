"""Units of expressions: euros are not added to people, nor to thousands of euros.

A literal, or a ratio of two equal units, fits any unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp.declarations.rules.language.expressions import present_key
from webapp.declarations.rules.language.formula import (
    Call,
    CellKey,
    Cells,
    Chain,
    Compare,
    Denied,
    Expression,
    Negative,
    Text,
    children,
    render,
)
from webapp.declarations.rules.values import Unit


class UnitError(ValueError):
    """Two units that cannot be added or compared, or a calculation on what is no figure. Its text says which, in French."""


def unit_of(expression: Expression, units: Mapping[CellKey, Unit]) -> Unit | None:
    """The unit of a bound expression, None when it fits any. Raises UnitError where units are mixed."""
    match expression:
        case Cells(keys):
            return _figure(expression, _same(expression, (units.get(present_key(key)) for key in keys)))
        case Chain(first, rest):
            if rest[0][0] in ("*", "/"):
                return _product(unit_of(first, units), [(op, unit_of(operand, units)) for op, operand in rest])
            return _not_a_date(expression, _same(expression, [unit_of(child, units) for child in children(expression)]))
        case Negative(operand):
            return _not_a_date(expression, unit_of(operand, units))
        case Compare(_, Cells(keys), Text()):
            _compared_with_text(expression, units.get(present_key(keys[0])))
            return None
        case Compare(_, left, right):
            _same(expression, [unit_of(left, units), unit_of(right, units)])
            return None
        case Denied(operand):
            unit_of(operand, units)
            return None
        case Call():
            return _call(expression, units)
        case _:
            return None


def _call(call: Call, units: Mapping[CellKey, Unit]) -> Unit | None:
    if call.name in ("vide", "nc"):
        return None
    found = [unit_of(argument, units) for argument in call.arguments]
    if call.name in ("arrondi", "abs", "somme"):
        _not_a_date(call, found[0])
    return found[0] if call.name == "arrondi" else _same(call, found[1:] if call.name == "si" else found)


def _same(expression: Expression, found: Iterable[Unit | None]) -> Unit | None:
    distinct = {unit for unit in found if unit is not None}
    if len(distinct) > 1:
        names = " et ".join(sorted(unit.value for unit in distinct))
        raise UnitError(f"« {render(expression)} » mélange {names}")
    return next(iter(distinct), None)


def _figure(expression: Expression, unit: Unit | None) -> Unit | None:
    if unit is not None and not unit.is_figure and unit is not Unit.DATE:
        raise UnitError(f"« {render(expression)} » contient {unit.value}, pas un nombre")
    return unit


def _not_a_date(expression: Expression, unit: Unit | None) -> Unit | None:
    if unit is Unit.DATE:
        raise UnitError(f"« {render(expression)} » calcule sur une date ; deux dates se comparent, rien de plus")
    return unit


def _compared_with_text(expression: Expression, unit: Unit | None) -> None:
    if unit is not None and unit not in (Unit.TEXT, Unit.CHOICE):
        raise UnitError(f"« {render(expression)} » compare {unit.value} à un texte")


def _product(first: Unit | None, rest: list[tuple[str, Unit | None]]) -> Unit | None:
    """Same units cancel out in a division; a percentage or a plain figure leaves the other unit."""
    result = first
    if first is Unit.DATE or any(unit is Unit.DATE for _, unit in rest):
        raise UnitError("une date ne se multiplie ni ne se divise")
    for operator, unit in rest:
        if operator == "/" and unit is result:
            result = None
        elif result is None or result is Unit.PERCENT:
            result = unit if operator == "*" else None
    return result
