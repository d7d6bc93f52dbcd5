"""A control agrees with a second, naive writing of it: strategies for missing figures, tolerances, and what rounding allows."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.declarations.test_formula import PLACES, ROWS, Cells, Term, as_decimals, figure_terms, forms, resolve
from webapp.declarations.rules.controls import Verdict, run_control
from webapp.declarations.rules.form_models.parts import Cell, Control, MissingPolicy, Severity, Tolerance
from webapp.declarations.rules.language.evaluation import Missing, evaluate, figures
from webapp.declarations.rules.language.expressions import operands_of
from webapp.declarations.rules.language.formula import CellKey, Expression, bind, cells_of, parse
from webapp.declarations.rules.language.intervals import Interval, Rounding
from webapp.declarations.rules.values import Unit

OPERATORS = ["=", "<>", "<", "<=", ">", ">="]
policies = st.sampled_from(MissingPolicy)


def bound(term: Term) -> Expression:
    return bind(parse(term[0]), resolve)


def control(left: Expression, operator: str, right: Expression, one: MissingPolicy, other: MissingPolicy, tolerance: Tolerance) -> Control:
    keys = (*cells_of(left), *cells_of(right))
    return Control("X", left, operator, right, one, other, tolerance, Severity.BLOCKING, None, "…", "", Unit.EUROS, keys)


def naive_side(term: Term, expression: Expression, policy: MissingPolicy, cells: Cells) -> Fraction | None:
    """The figure of one side as the decision record says it; None when the control is then not evaluable."""
    read = operands_of(expression)
    missing = [key for key in read if isinstance(cells[key], Missing)]
    if any(cells[key] in (Missing.INVALID, Missing.UNDEFINED) for key in missing):
        return None
    if missing and (policy is MissingPolicy.SKIP_ANY or (policy is MissingPolicy.SKIP_ALL and len(missing) == len(read))):
        return None
    filled: Cells = {**cells, **dict.fromkeys(missing, Fraction(0))}
    got = term[1](filled)
    return got if isinstance(got, Fraction) else (Fraction(got) if isinstance(got, int) and not isinstance(got, Missing) else None)


NO_QUESTION = figure_terms.filter(lambda term: "vide(" not in term[0])


@settings(max_examples=200)
@given(NO_QUESTION, st.sampled_from(OPERATORS), NO_QUESTION, policies, policies, st.integers(0, 8), forms)
def test_a_control_agrees_with_a_naive_one_whatever_is_missing(
    left: Term, operator: str, right: Term, one: MissingPolicy, other: MissingPolicy, tolerance: int, cells: Cells
) -> None:
    a, b = bound(left), bound(right)
    finding = run_control(control(a, operator, b, one, other, Tolerance(Decimal(tolerance) / 4)), figures(as_decimals(cells)))
    x, y = naive_side(left, a, one, cells), naive_side(right, b, other, cells)
    if x is None or y is None:
        assert finding.verdict is Verdict.NOT_EVALUABLE
        assert finding.missing or not finding.control.cells  # which no form may have
        return
    assert finding.left is not None
    assert finding.right is not None
    difference, allowed = x - y, Fraction(tolerance, 4)
    assert abs(Fraction(finding.left - finding.right) - difference) <= max(abs(difference), 1) * Fraction(1, 10**18)
    if 0 < abs(abs(difference) - allowed) < Fraction(1, 10**15) or (difference == 0) != (finding.left == finding.right):
        return  # closer than forty digits tell
    expected = {
        "=": abs(difference) <= allowed,
        "<>": abs(difference) > allowed,
        "<=": difference <= allowed,
        ">=": difference >= -allowed,
        "<": difference < allowed or difference < 0,
        ">": difference > -allowed or difference > 0,
    }
    assert (finding.verdict is Verdict.TRUE) is expected[operator]


def test_what_is_missing_means_something_else_on_each_side() -> None:
    left, right = bound(("somme(t.*.c1)", lambda _: 0)), bound(("t.r1.c2", lambda _: 0))
    known: dict[CellKey, Decimal | Missing] = {("t", "r1", "c1"): Decimal(5)}
    cases = {
        (MissingPolicy.SKIP_ANY, MissingPolicy.ZERO): Verdict.NOT_EVALUABLE,
        (MissingPolicy.SKIP_ALL, MissingPolicy.ZERO): Verdict.FALSE,
        (MissingPolicy.ZERO, MissingPolicy.ZERO): Verdict.FALSE,
        (MissingPolicy.ZERO, MissingPolicy.SKIP_ALL): Verdict.NOT_EVALUABLE,
        (MissingPolicy.ZERO, MissingPolicy.SKIP_ANY): Verdict.NOT_EVALUABLE,
    }
    for (one, other), verdict in cases.items():
        assert run_control(control(left, "=", right, one, other, Tolerance()), figures(known)).verdict is verdict


def test_asking_whether_a_cell_is_empty_is_not_reading_it() -> None:
    left, right = bound(("si(vide(t.r1.c1); 3; 4)", lambda _: 0)), parse("3")
    for policy in MissingPolicy:
        finding = run_control(control(left, "=", right, policy, policy, Tolerance()), figures({}))
        assert finding.verdict is Verdict.TRUE


FORM_CELLS = {("t", row, place): Cell(("t", row, place), Unit.EUROS, 0, signed=True) for row in ROWS for place in PLACES}
steps = st.integers(-50, 50).map(lambda hundredth: Fraction(hundredth, 100))


@settings(max_examples=200)
@given(figure_terms, forms, st.lists(steps, min_size=12, max_size=12))
def test_the_interval_of_an_expression_holds_whatever_its_rounded_cells_stood_for(term: Term, cells: Cells, moves: list[Fraction]) -> None:
    """Whole euros are declared; the true figures are within half a euro of them."""
    expression = bound(term)
    declared = {key: Fraction(round(value)) if isinstance(value, Fraction) else value for key, value in cells.items()}
    spread = Rounding(FORM_CELLS, figures(as_decimals(declared))).of(expression)
    moved = dict(zip((key for key, value in declared.items() if isinstance(value, Fraction)), moves * 2, strict=False))
    true = {key: value + moved[key] if isinstance(value, Fraction) else value for key, value in declared.items()}
    got = term[1](true)
    if isinstance(spread, Missing):
        return
    assert isinstance(spread, Interval)
    assert not isinstance(got, Missing)
    margin = max(abs(Fraction(got)), Fraction(1)) * Fraction(1, 10**18)
    assert Fraction(spread.low) - margin <= got <= Fraction(spread.high) + margin


def test_rounding_explains_a_total_that_is_off_by_one_but_not_by_two() -> None:
    left, right = bound(("somme(t.*.c1)", lambda _: 0)), bound(("t.r1.c2", lambda _: 0))
    rounding = control(left, "=", right, MissingPolicy.SKIP_ANY, MissingPolicy.SKIP_ANY, Tolerance(rounding=True))
    parts: dict[CellKey, Decimal | Missing] = {("t", row, "c1"): Decimal(10) for row in ("r1", "r2", "r3")}
    found = {}
    for total in (30, 31, 32, 33):
        found[total] = run_control(rounding, figures(parts | {("t", "r1", "c2"): Decimal(total)}), FORM_CELLS)
    assert [finding.verdict for finding in found.values()] == [Verdict.TRUE, Verdict.TRUE, Verdict.TRUE, Verdict.FALSE]
    assert found[33].allowed == 2  # four cells, half a euro each
    assert found[33].difference == -3


def test_a_divisor_that_rounding_could_make_zero_leaves_the_control_not_evaluable() -> None:
    left, right = bound(("t.r1.c1 / t.r1.c2", lambda _: 0)), parse("3")
    rounding = control(left, "=", right, MissingPolicy.SKIP_ANY, MissingPolicy.SKIP_ANY, Tolerance(rounding=True))
    known: dict[CellKey, Decimal | Missing] = {("t", "r1", "c1"): Decimal(3), ("t", "r1", "c2"): Decimal("0.4")}
    finding = run_control(rounding, figures(known), FORM_CELLS)
    assert finding.verdict is Verdict.NOT_EVALUABLE
    assert finding.missing
    assert evaluate(left, figures(known)) == Decimal("7.5")
