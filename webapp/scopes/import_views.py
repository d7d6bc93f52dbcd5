"""What the pages of an import are given: rows and cells ready to be written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _

from webapp.scopes.rules.activities import Activity
from webapp.scopes.rules.importing.columns import GENERAL, free_fields, name_of
from webapp.scopes.rules.importing.draft import MINE, PRESENCE, THEIRS
from webapp.scopes.rules.importing.plan import STATUS_LABELS, PlannedRow, Remark, Status, Weight
from webapp.scopes.rules.importing.sheets import heading
from webapp.scopes.rules.merge import Value
from webapp.scopes.services.importing import Look
from webapp.scopes.views import Chip

_KINDS = {
    Status.ADDED: "ok",
    Status.CHANGED: "ok",
    Status.MERGED: "ok",
    Status.DELETED: "soon",
    Status.CONFLICT: "late",
    Status.ERROR: "late",
}
#: The words of each status in the address of the preview.
FILTERS: dict[str, Status] = {
    "ajoutees": Status.ADDED,
    "modifiees": Status.CHANGED,
    "fusionnees": Status.MERGED,
    "supprimees": Status.DELETED,
    "conflits": Status.CONFLICT,
    "erreurs": Status.ERROR,
    "doublons": Status.DUPLICATE,
    "inchangees": Status.UNCHANGED,
}


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: what the line would hold, what it holds now when that differs, what is said of it, and how it is answered.

    ``field`` names the answer: a choice for a ``conflict``, a corrected text (``value``) otherwise; empty when there is none to give.
    """

    key: str
    label: str
    text: str
    before: str | None = None
    notes: Sequence[Chip] = ()
    field: str = ""
    value: str = ""
    conflict: Value | None = None


@dataclass(frozen=True, slots=True)
class ImportRowView:
    """One row of the preview; ``presence`` is set while the line itself is in conflict, and ``field`` then names the answer."""

    row: int
    key: str
    line: int | None
    status: Chip
    cells: Sequence[CellView]
    notes: Sequence[Chip]
    failed: bool
    presence: str = ""
    field: str = ""
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column that no heading names, as the preview asks about it: the form's ``field``, the key ``chosen``, the texts it begins with.

    ``taken`` is the heading of the other column that has the chosen field, empty unless there is one.
    """

    field: str
    heading: str
    example: str
    chosen: str
    taken: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows have a fate, and the address word that shows them alone."""

    word: str
    label: str
    kind: str
    count: int


def say(remark: Remark) -> str:
    """Return a remark in the reader's words."""
    return str(_(remark.text, **remark.params)) if remark.params else str(_(remark.text))


def tallies(counts: Mapping[Status, int]) -> list[Tally]:
    """Return the fates that some row has."""
    return [
        Tally(word, str(_(STATUS_LABELS[status])), _KINDS.get(status, "q"), counts[status])
        for word, status in FILTERS.items()
        if counts.get(status)
    ]


