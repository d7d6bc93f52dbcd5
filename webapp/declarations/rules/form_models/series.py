"""From one year's form to the next: which cell of last year a cell follows, so that series survive a new form.

A form says what moved, what is new and what ended (:class:`webapp.declarations.parts.Former`); what it does not name kept its place.
Thousands of euros and euros follow each other, multiplied as need be; any other change of unit breaks the series and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.yaml_source import ModelError, ModelProblem
from webapp.declarations.rules.language.evaluation import CONTEXT, Figure, Value
from webapp.declarations.rules.language.expressions import previous_key
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.values import Unit

_FACTORS = {(Unit.EUROS, Unit.KILO_EUROS): Decimal("0.001"), (Unit.KILO_EUROS, Unit.EUROS): Decimal(1000)}


@dataclass(frozen=True, slots=True)
class Following:
    """The cell of the former form that a cell follows, and what its figure is multiplied by."""

    key: CellKey
    factor: Decimal = Decimal(1)


def check_series(model: FormModel, before: FormModel) -> Mapping[CellKey, Following]:
    """What each cell of `model` follows in the form before it. Raises ModelError where cells come from nowhere or get lost."""
    former = model.former
    if former is None:
        return {}
    if former.version != before.version or model.code != before.code:
        raise ModelError([ModelProblem(1, f"previous : {before.code} {before.version} n’est pas le modèle précédent")])
    problems: list[str] = []
    followed: dict[CellKey, Following] = {}
    for key, cell in model.cells.items():
        source = _source(key, former.moved)
        if any(matches(pattern, key) for pattern in former.new):
            continue
        if source not in before.cells:
            problems.append(
                f"{'.'.join(key)} ne suit aucune cellule de {before.version} : dites d’où elle vient (moved) ou qu’elle est neuve"
            )
            continue
        units = (before.cells[source].unit, cell.unit)
        if units[0] is not units[1] and units not in _FACTORS:
            problems.append(f"{'.'.join(key)} suit {units[0].value} par {units[1].value} : la série est rompue")
            continue
        followed[key] = Following(source, _FACTORS.get(units, Decimal(1)))
    kept = {following.key for following in followed.values()}
    problems += [
        f"{'.'.join(key)} de {before.version} n’a pas de suite : dites où elle est allée (moved) ou qu’elle s’arrête (ended)"
        for key in before.cells
        if key not in kept and not any(matches(pattern, key) for pattern in former.ended)
    ]
    if problems:
        raise ModelError([ModelProblem(1, f"previous : {text}") for text in problems])
    return followed


def previous_figures(followed: Mapping[CellKey, Following], figures: Mapping[CellKey, Value]) -> dict[CellKey, Figure]:
    """Last year's figures under this year's codes, as expressions read them (``@N-1``), from the figures of last year's return."""
    found: dict[CellKey, Figure] = {}
    for key, following in followed.items():
        value = figures.get(following.key)
        if value is None or isinstance(value, str):
            continue
        scaled = CONTEXT.multiply(value, following.factor) if isinstance(value, Decimal) and following.factor != 1 else value
        found[previous_key(key)] = scaled
    return found


def matches(pattern: str, key: CellKey) -> bool:
    """Whether ``table``, ``table.row`` or ``table.row.column`` (with ``*``) names the cell."""
    return all(part in ("*", code) for part, code in zip(pattern.split("."), key, strict=False))


def _source(key: CellKey, moved: tuple[tuple[str, str], ...]) -> CellKey:
    """The former place of a cell: by the first pattern that names it, else the same."""
    for here, before in moved:
        if matches(here, key):
            parts = before.split(".")
            table, row, column = (parts[place] if place < len(parts) and parts[place] != "*" else key[place] for place in range(3))
            return (table, row, column)
    return key
