"""A table of a return as its page draws it: cells with their texts, findings with their figures and places. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from webapp.declarations.rules.answers import TOO_LONG_TEXT
from webapp.declarations.rules.controls import Finding, Verdict
from webapp.declarations.rules.form_models.model import Cell, Column, FormModel, Row, Severity, Table
from webapp.declarations.rules.language.evaluation import Figure, Missing
from webapp.declarations.rules.language.expressions import present_key, previous_key
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import TOO_LONG, Entry, Unit, ValueKind, display, format_number
from webapp.texts import mark as _m

MINUS = "\u2212"
UNREADABLE_TOTAL = _m("Une cellule de ce calcul est illisible.")
UNDEFINED_TOTAL = _m("Ce calcul divise par zéro.")
SEVERITY_LABELS = {
    Severity.BLOCKING: _m("Bloquant"),
    Severity.WARNING: _m("À vérifier"),
    Severity.INFORMATION: _m("Pour information"),
}
SEVERITY_CHIPS = {Severity.BLOCKING: "late", Severity.WARNING: "soon", Severity.INFORMATION: "q"}

_SIZES = {Unit.EUROS: " l", Unit.KILO_EUROS: " m", Unit.HOURS: " m", Unit.TEXT: " xl", Unit.DATE: " m"}
OPERATOR_WORDS = {
    "=": _m("égale à"),
    "<>": _m("différente de"),
    "<": _m("inférieure à"),
    "<=": _m("au plus égale à"),
    ">": _m("supérieure à"),
    ">=": _m("au moins égale à"),
}


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody else put meanwhile in a cell."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell as drawn. `token` tells the save over which version and text it was typed; `problem` is a marked text."""

    row: str
    column: str
    computed: bool
    text: str
    token: str = ""
    problem: str | None = None
    theirs: Theirs | None = None
    size: str = ""
    choices: tuple[str, ...] = ()
    is_figure: bool = True
    former: str = ""
    """Last year's figure with the change since; empty when it is not known."""

    @property
    def name(self) -> str:
        """The field's name in the form."""
        return f"{self.row}.{self.column}"

    @property
    def anchor(self) -> str:
        """What ids are made of."""
        return f"{self.row}-{self.column}"


@dataclass(frozen=True, slots=True)
class Typed:
    """What replaces the stored text of a cell on a page shown again: the raw text, why it is refused, whose version stands."""

    raw: str
    theirs: Theirs | None = None


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as drawn: figures laid out, cells with their names and the place to change them."""

    code: str
    message: str
    legal: str
    severity: Severity
    left: str
    operator: str
    right: str
    difference: str
    cells: tuple[tuple[str, str, str], ...]
    """Label, table and anchor of each cell involved."""


def grid(
    table: Table, sheet: Sheet, versions: Mapping[CellKey, int], typed: Mapping[CellKey, Typed] | None = None
) -> list[tuple[Row, list[GridCell | None]]]:
    """The rows and columns that are asked for; a crossing without a cell gives None.

    `typed` overrides what is stored (a page shown again).
    """
    columns = sheet.shown_columns(table)
    return [(row, grid_row(table, row, columns, sheet, versions, typed or {})) for row in sheet.shown_rows(table)]


def grid_row(
    table: Table,
    row: Row,
    columns: Iterable[Column],
    sheet: Sheet,
    versions: Mapping[CellKey, int],
    typed: Mapping[CellKey, Typed],
) -> list[GridCell | None]:
    """The cells of one line in some columns, as :func:`grid` gives them."""
    cells = (table.cells.get((row.code, column.code)) for column in columns)
    return [grid_cell(cell, sheet, versions.get(cell.key, 0), typed.get(cell.key)) if cell else None for cell in cells]


def grid_cell(cell: Cell, sheet: Sheet, version: int, typed: Typed | None = None) -> GridCell:
    """One cell as drawn."""
    _, row, column = cell.key
    if cell.formula is not None:
        text, problem = figure_text(sheet.figure(cell.key), cell.decimals)
        return GridCell(row, column, True, text, problem=problem, former=_former(cell, sheet))
    entry = sheet.entry(cell.key)
    text = display(entry, cell.decimals)
    problem = _problem(cell, entry)
    token = f"{version}|{text}"
    choices = tuple(label for _code, label in cell.choices)
    size, is_figure, former = _SIZES.get(cell.unit, ""), cell.unit.is_figure, _former(cell, sheet)
    if typed is None:
        return GridCell(row, column, False, text, token, problem, None, size, choices, is_figure, former)
    unread = None if typed.theirs else problem
    return GridCell(row, column, False, typed.raw, token, unread, typed.theirs, size, choices, is_figure, former)


def _former(cell: Cell, sheet: Sheet) -> str:
    """Last year's figure of a cell and the change since: « 1 200 (+5 %) », « 0 (+12) » where no percentage can be said."""
    before = sheet.beside.get(previous_key(cell.key)) if sheet.beside else None
    if not isinstance(before, Decimal):
        return ""
    text, now = format_number(before, cell.decimals), sheet.figure(cell.key)
    if not isinstance(now, Decimal):
        return text
    change = now - before
    if not change:
        return f"{text} (=)"
    said = f"{format_number(abs(100 * change / before), 1)}\u00a0%" if before else format_number(abs(change), cell.decimals)
    return f"{text} ({'+' if change > 0 else MINUS}{said})"


