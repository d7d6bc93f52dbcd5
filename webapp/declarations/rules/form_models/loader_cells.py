"""Bind the expressions of a form model to its cells, and put the cells in the order in which to work them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from webapp.declarations.rules.form_models.loader_tables import CellPlan, Line, TableDraft
from webapp.declarations.rules.form_models.parts import Cell, RecordField
from webapp.declarations.rules.form_models.yaml_source import ModelProblem
from webapp.declarations.rules.language.expressions import Chain, Compare, is_previous, walk
from webapp.declarations.rules.language.formula import CellKey, Cells, Expression, FormulaError, Part, Text, bind, cells_of, is_test, parse
from webapp.declarations.rules.language.units import UnitError, unit_of
from webapp.declarations.rules.values import Unit

THIS_ROW = "ligne"
"""In a control written once for each row of a table: that row."""


class Binder:
    """Reads expressions and binds them to the cells of the tables; faults are noted once for each line and text."""

    def __init__(self, drafts: list[TableDraft], problems: list[ModelProblem], *, has_former: bool) -> None:
        self.drafts = {draft.code: draft for draft in drafts}
        self.units = {(draft.code, plan.row, plan.column): plan.unit for draft in drafts for plan in draft.plans}
        self.has_former = has_former
        self._choices = {(draft.code, plan.row, plan.column): plan.choices for draft in drafts for plan in draft.plans}
        self._problems = problems
        self._noted: set[tuple[int, str]] = set()

    def note(self, line: int, text: str, place: str = "") -> None:
        """Note a problem, once for a line and a text wherever it shows; `place` says where it did first."""
        if (line, text) not in self._noted:
            self._noted.add((line, text))
            self._problems.append(ModelProblem(line, f"{place} : {text}" if place else text))

    def figure(self, text: str, line: int, seen_from: Seen, wanted: Unit | None = None, place: str = "") -> Expression | None:
        """The bound expression of a figure, in the unit `wanted`; None once its fault is noted."""
        bound = self._expression(text, line, seen_from, test=False, place=place)
        if bound is None:
            return None
        found = unit_of(bound, self.units)
        if wanted is not None and found is not None and found is not wanted:
            self.note(line, f"le calcul donne {found.value}, la cellule contient {wanted.value}", place)
        return bound

    def condition(self, text: str, line: int, seen_from: Seen) -> Expression | None:
        """The bound expression of a condition, or None once its fault is noted."""
        return self._expression(text, line, seen_from, test=True)

    def _expression(self, text: str, line: int, seen_from: Seen, *, test: bool, place: str = "") -> Expression | None:
        try:
            parsed = parse(text)
            if is_test(parsed) is not test:
                raise FormulaError(f"« {text} » devrait être {'une condition' if test else 'un nombre'}")
            bound = bind(parsed, lambda parts: self._resolve(parts, seen_from))
            if not self.has_former and any(map(is_previous, cells_of(bound))):
                raise FormulaError(f"« {text} » lit l’exercice précédent, mais le modèle ne dit pas lequel (clé previous)")
            self._check_choices(bound)
            unit_of(bound, self.units)
        except (FormulaError, UnitError) as fault:
            self.note(line, str(fault), place)
            return None
        return bound

    def _check_choices(self, expression: Expression) -> None:
        """Refuse a text that no cell of its list can hold."""
        for node in walk(expression):
            match node:
                case Compare(_, Cells((key,)), Text(text)) if self.units.get(key) is Unit.CHOICE:
                    codes = [code for code, _label in self._choices[key]]
                    if text not in codes:
                        raise FormulaError(f"« {text} » n’est pas un code de la liste de {'.'.join(key)} ({', '.join(codes[:12])})")

    def _resolve(self, parts: tuple[Part, ...], seen_from: Seen) -> tuple[CellKey, ...]:
        draft, row, column = seen_from.place(parts, self.drafts)
        rows = draft.expand(row, draft.row_codes, draft.entry_rows, "ligne")
        columns = draft.expand(column, draft.column_codes, draft.entry_columns, "colonne")
        keys = [(draft.code, r, c) for r in rows for c in columns if (r, c) in draft.places]
        if not keys and not (row.is_range or column.is_range):
            raise FormulaError(f"il n’y a pas de cellule {draft.code}.{row}.{column}")
        return tuple(keys)


class Seen:
    """Where an expression stands: in a cell of a table, in a control (nowhere), or in a control of one row."""

    def __init__(self, draft: TableDraft | None = None, row: str = "", column: str = "", *, along_row: bool = False) -> None:
        self.draft, self.row, self.column, self.along_row = draft, row, column, along_row

    def place(self, parts: tuple[Part, ...], drafts: Mapping[str, TableDraft]) -> tuple[TableDraft, Part, Part]:
        """Table, row and column that a reference names. Raises FormulaError."""
        if len(parts) == 1:
            if self.draft is None or not self.column:
                raise FormulaError(f"{parts[0]} : il faut nommer un tableau, une ligne et une colonne")
            row, column = (Part(self.row), parts[0]) if self.along_row else (parts[0], Part(self.column))
            return self.draft, row, column
        draft = drafts.get(parts[0].first)
        if draft is None or parts[0].is_range:
            raise FormulaError(f"il n’y a pas de tableau {parts[0]}")
        row = parts[1]
        if row.first == THIS_ROW:
            if self.draft is not draft or not self.row or row.last is not None:
                raise FormulaError(f"{THIS_ROW} ne vaut que dans un contrôle écrit pour chaque ligne de ce tableau (clé each)")
            row = Part(self.row)
        return draft, row, parts[2]


def bind_cells(drafts: list[TableDraft], binder: Binder) -> dict[CellKey, Cell]:
    """Every cell, with its formula, its condition and what it begins with."""
    cells: dict[CellKey, Cell] = {}
    for draft in drafts:
        around = [binder.condition(text, line, Seen()) for text, line in draft.visible]
        by_row, by_column = _own_conditions(draft.rows, binder), _own_conditions(draft.columns, binder)
        for plan in draft.plans:
            seen = Seen(draft, plan.row, plan.column, along_row=plan.along_row)
            place = f"{draft.code}.{plan.row}.{plan.column}"
            formula = binder.figure(plan.formula, plan.line, seen, plan.unit, place) if plan.formula else None
            if plan.formula and formula is None:
                continue
            key = (draft.code, plan.row, plan.column)
            visible = all_of([*around, by_row[plan.row], by_column[plan.column]])
            prefill = _prefill(plan, binder, seen, place) if plan.prefill else None
            cells[key] = Cell(key, plan.unit, plan.decimals, plan.signed, formula, plan.choices, visible, prefill)
    return cells


def _own_conditions(lines: Sequence[Line], binder: Binder) -> dict[str, Expression | None]:
    """The condition of each row or column, by its code."""
    return {line.code: binder.condition(line.visible, line.line, Seen()) if line.visible else None for line in lines}


def all_of(conditions: list[Expression | None]) -> Expression | None:
    """The condition that holds when all do; None when there is none."""
    given = [condition for condition in conditions if condition is not None]
    if len(given) < 2:
        return given[0] if given else None
    return Chain(given[0], tuple(("et", condition) for condition in given[1:]))


def _prefill(plan: CellPlan, binder: Binder, seen: Seen, place: str) -> Expression | RecordField | None:
    if plan.prefill in set(RecordField):
        if plan.unit is not Unit.TEXT:
            binder.note(plan.line, f"{plan.prefill} préremplit un texte", place)
        return RecordField(plan.prefill)
    if not plan.unit.is_figure:
        binder.note(plan.line, f"prefill d’un texte vaut {', '.join(RecordField)}", place)
        return None
    found = binder.figure(plan.prefill, plan.line, seen, plan.unit, place)
    if found is not None and not all(map(is_previous, cells_of(found))):
        binder.note(plan.line, "prefill lit des cellules de l’exercice précédent (@N-1)", place)
    return found


def order_cells(cells: Mapping[CellKey, Cell], lines: Callable[[CellKey], int], binder: Binder) -> tuple[CellKey, ...]:
    """The cells to work out, each after those that it reads; a circle is noted."""
    worked_out = {key: cell for key, cell in cells.items() if cell.formula is not None or cell.visible is not None}
    graph = {key: [read for read in cell.reads if read in worked_out] for key, cell in worked_out.items()}
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as fault:
        circle: list[CellKey] = fault.args[1]
        names = " → ".join(".".join(key) for key in reversed(circle))
        binder.note(min(lines(key) for key in circle), f"des cellules se lisent en cercle : {names}")
        return ()
    return order
