"""Evaluate bound expressions over the cells of a return. Exact decimals, and figures that are missing stay missing.

A cell without a figure is not zero. It says why: nothing typed, not communicated, unreadable, or undefined (a division by
zero). ``somme``, ``min`` and ``max`` pass over what is empty or not communicated, and are missing only when every cell is;
every other operation on a missing figure is missing. An unreadable figure always makes the result unreadable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from enum import Enum
from functools import total_ordering
from typing import TypeAlias, TypeVar, assert_never

from webapp.declarations.rules.language.formula import (
    Call,
    CellKey,
    Cells,
    Chain,
    Compare,
    Denied,
    Expression,
    Negative,
    Number,
    Reference,
    Text,
)


@total_ordering
class Missing(Enum):
    """Why there is no figure, the gravest last. No integer: it must be equal to no figure, were that 1, 2, 3 or 4."""

    EMPTY = 1
    NOT_COMMUNICATED = 2
    UNDEFINED = 3
    INVALID = 4

    def __lt__(self, other: Missing) -> bool:
        return int(self.value) < int(other.value)


Figure: TypeAlias = Decimal | Missing
Value: TypeAlias = Decimal | str | Missing
"""What a cell holds: a figure (a date is the number of its day), a text or the code of a choice, or why there is neither."""
Outcome: TypeAlias = Value | bool
Lookup: TypeAlias = Callable[[CellKey], Value]
Part = TypeVar("Part")

CONTEXT = Context(
    prec=40,
    rounding=ROUND_HALF_UP,
    Emin=-60,
    Emax=60,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
ARITHMETIC_FAULTS = (DivisionByZero, InvalidOperation, Overflow)
_ZERO = Decimal(0)
_ONE = Decimal(1)


def figures(values: Mapping[CellKey, Value]) -> Lookup:
    """A lookup over computed and entered values; a cell that is not there is empty."""
    return lambda key: values.get(key, Missing.EMPTY)


class Filled:
    """A lookup in which a figure that is missing counts as zero, except where one asks whether it is there."""

    def __init__(self, asked: Lookup) -> None:
        self.asked = asked

    def __call__(self, key: CellKey) -> Value:
        """The value of a cell, zero when nothing was typed or communicated."""
        value = self.asked(key)
        return _ZERO if isinstance(value, Missing) and value < Missing.UNDEFINED else value


def number(expression: Expression, lookup: Lookup) -> Figure:
    """The figure of an expression that is not a condition."""
    outcome = evaluate(expression, lookup)
    if isinstance(outcome, bool | str):
        raise TypeError("this expression is no figure")
    return outcome


def condition(expression: Expression, lookup: Lookup) -> bool | Missing:
    """True, false, or why it cannot be said."""
    outcome = evaluate(expression, lookup)
    if isinstance(outcome, Decimal | str):
        raise TypeError("this expression is no condition")
    return outcome


def evaluate(expression: Expression, lookup: Lookup) -> Outcome:
    """The value of a bound, well-typed expression: a figure, a truth value, or the reason why there is none."""
    match expression:
        case Number(value) | Text(value):
            return value
        case Cells(keys):
            return lookup(keys[0])
        case Chain(_, rest):
            return _logic(expression, lookup) if rest[0][0] in ("et", "ou") else _arithmetic(expression, lookup)
        case Compare(operator, Cells(keys), Text(text)):
            held = lookup(keys[0])
            return held if isinstance(held, Missing) else (held == text) is (operator == "=")
        case Compare(operator, left, right):
            return compare(number(left, lookup), operator, number(right, lookup))
        case Call():
            return _call(expression, lookup)
        case Negative(operand):
            figure = number(operand, lookup)
            return figure if isinstance(figure, Missing) else CONTEXT.minus(figure)
        case Denied(operand):
            truth = condition(operand, lookup)
            return truth if isinstance(truth, Missing) else not truth
        case Reference():
            raise TypeError("this expression is not bound to a form")
        case _:
            assert_never(expression)


def compare(left: Figure, operator: str, right: Figure) -> bool | Missing:
    """Compare two figures; a missing one gives the gravest reason."""
    if isinstance(left, Missing) or isinstance(right, Missing):
        return _gravest((left, right))
    match operator:
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            raise ValueError(operator)


def total(items: Iterable[Figure]) -> Figure:
    """Sum what is there; missing when everything is, or when something is unreadable."""
    return aggregate(items, lambda present: _fold(present, CONTEXT.add))


def _gravest(items: Iterable[Outcome]) -> Missing:
    return max(item for item in items if isinstance(item, Missing))


def _arithmetic(chain: Chain, lookup: Lookup) -> Figure:
    result = number(chain.first, lookup)
    reasons = [result] if isinstance(result, Missing) else []
    for operator, operand in chain.rest:
        figure = number(operand, lookup)
        if isinstance(figure, Missing):
            reasons.append(figure)
        elif not isinstance(result, Missing):
            result = _apply(operator, result, figure)
            if isinstance(result, Missing):
                reasons.append(result)
    return max(reasons) if reasons else result


def _apply(operator: str, left: Decimal, right: Decimal) -> Figure:
    try:
        match operator:
            case "+":
                return CONTEXT.add(left, right)
            case "-":
                return CONTEXT.subtract(left, right)
            case "*":
                return CONTEXT.multiply(left, right)
            case _:
                return CONTEXT.divide(left, right)
    except ARITHMETIC_FAULTS:
        return Missing.UNDEFINED


def _logic(chain: Chain, lookup: Lookup) -> bool | Missing:
    """Kleene's logic: a false operand settles "et", a true one settles "ou", whatever is missing."""
    settling = chain.rest[0][0] == "ou"
    truths = [condition(operand, lookup) for operand in (chain.first, *(operand for _, operand in chain.rest))]
    if any(truth is settling for truth in truths):
        return settling
    return _gravest(truths) if any(isinstance(truth, Missing) for truth in truths) else not settling


