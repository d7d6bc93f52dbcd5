"""The small language of computed cells and controls: parse, print, bind to cells, list what is read.

Figures are exact decimals. There are no attributes, no loops, no names but cells and a closed list of functions; the length,
the nesting and the number of nodes of an expression are bounded, so a form model cannot make the server work for long.

    alt_contrats.total.engagements <= 1.02 * somme(alt_niveaux.niveau_3:niveau_7.engagements)
    si(vide(contrats); 0; arrondi(montant / contrats; 2))

    si(statut.convention.reponse = "oui"; frais.total.exercice - frais.total.exercice@N-1; 0)

A reference has three parts (table, row, column) or, inside a table's own formulas, one: a row in the formula of a row, a
column in the formula of a column. ``a:b`` is a range in the order of the form, ``*`` every entry row or column, ``@N-1`` the same
cell one year before. A text between quotes is compared, by ``=`` or ``<>``, with a cell that holds a text or a choice of a list.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError

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
    cells_of,
    children,
    render,
    walk,
)
from webapp.declarations.rules.language.formula_checks import FUNCTIONS, RESERVED, bind, is_test

__all__ = [
    "FUNCTIONS",
    "MAX_LENGTH",
    "MAX_NESTING",
    "MAX_NODES",
    "RESERVED",
    "Call",
    "CellKey",
    "Cells",
    "Chain",
    "Compare",
    "Denied",
    "Expression",
    "FormulaError",
    "Negative",
    "Number",
    "Part",
    "Reference",
    "Text",
    "bind",
    "cells_of",
    "children",
    "is_test",
    "parse",
    "render",
    "walk",
]

MAX_LENGTH = 2000
MAX_NESTING = 24
MAX_NODES = 400

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
     | STRING -> text
     | NAME "(" arguments ")" -> call
     | reference
     | "(" either ")"
arguments: (either (";" either)*)?
reference: part ("." part "." part)? PREVIOUS?
part: NAME (":" NAME)?
    | STAR
NOT: "non"
CMP: "<=" | ">=" | "<>" | "<" | ">" | "="
ADD: "+" | MINUS
MINUS: "-"
MUL: STAR | "/"
STAR: "*"
NAME: /[a-z][a-z0-9_]*/
PREVIOUS: "@N-1"
STRING: /"[^"\\\n]{0,80}"/
NUMBER: /[0-9]{1,20}([.][0-9]{1,12})?/
WS: /[ \t\r\n]+/
%ignore WS
"""


class _Build(Transformer[Token, Expression]):
    def start(self, items: list[Expression]) -> Expression:
        return items[0]

    def number(self, items: list[Token]) -> Expression:
        return Number(Decimal(items[0]))

    def part(self, items: list[Token]) -> Part:
        return Part(str(items[0]), str(items[1]) if len(items) > 1 else None)

    def text(self, items: list[Token]) -> Expression:
        return Text(str(items[0])[1:-1])

    def reference(self, items: list[Any]) -> Expression:
        parts = tuple(item for item in items if isinstance(item, Part))
        return Reference(parts, previous=len(parts) < len(items))

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
        raise FormulaError(f"l’expression dépasse {MAX_LENGTH} caractères")
    _check_nesting(text)
    try:
        expression = _Build().transform(_parser().parse(text))
    except LarkError as problem:
        raise FormulaError(_unread(text, problem)) from None
    if sum(1 for _ in walk(expression)) > MAX_NODES:
        raise FormulaError(f"l’expression compte plus de {MAX_NODES} éléments")
    is_test(expression)
    return expression


def _unread(text: str, problem: LarkError) -> str:
    column = getattr(problem, "column", None)
    if isinstance(column, int) and 0 < column <= len(text):
        return f"« {text} » ne se lit plus à partir de « {text[column - 1 :][:20]} » (caractère {column})"
    return f"« {text} » est incomplet ou ne se lit pas"


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
        raise FormulaError(f"l’expression a plus de {MAX_NESTING} niveaux de parenthèses")
