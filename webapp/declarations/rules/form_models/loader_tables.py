"""Read one table of a form model: rows, columns, and what stands at each crossing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webapp.declarations.rules.form_models.parts import Cell, Column, Row, Table
from webapp.declarations.rules.form_models.yaml_source import Node
from webapp.declarations.rules.language.formula import FormulaError, Part
from webapp.declarations.rules.values import Unit

MAX_REPEATED = 200
Lists = Mapping[str, tuple[tuple[str, str], ...]]
"""The lists of a model: codes and labels by name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column as written."""

    code: str
    label: str
    unit: Unit | None
    choices: tuple[tuple[str, str], ...]
    decimals: int | None
    signed: bool
    formula: str
    prefill: str
    visible: str
    help: str
    legal: str
    repeated: bool
    line: int


@dataclass(frozen=True, slots=True)
class CellPlan:
    """A crossing that holds a cell, before its expressions are bound. `along_row`: bare names are columns of the same row."""

    row: str
    column: str
    unit: Unit
    choices: tuple[tuple[str, str], ...]
    decimals: int
    signed: bool
    formula: str
    prefill: str
    along_row: bool
    line: int


@dataclass(slots=True)
class TableDraft:
    """A table whose expressions are not bound yet; `visible` are the conditions of its section and its own, with their lines."""

    code: str
    number: str
    title: str
    help: str
    legal: str
    optional: bool
    line: int
    rows: list[Line]
    columns: list[Line]
    visible: list[tuple[str, int]]
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
                raise FormulaError(f"le tableau {self.code} n’a pas de {what} {code}")
        if part.last is None:
            return [part.first]
        first, last = codes.index(part.first), codes.index(part.last)
        if first > last:
            raise FormulaError(f"la plage {part} est à l’envers")
        return codes[first : last + 1]

    def build(self, cells: Mapping[tuple[str, str], Cell]) -> Table:
        """The table, once its cells are bound."""
        return Table(
            self.code,
            self.number,
            self.title,
            self.help,
            self.optional,
            tuple(Row(row.code, row.label, bool(row.formula), row.help, row.legal, row.repeated) for row in self.rows),
            tuple(Column(one.code, one.label, one.unit, bool(one.formula), one.help, one.legal) for one in self.columns),
            cells,
            self.legal,
        )


def read_table(node: Node, lists: Lists, visible: list[tuple[str, int]]) -> TableDraft:
    """Read a table of a section shown under the conditions `visible`; problems are noted on the node."""
    columns = [read_line(column, lists) for column in node.nodes("columns")]
    generated = _generated_rows(node, lists)
    rows = [*generated, *(read_line(row, lists) for row in node.nodes("rows", required=not generated))]
    own = [(node.text("visible"), node.line_of("visible"))] if node.has("visible") else []
    draft = TableDraft(
        node.text("code"),
        node.text("number"),
        node.prose("title"),
        node.prose("help", ""),
        node.prose("legal", ""),
        node.flag("optional"),
        node.line,
        rows,
        columns,
        [*visible, *own],
    )
    without = _read_places(node, draft, node.texts("without"))
    for row in rows:
        for column in columns:
            if (row.code, column.code) not in without:
                _plan(node, draft, row, column)
    draft.places = {(plan.row, plan.column) for plan in draft.plans}
    node.done()
    return draft


def read_line(node: Node, lists: Lists) -> Line:
    """Read a row or a column."""
    unit = _read_unit(node)
    line = Line(
        node.text("code"),
        node.prose("label"),
        unit,
        _read_choices(node, unit, lists),
        _read_decimals(node),
        node.flag("signed"),
        node.text("formula", ""),
        node.text("prefill", ""),
        node.text("visible", ""),
        node.prose("help", ""),
        node.prose("legal", ""),
        repeated=False,
        line=node.line,
    )
    if line.formula and line.prefill:
        node.problem("une cellule calculée ne se préremplit pas", "prefill")
    node.done()
    return line


def _generated_rows(node: Node, lists: Lists) -> list[Line]:
    """The rows that a list gives, or those that people may add."""
    entries: Sequence[tuple[str, str]] = ()
    repeated = False
    if node.has("rows_from"):
        name = node.text("rows_from")
        entries = lists.get(name, ())
        if not entries:
            node.problem(f"il n’y a pas de liste {name}", "rows_from")
    if (repeat := node.node("repeat")) is not None:
        repeated = True
        text, label = repeat.text("count"), repeat.prose("label")
        count = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        if not 1 <= count <= MAX_REPEATED:
            repeat.problem(f"count va de 1 à {MAX_REPEATED}", "count")
        entries = [(f"l{rank}", f"{label} {rank}") for rank in range(1, min(count, MAX_REPEATED) + 1)]
        if node.has("rows_from"):
            repeat.problem("des lignes viennent d’une liste ou se répètent, pas les deux")
        repeat.done()
    return [Line(code, label, None, (), None, False, "", "", "", "", "", repeated, node.line) for code, label in entries]


def _read_unit(node: Node) -> Unit | None:
    """``unit`` for figures, ``type`` for the rest."""
    figures = [unit.value for unit in Unit if unit.is_figure]
    others = [unit.value for unit in Unit if not unit.is_figure]
    if node.has("unit") and node.has("type"):
        node.problem("unit (pour un nombre) ou type (pour le reste), pas les deux", "type")
    for key, accepted in (("unit", figures), ("type", others)):
        if node.has(key):
            text = node.text(key)
            if text in accepted:
                return Unit(text)
            node.problem(f"{key} vaut {', '.join(accepted)}", key)
    return None


def _read_choices(node: Node, unit: Unit | None, lists: Lists) -> tuple[tuple[str, str], ...]:
    if not node.has("list"):
        if unit is Unit.CHOICE:
            node.problem("il manque la clé list : de quelle liste viennent les réponses ?", "type")
        return ()
    name = node.text("list")
    if unit is not Unit.CHOICE:
        node.problem("list ne va qu’avec type: liste", "list")
    if name not in lists:
        node.problem(f"il n’y a pas de liste {name}", "list")
    return lists.get(name, ())


def _read_decimals(node: Node) -> int | None:
    if not node.has("decimals"):
        return None
    text = node.text("decimals")
    if text in {"0", "1", "2", "3", "4"}:
        return int(text)
    node.problem("decimals va de 0 à 4", "decimals")
    return None


def _plan(node: Node, draft: TableDraft, row: Line, column: Line) -> None:
    unit = row.unit or column.unit
    if unit is None:
        node.problem(f"{row.code}.{column.code} : ni sa ligne ni sa colonne n’a d’unité")
        return
    source = column if column.formula else row
    if source.formula and not unit.is_figure:
        return  # a total has nothing to say of a text
    own = row.decimals if row.decimals is not None else column.decimals
    decimals = unit.default_decimals if own is None else own
    begun = source if source.formula else (column if column.prefill else row)
    plan = CellPlan(
        row.code,
        column.code,
        unit,
        (row.choices or column.choices) if unit is Unit.CHOICE else (),
        decimals,
        row.signed or column.signed,
        source.formula,
        "" if source.formula else begun.prefill,
        begun is column,
        begun.line,
    )
    draft.plans.append(plan)


def _read_places(node: Node, draft: TableDraft, texts: list[str]) -> set[tuple[str, str]]:
    places: set[tuple[str, str]] = set()
    for text in texts:
        row, _, column = text.partition(".")
        rows, columns = draft.row_codes if row == "*" else [row], draft.column_codes if column == "*" else [column]
        if not set(rows) <= set(draft.row_codes) or not set(columns) <= set(draft.column_codes):
            node.problem(f"without : il n’y a pas de croisement {text}", "without")
        places |= {(one, other) for one in rows for other in columns}
    return places
