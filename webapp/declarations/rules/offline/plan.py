"""What the changes of a workbook would do to a return now: new texts, mistakes, conflicts with what was changed online. Pure.

A plan is worked out at each look from what was carried and from the cells of today: it cannot be stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from webapp.declarations.rules.form_models.model import FormModel, Section
from webapp.declarations.rules.language.evaluation import Figure
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.carried import Change
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import EMPTY, Entry, ValueKind, same_entry
from webapp.declarations.rules.workflow import digest
from webapp.texts import mark as _m


class Fate(StrEnum):
    """What becomes of a changed cell."""

    CONFLICT = "conflict"
    INVALID = "invalid"
    CHANGED = "changed"
    THEIRS = "theirs"
    HIDDEN = "hidden"
    SAME = "same"


FATE_LABELS = {
    Fate.CONFLICT: _m("À choisir"),
    Fate.INVALID: _m("Illisible"),
    Fate.CHANGED: _m("Change"),
    Fate.THEIRS: _m("En ligne gardé"),
    Fate.HIDDEN: _m("Non demandée"),
    Fate.SAME: _m("Déjà ainsi"),
}
FATE_CHIPS = {Fate.CONFLICT: "late", Fate.INVALID: "late", Fate.CHANGED: "ok", Fate.THEIRS: "q", Fate.HIDDEN: "q", Fate.SAME: "q"}
WRITTEN = frozenset({Fate.CHANGED, Fate.INVALID})
"""What is saved when its section is accepted."""


class Held(Protocol):
    """A cell as it stands online."""

    @property
    def entry(self) -> Entry:
        """What it holds."""

    @property
    def version(self) -> int:
        """How many times it was changed."""


class Side(StrEnum):
    """Whose text is kept in a conflict."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose text is kept, decided over a version of the cell; a newer one asks again."""

    side: Side
    version: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A changed cell: what becomes of it, what it holds online (``version``) and what the workbook says."""

    key: CellKey
    fate: Fate
    before: Entry
    after: Entry
    version: int
    change: Change
    conflicting: bool = False
    """Whether it was changed online since the export."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a workbook would do to one section."""

    section: Section
    cells: tuple[Proposed, ...]

    def of(self, *fates: Fate) -> list[Proposed]:
        """The cells of some fates, in the order of the form."""
        return [cell for cell in self.cells if cell.fate in fates]

    @property
    def written(self) -> list[Proposed]:
        """What accepting the section saves."""
        return self.of(*WRITTEN)

    @property
    def seen(self) -> str:
        """A digest of its conflicts as they are shown, so that settling them all reaches no newer one."""
        return digest("\n".join(f"{'.'.join(cell.key)}~{cell.version}" for cell in self.of(Fate.CONFLICT)))[:16]


def plan(
    model: FormModel,
    previous: Mapping[CellKey, Figure],
    held: Mapping[CellKey, Held],
    changes: Mapping[CellKey, Change],
    choices: Mapping[CellKey, Choice],
) -> list[Part]:
    """What ``changes`` would do, section by section; those without any are left out.

    A cell that the form does not ask for once the changes are made is not written. Pass only the changes of the sections that are
    accepted to know what accepting these alone does.
    """
    parts = []
    for section in model.sections:
        found = [
            _proposed(cell.key, cell.read(changes[cell.key].raw), held.get(cell.key), changes[cell.key], choices.get(cell.key))
            for table in section.tables
            for cell in table.entry_cells
            if cell.key in changes
        ]
        if found:
            parts.append((section, found))
    entries = {key: cell.entry for key, cell in held.items()}
    entries |= {cell.key: cell.after for _section, found in parts for cell in found if cell.fate is not Fate.THEIRS}
    sheet = Sheet(model, entries, previous=previous)
    return [Part(section, tuple(_unless_hidden(cell, sheet) for cell in found)) for section, found in parts]


def is_open(parts: Iterable[Part]) -> bool:
    """Whether accepting something would still change something."""
    return any(part.of(Fate.CONFLICT) or part.written for part in parts)


def _proposed(key: CellKey, after: Entry, held: Held | None, change: Change, choice: Choice | None) -> Proposed:
    before, version = (held.entry, held.version) if held else (EMPTY, 0)
    conflicting = version != change.version
    if same_entry(before, after):
        fate = Fate.SAME
    elif conflicting and (choice is None or choice.version != version):
        fate = Fate.CONFLICT
    elif conflicting and choice is not None and choice.side is Side.THEIRS:
        fate = Fate.THEIRS
    else:
        fate = Fate.INVALID if after.kind is ValueKind.INVALID else Fate.CHANGED
    return Proposed(key, fate, before, after, version, change, conflicting)


def _unless_hidden(cell: Proposed, sheet: Sheet) -> Proposed:
    if cell.fate is Fate.SAME or not sheet.is_hidden(cell.key):
        return cell
    return Proposed(cell.key, Fate.HIDDEN, cell.before, cell.after, cell.version, cell.change, cell.conflicting)
