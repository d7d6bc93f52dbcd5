"""The small language of computed cells and controls: parse, print, bind to cells, list what is read.

Figures are exact decimals. There are no attributes, no loops, no names but cells and a closed list of functions; the length,
the nesting and the number of nodes of an expression are bounded, so a form model cannot make the server work for long.

    alt_contrats.total.engagements <= 1.02 * somme(alt_niveaux.niveau_3:niveau_7.engagements)
    si(vide(contrats); 0; arrondi(montant / contrats; 2))

A reference has three parts (table, row, column) or, inside a table's own formulas, one: a row in the formula of a row, a
column in the formula of a column. ``a:b`` is a range in the order of the form, ``*`` every entry row or column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError

CellKey: TypeAlias = tuple[str, str, str]
"""Table, row and column codes."""

MAX_LENGTH = 2000
MAX_NESTING = 24
MAX_NODES = 400
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

_GRAMMAR = r"""
start: either
?either: both ("ou" both)*
?both: denial ("et" denial)*
?denial: NOT denial -> denied
       | comparison
?comparison: addition (CMP addition)?
?addition: product (ADD product)*
?product: signed (MUL signed)*
?signed: MINUS signed -> negated
       | atom
?atom: NUMBER -> number
     | NAME "(" arguments ")" -> call
     | reference
     | "(" either ")"
arguments: (either (";" either)*)?
reference: part ("." part "." part)?
part: NAME (":" NAME)?
    | STAR
NOT: "non"
CMP: "<=" | ">=" | "<>" | "<" | ">" | "="
ADD: "+" | MINUS
MINUS: "-"
MUL: STAR | "/"
STAR: "*"
NAME: /[a-z][a-z0-9_]*/
NUMBER: /[0-9]{1,20}([.][0-9]{1,12})?/
WS: /[ \t\r\n]+/
%ignore WS
"""


class FormulaError(ValueError):
    """The expression cannot be read, or names what the form does not have. Its text says which."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a reference: a code, a range of codes, or ``*``."""

    first: str
    last: str | None = None

    @property
    def is_range(self) -> bool:
        """Whether the part may stand for several codes."""
        return self.last is not None or self.first == "*"

    def __str__(self) -> str:
        return self.first if self.last is None else f"{self.first}:{self.last}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as written, before it is bound to a form."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells a reference stands for; `many` when it was written as a range."""

    keys: tuple[CellKey, ...]
    many: bool
    text: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands of one precedence joined left to right: ``a - b + c``, ``a * b / c``, ``p et q``."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """Unary minus."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Denied:
    """Logical negation."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two figures."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the closed list."""

    name: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = "Number | Reference | Cells | Chain | Negative | Denied | Compare | Call"


class _Build(Transformer[Token, Expression]):
    def start(self, items: list[Expression]) -> Expression:
        return items[0]

    def number(self, items: list[Token]) -> Expression:
        return Number(Decimal(items[0]))

    def part(self, items: list[Token]) -> Part:
        return Part(str(items[0]), str(items[1]) if len(items) > 1 else None)

    def reference(self, items: list[Part]) -> Expression:
        return Reference(tuple(items))

    def arguments(self, items: list[Expression]) -> tuple[Expression, ...]:
        return tuple(items)

    def call(self, items: list[Any]) -> Expression:
        return Call(str(items[0]), items[1])

    def negated(self, items: list[Any]) -> Expression:
        return Negative(items[1])

    def denied(self, items: list[Any]) -> Expression:
        return Denied(items[1])

    def comparison(self, items: list[Any]) -> Expression:
        return Compare(str(items[1]), items[0], items[2])

    def addition(self, items: list[Any]) -> Expression:
        return _chain(items)

    def product(self, items: list[Any]) -> Expression:
        return _chain(items)

    def either(self, items: list[Expression]) -> Expression:
        return Chain(items[0], tuple(("ou", item) for item in items[1:]))

    def both(self, items: list[Expression]) -> Expression:
        return Chain(items[0], tuple(("et", item) for item in items[1:]))


