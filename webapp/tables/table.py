"""What every reader of tables returns, and why it refuses.

A row keeps the number that it has in the block or in the sheet, empty rows counted, so that what is said of it is found again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from webapp.texts import mark as _m

#: One cell may hold no more than this many bytes of UTF-8, wherever it comes from.
LARGEST_CELL = 100_000
MOST_CELLS = 200_000
#: How many places a table may span for one cell that is filled in: a cell far from the others costs as much as all between.
MOST_PLACES = 5 * MOST_CELLS
#: What asks the process that opens a workbook for numbers with all their digits.
EXACT = "--exact"

CELL_TOO_LARGE = _m("La cellule de la colonne %(column)d, ligne %(row)d, dépasse 100 ko : raccourcissez-la ou videz-la, puis recommencez.")
TOO_MANY_CELLS = _m("Le tableau compte plus de 200 000 cellules : découpez-le, ou effacez ce qui est hors du tableau.")
NOTHING = _m("Il n’y a rien à importer : le tableau est vide.")


class TableRefused(Exception):
    """A table that is not read: a French sentence marked for translation, and the values it takes."""

    def __init__(self, text: str, **values: str | int) -> None:
        super().__init__(text % values)
        self.text = text
        self.values = values


class Row(NamedTuple):
    """One row: its ``number`` from 1 as people see it, and its texts from the first column of the table."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are not empty, all as wide as each other; ``notes`` are marked texts about the reading."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    #: How many empty columns stood before the first one.
    indent: int = 0


def table_of(raw: Iterable[Sequence[str]], notes: Sequence[str] = ()) -> Table:
    """Return the table in raw rows (the first is row 1): empty rows left out, empty columns around it too, the others made as wide.

    Raises :class:`TableRefused` when nothing is left, when a cell is too large or when there are too many.
    """
    kept = [Row(number, tuple(cells)) for number, cells in enumerate(raw, 1) if any(cell.strip() for cell in cells)]
    if not kept:
        raise TableRefused(NOTHING)
    filled = [[place for place, cell in enumerate(row.cells) if cell.strip()] for row in kept]
    first, last = min(places[0] for places in filled), max(places[-1] for places in filled)
    width = last + 1 - first
    if sum(map(len, filled)) > MOST_CELLS or width * len(kept) > MOST_PLACES:
        raise TableRefused(TOO_MANY_CELLS)
    rows = []
    for row in kept:
        cells = row.cells[first : last + 1]
        for place, cell in enumerate(cells):
            if len(cell) > LARGEST_CELL // 4 and len(cell.encode("utf-8", "replace")) > LARGEST_CELL:
                raise TableRefused(CELL_TOO_LARGE, column=first + place + 1, row=row.number)
        rows.append(Row(row.number, cells + ("",) * (width - len(cells))))
    return Table(tuple(rows), tuple(notes), first)
