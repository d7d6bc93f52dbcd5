"""Steps: what was done to the figures of a return, one act at a time, and how one is taken back. Pure.

A step holds the entry of each cell before and after it. Taking a step back is a step too, so that nothing is ever forgotten, and
taking that one back is doing the first again.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.values import EMPTY, Entry, ValueKind, same_entry
from webapp.texts import mark as _m


class StepKind(StrEnum):
    """What a person did."""

    ENTER = "enter"
    PASTE = "paste"
    FILL = "fill"
    BLANKS = "blanks"
    PREFILL = "prefill"
    IMPORT = "import"
    ABANDON = "abandon"
    UNDO = "undo"
    REDO = "redo"


STEP_LABELS: dict[StepKind, str] = {
    StepKind.ENTER: _m("Saisie"),
    StepKind.PASTE: _m("Collage"),
    StepKind.FILL: _m("Recopie"),
    StepKind.BLANKS: _m("Réponse aux cellules vides"),
    StepKind.PREFILL: _m("Préremplissage"),
    StepKind.IMPORT: _m("Import d’un classeur"),
    StepKind.ABANDON: _m("Rectification abandonnée"),
    StepKind.UNDO: _m("Annulation"),
    StepKind.REDO: _m("Rétablissement"),
}

Change = tuple[Entry, Entry]
"""The entry of a cell before a step, and after it."""


def taken_back(present: Mapping[CellKey, Entry], changes: Mapping[CellKey, Change]) -> tuple[dict[CellKey, Entry], list[CellKey]]:
    """Split a step to be taken back: the entries to put back, and the cells left because they changed since."""
    back: dict[CellKey, Entry] = {}
    left: list[CellKey] = []
    for key, (before, after) in changes.items():
        if same_entry(present.get(key, EMPTY), after):
            back[key] = before
        else:
            left.append(key)
    return back, left


def image_of(entry: Entry) -> dict[str, Any]:
    """An entry as a step keeps it."""
    return {"kind": entry.kind.value, "raw": entry.raw, "value": None if entry.value is None else str(entry.value)}


def entry_of(image: Mapping[str, Any]) -> Entry:
    """The entry that a step kept."""
    value = image["value"]
    return Entry(ValueKind(image["kind"]), image["raw"], None if value is None else Decimal(value))