def _chain(items: list[Any]) -> Expression:
    operators, operands = items[1::2], items[2::2]
    return Chain(items[0], tuple(zip(map(str, operators), operands, strict=True)))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def parse(text: str) -> Expression:
    """Read an expression. Raises FormulaError when it is malformed, mistyped, too long, too deep or too large."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"expression longer than {MAX_LENGTH} characters")
    _check_nesting(text)
    try:
        expression = _Build().transform(_parser().parse(text))
    except LarkError as problem:
        raise FormulaError(f"cannot read {text!r}: {str(problem).splitlines()[0]}") from None
    if sum(1 for _ in walk(expression)) > MAX_NODES:
        raise FormulaError(f"expression larger than {MAX_NODES} nodes")
    is_test(expression)
    return expression


def _check_nesting(text: str) -> None:
    """Parentheses and repeated prefixes are the only ways to nest; bound them before the parser builds a tree."""
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    prefixes = longest = 0
    for word in text.replace("(", " ( ").replace("-", " - ").split():
        prefixes = prefixes + 1 if word in ("-", "non") else 0
        longest = max(longest, prefixes)
    if deepest > MAX_NESTING or longest > MAX_NESTING:
        raise FormulaError(f"expression nested more than {MAX_NESTING} levels deep")


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct operands."""
    match expression:
        case Chain(first, rest):
            return (first, *(operand for _, operand in rest))
        case Negative(operand) | Denied(operand):
            return (operand,)
        case Compare(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    yield expression
    for child in children(expression):
        yield from walk(child)


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
        case Compare(_, left, right):
            _expect((left, right), test=False)
            return True
        case Call():
            return _check_call(expression)
        case _:
            return False


def _expect(operands: tuple[Expression, ...], *, test: bool) -> None:
    for operand in operands:
        if is_test(operand) is not test:
            wanted = "a condition" if test else "a figure"
            raise FormulaError(f"{render(operand)} should be {wanted}")


def _check_call(call: Call) -> bool:
    if call.name not in FUNCTIONS:
        raise FormulaError(f"unknown function {call.name}; there are: {', '.join(sorted(FUNCTIONS))}")
    fewest, most = FUNCTIONS[call.name]
    if len(call.arguments) < fewest or (most is not None and len(call.arguments) > most):
        raise FormulaError(f"{call.name} does not take {len(call.arguments)} argument(s)")
    if call.name == "si":
        _expect(call.arguments[:1], test=True)
        _expect(call.arguments[1:], test=False)
        return False
    _expect(call.arguments, test=False)
    if call.name in TEST_FUNCTIONS and not isinstance(call.arguments[0], Reference | Cells):
        raise FormulaError(f"{call.name} takes a cell")
    if call.name == "arrondi" and len(call.arguments) == 2:
        places = call.arguments[1]
        if not isinstance(places, Number) or places.value not in range(13):
            raise FormulaError("arrondi takes a number of decimals between 0 and 12")
    return call.name in TEST_FUNCTIONS


def bind(expression: Expression, resolve: Callable[[tuple[Part, ...]], tuple[CellKey, ...]]) -> Expression:
    """Replace each reference by the cells that `resolve` finds. A range is accepted only inside somme, min and max."""
    return _bind(expression, resolve, many=False)


def _bind(
    expression: Expression,
    resolve: Callable[[tuple[Part, ...]], tuple[CellKey, ...]],
    *,
    many: bool,
) -> Expression:
    match expression:
        case Reference(parts):
            ranged = any(part.is_range for part in parts)
            if ranged and not many:
                raise FormulaError(f"the range {render(expression)} belongs in somme, min or max")
            return Cells(resolve(parts), ranged, render(expression))
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


def cells_of(expression: Expression) -> tuple[CellKey, ...]:
    """The cells that a bound expression reads, in order, each once."""
    keys = (key for node in walk(expression) if isinstance(node, Cells) for key in node.keys)
    return tuple(dict.fromkeys(keys))


def render(expression: Expression) -> str:
    """The expression as text; parsing it gives the same expression back."""
    match expression:
        case Number(value):
            return f"{value:f}"
        case Reference(parts):
            return ".".join(str(part) for part in parts)
        case Cells(_, _, text):
            return text
        case Chain(first, rest):
            return _operand(first) + "".join(f" {operator} {_operand(operand)}" for operator, operand in rest)
        case Negative(operand):
            return f"-{_operand(operand)}"
        case Denied(operand):
            return f"non {_operand(operand)}"
        case Compare(operator, left, right):
            return f"{_operand(left)} {operator} {_operand(right)}"
        case Call(name, arguments):
            return f"{name}({'; '.join(render(argument) for argument in arguments)})"


def _operand(expression: Expression) -> str:
    text = render(expression)
    return f"({text})" if isinstance(expression, Chain | Compare | Negative | Denied) else text
