"""Controls: compare two expressions over a return, and say by how much they differ.

The result is one of three: true, false, or not evaluable (with the cells that lack a figure). A missing figure never makes a
control fail by itself; what it means is the control's own policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from webapp.declarations.evaluation import CONTEXT, Figure, Lookup, Missing, condition, number
from webapp.declarations.formula import CellKey, cells_of
from webapp.declarations.model import Control, MissingPolicy, Severity

OPERATORS = ("=", "<>", "<", "<=", ">", ">=")
_ZERO = Decimal(0)


class Verdict(StrEnum):
    """What a control found."""

    TRUE = "true"
    FALSE = "false"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one control on one return; `difference` is left minus right.

    A control that cannot be evaluated names the cells that it lacks, and none when its condition simply does not hold.
    """

    control: Control
    verdict: Verdict
    left: Decimal | None = None
    right: Decimal | None = None
    difference: Decimal | None = None
    missing: tuple[CellKey, ...] = ()

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


def run_control(control: Control, lookup: Lookup) -> Finding:
    """Evaluate a control over the cells that `lookup` gives."""
    missing = tuple(key for key in control.cells if isinstance(lookup(key), Missing))
    reasons = {lookup(key) for key in missing}
    if control.when is not None and (applies := condition(control.when, lookup)) is not True:
        return Finding(control, Verdict.NOT_EVALUABLE, missing=() if applies is False else cells_of(control.when))
    if Missing.INVALID in reasons or Missing.UNDEFINED in reasons or _skipped(control, len(missing)):
        return Finding(control, Verdict.NOT_EVALUABLE, missing=missing)
    filled = lookup if control.missing is MissingPolicy.SKIP_ANY else _zero_for_missing(lookup)
    left, right = number(control.left, filled), number(control.right, filled)
    if isinstance(left, Missing) or isinstance(right, Missing):
        return Finding(control, Verdict.NOT_EVALUABLE, missing=missing)
    difference = CONTEXT.subtract(left, right)
    allowed = max(control.tolerance, CONTEXT.multiply(abs(right), control.tolerance_percent / 100))
    verdict = Verdict.TRUE if holds(difference, control.operator, allowed) else Verdict.FALSE
    return Finding(control, verdict, left, right, difference)


def holds(difference: Decimal, operator: str, allowed: Decimal = _ZERO) -> bool:
    """Whether `difference` (left minus right) satisfies the operator, within `allowed` on the side that forgives."""
    match operator:
        case "=":
            return abs(difference) <= allowed
        case "<>":
            return abs(difference) > allowed
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


def by_gravity(findings: Iterable[Finding]) -> list[Finding]:
    """Failed controls first, the gravest first, then those that cannot be evaluated, then the rest; else in form order."""
    severities = [Severity.BLOCKING, Severity.WARNING, Severity.INFORMATION]
    verdicts = [Verdict.FALSE, Verdict.NOT_EVALUABLE, Verdict.TRUE]
    return sorted(findings, key=lambda found: (verdicts.index(found.verdict), severities.index(found.control.severity)))


def _skipped(control: Control, missing: int) -> bool:
    if control.missing is MissingPolicy.SKIP_ANY:
        return missing > 0
    return control.missing is MissingPolicy.SKIP_ALL and missing == len(control.cells)


def _zero_for_missing(lookup: Lookup) -> Lookup:
    def filled(key: CellKey) -> Figure:
        figure = lookup(key)
        return _ZERO if isinstance(figure, Missing) else figure

    return filled
