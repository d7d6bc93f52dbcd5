"""Which column of a table is which, by its heading; what an exported table says of itself."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from webapp.folding import fold
from webapp.scopes.rules.activities import Activity
from webapp.tables.table import Row

#: Columns that are no cells of a line. Their headings are part of the format of our exports: they are not translated.
LINE, VERSION, GENERAL, DELETE, FILE, PROBLEMS = "@line", "@version", "@general", "@delete", "@file", "@problems"
HEADINGS = {
    FILE: "Dossier",
    LINE: "Ligne",
    VERSION: "Version",
    GENERAL: "Portée générale",
    DELETE: "Supprimer",
    PROBLEMS: "À corriger",
}
_ALSO = {
    LINE: ("N° de ligne", "Numéro de ligne", "N° ligne", "Ligne n°"),
    VERSION: ("Version de la ligne",),
    GENERAL: ("Repère", "Ligne de portée générale", "Ligne de la portée générale", "Repère de la portée générale"),
    FILE: ("Numéro de dossier", "N° de dossier", "Numéro d’accréditation"),
    DELETE: ("Supprimer (x)", "À supprimer"),
}
#: A heading stands among the first rows: above it there may be a title, a date, a logo.
_DEEPEST = 20
_FEWEST = 2
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A table as it was read: what an import keeps until it is carried out or forgotten.

    ``marks`` names places (row, column from 1) of which the reader has something to say; ``versions`` those of the lines when the table
    was exported (line → version), ``file`` the number of the file it was exported from, ``next_line`` the first number not yet given then.
    """

    rows: tuple[Row, ...]
    indent: int = 0
    sheet: str = ""
    notes: tuple[str, ...] = ()
    marks: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    file: str = ""
    exported_at: str = ""
    next_line: int = 0
    versions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Columns:
    """``keys``: place in the rows → key of the column; ``header``: the number of the row of headings, None when there is none.

    ``unknown`` and ``repeated`` are headings that are not imported, with their places; the unknown ones differ by :func:`name_of`.
    """

    header: int | None
    keys: Mapping[int, str]
    unknown: Mapping[int, str] = field(default_factory=dict)
    repeated: Mapping[int, str] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[str, ...]:
        """The keys of the line's own columns that the table has."""
        return tuple(key for key in self.keys.values() if not key.startswith("@"))

    def place(self, key: str) -> int | None:
        """Return where a column stands in the rows, None when the table does not have it."""
        return next((place for place, found in self.keys.items() if found == key), None)


def _norm(heading: str) -> str:
    return _NOT_WORD.sub(" ", fold(heading)).strip()


def _known(of: Activity) -> dict[str, str]:
    """Return normalised heading → key; a column is also known by its key, and by its label without what is in brackets."""
    known: dict[str, str] = {}
    for column in of.columns:
        for heading in (column.label, column.key, re.sub(r"\(.*?\)", "", column.label)):
            known.setdefault(_norm(heading), column.key)
    for key, heading in HEADINGS.items():
        for name in (heading, *_ALSO.get(key, ())):
            known.setdefault(_norm(name), key)
    return known


def recognise(of: Activity, rows: Sequence[Row]) -> Columns | None:
    """Return the columns of a table by its row of headings, in any order; None when no row looks like one."""
    known = _known(of)
    best: tuple[int, Row | None] = (0, None)
    for row in rows[:_DEEPEST]:
        score = len({known[_norm(cell)] for cell in row.cells if _norm(cell) in known})
        if score > best[0]:
            best = (score, row)
    score, heading = best
    if heading is None or score < min(_FEWEST, sum(1 for cell in heading.cells if cell.strip())):
        return None
    return _columns(known, heading)


def unnamed(of: Activity, rows: Sequence[Row]) -> Columns | None:
    """Return the columns of a table whose headings are unknown but for one, to be named by hand; None when no row could be headings."""
    heading = next((row for row in rows[:_DEEPEST] if sum(1 for cell in row.cells if cell.strip()) >= _FEWEST), None)
    return _columns(_known(of), heading) if heading is not None else None


