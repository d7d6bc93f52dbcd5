"""Read one table of a form model: rows, columns, and what stands at each crossing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webapp.declarations.formula import FormulaError, Part
from webapp.declarations.model import Cell, Column, Row, Table
from webapp.declarations.values import Unit
from webapp.declarations.yaml_source import Node


@dataclass(frozen=True, slots=True)
class CellPlan:
    """A crossing that holds a cell, before its formula is bound. `along_row`: bare names are columns of the same row."""

    row: str
    column: str
    unit: Unit
    decimals: int
    signed: bool
    formula: str
    along_row: bool
    line: int


@dataclass(slots=True)
class Line:
    """A row or a column as written."""

    code: str
    label: str
    unit: Unit | None
    decimals: int | None
    signed: bool
    formula: str
    line: int


@dataclass(slots=True)
class TableDraft:
    """A table whose formulas are not bound yet."""

    code: str
    number: str
    title: str
    help: str
    optional: bool
    line: int
    rows: list[Line]
    columns: list[Line]
    plans: list[CellPlan] = field(default_factory=list)
    places: set[tuple[str, str]] = field(default_factory=set)

    @property
    def row_codes(self) -> list[str]:
        """Codes in the order of the form."""
        return [row.code for row in self.rows]

    @property
    def column_codes(self) -> list[str]:
        """Codes in the order of the form."""
        return [column.code for column in self.columns]

    @property
    def entry_rows(self) -> list[str]:
        """Codes of the rows that are not computed."""
        return [row.code for row in self.rows if not row.formula]

    @property
    def entry_columns(self) -> list[str]:
        """Codes of the columns that are not computed."""
        return [column.code for column in self.columns if not column.formula]

    def expand(self, part: Part, codes: Sequence[str], entry: Sequence[str], what: str) -> Sequence[str]:
        """The codes that one part of a reference stands for. Raises FormulaError for a code that is not there."""
        if part.first == "*":
            return entry
        for code in (part.first, part.last):
            if code is not None and code not in codes:
                raise FormulaError(f"table {self.code} has no {what} {code}")
        if part.last is None:
            return [part.first]
        first, last = codes.index(part.first), codes.index(part.last)
        if first > last:
            raise FormulaError(f"the range {part} runs backwards")
        return codes[first : last + 1]

    def build(self, cells: Mapping[tuple[str, str], Cell]) -> Table:
        """The table, once its cells are bound."""
        return Table(
            self.code,
            self.number,
            self.title,
            self.help,
            self.optional,
            tuple(Row(row.code, row.label, bool(row.formula)) for row in self.rows),
            tuple(Column(column.code, column.label, column.unit, bool(column.formula)) for column in self.columns),
            cells,
        )


def read_table(node: Node) -> TableDraft:
    """Read a table; problems are noted on the node."""
    columns = [_read_line(column) for column in node.nodes("columns")]
    rows = [_read_line(row) for row in node.nodes("rows")]
    draft = TableDraft(
        node.text("code"),
        node.text("number"),
        node.prose("title"),
        node.prose("help", ""),
        node.flag("optional"),
        node.line,
        rows,
        columns,
    )
    without = _read_places(node, draft, node.texts("without"))
    for row in rows:
        for column in columns:
            if (row.code, column.code) not in without:
                _plan(node, draft, row, column)
    draft.places = {(plan.row, plan.column) for plan in draft.plans}
    node.done()
    return draft


def _read_line(node: Node) -> Line:
    unit: Unit | None = None
    if node.has("unit"):
        try:
            unit = Unit(node.text("unit"))
        except ValueError:
            node.problem(f"unit is one of {', '.join(Unit)}", "unit")
    decimals: int | None = None
    if node.has("decimals"):
        text = node.text("decimals")
        if text in {"0", "1", "2", "3", "4"}:
            decimals = int(text)
        else:
            node.problem("decimals is 0 to 4", "decimals")
    line = Line(node.text("code"), node.prose("label"), unit, decimals, node.flag("signed"), node.text("formula", ""), node.line)
    node.done()
    return line


def _plan(node: Node, draft: TableDraft, row: Line, column: Line) -> None:
    unit = row.unit or column.unit
    if unit is None:
        node.problem(f"{row.code}.{column.code}: neither its row nor its column has a unit")
        return
    source = column if column.formula else row
    own = row.decimals if row.decimals is not None else column.decimals
    decimals = unit.default_decimals if own is None else own
    signed = row.signed or column.signed
    plan = CellPlan(row.code, column.code, unit, decimals, signed, source.formula, source is column, source.line)
    draft.plans.append(plan)


def _read_places(node: Node, draft: TableDraft, texts: list[str]) -> set[tuple[str, str]]:
    places: set[tuple[str, str]] = set()
    for text in texts:
        row, _, column = text.partition(".")
        if row not in draft.row_codes or column not in draft.column_codes:
            node.problem(f"without: there is no crossing {text}", "without")
        places.add((row, column))
    return places
