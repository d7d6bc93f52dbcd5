"""Build a form model from its YAML document, with every check that can be made before anybody uses it.

Checked: unknown or missing keys, repeated codes, references to cells that do not exist, computed cells that read each other in
a circle, units that do not add up, controls that could never be evaluated. All problems are reported at once, each with its line.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from webapp.declarations.controls import OPERATORS
from webapp.declarations.formula import RESERVED, CellKey, Expression, FormulaError, Part, bind, cells_of, is_test, parse
from webapp.declarations.loader_tables import TableDraft, read_table
from webapp.declarations.model import Cell, Control, FormModel, MissingPolicy, Section, Severity
from webapp.declarations.units import UnitError, unit_of
from webapp.declarations.values import Unit
from webapp.declarations.yaml_source import ModelError, ModelProblem, Node, read_yaml

KINDS = ("ESF", "CSA")
AUDIENCES = ("OPCO", "ATPRO", "FAF")
_Choice = TypeVar("_Choice", Severity, MissingPolicy)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def load_model(text: str) -> FormModel:
    """Read and check a form model. Raises ModelError with all its problems."""
    root, problems = read_yaml(text)
    sections, drafts = _read_sections(root)
    _check_codes(drafts, problems)
    cells = _bind_cells(drafts, problems)
    order = _order(cells, drafts, problems)
    controls = tuple(
        control for node in root.nodes("controls", required=False) if (control := _read_control(node, drafts, cells)) is not None
    )
    codes = [control.code for control in controls]
    for code in {code for code in codes if codes.count(code) > 1}:
        root.problem(f"two controls are called {code}", "controls")
    header = _read_header(root)
    root.done()
    if problems:
        raise ModelError(problems)
    built = {draft.code: draft.build({key[1:]: cell for key, cell in cells.items() if key[0] == draft.code}) for draft in drafts}
    return FormModel(
        **header,  # type: ignore[arg-type]  # -- checked above
        sections=tuple(Section(code, title, help_text, tuple(built[name] for name in names)) for code, title, help_text, names in sections),
        controls=controls,
        order=order,
    )


def _read_header(root: Node) -> dict[str, object]:
    kind, audience = root.text("kind"), root.text("audience")
    if kind not in KINDS:
        root.problem(f"kind is one of {', '.join(KINDS)}", "kind")
    if audience not in AUDIENCES:
        root.problem(f"audience is one of {', '.join(AUDIENCES)}", "audience")
    years = root.texts("years")
    if not years or not all(re.fullmatch(r"20[0-9]{2}", year) for year in years):
        root.problem("years is a list of years", "years")
        years = []
    return {
        "code": root.text("code"),
        "version": root.text("version"),
        "kind": kind,
        "audience": audience,
        "years": tuple(map(int, years)),
        "title": root.prose("title"),
        "notice": root.prose("notice"),
    }


def _read_sections(root: Node) -> tuple[list[tuple[str, str, str, list[str]]], list[TableDraft]]:
    sections: list[tuple[str, str, str, list[str]]] = []
    drafts: list[TableDraft] = []
    for node in root.nodes("sections"):
        own = [read_table(table) for table in node.nodes("tables")]
        sections.append((node.text("code"), node.prose("title"), node.prose("help", ""), [draft.code for draft in own]))
        drafts.extend(own)
        node.done()
    return sections, drafts


def _check_codes(drafts: list[TableDraft], problems: list[ModelProblem]) -> None:
    seen: set[str] = set()
    for draft in drafts:
        if draft.code in seen:
            problems.append(ModelProblem(draft.line, f"two tables are called {draft.code}"))
        seen.add(draft.code)
        for what, codes in (("table", [draft.code]), ("row", draft.row_codes), ("column", draft.column_codes)):
            for code in codes:
                if not _CODE.fullmatch(code) or code in RESERVED:
                    problems.append(ModelProblem(draft.line, f"{code!r} cannot be the code of a {what}"))
                if codes.count(code) > 1:
                    problems.append(ModelProblem(draft.line, f"table {draft.code} has two {what}s called {code}"))


def _bind_cells(drafts: list[TableDraft], problems: list[ModelProblem]) -> dict[CellKey, Cell]:
    by_code = {draft.code: draft for draft in drafts}
    cells: dict[CellKey, Cell] = {}
    for draft in drafts:
        for plan in draft.plans:
            formula = None
            if plan.formula:
                try:
                    parsed = parse(plan.formula)
                    if is_test(parsed):
                        raise FormulaError(f"{plan.formula} is a condition, not a figure")
                    formula = bind(parsed, _Resolver(by_code, draft, plan.row, plan.column, along_row=plan.along_row))
                except FormulaError as fault:
                    problems.append(ModelProblem(plan.line, f"{draft.code}.{plan.row}.{plan.column}: {fault}"))
                    continue
            key = (draft.code, plan.row, plan.column)
            cells[key] = Cell(key, plan.unit, plan.decimals, plan.signed, formula)
    return cells


class _Resolver:
    """Finds the cells of a reference, seen from a cell of a table (or from nowhere, for a control)."""

    def __init__(
        self, drafts: dict[str, TableDraft], draft: TableDraft | None, row: str = "", column: str = "", *, along_row: bool = False
    ) -> None:
        self.drafts, self.draft, self.row, self.column, self.along_row = drafts, draft, row, column, along_row

    def __call__(self, parts: tuple[Part, ...]) -> tuple[CellKey, ...]:
        if len(parts) == 1:
            if self.draft is None:
                raise FormulaError(f"{parts[0]}: a control names a table, a row and a column")
            row, column = (Part(self.row), parts[0]) if self.along_row else (parts[0], Part(self.column))
            draft = self.draft
        else:
            found = self.drafts.get(parts[0].first)
            if found is None or parts[0].is_range:
                raise FormulaError(f"there is no table {parts[0]}")
            draft, (row, column) = found, parts[1:]
        rows = draft.expand(row, draft.row_codes, draft.entry_rows, "row")
        columns = draft.expand(column, draft.column_codes, draft.entry_columns, "column")
        keys = [(draft.code, r, c) for r in rows for c in columns if (r, c) in draft.places]
        if not keys and not (row.is_range or column.is_range):
            raise FormulaError(f"there is no cell {draft.code}.{row}.{column}")
        return tuple(keys)


def _order(cells: dict[CellKey, Cell], drafts: list[TableDraft], problems: list[ModelProblem]) -> tuple[CellKey, ...]:
    graph = {
        key: [read for read in cells_of(cell.formula) if read in cells and cells[read].formula]
        for key, cell in cells.items()
        if cell.formula
    }
    lines = {draft.code: draft.line for draft in drafts}
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as fault:
        circle: list[CellKey] = fault.args[1]
        names = " → ".join(".".join(key) for key in reversed(circle))
        problems.append(ModelProblem(lines[circle[0][0]], f"computed cells read each other in a circle: {names}"))
        return ()
    units = {key: cell.unit for key, cell in cells.items()}
    for key in order:
        cell = cells[key]
        try:
            found = unit_of(cell.formula, units) if cell.formula else None
            if found is not None and found is not cell.unit:
                raise UnitError(f"the formula gives {found.value}, the cell holds {cell.unit.value}")
        except UnitError as fault:
            problems.append(ModelProblem(lines[key[0]], f"{'.'.join(key)}: {fault}"))
    return order


def _read_control(node: Node, drafts: list[TableDraft], cells: dict[CellKey, Cell]) -> Control | None:
    resolver = _Resolver({draft.code: draft for draft in drafts}, None)
    left = _expression(node, "left", resolver, test=False)
    right = _expression(node, "right", resolver, test=False)
    when = _expression(node, "when", resolver, test=True) if node.has("when") else None
    operator = node.text("operator")
    if operator not in OPERATORS:
        node.problem(f"operator is one of {' '.join(OPERATORS)}", "operator")
    severity = _choice(node, "severity", Severity, Severity.BLOCKING)
    missing = _choice(node, "missing", MissingPolicy, MissingPolicy.SKIP_ANY)
    tolerance, percent = _decimal(node, "tolerance"), _decimal(node, "tolerance_percent")
    code, message, legal = node.text("code"), node.prose("message"), node.prose("legal", "")
    node.done()
    if left is None or right is None or (when is None and node.has("when")):
        return None
    keys = tuple(dict.fromkeys((*cells_of(left), *cells_of(right))))
    if not keys:
        node.problem(f"control {code} reads no cell")
    unit = _unit_of_control(node, left, right, cells)
    return Control(code, left, operator, right, missing, tolerance, percent, severity, when, message, legal, unit, keys)


def _unit_of_control(node: Node, left: Expression, right: Expression, cells: dict[CellKey, Cell]) -> Unit:
    units = {key: cell.unit for key, cell in cells.items()}
    try:
        one, other = unit_of(left, units), unit_of(right, units)
    except UnitError as fault:
        node.problem(str(fault))
        return Unit.EUROS
    if one and other and one is not other:
        node.problem(f"the control compares {one.value} with {other.value}")
    return one or other or Unit.PERCENT


def _expression(node: Node, key: str, resolver: _Resolver, *, test: bool) -> Expression | None:
    text = node.text(key)
    if not text:
        return None
    try:
        parsed = parse(text)
        if is_test(parsed) is not test:
            raise FormulaError(f"{text} should be {'a condition' if test else 'a figure'}")
        return bind(parsed, resolver)
    except FormulaError as fault:
        node.problem(str(fault), key)
        return None


def _choice(node: Node, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
    value = node.text(key, default.value)
    try:
        return choices(value)
    except ValueError:
        node.problem(f"{key} is one of {', '.join(choices)}", key)
        return default


def _decimal(node: Node, key: str) -> Decimal:
    text = node.text(key, "0")
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        node.problem(f"{key} is a positive figure", key)
        return Decimal(0)
    return value
