"""Units of expressions: euros are not added to people. A literal, or a ratio of two equal units, fits any unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp.declarations.formula import Call, CellKey, Cells, Chain, Compare, Denied, Expression, Negative, children, render
from webapp.declarations.values import Unit


class UnitError(ValueError):
    """Two units that cannot be added or compared."""


def unit_of(expression: Expression, units: Mapping[CellKey, Unit]) -> Unit | None:
    """The unit of a bound expression, None when it fits any. Raises UnitError where units are mixed."""
    match expression:
        case Cells(keys):
            return _same(expression, (units.get(key) for key in keys))
        case Chain(first, rest):
            if rest[0][0] in ("*", "/"):
                return _product(unit_of(first, units), [(op, unit_of(operand, units)) for op, operand in rest])
            return _same(expression, [unit_of(child, units) for child in children(expression)])
        case Negative(operand):
            return unit_of(operand, units)
        case Compare(_, left, right):
            _same(expression, [unit_of(left, units), unit_of(right, units)])
            return None
        case Denied(operand):
            unit_of(operand, units)
            return None
        case Call(name, arguments):
            found = [unit_of(argument, units) for argument in arguments]
            if name in ("vide", "nc"):
                return None
            return found[0] if name == "arrondi" else _same(expression, found[1:] if name == "si" else found)
        case _:
            return None


def _same(expression: Expression, found: Iterable[Unit | None]) -> Unit | None:
    distinct = {unit for unit in found if unit is not None}
    if len(distinct) > 1:
        raise UnitError(f"{render(expression)} mixes {' and '.join(sorted(unit.value for unit in distinct))}")
    return next(iter(distinct), None)


def _product(first: Unit | None, rest: list[tuple[str, Unit | None]]) -> Unit | None:
    """Same units cancel out in a division; a percentage or a plain figure leaves the other unit."""
    result = first
    for operator, unit in rest:
        if operator == "/" and unit is result:
            result = None
        elif result is None or result is Unit.PERCENT:
            result = unit if operator == "*" else None
    return result
