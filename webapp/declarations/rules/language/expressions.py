"""What an expression of a form model is made of: its nodes, what they hold, and the text they print as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

CellKey: TypeAlias = tuple[str, str, str]
"""Table, row and column codes; the table's ends with ``@N-1`` for the same cell one year before."""
PREVIOUS = "@N-1"


class FormulaError(ValueError):
    """The expression cannot be read, or names what the form does not have. Its text says which."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """A text between quotes, compared with what a cell of a list holds (its code) or with a text."""

    value: str


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
    """A reference as written, before it is bound to a form; `previous` when it reads the year before."""

    parts: tuple[Part, ...]
    previous: bool = False


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


Expression: TypeAlias = "Number | Text | Reference | Cells | Chain | Negative | Denied | Compare | Call"


def previous_key(key: CellKey) -> CellKey:
    """The same cell one year before."""
    return (key[0] + PREVIOUS, key[1], key[2])


def is_previous(key: CellKey) -> bool:
    """Whether the key names a cell of the year before."""
    return key[0].endswith(PREVIOUS)


def present_key(key: CellKey) -> CellKey:
    """The cell of this year's form that a key names, whatever its year."""
    return (key[0].removesuffix(PREVIOUS), key[1], key[2])


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


def cells_of(expression: Expression) -> tuple[CellKey, ...]:
    """The cells that a bound expression reads, in order, each once."""
    keys = (key for node in walk(expression) if isinstance(node, Cells) for key in node.keys)
    return tuple(dict.fromkeys(keys))


def operands_of(expression: Expression) -> tuple[CellKey, ...]:
    """The cells whose figures count in the result: all but those that are only asked about (``vide``, ``nc``)."""
    return tuple(dict.fromkeys(_operands(expression)))


def _operands(expression: Expression) -> Iterator[CellKey]:
    if isinstance(expression, Call) and expression.name in ("vide", "nc"):
        return
    if isinstance(expression, Cells):
        yield from expression.keys
    for child in children(expression):
        yield from _operands(child)


def render(expression: Expression) -> str:
    """The expression as text; parsing it gives the same expression back."""
    match expression:
        case Number(value):
            return f"{value:f}"
        case Text(value):
            return f'"{value}"'
        case Reference(parts, previous):
            return ".".join(str(part) for part in parts) + (PREVIOUS if previous else "")
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