def _problem(cell: Cell, entry: Entry) -> str | None:
    """Why an unreadable text is: read again, since the reason is not stored. What can be read now was too long, and was cut."""
    if entry.kind is not ValueKind.INVALID:
        return None
    return cell.read(entry.raw).problem or (TOO_LONG if cell.unit.is_figure else TOO_LONG_TEXT)


def figure_text(figure: Figure, decimals: int) -> tuple[str, str | None]:
    """A computed figure laid out, and why there is none."""
    match figure:
        case Missing.INVALID:
            return "?", UNREADABLE_TOTAL
        case Missing.UNDEFINED:
            return "\u2014", UNDEFINED_TOTAL
        case Missing.NOT_COMMUNICATED:
            return "NC", None
        case Missing.EMPTY:
            return "", None
        case _:
            return format_number(figure, decimals), None


def failed(findings: Iterable[Finding], model: FormModel) -> list[FindingView]:
    """The failed findings as drawn, the gravest first."""
    order = list(SEVERITY_LABELS)
    found = sorted((item for item in findings if item.failed), key=lambda item: order.index(item.control.severity))
    return [finding_view(item, model) for item in found]


def finding_view(finding: Finding, model: FormModel) -> FindingView:
    """One finding as drawn."""
    control = finding.control
    return FindingView(
        control.code,
        control.message,
        control.legal,
        control.severity,
        amount(finding.left, control.unit),
        control.operator,
        amount(finding.right, control.unit),
        amount(finding.difference, control.unit),
        tuple((model.label(key), present_key(key)[0], anchor_of(key, model)) for key in control.cells),
    )


def anchor_of(key: CellKey, model: FormModel) -> str:
    """The id of the field of a cell, or of the text of a computed one."""
    prefix = "i" if model.cells[present_key(key)].formula is None else "v"
    return f"{prefix}-{key[1]}-{key[2]}"


def amount(value: Decimal | None, unit: Unit) -> str:
    """A figure with its unit, as in a sentence; empty when there is none."""
    if value is None:
        return ""
    text = format_number(value, unit.default_decimals if value != value.to_integral_value() else 0)
    return text if unit is Unit.COUNT else f"{text}\u00a0{unit.symbol}"


def tally(findings: Iterable[Finding]) -> dict[str, int]:
    """How many controls hold, fail by severity, and cannot be evaluated yet; those that do not concern the return are left out."""
    counts = {"true": 0, "not_evaluable": 0, **{severity.value: 0 for severity in Severity}}
    for finding in findings:
        if not finding.applies:
            continue
        counts[finding.control.severity.value if finding.verdict is Verdict.FALSE else finding.verdict.value] += 1
    return counts
