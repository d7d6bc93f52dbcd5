"""Tags: the words that sort tickets, as they are stored and compared."""

import re

from webapp.folding import fold

LONGEST_TAG = 30
MOST_TAGS = 12
#: What ``Ticket.tags`` can hold: the words between spaces, with one at each end.
_ROOM = 400
_BETWEEN = re.compile(r"[^a-z0-9-]+")
_SEPARATORS = re.compile(r"[,;\s]+")


class TagProblem(ValueError):
    """The words cannot be tags; ``code`` is ``long`` (one of them), or ``many``."""

    def __init__(self, code: str, word: str = "") -> None:
        super().__init__(f"{code}: {word}")
        self.code = code
        self.word = word


def parse_tags(typed: str) -> tuple[str, ...]:
    """Return the tags in a typed text, in their order, each once: small letters without accents, digits and hyphens.

    Commas, semicolons and spaces separate them. Raises ``TagProblem`` for a word that is too long, or for too many.
    """
    words = [_BETWEEN.sub("-", fold(part)).strip("-") for part in _SEPARATORS.split(typed)]
    tags = tuple(dict.fromkeys(word for word in words if word))
    for word in tags:
        if len(word) > LONGEST_TAG:
            raise TagProblem("long", word)
    return tags if len(tags) <= MOST_TAGS else _too_many()


def stored(tags: tuple[str, ...]) -> str:
    """Return the tags as the column holds them, sorted; raises ``TagProblem`` when they are too many."""
    words = sorted(dict.fromkeys(tags))
    text = f" {' '.join(words)} " if words else ""
    if len(words) > MOST_TAGS or len(text) > _ROOM:
        _too_many()
    return text


def listed(column: str) -> tuple[str, ...]:
    """Return the tags that the column holds."""
    return tuple(column.split())


def _too_many() -> tuple[str, ...]:
    raise TagProblem("many")
