"""A return's workbook as it comes back: which return, which form, and the text beside each code. Pure: sheets of texts in, values out.

The workbook is its author's to change, so nothing in it is believed: the record of the export says only what a change is measured
against, and codes that the form does not have are told, never followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from webapp.declarations.rules.language.formula import CellKey
from webapp.spreadsheet_forms import BEGINS, ENDS, cell_name
from webapp.tables.reading import Sheet
from webapp.tables.table import TableRefused
from webapp.texts import mark as _m

#: The sheet that only machines read, and what its first cell says.
RECORD, KIND = "guichet", "guichet-declaration-1"
#: How the record begins: one line for each of these, then one for each cell.
HEADING = ("numero", "modele", "version", "exercice", "date")
#: Rows and columns that may stand before a table.
_FARTHEST_ROW, _FARTHEST_COLUMN = 500, 20
_LARGEST_VERSION = 2_000_000_000

NOT_OURS = _m(
    "Ce classeur n’est pas celui d’une déclaration : sa feuille cachée manque. Téléchargez le classeur de cette déclaration, reportez-y vos"
    " chiffres, puis recommencez."
)
SHIFTED = _m(
    "La feuille « %(sheet)s » est décalée : ses valeurs ne sont plus en face de leurs codes (vers la cellule %(place)s). Annulez les"
    " insertions et suppressions de cellules, ou reportez vos chiffres dans un classeur téléchargé de nouveau."
)
TWICE = _m("Le tableau « %(table)s » figure deux fois dans le classeur (feuille « %(sheet)s ») : gardez celui que vous avez rempli.")
MISSING_SHEET = _m("La feuille du tableau %(table)s manque : ce tableau reste comme il est en ligne.")
HIDDEN_SHEET = _m("La feuille « %(sheet)s » était masquée : elle est lue comme les autres.")
OUTSIDE = _m("Lignes sans code dans la feuille « %(sheet)s », qui ne sont pas lues : %(count)d.")
NO_RESULT = _m("Cellule %(place)s de « %(sheet)s » : formule sans résultat, laissée comme en ligne. Enregistrez le classeur dans Excel.")
MERGED = _m("Cellule %(place)s de « %(sheet)s » : fusionnée avec celle du dessus, laissée comme en ligne.")
MOST_NOTES = 60


@dataclass(frozen=True, slots=True)
class Exported:
    """A cell as it was exported: the version it had (None: worked out by the form), and the text that was shown."""

    version: int | None
    shown: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What a workbook says of its export."""

    number: str
    model: str
    version: str
    exported_at: datetime | None
    cells: Mapping[CellKey, Exported]


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say of the reading: a marked text and the values it takes."""

    text: str
    values: Mapping[str, str | int]


@dataclass(slots=True)
class Brought:
    """The texts beside the codes, and what there is to say of the sheets."""

    texts: dict[CellKey, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)

    def note(self, text: str, **values: str | int) -> None:
        """Say something of the reading."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(Note(text, values))


def read_origin(sheets: Iterable[Sheet]) -> Origin:
    """Return the record of the export. Raises :class:`TableRefused` when the workbook has none that can be read."""
    rows = next((sheet.rows for sheet in sheets if sheet.name == RECORD and sheet.rows and sheet.rows[0][:1] == (KIND,)), None)
    if rows is None or len(rows) <= len(HEADING) or any(row[0] != name for name, row in zip(HEADING, rows[1:], strict=False)):
        raise TableRefused(NOT_OURS)
    number, model, version, _year, at = (row[1] if len(row) > 1 else "" for row in rows[1 : len(HEADING) + 1])
    described = (row for row in rows[len(HEADING) + 1 :] if len(row) > 3 and row[0])
    # The last column is missing where no cell held anything.
    cells = {(row[0], row[1], row[2]): Exported(_version(row[3]), row[4] if len(row) > 4 else "") for row in described}
    return Origin(number, model, version, _instant(at), cells)


