"""Lines of a detailed scope as values: their digests, their ranks, and the difference between two versions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.folding import fold

#: Room left between two neighbours, so that a line is inserted without rewriting the others.
RANK_STEP = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its permanent ``number`` in the file, the ``general`` line it hangs on, and its ``cells``."""

    number: int
    general: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A line that is in both versions with other contents."""

    before: Line
    after: Line

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the cells that differ."""
        keys = {**self.before.cells, **self.after.cells}
        return tuple(key for key in keys if self.before.cells.get(key, "") != self.after.cells.get(key, ""))


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version adds, changes and removes."""

    added: tuple[Line, ...]
    changed: tuple[Change, ...]
    removed: tuple[Line, ...]

    @property
    def count(self) -> int:
        """How many lines differ."""
        return len(self.added) + len(self.changed) + len(self.removed)


def digest(general: str, cells: Mapping[str, str]) -> str:
    """Return a short digest of the exact contents of a line; empty cells weigh nothing."""
    kept = {key: value for key, value in cells.items() if value}
    text = json.dumps([general, kept], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def duplicate_key(general: str, cells: Mapping[str, str]) -> str:
    """Return the digest of a line's folded contents: two lines of one general line with the same key are duplicates."""
    return digest(general, {key: fold(value) for key, value in cells.items()})


def rank_between(before: int | None, after: int | None) -> int | None:
    """Return a rank between two neighbours (None: the edge of the group), or None when there is no room left."""
    if before is None:
        return after - RANK_STEP if after is not None else 0
    if after is None:
        return before + RANK_STEP
    middle = (before + after) // 2
    return middle if before < middle < after else None


def difference(before: Sequence[Line], after: Sequence[Line]) -> Difference:
    """Compare two versions by the permanent numbers of their lines; the order of the lines does not count."""
    old = {line.number: line for line in before}
    new = {line.number: line for line in after}
    both = [(old[number], line) for number, line in new.items() if number in old]
    return Difference(
        added=tuple(line for number, line in new.items() if number not in old),
        changed=tuple(Change(was, now) for was, now in both if digest(was.general, was.cells) != digest(now.general, now.cells)),
        removed=tuple(line for number, line in old.items() if number not in new),
    )
