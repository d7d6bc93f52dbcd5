"""What an expression may say: its functions, figures kept apart from conditions, references bound to the cells of a form."""

from __future__ import annotations

from collections.abc import Callable

from webapp.declarations.rules.language.expressions import (
    Call,
    CellKey,
    Cells,
    Chain,
    Compare,
    Denied,
    Expression,
    FormulaError,
    Negative,
    Number,
    Part,
    Reference,
    Text,
    children,
    previous_key,
    render,
)

NUMBER_FUNCTIONS = {
    "somme": (1, None),
    "min": (1, None),
    "max": (1, None),
    "abs": (1, 1),
    "arrondi": (1, 2),
    "si": (3, 3),
}
TEST_FUNCTIONS = {"vide": (1, 1), "nc": (1, 1)}
FUNCTIONS = NUMBER_FUNCTIONS | TEST_FUNCTIONS
RESERVED = frozenset({"et", "ou", "non"}) | FUNCTIONS.keys()


def is_test(expression: Expression) -> bool:
    """Whether the result is true or false rather than a figure. Raises FormulaError where the two are mixed up."""
    match expression:
        case Chain(_, rest):
            logical = rest[0][0] in ("et", "ou")
            _expect(children(expression), test=logical)
            return logical
        case Negative(operand):
            _expect((operand,), test=False)
            return False
        case Denied(operand):
            _expect((operand,), test=True)
            return True
        case Compare(operator, left, Text()):
            if operator not in ("=", "<>") or not isinstance(left, Reference | Cells):
                raise FormulaError("un texte se compare à une cellule placée à gauche, par = ou <>")
            return True
        case Compare(_, left, right):
            _expect((left, right), test=False)
            return True
        case Text():
            raise FormulaError(f"le texte {render(expression)} ne se compare qu’à une cellule, par = ou <>")
        case Call():
            return _check_call(expression)
        case _:
            return False


def _expect(operands: tuple[Expression, ...], *, test: bool) -> None:
    for operand in operands:
        if is_test(operand) is not test:
            wanted = "une condition" if test else "un nombre"
            raise FormulaError(f"« {render(operand)} » devrait être {wanted}")


def _check_call(call: Call) -> bool:
    if call.name not in FUNCTIONS:
        raise FormulaError(f"la fonction {call.name} n’existe pas ; il y a : {', '.join(sorted(FUNCTIONS))}")
    fewest, most = FUNCTIONS[call.name]
    if len(call.arguments) < fewest or (most is not None and len(call.arguments) > most):
        raise FormulaError(f"{call.name} ne prend pas {len(call.arguments)} argument(s)")
    if call.name == "si":
        _expect(call.arguments[:1], test=True)
        _expect(call.arguments[1:], test=False)
        return False
    _expect(call.arguments, test=False)
    if call.name in TEST_FUNCTIONS and not isinstance(call.arguments[0], Reference | Cells):
        raise FormulaError(f"{call.name} prend une cellule")
    if call.name == "arrondi" and len(call.arguments) == 2:
        places = call.arguments[1]
        if not isinstance(places, Number) or places.value not in range(13):
            raise FormulaError("arrondi prend un nombre de décimales de 0 à 12")
    return call.name in TEST_FUNCTIONS


def bind(expression: Expression, resolve: Callable[[tuple[Part, ...]], tuple[CellKey, ...]]) -> Expression:
    """Replace each reference by the cells that `resolve` finds in this year's form, moved one year back by ``@N-1``.

    A range is accepted only inside somme, min and max.
    """
    return _bind(expression, resolve, many=False)


def _bind(
    expression: Expression,
    resolve: Callable[[tuple[Part, ...]], tuple[CellKey, ...]],
    *,
    many: bool,
) -> Expression:
    match expression:
        case Reference(parts, previous):
            ranged = any(part.is_range for part in parts)
            if ranged and not many:
                raise FormulaError(f"la plage {render(expression)} ne s’emploie que dans somme, min ou max")
            keys = resolve(parts)
            return Cells(tuple(map(previous_key, keys)) if previous else keys, ranged, render(expression))
        case Chain(first, rest):
            bound = tuple((operator, _bind(operand, resolve, many=False)) for operator, operand in rest)
            return Chain(_bind(first, resolve, many=False), bound)
        case Negative(operand):
            return Negative(_bind(operand, resolve, many=False))
        case Denied(operand):
            return Denied(_bind(operand, resolve, many=False))
        case Compare(operator, left, right):
            return Compare(
                operator,
                _bind(left, resolve, many=False),
                _bind(right, resolve, many=False),
            )
        case Call(name, arguments):
            aggregate = name in ("somme", "min", "max")
            return Call(
                name,
                tuple(_bind(argument, resolve, many=aggregate) for argument in arguments),
            )
        case _:
            return expression
