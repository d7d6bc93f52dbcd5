"""Making a draft again what a version or a named draft was: which lines end, which come back, which change, and where each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from webapp.scopes.rules.lines import RANK_STEP, Line


@dataclass(frozen=True, slots=True)
class Present:
    """A line of the draft as it is: its place, and the one it has in the version last online (None: it is not there)."""

    number: int
    general: str
    cells: Mapping[str, str]
    rank: int
    published_rank: int | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line is to become."""

    number: int
    general: str
    cells: Mapping[str, str]
    rank: int


def ended(present: Sequence[Present], target: Sequence[Line]) -> list[int]:
    """Return the numbers of the live lines that the target does not have."""
    kept = {line.number for line in target}
    return [line.number for line in present if not line.deleted and line.number not in kept]


def wanted(present: Sequence[Present], target: Sequence[Line], keys: Sequence[str]) -> list[Wanted]:
    """Return what each line of the target is to become, under its own number and in the target's order.

    ``keys`` are those of the present columns. A cell that the target does not hold, as private ones of a version, stays as it is.
    """
    known = {line.number: line for line in present}
    groups: dict[str, list[Line]] = {}
    for line in target:
        groups.setdefault(line.general, []).append(line)
    ranks = {number: rank for group in groups.values() for number, rank in _ranks(group, known).items()}
    found = []
    for line in target:
        row = known.get(line.number)
        cells = {**(row.cells if row is not None else {}), **line.cells}
        found.append(Wanted(line.number, line.general, {key: cells.get(key, "") for key in keys}, ranks[line.number]))
    return found


def _ranks(group: Sequence[Line], known: Mapping[int, Present]) -> dict[int, int]:
    """Return a rank for each line of a general line: the published ones if they give the order, else the present ones, else new ones."""
    rows = [known.get(line.number) for line in group]
    here = [row if row is not None and row.general == line.general else None for row, line in zip(rows, group, strict=True)]
    for ranks in ([row.published_rank if row else None for row in rows], [row.rank if row else None for row in here]):
        if _in_order(group, ranks):
            return {line.number: rank for line, rank in zip(group, ranks, strict=True) if rank is not None}
    return {line.number: place * RANK_STEP for place, line in enumerate(group, start=1)}


def _in_order(group: Sequence[Line], ranks: Sequence[int | None]) -> bool:
    """Tell whether every line has a rank and the draft's order (rank, then number) is the group's."""
    places = [(rank, line.number) for line, rank in zip(group, ranks, strict=True) if rank is not None]
    return len(places) == len(group) and all(one < other for one, other in pairwise(places))
