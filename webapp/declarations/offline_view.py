"""The preview of a workbook that was filled in offline, as its page draws it, and the choices that its form gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.declarations.grid import Theirs, anchor_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.plan import FATE_CHIPS, FATE_LABELS, Choice, Fate, Part, Proposed, Side
from webapp.declarations.rules.values import display
from webapp.declarations.services.offline import Look
from webapp.web.forms import whole

SHOWN = 50
"""Cells of a section that are shown before one asks for all; conflicts always are."""
_ORDER = (Fate.CONFLICT, Fate.INVALID, Fate.CHANGED, Fate.HIDDEN, Fate.THEIRS)


@dataclass(frozen=True, slots=True)
class CellView:
    """A changed cell as drawn. `problem` is a marked text; `choice` is the side kept; `name` is its field's in the form."""

    name: str
    label: str
    table: str
    anchor: str
    fate: Fate
    before: str
    after: str
    problem: str | None
    version: int
    theirs: Theirs | None
    choice: str


@dataclass(frozen=True, slots=True)
class PartView:
    """A section as drawn: what accepting it saves, how many cells stay to choose, those shown and how many are not."""

    code: str
    title: str
    written: int
    conflicts: int
    seen: str
    cells: list[CellView]
    more: int
    same: int
    reserved_for: str
    """Who alone fills it in, when the actor may not."""

    @property
    def is_open(self) -> bool:
        """Whether accepting it would change something, and is the actor's to do."""
        return bool(self.written or self.conflicts) and not self.reserved_for


def preview(file: ReturnFile, seen: Look, asked: str, may_enter: Callable[[str], bool]) -> dict[str, Any]:
    """What the page draws of an import; `asked` is the code of the section that is shown whole, `may_enter` tells of each if it is open."""
    parts = [_part(file, seen, part, entire=part.section.code == asked) for part in seen.parts]
    parts = [part if may_enter(part.code) else replace(part, reserved_for=_holder(file, part.code)) for part in parts]
    return {
        "parts": parts,
        "open_parts": sum(part.is_open for part in parts),
        "computed": [file.model.label(key) for key in seen.carried.computed if key in file.model.cells],
        "fate_labels": FATE_LABELS,
        "fate_chips": FATE_CHIPS,
    }


def _part(file: ReturnFile, seen: Look, part: Part, *, entire: bool) -> PartView:
    cells = [cell for fate in _ORDER for cell in part.of(fate)]
    conflicts = len(part.of(Fate.CONFLICT))
    shown = cells if entire else cells[: max(SHOWN, conflicts)]
    drawn = [_cell(file, seen, cell) for cell in shown]
    more, same = len(cells) - len(shown), len(part.of(Fate.SAME))
    return PartView(part.section.code, part.section.title, len(part.written), conflicts, part.seen, drawn, more, same, "")


def _holder(file: ReturnFile, section: str) -> str:
    return file.facts.reserved[section].name if section in file.facts.reserved else ""


def _cell(file: ReturnFile, seen: Look, cell: Proposed) -> CellView:
    form, held, key = file.model.cells[cell.key], seen.cells.get(cell.key), cell.key
    before = display(cell.before, form.decimals)
    choice = seen.choices.get(key)
    unread = cell.fate in (Fate.INVALID, Fate.CONFLICT)
    return CellView(
        name=".".join(key),
        label=file.model.label(key),
        table=key[0],
        anchor=anchor_of(key, file.model),
        fate=cell.fate,
        before=before,
        after=display(cell.after, form.decimals),
        problem=cell.after.problem if unread else None,
        version=cell.version,
        theirs=Theirs(before, held.by, held.at) if held and cell.conflicting else None,
        choice=choice.side.value if choice is not None and choice.version == cell.version else "",
    )


def chosen(form: MultiDict[str, str], parts: list[Part]) -> dict[CellKey, Choice]:
    """What the form says of conflicts: cell by cell, or for all those of a section as they were shown."""
    found: dict[CellKey, Choice] = {}
    for part in parts:
        everywhere = _side(form.get(f"tous.{part.section.code}", "")) if form.get(f"vu.{part.section.code}") == part.seen else None
        for cell in part.cells:
            if not cell.conflicting:
                continue
            side, _tilde, version = form.get(f"c.{'.'.join(cell.key)}", "").partition("~")
            own = _side(side)
            if own is not None:
                found[cell.key] = Choice(own, whole(version) or 0)
            elif everywhere is not None and cell.fate is Fate.CONFLICT:
                found[cell.key] = Choice(everywhere, cell.version)
    return found


def _side(text: str) -> Side | None:
    return Side(text) if text in set(Side) else None
