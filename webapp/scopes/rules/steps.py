"""Steps: what was done to a draft, one act at a time, and when one may be taken back.

A step holds the image of each line before and after it: ``{general, cells, rank, deleted}``, or None when there was no line.
Taking a step back is a step too, so that nothing is ever forgotten, and taking that one back is doing the first again.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from webapp.texts import mark as _m

Image = Mapping[str, Any]


class StepKind(StrEnum):
    """What a person did."""

    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"
    MOVE = "move"
    DUPLICATE = "duplicate"
    FILL = "fill"
    REPLACE = "replace"
    PASTE = "paste"
    IMPORT = "import"
    DISCARD = "discard"
    RESTORE = "restore"
    UNDO = "undo"
    REDO = "redo"


STEP_LABELS: dict[StepKind, str] = {
    StepKind.ADD: _m("Ajout"),
    StepKind.EDIT: _m("Modification"),
    StepKind.DELETE: _m("Suppression"),
    StepKind.MOVE: _m("Déplacement"),
    StepKind.DUPLICATE: _m("Copie"),
    StepKind.FILL: _m("Recopie"),
    StepKind.REPLACE: _m("Remplacement"),
    StepKind.PASTE: _m("Collage"),
    StepKind.IMPORT: _m("Import"),
    StepKind.DISCARD: _m("Abandon du brouillon"),
    StepKind.RESTORE: _m("Reprise d’une version"),
    StepKind.UNDO: _m("Annulation"),
    StepKind.REDO: _m("Rétablissement"),
}


def concerns(before: Image | None, after: Image | None) -> frozenset[str]:
    """Return what of a line a step was about: taking it back asks that nothing else has changed there since.

    A line that was added is about its cells. One that went to another general line has left its rank behind.
    """
    if before is None or after is None:
        return frozenset({"cells", "deleted"})
    changed = {key for key in ("general", "cells", "rank", "deleted") if before[key] != after[key]}
    if "general" in changed:
        changed.discard("rank")
    elif "rank" in changed:
        changed.add("general")
    return frozenset(changed | {"deleted"})


def taken_back(present: Image | None, before: Image | None, after: Image | None) -> dict[str, Any] | None:
    """Return the line as it is to be once a step is taken back, or None when it has changed since in what the step was about.

    What others did to the rest of the line since then stays. A line that did not exist before becomes a deleted one: its number
    is never given again.
    """
    about = concerns(before, after)
    if present is None or after is None or any(present[key] != after[key] for key in about):
        return None
    if before is None:
        return {**present, "deleted": True}
    moved = {"general", "rank"} if "general" in about else set()
    return {**present, **{key: before[key] for key in about | moved}}
