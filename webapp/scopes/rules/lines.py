"""Lines of a detailed scope as values: their digests, their ranks, and the difference between two versions."""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.folding import fold
from webapp.scopes.rules.activities import private_keys, public_cells

#: Room left between two neighbours, so that lines are inserted without rewriting the others: 20,000 of them fit 31 bits.
RANK_STEP = 65_536


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
        """The keys of the public cells that differ."""
        keys = public_cells({**self.before.cells, **self.after.cells})
        return tuple(key for key in keys if self.before.cells.get(key, "") != self.after.cells.get(key, ""))

    @property
    def moved(self) -> bool:
        """Tell whether the line went to another general line."""
        return self.before.general != self.after.general


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version adds, changes and removes; ``reordered`` holds the fewest lines whose moves explain the new order.

    A line that went to another general line is changed, not reordered.
    """

    added: tuple[Line, ...]
    changed: tuple[Change, ...]
    removed: tuple[Line, ...]
    reordered: tuple[Line, ...] = ()

    @property
    def count(self) -> int:
        """How many lines differ by what they say."""
        return len(self.added) + len(self.changed) + len(self.removed)

    @property
    def moved(self) -> int:
        """How many lines went to another general line."""
        return sum(change.moved for change in self.changed)

    @property
    def nothing(self) -> bool:
        """Tell whether both versions say the same in the same order."""
        return not self.count and not self.reordered


def digest(general: str, cells: Mapping[str, str]) -> str:
    """Return a short digest of the exact public contents of a line; empty and private cells weigh nothing."""
    hidden = private_keys()
    kept = {key: value for key, value in cells.items() if value and key not in hidden}
    text = json.dumps([general, kept], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def duplicate_key(general: str, cells: Mapping[str, str]) -> str:
    """Return the digest of a line's folded contents: two lines of one general line with the same key are duplicates."""
    return digest(general, {key: fold(value) for key, value in cells.items()})


def placed(present: Sequence[tuple[int, int]], wanted: Sequence[int | None]) -> tuple[list[int], dict[int, int]]:
    """Return a rank for each new line of a group, and new ranks by number for those present when there is no room between them.

    ``present`` holds (number, rank) in order; ``wanted`` the number that each new line is to stand after (0: before all; None, or
    a number that is not there: at the end). New lines that want the same place stand in the order they came.
    """
    following: dict[int, list[int]] = {}
    numbers = {number for number, _rank in present}
    last = present[-1][0] if present else 0
    for index, after in enumerate(wanted):
        anchor = after if after is not None and (after in numbers or after == 0) else last
        following.setdefault(anchor, []).append(index)
    ranks = [0] * len(wanted)
    edges = [(0, None), *present]
    for place, (number, low) in enumerate(edges):
        run = following.get(number, [])
        high = edges[place + 1][1] if place + 1 < len(edges) else None
        found = _between(low, high, len(run))
        if found is None:
            return _renumbered(edges, following, ranks)
        for index, rank in zip(run, found, strict=True):
            ranks[index] = rank
    return ranks, {}


def _between(low: int | None, high: int | None, count: int) -> Sequence[int] | None:
    """Return ``count`` ranks in order strictly between two (None: the edge of the group), or None when there is no room."""
    if low is None:
        start = RANK_STEP if high is None else high - count * RANK_STEP
        return range(start, start + count * RANK_STEP, RANK_STEP)
    if high is None:
        return range(low + RANK_STEP, low + (count + 1) * RANK_STEP, RANK_STEP)
    step = (high - low) // (count + 1)
    return [low + step * (place + 1) for place in range(count)] if step else None


def _renumbered(
    edges: Sequence[tuple[int, int | None]], following: Mapping[int, Sequence[int]], ranks: list[int]
) -> tuple[list[int], dict[int, int]]:
    """Give every line of a group a rank anew."""
    again: dict[int, int] = {}
    rank = 0
    for number, present in edges:
        if present is not None:
            rank += RANK_STEP
            again[number] = rank
        for index in following.get(number, []):
            rank += RANK_STEP
            ranks[index] = rank
    return ranks, again


def difference(before: Sequence[Line], after: Sequence[Line]) -> Difference:
    """Compare two versions by the permanent numbers of their lines."""
    old = {line.number: line for line in before}
    new = {line.number: line for line in after}
    both = [(old[number], line) for number, line in new.items() if number in old]
    return Difference(
        added=tuple(line for number, line in new.items() if number not in old),
        changed=tuple(Change(was, now) for was, now in both if not _same(was, now)),
        removed=tuple(line for number, line in old.items() if number not in new),
        reordered=_reordered(before, [now for was, now in both if was.general == now.general]),
    )


def _same(one: Line, other: Line) -> bool:
    """Tell whether two lines say the same in public; an absent cell is an empty one."""
    if one.general != other.general:
        return False
    return one.cells == other.cells or _said(one.cells) == _said(other.cells)


def _said(cells: Mapping[str, str]) -> dict[str, str]:
    hidden = private_keys()
    return {key: value for key, value in cells.items() if value and key not in hidden}


def _reordered(before: Sequence[Line], common: Sequence[Line]) -> tuple[Line, ...]:
    """Return those of ``common`` (in the new order) that are not in the longest run, by general line, that kept its order."""
    places = {line.number: place for place, line in enumerate(before)}
    groups: dict[str, list[Line]] = {}
    for line in common:
        groups.setdefault(line.general, []).append(line)
    found: list[Line] = []
    for group in groups.values():
        kept = _longest_rise([places[line.number] for line in group])
        found.extend(line for index, line in enumerate(group) if index not in kept)
    return tuple(found)


def _longest_rise(values: Sequence[int]) -> set[int]:
    """Return the indices of a longest increasing subsequence of distinct values."""
    tails: list[int] = []  # the smallest last value of a run of each length
    ends: list[int] = []  # the index of that value
    previous = [-1] * len(values)
    for index, value in enumerate(values):
        length = bisect_left(tails, value)
        previous[index] = ends[length - 1] if length else -1
        if length == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[length], ends[length] = value, index
    kept: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.add(index)
        index = previous[index]
    return kept


def fingerprint(lines: Sequence[Line], *others: object) -> str:
    """Return a digest of exactly these lines in this order, and of what else was shown with them (JSON values)."""
    parts = [[line.number, digest(line.general, line.cells)] for line in lines]
    return hashlib.sha256(json.dumps([parts, *others], separators=(",", ":")).encode()).hexdigest()