def _version(text: str) -> int | None:
    if not text:
        return None
    return min(int(text), _LARGEST_VERSION) if text.isascii() and text.isdigit() and len(text) < 11 else 0


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def read_tables(sheets: Iterable[Sheet]) -> Brought:
    """Return the text beside each code, empty ones included.

    Raises :class:`TableRefused` when values no longer stand in front of their codes, or when a table is there twice.
    """
    brought = Brought()
    for sheet in sheets:
        corner = _corner(sheet.rows)
        if corner is None:
            continue
        frame = _Frame(sheet, *corner)
        if frame.table in brought.tables:
            raise TableRefused(TWICE, table=frame.table[:40], sheet=sheet.name[:40])
        brought.tables.add(frame.table)
        if sheet.hidden:
            brought.note(HIDDEN_SHEET, sheet=sheet.name)
        _take(frame, brought)
    return brought


def _corner(rows: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    for number, row in enumerate(rows[:_FARTHEST_ROW]):
        for column, text in enumerate(row[:_FARTHEST_COLUMN]):
            if text.startswith(BEGINS):
                return number, column
    return None


class _Frame:
    """The codes around a table, checked side against side."""

    def __init__(self, sheet: Sheet, top: int, left: int) -> None:
        self.sheet, self.rows = sheet, sheet.rows
        self.table = self.rows[top][left].removeprefix(BEGINS)
        self.top, self.left = top, left
        self.right = next((column for column in range(left + 1, len(self.rows[top])) if self._at(top, column) == ENDS), 0)
        self.bottom = next((number for number in range(top + 1, len(self.rows)) if self._at(number, left) == ENDS), 0)
        if not self.right or not self.bottom or self._at(self.bottom, self.right) != ENDS:
            self._refuse(self.bottom or len(self.rows) - 1, self.right or left + 2)
        for column in range(left + 1, self.right):
            if self._at(top, column) != self._at(self.bottom, column):
                self._refuse(self.bottom, column)
        for number in range(top + 1, self.bottom):
            if self._at(number, left) != self._at(number, self.right):
                self._refuse(number, self.right)
        for found in (self.columns(), self.lines()):
            if len(found) != len(set(found.values())):
                self._refuse(top, left)

    def _at(self, number: int, column: int) -> str:
        row = self.rows[number]
        return row[column] if column < len(row) else ""

    def _refuse(self, number: int, column: int) -> None:
        raise TableRefused(SHIFTED, sheet=self.sheet.name[:40], place=cell_name(number, column))

    def columns(self) -> dict[int, str]:
        """The codes of the columns, by their places."""
        return {column: code for column in range(self.left + 1, self.right) if (code := self._at(self.top, column))}

    def lines(self) -> dict[int, str]:
        """The codes of the lines, by their places."""
        return {number: code for number in range(self.top + 1, self.bottom) if (code := self._at(number, self.left))}

    def cells(self) -> Iterator[tuple[CellKey, int, int, str]]:
        """Each code with its place and its text."""
        columns = self.columns()
        for number, row in self.lines().items():
            for column, code in columns.items():
                yield (self.table, row, code), number, column, self._at(number, column)

    def added(self) -> int:
        """How many lines without a code hold something among those that have one."""
        lines, columns = self.lines(), self.columns()
        first = min(lines, default=self.bottom)
        return sum(
            1 for number in range(first, self.bottom) if number not in lines and any(self._at(number, column).strip() for column in columns)
        )


def _take(frame: _Frame, brought: Brought) -> None:
    sheet = frame.sheet
    for key, number, column, text in frame.cells():
        place = (number + 1, column + 1)
        if not text and place in sheet.formulas:
            brought.note(NO_RESULT, place=cell_name(number, column), sheet=sheet.name)
        elif place in sheet.merged:
            brought.note(MERGED, place=cell_name(number, column), sheet=sheet.name)
        else:
            brought.texts[key] = text
    added = frame.added()
    if added:
        brought.note(OUTSIDE, sheet=sheet.name, count=added)
