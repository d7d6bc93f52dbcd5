"""The methods granted with a general line: read from what an officer typed, and what may be done to them without a decision."""

from collections.abc import Iterable

from webapp.scopes.rules.methods import Method
from webapp.scopes.rules.references import parse
from webapp.scopes.rules.values import clean_text

MOST_METHODS = 500
LONGEST_METHOD = 200


def typed_methods(text: str) -> tuple[str, ...]:
    """Return the references of a text area, one a line, cleaned, each once, in their order."""
    return tuple(dict.fromkeys(filter(None, map(clean_text, text.splitlines()))))


def read_methods(references: Iterable[str]) -> list[Method]:
    """Return the methods that granted references name, in their order."""
    return [method for reference in references for method in parse(reference)]


def same_methods(before: Iterable[str], after: Iterable[str]) -> bool:
    """Tell whether two lists name the same methods in the same editions: the one is then a correction of the other."""

    def named(references: Iterable[str]) -> set[tuple[object, ...]]:
        return {(method.family, method.year, method.edition, method.amendments) for method in read_methods(references)}

    return named(before) == named(after)


def granted_with(present: Iterable[str], added: Iterable[str]) -> tuple[str, ...]:
    """Return a list with the references that an extension adds, each once."""
    return tuple(dict.fromkeys([*present, *added]))
