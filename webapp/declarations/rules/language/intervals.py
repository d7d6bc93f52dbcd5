"""How far a figure may be from the true one because its cells were rounded: v ± half a unit of the last declared decimal.

Interval arithmetic through the expression, and through the formulas of computed cells. A cell that is read twice counts as two, so an
interval may be wider than need be, never narrower: rounding is forgiven in full. Literals are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from webapp.declarations.rules.form_models.parts import Cell
from webapp.declarations.rules.language.evaluation import ARITHMETIC_FAULTS, CONTEXT, Lookup, Missing, aggregate, compare, evaluate, rounded
from webapp.declarations.rules.language.expressions import present_key
from webapp.declarations.rules.language.formula import Call, CellKey, Cells, Chain, Compare, Denied, Expression, Negative, Number, Text

_HALF = Decimal("0.5")


class Interval(NamedTuple):
    """The least and the greatest that a figure may be."""

    low: Decimal
    high: Decimal


Spread: TypeAlias = Interval | Missing
Truths: TypeAlias = frozenset[bool] | Missing
"""What a condition may be: true, false, or both."""


class Rounding:
    """Intervals of expressions over the cells of a form, with the figures that `lookup` gives.

    `zero` makes a missing figure that the expression itself reads count as zero (not one that a computed cell reads).
    """

    def __init__(self, cells: Mapping[CellKey, Cell], lookup: Lookup, *, zero: bool = False) -> None:
        self.cells, self.lookup, self.zero = cells, lookup, zero
        self._inner = Rounding(cells, lookup) if zero else self
        self._known: dict[CellKey, Spread] = {}

    def of(self, expression: Expression) -> Spread:
        """The interval of an expression that is a figure, or why it has none."""
        match expression:
            case Number(value):
                return Interval(value, value)
            case Cells(keys):
                return self.of_cell(keys[0])
            case Negative(operand):
                inner = self.of(operand)
                return inner if isinstance(inner, Missing) else Interval(CONTEXT.minus(inner.high), CONTEXT.minus(inner.low))
            case Chain(first, rest):
                return self._chain(self.of(first), [(operator, self.of(operand)) for operator, operand in rest])
            case Call():
                return self._call(expression)
            case _:
                raise TypeError("this expression is no figure")

    def of_cell(self, key: CellKey) -> Spread:
        """The interval of a cell: its figure more or less half a unit, or that of its formula."""
        if key not in self._known:
            self._known[key] = self._of_cell(key)
        return self._known[key]

    def _of_cell(self, key: CellKey) -> Spread:
        figure = self.lookup(key)
        if isinstance(figure, str):
            raise TypeError("a text is no figure")
        if isinstance(figure, Missing):
            return Interval(Decimal(0), Decimal(0)) if self.zero and figure < Missing.UNDEFINED else figure
        cell = self.cells[present_key(key)]
        if cell.formula is not None and key in self.cells:
            return self._inner.of(cell.formula)
        half = _HALF.scaleb(-cell.decimals)
        return Interval(CONTEXT.subtract(figure, half), CONTEXT.add(figure, half))

    def _chain(self, result: Spread, rest: list[tuple[str, Spread]]) -> Spread:
        for operator, operand in rest:
            if isinstance(result, Missing) or isinstance(operand, Missing):
                result = max(item for item in (result, operand) if isinstance(item, Missing))
            else:
                result = _apply(operator, result, operand)
        return result

    def _call(self, call: Call) -> Spread:
        match call.name:
            case "si":
                return self._choice(call)
            case "somme":
                return aggregate(self._operands(call), _sum)
            case "min" | "max":
                pick = min if call.name == "min" else max
                return aggregate(self._operands(call), lambda all_: Interval(pick(i.low for i in all_), pick(i.high for i in all_)))
            case "abs":
                return _abs(self.of(call.arguments[0]))
            case "arrondi":
                places = call.arguments[1].value if len(call.arguments) == 2 and isinstance(call.arguments[1], Number) else Decimal(0)
                return _rounded(self.of(call.arguments[0]), int(places))
            case _:
                raise TypeError("this expression is no figure")

    def _choice(self, call: Call) -> Spread:
        truths = self._truths(call.arguments[0])
        if isinstance(truths, Missing):
            return truths
        branches = [self.of(call.arguments[1 if truth else 2]) for truth in sorted(truths)]
        missing = [branch for branch in branches if isinstance(branch, Missing)]
        if missing:
            return max(missing)
        present = [branch for branch in branches if isinstance(branch, Interval)]
        return Interval(min(i.low for i in present), max(i.high for i in present))

    def _operands(self, call: Call) -> Iterable[Spread]:
        for argument in call.arguments:
            if isinstance(argument, Cells):
                yield from map(self.of_cell, argument.keys)
            else:
                yield self.of(argument)

    def _truths(self, expression: Expression) -> Truths:
        match expression:
            case Compare(_, Cells(), Text()) | Call():
                truth = evaluate(expression, self.lookup)
                return truth if isinstance(truth, Missing) else frozenset([bool(truth)])
            case Compare(operator, left, right):
                return _compared(self.of(left), operator, self.of(right))
            case Denied(operand):
                inner = self._truths(operand)
                return inner if isinstance(inner, Missing) else frozenset(not truth for truth in inner)
            case Chain(first, rest):
                return _joined([self._truths(item) for item in (first, *(operand for _, operand in rest))], settling=rest[0][0] == "ou")
            case _:
                raise TypeError("this expression is no condition")


def _apply(operator: str, left: Interval, right: Interval) -> Spread:
    if operator == "/" and right.low <= 0 <= right.high:
        return Missing.UNDEFINED
    step = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide}[operator]
    try:
        ends = [step(one, other) for one in left for other in right]
    except ARITHMETIC_FAULTS:
        return Missing.UNDEFINED
    return Interval(min(ends), max(ends))


def _sum(present: list[Interval]) -> Spread:
    result: Spread = Interval(Decimal(0), Decimal(0))
    for item in present:
        if isinstance(result, Interval):
            result = _apply("+", result, item)
    return result


def _abs(spread: Spread) -> Spread:
    if isinstance(spread, Missing):
        return spread
    ends = (CONTEXT.abs(spread.low), CONTEXT.abs(spread.high))
    return Interval(Decimal(0) if spread.low <= 0 <= spread.high else min(ends), max(ends))


def _rounded(spread: Spread, places: int) -> Spread:
    if isinstance(spread, Missing):
        return spread
    low, high = rounded(spread.low, places), rounded(spread.high, places)
    return Missing.UNDEFINED if isinstance(low, Missing) or isinstance(high, Missing) else Interval(low, high)


def _compared(left: Spread, operator: str, right: Spread) -> Truths:
    if isinstance(left, Missing) or isinstance(right, Missing):
        return max(item for item in (left, right) if isinstance(item, Missing))
    found = {bool(compare(one, operator, other)) for one in left for other in right}
    if operator in ("=", "<>") and left.low <= right.high and right.low <= left.high and left != right:
        found = {True, False}
    return frozenset(found)


def _joined(truths: list[Truths], *, settling: bool) -> Truths:
    """Kleene's logic over sets: certain when one operand settles it, or when all are known."""
    if any(truth == frozenset([settling]) for truth in truths):
        return frozenset([settling])
    missing = [truth for truth in truths if isinstance(truth, Missing)]
    if missing:
        return max(missing)
    known = [truth for truth in truths if not isinstance(truth, Missing)]
    return frozenset([settling] if any(settling in truth for truth in known) else []) | frozenset(
        [not settling] if all((not settling) in truth for truth in known) else []
    )
