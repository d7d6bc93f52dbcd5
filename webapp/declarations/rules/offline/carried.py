"""What a workbook that came back carries for a return: the texts that were changed, those that cannot be followed, and why. Pure.

Only what somebody changed since the export is carried: the rest is nobody's wish, whatever became of it online.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from webapp.declarations.rules.form_models.model import Cell, FormModel
from webapp.declarations.rules.form_models.series import Following
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.book import MISSING_SHEET, Brought, Exported, Note, Origin, read_origin, read_tables
from webapp.declarations.rules.values import MAX_RAW_LENGTH, parse_value, same_entry
from webapp.tables.reading import Sheet
from webapp.tables.table import TableRefused
from webapp.texts import mark as _m

OTHER_RETURN = _m("Ce classeur est celui de la déclaration %(other)s, pas de celle-ci : reprenez-le sur sa propre page.")
OTHER_MODEL = _m(
    "Ce classeur est fait pour un autre formulaire (%(other)s) : téléchargez celui de cette déclaration et reportez-y vos chiffres."
)
OUTDATED = _m(
    "Le formulaire a changé depuis l’export (version %(before)s, à présent %(now)s) : seules les cellules qui existent encore comptent."
)
NO_EXPORT = _m("La feuille cachée de ce classeur ne décrit aucune cellule : téléchargez-le de nouveau et reportez-y vos chiffres.")
#: How many cells that cannot be followed are named.
MOST_NAMED = 200
#: Characters kept of a text: more than a cell takes, so that it is refused as too long and not cut in silence.
LONGEST = 4 * MAX_RAW_LENGTH


@dataclass(frozen=True, slots=True)
class Change:
    """A text that was changed offline, the version that it was exported at and the text that was shown then."""

    raw: str
    version: int
    shown: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What a workbook brings: changes by cell, how many cells were left as exported, and what is not followed.

    ``unknown``: code and text of cells that the form does not have; ``computed``: worked out by the form, yet changed in the workbook.
    """

    exported_at: datetime | None
    changes: Mapping[CellKey, Change]
    untouched: int
    unknown: tuple[tuple[str, str], ...] = ()
    computed: tuple[CellKey, ...] = ()
    notes: tuple[Note, ...] = ()


def carried(number: str, model: FormModel, followed: Mapping[CellKey, Following], sheets: tuple[Sheet, ...]) -> Carried:
    """Read a workbook for the return ``number``, whose form is ``model``; ``followed`` says what its cells follow in the form before.

    Raises :class:`TableRefused`: no workbook of a return, another return's, another form's, cells shifted.
    """
    origin = read_origin(sheets)
    if origin.number != number:
        raise TableRefused(OTHER_RETURN, other=origin.number[:40])
    if not origin.cells:
        raise TableRefused(NO_EXPORT)
    now = _moved(model, followed, origin)
    brought = read_tables(sheets)
    if origin.version != model.version:
        brought.note(OUTDATED, before=origin.version, now=model.version)
    _say_missing(model, brought, {(now or {}).get(key, key)[0] for key in origin.cells})
    return _sorted_out(model, origin, brought, now)


def _moved(model: FormModel, followed: Mapping[CellKey, Following], origin: Origin) -> Mapping[CellKey, CellKey] | None:
    """Where the cells of an older form are in the present one; None when it is the same form."""
    if origin.model == model.code and origin.version == model.version:
        return None
    if origin.model != model.code or model.former is None or origin.version != model.former.version:
        raise TableRefused(OTHER_MODEL, other=f"{origin.model[:40]} {origin.version[:20]}")
    return {source.key: key for key, source in followed.items() if source.factor == 1}


def _say_missing(model: FormModel, brought: Brought, expected: Iterable[str]) -> None:
    for code in sorted(set(expected) - brought.tables):
        if code in model.tables:
            brought.note(MISSING_SHEET, table=f"{model.tables[code].number} · {model.tables[code].title}")


def _sorted_out(model: FormModel, origin: Origin, brought: Brought, now: Mapping[CellKey, CellKey] | None) -> Carried:
    changes: dict[CellKey, Change] = {}
    unknown: list[tuple[str, str]] = []
    computed: list[CellKey] = []
    untouched = 0
    for old, text in brought.texts.items():
        exported = origin.cells.get(old)
        key = old if now is None else now.get(old)
        cell = model.cells.get(key) if key is not None else None
        if cell is None or exported is None:
            if text.strip():
                unknown.append((".".join(old)[:130], text[:MAX_RAW_LENGTH]))
        elif cell.formula is not None or exported.version is None:
            if _recomputed(cell, text, exported):
                computed.append(cell.key)
        elif text == exported.shown or same_entry(cell.read(text), cell.read(exported.shown)):
            untouched += 1
        else:
            changes[cell.key] = Change(text[:LONGEST], exported.version, exported.shown)
    named = tuple(unknown[:MOST_NAMED])
    return Carried(origin.exported_at, changes, untouched, named, tuple(computed[:MOST_NAMED]), tuple(brought.notes))


def _recomputed(cell: Cell, text: str, exported: Exported) -> bool:
    """Whether the text of a cell that the form works out was changed; its sign and its layout do not count."""
    then, now = (parse_value(raw, cell.unit, decimals=cell.decimals, signed=True) for raw in (exported.shown, text))
    return text != exported.shown and not same_entry(then, now)
