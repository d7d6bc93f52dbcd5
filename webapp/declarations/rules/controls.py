"""Controls: compare two expressions over a return, and say by how much they differ.

The result is one of three: true, false, or not evaluable (with the cells that lack a figure). What a missing figure means is said
for each side (decision 17); an unreadable or undefined one always makes the control not evaluable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from webapp.declarations.rules.form_models.parts import Cell, Control, MissingPolicy, Severity
from webapp.declarations.rules.language.evaluation import CONTEXT, Figure, Filled, Lookup, Missing, condition, number
from webapp.declarations.rules.language.formula import CellKey, Expression, cells_of
from webapp.declarations.rules.language.intervals import Interval, Rounding

OPERATORS = ("=", "<>", "<", "<=", ">", ">=")
_ZERO = Decimal(0)


class Verdict(StrEnum):
    """What a control found."""

    TRUE = "true"
    FALSE = "false"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one control on one return; `difference` is left minus right, `allowed` how much of it is forgiven.

    A control that cannot be evaluated names the cells that it lacks, and none when its condition simply does not hold.
    """

    control: Control
    verdict: Verdict
    left: Decimal | None = None
    right: Decimal | None = None
    difference: Decimal | None = None
    missing: tuple[CellKey, ...] = ()
    allowed: Decimal = _ZERO

    @property
    def failed(self) -> bool:
        """Whether the control is false."""
        return self.verdict is Verdict.FALSE

    @property
    def applies(self) -> bool:
        """Whether the control concerns this return, as far as one can tell."""
        return self.verdict is not Verdict.NOT_EVALUABLE or bool(self.missing)

    @property
    def blocks(self) -> bool:
        """Whether the finding stands against the submission."""
        return self.failed and self.control.severity is Severity.BLOCKING


def run_control(control: Control, lookup: Lookup, cells: Mapping[CellKey, Cell] | None = None) -> Finding:
    """Evaluate a control over the values that `lookup` gives; `cells`, the form's, are needed for a tolerance of rounding."""
    if control.when is not None and (applies := condition(control.when, lookup)) is not True:
        return Finding(control, Verdict.NOT_EVALUABLE, missing=() if applies is False else _lacking(control.when, lookup))
    left_cells, right_cells = control.operands
    left = _side(control.left, left_cells, control.missing_left, lookup)
    right = _side(control.right, right_cells, control.missing_right, lookup)
    if isinstance(left, Missing) or isinstance(right, Missing):
        missing = (*_lacking(control.left, lookup), *_lacking(control.right, lookup)) or control.cells
        return Finding(control, Verdict.NOT_EVALUABLE, missing=tuple(dict.fromkeys(missing)))
    difference = CONTEXT.subtract(left, right)
    allowed = _allowed(control, left, right, lookup, cells or {})
    if allowed is None:
        return Finding(control, Verdict.NOT_EVALUABLE, left, right, difference, missing=control.cells)
    verdict = Verdict.TRUE if holds(difference, control.operator, allowed) else Verdict.FALSE
    return Finding(control, verdict, left, right, difference, allowed=allowed)


def holds(difference: Decimal, operator: str, allowed: Decimal = _ZERO) -> bool:
    """Whether `difference` (left minus right) satisfies the operator, within `allowed` on the side that forgives.

    ``<>`` asks for a difference that the tolerance does not explain.
    """
    match operator:
        case "=":
            return CONTEXT.abs(difference) <= allowed
        case "<>":
            return CONTEXT.abs(difference) > allowed
        case "<=":
            return difference <= allowed
        case ">=":
            return difference >= -allowed
        case "<":
            return difference < allowed or difference < 0
        case ">":
            return difference > -allowed or difference > 0
        case _:
            raise ValueError(operator)


def _side(expression: Expression, keys: tuple[CellKey, ...], policy: MissingPolicy, lookup: Lookup) -> Figure:
    """The figure of one side, whose operands are `keys`, or why the control cannot be evaluated."""
    reasons = [value for key in keys if isinstance(value := lookup(key), Missing)]
    worst = max(reasons, default=None)
    if worst is not None:
        skipped = policy is MissingPolicy.SKIP_ANY or (policy is MissingPolicy.SKIP_ALL and len(reasons) == len(keys))
        if skipped or worst >= Missing.UNDEFINED:
            return worst
    return number(expression, Filled(lookup) if worst is not None else lookup)


def _lacking(expression: Expression, lookup: Lookup) -> tuple[CellKey, ...]:
    return tuple(key for key in cells_of(expression) if isinstance(lookup(key), Missing))


def _allowed(control: Control, left: Decimal, right: Decimal, lookup: Lookup, cells: Mapping[CellKey, Cell]) -> Decimal | None:
    """How much of the difference is forgiven; None when rounding leaves no bound."""
    tolerance = control.tolerance
    if not tolerance.rounding:
        if not tolerance.percent:
            return tolerance.absolute
        return max(tolerance.absolute, CONTEXT.multiply(CONTEXT.abs(right), CONTEXT.divide(tolerance.percent, Decimal(100))))
    one, other = (
        Rounding(cells, lookup, zero=policy is not MissingPolicy.SKIP_ANY).of(side)
        for side, policy in ((control.left, control.missing_left), (control.right, control.missing_right))
    )
    if not isinstance(one, Interval) or not isinstance(other, Interval):
        return None
    above = CONTEXT.add(CONTEXT.subtract(left, one.low), CONTEXT.subtract(other.high, right))
    below = CONTEXT.add(CONTEXT.subtract(one.high, left), CONTEXT.subtract(right, other.low))
    difference = CONTEXT.subtract(left, right)
    return max(_ZERO, below if difference < 0 else above)
