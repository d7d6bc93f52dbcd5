"""Merging three ways, line by line and cell by cell: what the sheet says, what the draft says, what both started from.

``mine`` is the sheet that comes back, ``theirs`` the draft as it is now, ``base`` the line as it was exported. A sheet that was mailed
around for a week then changes only what was changed in it, and what others did meanwhile stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of one value."""

    UNTOUCHED = "untouched"  # nobody changed it
    MINE = "mine"  # only the sheet did
    THEIRS = "theirs"  # only the draft did
    SAME = "same"  # both did, alike
    CONFLICT = "conflict"  # both did, otherwise


@dataclass(frozen=True, slots=True)
class State:
    """A line at one moment: the code of its general line and its cells (an absent cell is an empty one)."""

    general: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Value:
    """One value merged: ``value`` is what comes out, theirs until a conflict is settled. ``base`` None: not known."""

    fate: Fate
    base: str | None
    mine: str
    theirs: str

    @property
    def value(self) -> str:
        """What comes out of the merge."""
        return self.mine if self.fate is Fate.MINE else self.theirs


@dataclass(frozen=True, slots=True)
class Merged:
    """A line merged: ``presence`` tells of the line itself, ``general`` and ``cells`` of its values (while the line is on both sides).

    ``presence`` is MINE when the sheet deletes a line that nobody changed, THEIRS when the draft has deleted a line that the sheet
    left as it was, SAME when both deleted it, CONFLICT when one side deleted what the other changed, else UNTOUCHED.
    """

    presence: Fate
    general: Value | None = None
    cells: Mapping[str, Value] = field(default_factory=dict)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The keys of the cells in conflict, ``""`` for the general line."""
        general = ("",) if self.general is not None and self.general.fate is Fate.CONFLICT else ()
        return general + tuple(key for key, value in self.cells.items() if value.fate is Fate.CONFLICT)

    @property
    def fates(self) -> frozenset[Fate]:
        """Every fate met in the line's values."""
        values = [*self.cells.values(), *([self.general] if self.general is not None else [])]
        return frozenset(value.fate for value in values)


def merge_value(base: str | None, mine: str, theirs: str) -> Value:
    """Merge one value; with an unknown base two different values are in conflict, since nobody can tell which one is new."""
    if base is None:
        fate = Fate.SAME if mine == theirs else Fate.CONFLICT
    elif mine == theirs:
        fate = Fate.UNTOUCHED if mine == base else Fate.SAME
    elif theirs == base:
        fate = Fate.MINE
    else:
        fate = Fate.THEIRS if mine == base else Fate.CONFLICT
    return Value(fate, base, mine, theirs)


def merge_line(base: State | None, mine: State | None, theirs: State | None, keys: Iterable[str]) -> Merged:
    """Merge one line; ``mine`` or ``theirs`` None: deleted on that side; ``base`` None: not known. ``keys`` are the columns merged.

    Columns that the sheet does not have are not among ``keys``: they stay theirs.
    """
    kept = tuple(keys)
    if mine is None and theirs is None:
        return Merged(Fate.SAME)
    if mine is None:
        # A change in a column that the sheet does not even have counts: the deletion would take it away.
        every = {*kept, *(base.cells if base is not None else ()), *(theirs.cells if theirs is not None else ())}
        return Merged(Fate.MINE if base is not None and _alike(base, theirs, every) else Fate.CONFLICT)
    if theirs is None:
        return Merged(Fate.THEIRS if base is not None and _alike(base, mine, kept) else Fate.CONFLICT)
    general = merge_value(base.general if base is not None else None, mine.general, theirs.general)
    return Merged(Fate.UNTOUCHED, general, {key: _cell(base, mine, theirs, key) for key in kept})


def _cell(base: State | None, mine: State, theirs: State, key: str) -> Value:
    return merge_value(base.cells.get(key, "") if base is not None else None, mine.cells.get(key, ""), theirs.cells.get(key, ""))


def _alike(base: State, other: State | None, keys: Iterable[str]) -> bool:
    if other is None or base.general != other.general:
        return False
    return all(base.cells.get(key, "") == other.cells.get(key, "") for key in keys)
