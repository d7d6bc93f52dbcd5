"""Reading one row of a table: the line that it names, its cells as the editor would clean them, what is wrong with each."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from webapp.folding import fold
from webapp.scopes.rules.activities import Activity, Kind, clean_value
from webapp.scopes.rules.importing.columns import DELETE, FILE, GENERAL, LINE, VERSION, Columns, Source, whole
from webapp.scopes.rules.importing.draft import Draft, Options
from webapp.scopes.rules.importing.plan import TEXTS, Remark, Weight
from webapp.scopes.rules.values import clean_text
from webapp.tables.table import Row

LONGEST_CELL = 2000
#: Control characters, which become spaces: it is said.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_YES = frozenset({"x", "oui", "o", "vrai", "1", "supprimer", "yes", "true"})
_NO = frozenset({"", "non", "n", "faux", "0", "no", "false", "-"})
_MARKS = {"formulas": "formula", "dates": "date", "unsure": "unsure", "merged": "merged_cell"}


@dataclass(slots=True)
class Read:
    """A row as it reads: the line it names and its version, its cells, what is wrong with it."""

    row: Row
    line: int | None = None
    version: int | None = None
    general: str | None = None
    cells: dict[str, str] = field(default_factory=dict)
    delete: bool = False
    remarks: list[Remark] = field(default_factory=list)

    def say(self, code: str, place: str = "", weight: Weight = Weight.HARD, **params: str | int) -> None:
        """Add a remark on the cell of ``place`` (empty: on the row)."""
        self.remarks.append(Remark(place, TEXTS[code], params, weight))


class Reader:
    """Reads the rows of one table for one draft."""

    def __init__(self, of: Activity, source: Source, columns: Columns, draft: Draft, options: Options) -> None:
        self._source, self._columns, self._draft, self._options = source, columns, draft, options
        self._by_key = {column.key: column for column in of.columns}
        self._codes = {fold(general.code): general.code for general in draft.generals}
        self._versions = {line.number: line.version for line in draft.lines}
        live = [line.number for line in draft.lines if not line.deleted]
        #: The lines over which a block without headings lies.
        self.over = live[live.index(options.start) :] if options.start in live else []
        self._marked = frozenset().union(*source.marks.values())
        self._cleaned: dict[tuple[str, str], str] = {}
        self._special: dict[str, Callable[[Read, str], None]] = {
            LINE: self._read_number,
            VERSION: self._read_version,
            GENERAL: self._read_general,
            DELETE: self._read_deletion,
            FILE: self._read_file,
        }

    def read(self, row: Row) -> Read:
        """Return the row as it reads."""
        read = Read(row)
        for place, key in self._columns.keys.items():
            raw = self._options.edits.get(f"{row.number}/{key}", row.cells[place] if place < len(row.cells) else "")
            text = self._clean(key, raw)
            if key.startswith("@"):
                reader = self._special.get(key)
                if reader is not None and text:
                    reader(read, text)
            else:
                read.cells[key] = text
                self._remark(read, key, place, raw)
        if self._columns.header is None and self.over and row.number <= len(self.over):
            read.line = self.over[row.number - 1]
            read.version = self._versions[read.line]
        elif read.line is not None and read.version is None:
            read.version = self._source.versions.get(read.line)
        return read

    def _clean(self, key: str, raw: str) -> str:
        """Clean a cell as the editor does; the cells of a column are often alike."""
        text = self._cleaned.get((key, raw))
        if text is None:
            column = self._by_key.get(key)
            text = self._cleaned[key, raw] = clean_text(raw) if column is None else clean_value(column, raw)
        return text

    def _read_number(self, read: Read, text: str) -> None:
        read.line = whole(text) or None
        if read.line is None:
            read.say("line_unreadable", LINE, text=text[:40])

    def _read_version(self, read: Read, text: str) -> None:
        read.version = whole(text)
        if read.version is None:
            read.say("version_unreadable", VERSION, text=text[:40])

    def _read_general(self, read: Read, text: str) -> None:
        read.general = self._codes.get(fold(text.partition(" — ")[0]), text)

    def _read_file(self, read: Read, text: str) -> None:
        if text != self._draft.file:
            read.say("other_file", FILE, other=text[:20], file=self._draft.file)

    def _read_deletion(self, read: Read, text: str) -> None:
        folded = fold(text)
        read.delete = folded in _YES
        if folded not in _YES | _NO:
            read.say("delete_unreadable", DELETE, text=text[:40])

    def _remark(self, read: Read, key: str, place: int, raw: str) -> None:
        where = (read.row.number, place + self._source.indent + 1)
        if len(read.cells[key]) > LONGEST_CELL:
            read.say("too_long", key, column=self._by_key[key].label, limit=LONGEST_CELL)
        if _CONTROL.search(raw):
            read.say("control_chars", key, Weight.NOTE)
        if where not in self._marked or f"{read.row.number}/{key}" in self._options.edits:
            return
        if where in self._source.marks.get("errors", ()):
            read.say("formula_error", key)
            return
        for mark, code in _MARKS.items():
            expected = mark == "dates" and self._by_key[key].kind is Kind.DATE
            if where in self._source.marks.get(mark, ()) and not expected:
                read.say(code, key, Weight.NOTE)
