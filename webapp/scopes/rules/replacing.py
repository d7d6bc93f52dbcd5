"""Finding a text in cells and putting another in its place, with or without regard to case and accents."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.folding import fold


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for and what takes its place. ``exact``: case and accents count; ``whole``: only cells that are all of it."""

    find: str
    replacement: str
    exact: bool = False
    whole: bool = False


def _key(text: str) -> tuple[str, list[int]]:
    """Return a text folded character by character, and for each folded character the place it comes from in the text."""
    folded, places = [], []
    for place, char in enumerate(text):
        found = " " if char.isspace() else fold(char)
        folded.append(found)
        places.extend([place] * len(found))
    return "".join(folded), places


def _spans(text: str, find: str) -> Iterator[tuple[int, int]]:
    """Yield where a folded ``find`` stands in the text, from left to right; a match never cuts a character (« œ ») in two."""
    folded, places = _key(text)
    ends = [*places, len(text)]
    start = 0
    while (at := folded.find(find, start)) >= 0:
        end = at + len(find)
        if (at == 0 or places[at - 1] != places[at]) and (end == len(folded) or places[end - 1] != places[end]):
            yield places[at], ends[end]
            start = end
        else:
            start = at + 1


def replaced(text: str, search: Search) -> str | None:
    """Return the cell as it becomes, or None when nothing in it is looked for or nothing would change.

    An empty ``find`` is in no cell, but with ``whole`` it is every empty one.
    """
    if search.whole:
        same = text == search.find if search.exact else _key(text)[0] == _key(search.find)[0]
        found = search.replacement if same else text
    elif not search.find:
        return None
    elif search.exact:
        found = text.replace(search.find, search.replacement)
    else:
        found = _put(text, search)
    return None if found == text else found


def _put(text: str, search: Search) -> str:
    find, done, parts = _key(search.find)[0], 0, []
    if not find:
        return text
    for start, end in _spans(text, find):
        parts += [text[done:start], search.replacement]
        done = end
    return "".join([*parts, text[done:]])


def composed(text: str) -> str:
    """Return a typed text as cells are stored, so that it is found in them; outer spaces count."""
    return unicodedata.normalize("NFC", "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text))
