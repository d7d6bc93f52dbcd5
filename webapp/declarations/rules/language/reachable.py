"""Could a control ever be evaluated? Tried on figures made for it, before any return exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice, product

from webapp.declarations.rules.controls import Verdict, run_control
from webapp.declarations.rules.form_models.parts import Cell, Control, Tolerance
from webapp.declarations.rules.language.evaluation import Missing, Value, condition, figures
from webapp.declarations.rules.language.expressions import Call, Cells, Chain, Compare, Denied, Number, Text, present_key, walk
from webapp.declarations.rules.language.formula import CellKey, Expression
from webapp.declarations.rules.values import Unit

MAX_TRIES = 400
_ONE = Decimal(1)


def can_be_evaluated(control: Control, cells: Mapping[CellKey, Cell]) -> bool:
    """False only when it is certain that no figures make the control true or false.

    Certain: it fails on figures of several kinds, and its conditions compare cells with literals only, all of whose cases were tried.
    """
    control = replace(control, tolerance=Tolerance())  # what rounding allows depends on cells that are not made up here
    conditions = [control.when] if control.when is not None else []
    conditions += [cells[key].visible for key in control.reads if key in cells and cells[key].visible is not None]  # type: ignore[misc]  # -- asked of it in the condition
    tries = 0
    for values in islice(_assignments(control, conditions, cells), MAX_TRIES):
        tries += 1
        lookup = figures(values)
        holds = all(condition(each, lookup) is True for each in conditions)
        if holds and run_control(control, lookup, cells).verdict is not Verdict.NOT_EVALUABLE:
            return True
    return tries == MAX_TRIES or not all(map(_is_simple, conditions))


def _assignments(control: Control, conditions: list[Expression], cells: Mapping[CellKey, Cell]) -> Iterator[dict[CellKey, Value]]:
    cases = _cases(conditions, cells)
    for kind in range(3):
        base: dict[CellKey, Value] = {}
        for rank, key in enumerate(dict.fromkeys((*control.reads, *cases))):
            base[key] = _sample(cells.get(present_key(key)), rank, kind)
        for chosen in product(*cases.values()):
            yield base | dict(zip(cases, chosen, strict=True))


def _sample(cell: Cell | None, rank: int, kind: int) -> Value:
    """Figures all different, all one, or falling: a division by a difference is defined for one of them."""
    if cell is not None and cell.unit is Unit.CHOICE:
        return cell.choices[0][0] if cell.choices else Missing.EMPTY
    if cell is not None and cell.unit is Unit.TEXT:
        return "x"
    return (Decimal(3 * rank + 2), _ONE, Decimal(10_000 - 7 * rank))[kind]


def _cases(conditions: Iterable[Expression], cells: Mapping[CellKey, Cell]) -> dict[CellKey, list[Value]]:
    """For each cell that a condition reads, the values between which the conditions tell."""
    found: dict[CellKey, list[Value]] = {}
    for node in (node for each in conditions for node in walk(each)):
        match node:
            case Compare(_, Cells((key,)), Text(text)):
                found.setdefault(key, [Missing.EMPTY, "\0"]).append(text)
            case Compare(_, Cells((key,)), Number(value)) | Compare(_, Number(value), Cells((key,))):
                found.setdefault(key, [Missing.EMPTY]).extend((value, value - _ONE, value + _ONE))
            case Call("vide" | "nc", (Cells((key,)),)):
                sample = _sample(cells.get(present_key(key)), 1, 0)
                found.setdefault(key, []).extend((Missing.EMPTY, Missing.NOT_COMMUNICATED, sample))
            case _:
                pass
    return found


def _is_simple(expression: Expression) -> bool:
    """Whether every case of the condition is among those tried."""
    match expression:
        case Compare(_, Cells(), Text() | Number()) | Compare(_, Number(), Cells() | Number()) | Call("vide" | "nc", _):
            return True
        case Chain(first, rest):
            return rest[0][0] in ("et", "ou") and all(map(_is_simple, (first, *(operand for _, operand in rest))))
        case Denied(operand):
            return _is_simple(operand)
        case _:
            return False
