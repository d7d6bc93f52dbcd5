"""Marking, word by word, what changed between two texts of a cell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

#: A run of letters and digits, a run of spaces, or one sign: « 10304-1:2007 » is five words.
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
#: Beyond so many comparisons two texts are told whole: finding their common words could take seconds.
_MOST_COMPARISONS = 60_000


class Mark(StrEnum):
    """What became of a part of a text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the two texts: in both, only in the new one, or only in the old one."""

    mark: Mark
    text: str


def marked(before: str, after: str) -> tuple[Part, ...]:
    """Return the parts in reading order: kept and removed ones together make ``before``, kept and added ones ``after``."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    parts = [Part(Mark.KEPT, "".join(old[:start]))]
    parts.extend(_middle(old[start : len(old) - end], new[start : len(new) - end]))
    parts.append(Part(Mark.KEPT, "".join(old[len(old) - end :])))
    return tuple(part for part in _joined(parts) if part.text)


def _common(one: list[str], other: list[str]) -> int:
    """Return how many first words two lists share."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _middle(old: list[str], new: list[str]) -> Iterator[Part]:
    if not old or not new or len(old) * len(new) > _MOST_COMPARISONS:
        yield Part(Mark.REMOVED, "".join(old))
        yield Part(Mark.ADDED, "".join(new))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part(Mark.KEPT, "".join(old[i1:i2]))
        else:
            yield Part(Mark.REMOVED, "".join(old[i1:i2]))
            yield Part(Mark.ADDED, "".join(new[j1:j2]))


def _joined(parts: list[Part]) -> Iterator[Part]:
    """Join changes that only spaces part: « two words » for « trois mots » reads as one change, not two."""
    removed = added = ""
    for index, part in enumerate(parts):
        between = part.mark is Mark.KEPT and (not part.text or (part.text.isspace() and bool(removed or added) and index + 1 < len(parts)))
        removed += part.text if part.mark is Mark.REMOVED or between else ""
        added += part.text if part.mark is Mark.ADDED or between else ""
        if part.mark is Mark.KEPT and not between:
            yield Part(Mark.REMOVED, removed)
            yield Part(Mark.ADDED, added)
            yield part
            removed = added = ""
    yield Part(Mark.REMOVED, removed)
    yield Part(Mark.ADDED, added)