def row_view(of: Activity, seen: Look, planned: PlannedRow, *, open_: bool, since: Collection[int] = ()) -> ImportRowView:
    """Return a row as the preview draws it; ``open_``: answers can be given; ``since``: lines changed since the preview was drawn."""
    notes: dict[str, list[Chip]] = {}
    for remark in planned.remarks:
        notes.setdefault(remark.column, []).append(Chip(say(remark), "" if remark.weight is Weight.NOTE else "late"))
    drawing = _Drawing(seen, planned, notes, open_=open_)
    cells = [drawing.cell(GENERAL, str(_("Portée générale"))), *(drawing.cell(column.key, column.label) for column in of.columns)]
    rest = [chip for key, chips in notes.items() if key not in {GENERAL, *of.keys} for chip in chips]
    presence = planned.presence if planned.status is Status.CONFLICT else ""
    return ImportRowView(
        planned.row,
        planned.key,
        planned.line,
        Chip(str(_(STATUS_LABELS[planned.status])), _KINDS.get(planned.status, "q")),
        cells,
        rest,
        planned.status is Status.ERROR,
        presence,
        f"c/{planned.key}/{PRESENCE}" if presence and open_ else "",
        planned.line in since,
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The cells of one row."""

    seen: Look
    planned: PlannedRow
    notes: Mapping[str, Sequence[Chip]] = field(default_factory=dict)
    open_: bool = False

    def cell(self, key: str, label: str) -> CellView:
        """Draw one cell; the general line is known as ``""`` among the values of a line."""
        planned, inner = self.planned, "" if key == GENERAL else key
        text = planned.general if key == GENERAL else planned.cells.get(key, "")
        was = planned.before_general if key == GENERAL else (planned.before or {}).get(key, "")
        notes = self.notes.get(key, ())
        conflict = planned.conflicts.get(inner)
        if conflict is not None:
            return CellView(key, label, text, None, notes, f"c/{planned.key}/{inner}" if self.open_ else "", conflict=conflict)
        changed = planned.before is not None and inner in planned.changed and text != was
        raw = raw_text(self.seen, planned.row, key)
        wrong = planned.status is Status.ERROR and any(note.kind for note in notes)
        answer = f"t/{planned.key}/{key}" if wrong and self.open_ and raw is not None else ""
        return CellView(key, label, text, was if changed else None, notes, answer, _flat(raw or ""))


def instant(text: str) -> datetime | None:
    """Return the instant that an export says it was made at, or None when it says none."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def raw_text(seen: Look, row: int, key: str) -> str | None:
    """Return what the table says in a cell, corrected by the person if it was; None when the table has no such cell."""
    place, cells = seen.columns.place(key), seen.raw.get(row)
    if place is None or cells is None:
        return None
    return seen.options.edits.get(f"{row}/{key}", cells[place])


def answers(form: Mapping[str, str], seen: Look) -> tuple[dict[str, str], dict[str, str]]:
    """Return the choices and the corrected texts after a form: those of before, and what it answers (field → value)."""
    choices, edits = dict(seen.options.choices), dict(seen.options.edits)
    for name, value in form.items():
        kind, _slash, where = name.partition("/")
        row, _slash, key = where.partition("/")
        if kind == "c" and value in (MINE, THEIRS):
            choices[where] = value
            if not form.get(f"o/{where}", "").strip():
                edits.pop(where, None)
        elif kind == "o" and value.strip():
            edits[where] = value
        elif kind == "t" and row.isascii() and row.isdigit() and len(row) < 10:
            known = raw_text(seen, int(row), key)
            if known is not None and _flat(value) != _flat(known):
                edits[where] = value
    return choices, edits


def column_choices(seen: Look) -> list[ColumnChoice]:
    """Return the columns that are to be named by hand; none in a block without headings."""
    if seen.found.header is None:
        return []
    owners = {key: seen.found.unknown.get(place, "") for place, key in seen.columns.keys.items()}
    drawn = []
    for place, title in seen.found.unknown.items():
        key = seen.options.named.get(name_of(title), "")
        taken = owners.get(key, "") if seen.columns.keys.get(place) != key else ""
        drawn.append(ColumnChoice(f"k/{place}", title, _example(seen, place), key, taken))
    return drawn


def _example(seen: Look, place: int) -> str:
    below = (row.cells[place] for row in seen.source.rows if row.number > (seen.found.header or 0))
    return next((_flat(text)[:60] for text in below if text.strip()), "")


def fields(of: Activity, seen: Look) -> list[tuple[str, str]]:
    """Return the fields that a column may be named by hand, as (key, label)."""
    return [(key, heading(of, key)) for key in free_fields(of, seen.found)]


def named(form: Mapping[str, str], seen: Look) -> dict[str, str]:
    """Return which field each unknown column is (name → key, empty: none) after a form: what was said before, and what it says."""
    said = {name_of(title): form.get(f"k/{place}") for place, title in seen.found.unknown.items()}
    return {**seen.options.named, **{name: key[:40] for name, key in said.items() if key is not None}}


def without_empty_columns(rows: Sequence[ImportRowView]) -> tuple[list[str], list[ImportRowView]]:
    """Return the labels of the columns in which some row has something, and the rows with these alone: a page has little width."""
    used = {
        cell.key for row in rows for cell in row.cells if cell.text or cell.before or cell.notes or cell.conflict or cell.key == GENERAL
    }
    labels = [cell.label for cell in rows[0].cells if cell.key in used] if rows else []
    return labels, [replace(row, cells=[cell for cell in row.cells if cell.key in used]) for row in rows]


def _flat(text: str) -> str:
    """Return a text as a field of one line gives it back."""
    return " ".join(text.split())


def settled(seen: Look, side: str) -> dict[str, str]:
    """Return the choices after all open conflicts are settled for one side."""
    choices = dict(seen.options.choices)
    for planned in seen.plan.rows:
        if planned.status is Status.CONFLICT:
            choices |= {f"{planned.key}/{key}": side for key in planned.conflicts}
            if planned.presence:
                choices[f"{planned.key}/{PRESENCE}"] = side
    return choices
