"""The language of controls: it prints what it reads, agrees with an independent evaluator, and stays within its bounds."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.declarations.rules.language.evaluation import Missing, evaluate, figures
from webapp.declarations.rules.language.formula import (
    CellKey,
    Expression,
    FormulaError,
    Part,
    bind,
    cells_of,
    parse,
    render,
)

ROWS = ("r1", "r2", "r3")
COLUMNS = ("c1", "c2")
PLACES = (*COLUMNS, "choix")

Oracle = Fraction | bool | Missing
Cells = dict[CellKey, Fraction | str | Missing]


def resolve(parts: tuple[Part, ...]) -> tuple[CellKey, ...]:
    """A form of one table t with rows r1 to r3 and columns c1, c2."""

    def expand(part: Part, codes: tuple[str, ...]) -> tuple[str, ...]:
        if part.first == "*":
            return tuple(code for code in codes if code != "choix")
        return codes[codes.index(part.first) : codes.index(part.last or part.first) + 1]

    return tuple(("t", row, column) for row in expand(parts[1], ROWS) for column in expand(parts[2], PLACES))


def gravest(*items: Oracle) -> Missing:
    return max(item for item in items if isinstance(item, Missing))


Term = tuple[str, Callable[[Cells], Oracle]]


def literal(value: int) -> Term:
    return f"{value // 4}.{value % 4 * 25:02d}", lambda cells: Fraction(value, 4)


def cell(row: str, column: str) -> Term:
    return f"t.{row}.{column}", lambda cells: cells[("t", row, column)]


def binary(left: Term, sign: str, right: Term) -> Term:
    def value(cells: Cells) -> Oracle:
        a, b = left[1](cells), right[1](cells)
        if isinstance(a, Missing) or isinstance(b, Missing):
            return gravest(a, b)
        if sign == "/":
            return a / b if b else Missing.UNDEFINED
        return {"+": a + b, "-": a - b, "*": a * b}[sign]

    return f"({left[0]} {sign} {right[0]})", value


def aggregate(name: str, terms: list[Term]) -> Term:
    def value(cells: Cells) -> Oracle:
        found = [term[1](cells) for term in terms]
        present = [item for item in found if not isinstance(item, Missing)]
        missing = [item for item in found if isinstance(item, Missing)]
        if missing and (max(missing) >= Missing.UNDEFINED or not present):
            return max(missing)
        return {"somme": sum, "min": min, "max": max}[name](present)

    return f"{name}({'; '.join(term[0] for term in terms)})", value


def choice(test: Term, then: Term, other: Term) -> Term:
    def value(cells: Cells) -> Oracle:
        truth = test[1](cells)
        return truth if isinstance(truth, Missing) else (then if truth else other)[1](cells)

    return f"si({test[0]}; {then[0]}; {other[0]})", value


def comparison(left: Term, sign: str, right: Term) -> Term:
    def value(cells: Cells) -> Oracle:
        a, b = left[1](cells), right[1](cells)
        if isinstance(a, Missing) or isinstance(b, Missing):
            return gravest(a, b)
        return {"=": a == b, "<>": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]

    return f"({left[0]} {sign} {right[0]})", value


def logic(left: Term, word: str, right: Term) -> Term:
    def value(cells: Cells) -> Oracle:
        a, b = left[1](cells), right[1](cells)
        settling = word == "ou"
        if a is settling or b is settling:
            return settling
        return gravest(a, b) if isinstance(a, Missing) or isinstance(b, Missing) else not settling

    return f"({left[0]} {word} {right[0]})", value


def last_year(row: str, column: str) -> Term:
    return f"t.{row}.{column}@N-1", lambda cells: cells[("t@N-1", row, column)]


def denied(test: Term) -> Term:
    def value(cells: Cells) -> Oracle:
        truth = test[1](cells)
        return truth if isinstance(truth, Missing) else not truth

    return f"(non {test[0]})", value


def chosen(sign: str, code: str) -> Term:
    def value(cells: Cells) -> Oracle:
        held = cells[("t", "r1", "choix")]
        return held if isinstance(held, Missing) else (held == code) is (sign == "=")

    return f't.r1.choix {sign} "{code}"', value


def negative(term: Term) -> Term:
    def value(cells: Cells) -> Oracle:
        got = term[1](cells)
        return got if isinstance(got, Missing) else -got

    return f"(-{term[0]})", value


def absolute(term: Term) -> Term:
    def value(cells: Cells) -> Oracle:
        got = term[1](cells)
        return got if isinstance(got, Missing) else abs(got)

    return f"abs({term[0]})", value


def halves_away_from_zero(term: Term, places: int) -> Term:
    def value(cells: Cells) -> Oracle:
        got = term[1](cells)
        if isinstance(got, Missing):
            return got
        whole, rest = divmod(abs(got) * 10**places, 1)
        whole += rest >= Fraction(1, 2)
        return Fraction(whole if got >= 0 else -whole) / 10**places

    return f"arrondi({term[0]}; {places})", value


def ranged(name: str, column: str) -> Term:
    terms = [cell(row, column) for row in ROWS]
    return f"{name}(t.*.{column})", aggregate(name, terms)[1]


def empty(row: str, column: str) -> Term:
    return f"vide(t.{row}.{column})", lambda cells: cells[("t", row, column)] is Missing.EMPTY


leaf = st.one_of(
    st.integers(0, 400).map(literal),
    st.builds(cell, st.sampled_from(ROWS), st.sampled_from(COLUMNS)),
    st.builds(last_year, st.sampled_from(ROWS), st.sampled_from(COLUMNS)),
    st.builds(ranged, st.sampled_from(["somme", "min", "max"]), st.sampled_from(COLUMNS)),
)
test_leaf = st.one_of(
    st.builds(empty, st.sampled_from(ROWS), st.sampled_from(COLUMNS)),
    st.builds(chosen, st.sampled_from(["=", "<>"]), st.sampled_from(["oui", "non"])),
)


def conditions_over(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """Conditions over figures: comparisons, and what et, ou and non make of them."""
    simple = st.one_of(test_leaf, st.builds(comparison, inner, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), inner))
    return st.one_of(simple, st.builds(denied, simple), st.builds(logic, simple, st.sampled_from(["et", "ou"]), simple))


figure_terms = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(binary, inner, st.sampled_from("+-*/"), inner),
        st.builds(aggregate, st.sampled_from(["somme", "min", "max"]), st.lists(inner, min_size=1, max_size=3)),
        st.builds(choice, conditions_over(inner), inner, inner),
        st.builds(negative, inner),
        st.builds(absolute, inner),
        st.builds(halves_away_from_zero, leaf, st.integers(0, 2)),
    ),
    max_leaves=8,
)
cell_values = st.one_of(st.integers(-400, 400).map(lambda quarter: Fraction(quarter, 4)), st.sampled_from(Missing))
forms = st.fixed_dictionaries(
    {(table, row, column): cell_values for table in ("t", "t@N-1") for row in ROWS for column in COLUMNS}
    | {("t", "r1", "choix"): st.sampled_from(["oui", "non", Missing.EMPTY, Missing.NOT_COMMUNICATED])}
)


def as_decimals(cells: Cells) -> dict[CellKey, Decimal | str | Missing]:
    """The same values as the evaluator takes them."""
    return {
        key: Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value for key, value in cells.items()
    }


@given(figure_terms, forms)
def test_an_expression_agrees_with_an_independent_evaluator(term: Term, cells: Cells) -> None:
    text, oracle = term
    got, wanted = evaluate(bind(parse(text), resolve), figures(as_decimals(cells))), oracle(cells)
    if isinstance(wanted, Missing) or isinstance(got, Missing):
        assert got is wanted
        return
    assert isinstance(wanted, Fraction)
    assert isinstance(got, Decimal)
    scale = max(abs(wanted), Fraction(1))
    assert abs(Fraction(got) - wanted) <= scale * Fraction(1, 10**20)


@given(figure_terms)
def test_printing_and_reading_back_gives_the_same_expression(term: Term) -> None:
    expression = parse(term[0])
    assert parse(render(expression)) == expression


def value_of(text: str, **cells: Decimal | Missing) -> object:
    known = {("t", "r1", name): figure for name, figure in cells.items()}
    return evaluate(bind(parse(text), resolve), figures(known))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("(1 + 2) * 3", "9"),
        ("-2 * -3", "6"),
        ("10 - 3 - 2", "5"),
        ("8 / 4 / 2", "1"),
        ("abs(3 - 5)", "2"),
        ("arrondi(2.5)", "3"),
        ("arrondi(-2.5)", "-3"),
        ("arrondi(2.345; 2)", "2.35"),
        ("0.1 + 0.2", "0.3"),
        ("si(non (1 > 2) et 2 >= 2; 1; 0)", "1"),
        ("min(3; 1; 2) + max(3; 1; 2)", "4"),
    ],
)
def test_figures_are_exact_and_priorities_are_the_usual_ones(text: str, value: str) -> None:
    assert value_of(text) == Decimal(value)


def test_a_range_reads_rows_in_the_order_of_the_form() -> None:
    assert cells_of(bind(parse("somme(t.r2:r3.c1)"), resolve)) == (("t", "r2", "c1"), ("t", "r3", "c1"))
    assert cells_of(bind(parse("somme(t.r1.*)"), resolve)) == (("t", "r1", "c1"), ("t", "r1", "c2"))


def test_an_empty_cell_is_not_zero_and_a_sum_passes_over_it() -> None:
    assert value_of("t.r1.c1 + 1") is Missing.EMPTY
    assert value_of("somme(t.r1.c1; 1)") == Decimal(1)
    assert value_of("somme(t.r1.c1)") is Missing.EMPTY
    assert value_of("somme(t.r1.c1; 1)", c1=Missing.INVALID) is Missing.INVALID
    assert value_of("vide(t.r1.c1)", c1=Decimal(0)) is False
    assert value_of("nc(t.r1.c1)", c1=Missing.NOT_COMMUNICATED) is True


def test_a_division_by_zero_or_an_overflow_is_undefined_not_an_error() -> None:
    assert value_of("1 / t.r1.c1", c1=Decimal(0)) is Missing.UNDEFINED
    huge = Decimal(10) ** 50
    assert value_of("t.r1.c1 * t.r1.c1", c1=huge) is Missing.UNDEFINED
    assert value_of("arrondi(t.r1.c1; 12)", c1=huge) is Missing.UNDEFINED


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "a.b", "a.b.c.d", "t.r1.c1 = 1 = 2", "__import__(1)", "t.r1.c1.__class__", "open('x')", "1 if 2 else 3", "x[0]",
        "somme()", "si(1; 2; 3)", "1 + (2 > 1)", "non 3", "vide(1)", "arrondi(1; 99)", "arrondi(1; 0.5)", "abs(1; 2)", "inconnue(1)",
        "1 et 2", "t.r1.c1 ; 2", "lambda: 1", "1 ** 2", "1,5",
    ],
)  # fmt: skip
def test_what_the_language_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 30 + "1" + ")" * 30, "-" * 60 + "1", "non " * 60 + "(1 > 2)", "1 + " * 700 + "1", "1+" * 450 + "1"])
def test_the_size_and_depth_of_an_expression_are_bounded(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


@given(st.text(alphabet='()+-*/<>=;:. 0123456789abcetnouir_@N"', max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        expression: Expression = parse(text)
    except FormulaError:
        return
    assert parse(render(expression)) == expression


def test_a_range_outside_a_sum_is_refused() -> None:
    with pytest.raises(FormulaError, match="ne s’emploie que"):
        bind(parse("t.r1:r2.c1 + 1"), resolve)