def _call(call: Call, lookup: Lookup) -> Outcome:
    match call.name:
        case "si":
            truth = condition(call.arguments[0], lookup)
            return truth if isinstance(truth, Missing) else number(call.arguments[1 if truth else 2], lookup)
        case "vide":
            return evaluate(call.arguments[0], _asked(lookup)) is Missing.EMPTY
        case "nc":
            return evaluate(call.arguments[0], _asked(lookup)) is Missing.NOT_COMMUNICATED
        case "somme":
            return total(_operands(call, lookup))
        case "min":
            return aggregate(_operands(call, lookup), min)
        case "max":
            return aggregate(_operands(call, lookup), max)
        case "abs":
            figure = number(call.arguments[0], lookup)
            return figure if isinstance(figure, Missing) else CONTEXT.abs(figure)
        case "arrondi":
            return _round(call, lookup)
        case _:
            raise ValueError(call.name)


def _asked(lookup: Lookup) -> Lookup:
    return lookup.asked if isinstance(lookup, Filled) else lookup


def _operands(call: Call, lookup: Lookup) -> Iterable[Figure]:
    for argument in call.arguments:
        if isinstance(argument, Cells):
            yield from (_figure(lookup(key)) for key in argument.keys)
        else:
            yield number(argument, lookup)


def _figure(value: Value) -> Figure:
    if isinstance(value, str):
        raise TypeError("a text is no figure")
    return value


def aggregate(items: Iterable[Part | Missing], combine: Callable[[list[Part]], Part | Missing]) -> Part | Missing:
    """Combine what is there of several figures (or of their intervals): one that cannot be known spoils all, empty ones are left out."""
    present: list[Part] = []
    worst: Missing | None = None
    for item in items:
        if isinstance(item, Missing):
            worst = item if worst is None else max(worst, item)
        else:
            present.append(item)
    if worst is not None and (worst >= Missing.UNDEFINED or not present):
        return worst
    return combine(present) if present else Missing.EMPTY


def _fold(present: list[Decimal], add: Callable[[Decimal, Decimal], Decimal]) -> Figure:
    result = _ZERO
    try:
        for figure in present:
            result = add(result, figure)
    except ARITHMETIC_FAULTS:
        return Missing.UNDEFINED
    return result


def rounded(figure: Figure, places: int) -> Figure:
    """The figure with `places` decimals, halves away from zero."""
    if isinstance(figure, Missing):
        return figure
    try:
        return figure.quantize(_ONE.scaleb(-places), context=CONTEXT)
    except ARITHMETIC_FAULTS:
        return Missing.UNDEFINED


def _round(call: Call, lookup: Lookup) -> Figure:
    places = call.arguments[1].value if len(call.arguments) == 2 and isinstance(call.arguments[1], Number) else _ZERO
    return rounded(number(call.arguments[0], lookup), int(places))
