"""Controls: three verdicts, the difference, what a missing figure means, and the tolerance."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.declarations.rules.controls import Verdict, holds, run_control
from webapp.declarations.rules.form_models.model import Control, MissingPolicy, Severity, Tolerance
from webapp.declarations.rules.language.evaluation import Missing, figures
from webapp.declarations.rules.language.formula import Cells, parse
from webapp.declarations.rules.values import Unit

A, B, C = ("t", "r", "a"), ("t", "r", "b"), ("t", "r", "c")


def control(
    operator: str = "=",
    *,
    missing: MissingPolicy = MissingPolicy.SKIP_ANY,
    tolerance: str = "0",
    percent: str = "0",
    severity: Severity = Severity.BLOCKING,
    when: bool = False,
) -> Control:
    condition = parse("1 > 2") if when else None
    left, right = Cells((A,), False, "t.r.a"), Cells((B,), False, "t.r.b")
    allowed = Tolerance(Decimal(tolerance), Decimal(percent))
    return Control("X-01", left, operator, right, missing, missing, allowed, severity, condition, "…", "", Unit.EUROS, (A, B))


def run(given_control: Control, a: object, b: object) -> tuple[Verdict, Decimal | None]:
    finding = run_control(given_control, figures({A: _figure(a), B: _figure(b)}))
    return finding.verdict, finding.difference


def _figure(value: object) -> Decimal | Missing:
    return value if isinstance(value, Missing) else Decimal(str(value))


def test_a_failed_control_says_by_how_much() -> None:
    assert run(control(), 120, "100.5") == (Verdict.FALSE, Decimal("19.5"))
    assert run(control(), 100, 100) == (Verdict.TRUE, Decimal(0))
    assert run(control("<="), 90, 100) == (Verdict.TRUE, Decimal(-10))


@pytest.mark.parametrize(
    ("policy", "a", "b", "verdict"),
    [
        (MissingPolicy.SKIP_ANY, Missing.EMPTY, 0, Verdict.NOT_EVALUABLE),
        (MissingPolicy.SKIP_ANY, Missing.NOT_COMMUNICATED, 0, Verdict.NOT_EVALUABLE),
        (MissingPolicy.SKIP_ALL, Missing.EMPTY, Missing.EMPTY, Verdict.NOT_EVALUABLE),
        (MissingPolicy.SKIP_ALL, Missing.EMPTY, 5, Verdict.NOT_EVALUABLE),
        (MissingPolicy.ZERO, Missing.EMPTY, Missing.NOT_COMMUNICATED, Verdict.TRUE),
        (MissingPolicy.ZERO, Missing.EMPTY, 5, Verdict.FALSE),
        (MissingPolicy.ZERO, Missing.INVALID, 0, Verdict.NOT_EVALUABLE),
        (MissingPolicy.SKIP_ALL, Missing.UNDEFINED, 0, Verdict.NOT_EVALUABLE),
    ],
)
def test_a_missing_figure_means_what_the_control_says(policy: MissingPolicy, a: object, b: object, verdict: Verdict) -> None:
    assert run(control(missing=policy), a, b)[0] is verdict


def test_the_cells_that_lack_a_figure_are_named() -> None:
    finding = run_control(control(), figures({A: Decimal(1)}))
    assert finding.missing == (B,)


def test_a_control_whose_condition_does_not_hold_is_not_evaluated() -> None:
    assert run(control(when=True), 1, 2) == (Verdict.NOT_EVALUABLE, None)


def test_the_tolerance_is_absolute_or_a_percentage_of_the_right_side() -> None:
    assert run(control(tolerance="1"), 101, 100)[0] is Verdict.TRUE
    assert run(control(tolerance="1"), "101.01", 100)[0] is Verdict.FALSE
    assert run(control(percent="0.5"), 1005, 1000)[0] is Verdict.TRUE
    assert run(control(percent="0.5"), "1005.01", 1000)[0] is Verdict.FALSE
    assert run(control("<=", tolerance="1"), 101, 100)[0] is Verdict.TRUE
    assert run(control(">=", tolerance="1"), 99, 100)[0] is Verdict.TRUE


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_without_tolerance_an_operator_is_the_plain_comparison(a: int, b: int) -> None:
    plain = {"=": a == b, "<>": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
    for operator, expected in plain.items():
        assert holds(Decimal(a - b), operator) is expected


@given(st.sampled_from(["=", "<", "<=", ">", ">="]), st.integers(-20, 20), st.integers(0, 10))
def test_a_wider_tolerance_never_makes_a_control_fail(operator: str, difference: int, tolerance: int) -> None:
    if holds(Decimal(difference), operator, Decimal(tolerance)):
        assert holds(Decimal(difference), operator, Decimal(tolerance + 1))