def _columns(known: Mapping[str, str], heading: Row) -> Columns:
    keys: dict[int, str] = {}
    unknown: dict[int, str] = {}
    repeated: dict[int, str] = {}
    for place, cell in enumerate(heading.cells):
        name = cell.strip()
        key = known.get(_norm(cell))
        if key in keys.values() or (name and name_of(name) in map(name_of, unknown.values())):
            repeated[place] = name
        elif key is not None:
            keys[place] = key
        elif name:
            unknown[place] = name
    return Columns(heading.number, keys, unknown, repeated)


def name_of(heading: str) -> str:
    """Return what an unknown heading is remembered by, from one table to the next."""
    return (_norm(heading) or heading)[:200]


def free_fields(of: Activity, found: Columns) -> list[str]:
    """Return the keys that an unknown column may be given by hand: those that no heading names."""
    return [key for key in (GENERAL, *of.keys, LINE, DELETE) if found.place(key) is None]


def named(found: Columns, chosen: Mapping[str, str], free: Collection[str]) -> Columns:
    """Return the columns with those that were named by hand (``chosen``: :func:`name_of` → key); a field goes to the first that asks."""
    keys = dict(found.keys)
    for place, heading in found.unknown.items():
        key = chosen.get(name_of(heading), "")
        if key in free and key not in keys.values():
            keys[place] = key
    return replace(found, keys=keys, unknown={place: heading for place, heading in found.unknown.items() if place not in keys})


def by_position(of: Activity, width: int, start: str = "") -> Columns:
    """Return the columns of a block without headings: those of the activity from ``start`` on (empty: from the first)."""
    first = of.keys.index(start) if start in of.keys else 0
    keys = dict(enumerate(of.keys[first:][:width]))
    return Columns(None, keys, {place: str(place + 1) for place in range(len(keys), width)})


def best_sheet(of: Activity, sheets: Iterable[tuple[str, bool, Sequence[Row]]]) -> str | None:
    """Return the name of the visible sheet whose headings match best (name, hidden, rows); None when none has headings."""
    scored = [
        (len(set(found.keys.values())), name) for name, hidden, rows in sheets if not hidden and (found := recognise(of, rows)) is not None
    ]
    return max(scored, key=lambda item: item[0])[1] if scored else None


#: The hidden sheet by which an exported workbook is known, and the version of its layout.
META_SHEET = "guichet"
META_FORMAT = 1
_LINE_MARK = "ligne"


def meta_rows(file: str, exported_at: str, next_line: int, versions: Iterable[tuple[int, int]]) -> list[list[str | int]]:
    """Return what the hidden sheet of an export holds; :func:`read_meta` reads it back."""
    head: list[list[str | int]] = [["format", META_FORMAT], ["dossier", file], ["exporté", exported_at], ["suivante", next_line]]
    return head + [[_LINE_MARK, number, version] for number, version in versions]


def read_meta(rows: Iterable[Sequence[str]]) -> dict[str, object]:
    """Return the fields of :class:`Source` that a hidden sheet gives; what does not read as ours is left out."""
    found: dict[str, object] = {}
    versions: dict[int, int] = {}
    for row in rows:
        match [cell for cell in row if cell]:
            case ["dossier", value]:
                found["file"] = value
            case ["exporté", value]:
                found["exported_at"] = value
            case ["suivante", value] if whole(value) is not None:
                found["next_line"] = whole(value)
            case [mark, number, version] if mark == _LINE_MARK and whole(number) and whole(version):
                versions[whole(number) or 0] = whole(version) or 0
    return found | {"versions": versions}


def whole(text: str) -> int | None:
    """Return the whole number that a cell shows, or None: « 12 », « 12,0 », « n° 12 »."""
    bare = re.sub(r"[,.]0+$", "", text.strip().removeprefix("n°").strip())
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 10 else None
