"""What an import is held against: the draft as it is now, and what the person asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webapp.scopes.rules.check import Context
from webapp.scopes.rules.decisions import GeneralFacts
from webapp.scopes.rules.importing.columns import LINE, VERSION, Columns, Source, whole
from webapp.scopes.rules.merge import State

#: The two answers to a conflict.
MINE, THEIRS = "mine", "theirs"
#: The key of a choice about the line itself: deleted on one side, changed on the other.
PRESENCE = "@presence"


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A line of the draft as it is now; deleted ones are known too, until their deletion is published."""

    number: int
    general: str
    cells: Mapping[str, str]
    version: int
    duplicate_key: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of a file: its ``lines`` in the order people see, its general lines, and the stale states that sheets name.

    ``bases`` maps (line, version) to what the line was at that version; :func:`stale` says which are needed. ``held`` is what lines are
    held to besides their general lines (None: these alone); ``online``: a version is or was online, so that FIXE holds its lines.
    """

    file: str
    lines: Sequence[DraftRow]
    generals: Sequence[GeneralFacts]
    bases: Mapping[tuple[int, int], State] = field(default_factory=dict)
    held: Context | None = None
    online: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked: ``general`` for rows that do not name theirs; ``start`` a live line from which rows lie over the draft's;
    ``incomplete`` lines too; ``absent`` lines deleted; ``choices`` (row/key → mine or theirs) and ``edits`` (row/key → text);
    ``named`` are the columns named by hand (:func:`columns.name_of` → key).
    """

    general: str = ""
    start: int | None = None
    incomplete: bool = False
    absent: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)


def stale(source: Source, columns: Columns, draft: Draft) -> set[tuple[int, int]]:
    """Return the (line, version) that the table names and that are not the draft's present ones: their states are needed."""
    present = {line.number: line.version for line in draft.lines}
    number, version = columns.place(LINE), columns.place(VERSION)
    named = dict(source.versions)
    if number is not None and version is not None:
        for row in source.rows:
            line, at = whole(row.cells[number]), whole(row.cells[version])
            if line and at:
                named[line] = at
    return {(line, at) for line, at in named.items() if line in present and at != present[line]}
