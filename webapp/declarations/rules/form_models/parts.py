"""What a form model is made of: sections, tables, rows, columns, cells, controls. Immutable, shared by all requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from webapp.declarations.rules.answers import parse_answer
from webapp.declarations.rules.language.expressions import operands_of
from webapp.declarations.rules.language.formula import CellKey, Expression, cells_of
from webapp.declarations.rules.values import Entry, Unit, parse_value


class Severity(StrEnum):
    """What a failed control does to the submission."""

    INFORMATION = "information"
    WARNING = "warning"
    BLOCKING = "blocking"


class MissingPolicy(StrEnum):
    """What a cell without a figure means to one side of a control (decision 17)."""

    SKIP_ANY = "skip_any"
    SKIP_ALL = "skip_all"
    ZERO = "zero"


class DocumentType(StrEnum):
    """A type of file that a document may be, by the extension that names it."""

    PDF = "pdf"
    XLSX = "xlsx"
    ODS = "ods"
    CSV = "csv"
    PNG = "png"
    JPEG = "jpeg"


class RecordField(StrEnum):
    """What a cell may be prefilled with from the body's record."""

    NAME = "fiche.nom"
    SIRET = "fiche.siret"
    REGION = "fiche.region"
    ADDRESS = "fiche.adresse"
    LEGAL_FORM = "fiche.forme"
    NAF = "fiche.naf"
    HEADCOUNT = "fiche.effectif"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. A `repeated` one exists for people to add, and is expected of nobody."""

    code: str
    label: str
    is_total: bool = False
    help: str = ""
    legal: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `unit` is None where its lines have units of their own."""

    code: str
    label: str
    unit: Unit | None
    is_computed: bool = False
    help: str = ""
    legal: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that exists in the form.

    `formula` is None for a cell that people fill in; `choices` are the codes and labels of its list; `visible` is the condition under
    which it is asked for (None: always); `prefill` is what it may begin with: a figure of the year before, or the body's record.
    """

    key: CellKey
    unit: Unit
    decimals: int
    signed: bool
    formula: Expression | None = None
    choices: tuple[tuple[str, str], ...] = ()
    visible: Expression | None = None
    prefill: Expression | RecordField | None = None

    def read(self, raw: str) -> Entry:
        """What a text typed in the cell is. Never raises."""
        if self.unit.is_figure:
            return parse_value(raw, self.unit, decimals=self.decimals, signed=self.signed)
        return parse_answer(raw, self.unit, self.choices)

    @property
    def reads(self) -> tuple[CellKey, ...]:
        """The cells that its figure and its visibility depend on."""
        return tuple(key for expression in (self.formula, self.visible) if expression is not None for key in cells_of(expression))


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows, columns, and the cells at their crossings (some crossings hold none)."""

    code: str
    number: str
    title: str
    help: str
    optional: bool
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, str], Cell]
    legal: str = ""
    entry_cells: tuple[Cell, ...] = field(init=False, repr=False, compare=False)
    """The cells that people fill in, line by line."""

    def __post_init__(self) -> None:
        crossings = (self.cells.get((row.code, column.code)) for row in self.rows for column in self.columns)
        object.__setattr__(self, "entry_cells", tuple(cell for cell in crossings if cell is not None and cell.formula is None))

    @property
    def repeats(self) -> bool:
        """Whether people add lines to the table."""
        return any(row.repeated for row in self.rows)


@dataclass(frozen=True, slots=True)
class Document:
    """A document expected beside the figures: at most `max_count` files of these types, of `max_size` bytes each.

    A `required` one holds the submission back; `visible` is the condition under which it is expected (None: always).
    """

    code: str
    section: str
    label: str
    required: bool
    types: tuple[DocumentType, ...]
    max_size: int
    max_count: int
    help: str = ""
    legal: str = ""
    visible: Expression | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form."""

    code: str
    title: str
    help: str
    tables: tuple[Table, ...]
    legal: str = ""
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a control forgives: so many units, so many percent of the right side, or what the rounding of the cells allows."""

    absolute: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    rounding: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """left operator right, within a tolerance, under a condition; what to say when it fails, and which text asks for it.

    `begins` and `ends` are the first and last days on which the rule stands; a return is held to the rules that stand on the last day
    of its exercise.
    """

    code: str
    left: Expression
    operator: str
    right: Expression
    missing_left: MissingPolicy
    missing_right: MissingPolicy
    tolerance: Tolerance
    severity: Severity
    when: Expression | None
    message: str
    legal: str
    unit: Unit
    cells: tuple[CellKey, ...]
    begins: date | None = None
    ends: date | None = None
    operands: tuple[tuple[CellKey, ...], tuple[CellKey, ...]] = field(init=False, repr=False, compare=False)
    """The cells whose figures count in the left side, and in the right one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "operands", (operands_of(self.left), operands_of(self.right)))

    def stands_on(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)

    @property
    def reads(self) -> tuple[CellKey, ...]:
        """Every cell that the result depends on, those of the condition included."""
        return tuple(dict.fromkeys((*self.cells, *(cells_of(self.when) if self.when else ()))))


@dataclass(frozen=True, slots=True)
class Former:
    """How this year's cells follow from last year's form: its version, cells that moved, cells that are new, cells that ended.

    Each pattern is ``table``, ``table.row`` or ``table.row.column`` with ``*`` for any code; what no pattern names kept its place.
    """

    version: str
    moved: tuple[tuple[str, str], ...] = ()
    new: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
