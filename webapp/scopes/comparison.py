"""The difference of two states of a file, as pages, prints and workbooks show it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.scopes.queries.versions import Contents
from webapp.scopes.rules.activities import private_keys
from webapp.scopes.rules.lines import Change, Difference, Line, difference
from webapp.scopes.rules.lives import Event
from webapp.scopes.rules.words import Part, marked
from webapp.spreadsheet import Cell, Sheet
from webapp.texts import mark as _m

#: Lines that a page of differences shows.
PAGE_CHANGES = 50


class Kind(StrEnum):
    """What became of a line."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REORDERED = "reordered"
    REMOVED = "removed"


KIND_LABELS: dict[Kind, str] = {
    Kind.ADDED: _m("Ajoutée"),
    Kind.CHANGED: _m("Modifiée"),
    Kind.MOVED: _m("Rattachée ailleurs"),
    Kind.REORDERED: _m("Déplacée"),
    Kind.REMOVED: _m("Supprimée"),
}
KIND_CHIPS: dict[Kind, str] = {Kind.ADDED: "ok", Kind.CHANGED: "soon", Kind.MOVED: "soon", Kind.REORDERED: "q", Kind.REMOVED: "late"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that differs, with the general line that it is told under: the new one, or the old one when it ended."""

    kind: Kind
    group: str
    before: Line | None
    after: Line | None

    @property
    def number(self) -> int:
        """Its permanent number."""
        line = self.after or self.before
        assert line is not None
        return line.number


@dataclass(frozen=True, slots=True)
class RowView:
    """One line that differs: the parts of each cell in the order of the columns, and where it came from when it was moved."""

    number: int
    kind: Kind
    cells: Sequence[Sequence[Part] | str]
    origin: str
    ended: bool

    @property
    def label(self) -> str:
        """What became of it, in words."""
        return str(_(KIND_LABELS[self.kind]))

    @property
    def chip(self) -> str:
        """The kind of chip that carries the words."""
        return KIND_CHIPS[self.kind]


@dataclass(frozen=True, slots=True)
class GroupView:
    """The lines of one general line that differ."""

    code: str
    title: str
    rows: Sequence[RowView]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states compared: ``entries`` by general line, ``columns`` their keys and labels, ``titles`` those of the general lines."""

    changes: Difference
    entries: Sequence[Entry]
    columns: Mapping[str, str]
    titles: Mapping[str, str]
    unchanged: int

    def groups(self, offset: int = 0, size: int | None = PAGE_CHANGES) -> list[GroupView]:
        """Return the entries of one page (``size`` None: all of them) under their general lines, with word marks."""
        shown = self.entries[offset : None if size is None else offset + size]
        by_code: dict[str, list[RowView]] = {}
        for entry in shown:
            by_code.setdefault(entry.group, []).append(_row(entry, [*self.columns]))
        return [GroupView(code, self.titles.get(code, ""), rows) for code, rows in by_code.items()]

    @property
    def summary(self) -> str:
        """Say in one sentence how many lines differ, and how."""
        changes = self.changes
        return counts_in_words(len(changes.added), len(changes.changed), len(changes.removed), changes.moved, len(changes.reordered))


def counts_in_words(added: int, changed: int, removed: int, moved: int = 0, reordered: int = 0) -> str:
    """Say how many lines differ, and how; ``moved`` are those of the changed ones that went to another general line."""
    counts = (
        (added, ngettext("%(num)s ligne ajoutée", "%(num)s lignes ajoutées", added)),
        (changed, ngettext("%(num)s ligne modifiée", "%(num)s lignes modifiées", changed)),
        (moved, ngettext("dont %(num)s rattachée ailleurs", "dont %(num)s rattachées ailleurs", moved)),
        (removed, ngettext("%(num)s ligne supprimée", "%(num)s lignes supprimées", removed)),
        (reordered, ngettext("%(num)s ligne déplacée", "%(num)s lignes déplacées", reordered)),
    )
    return ", ".join(words for count, words in counts if count) or str(_("aucune ligne ne change"))


def compared(before: Contents, after: Contents) -> Comparison:
    """Compare two states of a file."""
    titles = {general.code: general.title for general in (*before.generals, *after.generals)}
    return comparison(before.lines, after.lines, titles, {**after.columns, **before.columns}, [item.code for item in after.generals])


def comparison(
    before: Sequence[Line],
    after: Sequence[Line],
    titles: Mapping[str, str],
    columns: Mapping[str, str],
    order: Sequence[str] = (),
    changes: Difference | None = None,
) -> Comparison:
    """Compare two lists of lines; ``order`` is that of the general lines, ``changes`` their difference when it is known already."""
    changes = changes or difference(before, after)
    hidden = private_keys()
    shown = {key: label for key, label in columns.items() if key not in hidden}
    entries = _entries(changes, after, order or [*titles])
    return Comparison(changes, entries, shown, titles, len(after) - len(changes.added) - len(changes.changed) - len(changes.reordered))


def _entries(changes: Difference, after: Sequence[Line], order: Sequence[str]) -> list[Entry]:
    """Return what differs by general line; inside one in the new order, then what ended in the old one."""
    added = {line.number for line in changes.added}
    changed = {change.after.number: change for change in changes.changed}
    reordered = {line.number for line in changes.reordered} - changed.keys()
    found = []
    for line in after:
        if line.number in added:
            found.append(Entry(Kind.ADDED, line.general, None, line))
        elif line.number in changed:
            change = changed[line.number]
            found.append(Entry(Kind.MOVED if change.moved else Kind.CHANGED, line.general, change.before, line))
        elif line.number in reordered:
            found.append(Entry(Kind.REORDERED, line.general, line, line))
    found.extend(Entry(Kind.REMOVED, line.general, line, None) for line in changes.removed)
    places = {code: place for place, code in enumerate(order)}
    return sorted(found, key=lambda entry: places.get(entry.group, len(places)))


def _row(entry: Entry, keys: Sequence[str]) -> RowView:
    line = entry.after or entry.before
    assert line is not None
    cells: list[Sequence[Part] | str] = []
    for key in keys:
        old = entry.before.cells.get(key, "") if entry.before is not None else ""
        new = entry.after.cells.get(key, "") if entry.after is not None else ""
        cells.append(marked(old, new) if entry.before is not None and entry.after is not None and old != new else new or old)
    origin = entry.before.general if entry.kind is Kind.MOVED and entry.before is not None else ""
    return RowView(line.number, entry.kind, cells, origin, ended=entry.after is None)


def sheet(found: Comparison, name: str) -> Sheet:
    """Return the sheet of changes: one row for each cell that differs, text written as text."""
    header = [_("Nature"), _("Ligne"), _("Portée générale"), _("Colonne"), _("Avant"), _("Après")]
    return Sheet(name, header, _sheet_rows(found))


def _sheet_rows(found: Comparison) -> Iterator[Sequence[Cell]]:
    for entry in found.entries:
        label = str(_(KIND_LABELS[entry.kind]))
        if entry.kind is Kind.MOVED and entry.before is not None:
            yield (label, entry.number, entry.group, _("Portée générale"), entry.before.general, entry.group)
        if entry.kind is Kind.REORDERED:
            yield (label, entry.number, entry.group, _("Ordre des lignes"), None, None)
            continue
        for key in _differing(entry):
            old = entry.before.cells.get(key, "") if entry.before is not None else ""
            new = entry.after.cells.get(key, "") if entry.after is not None else ""
            yield (label, entry.number, entry.group, found.columns.get(key, key), old, new)


def _differing(entry: Entry) -> Sequence[str]:
    if entry.before is not None and entry.after is not None:
        return Change(entry.before, entry.after).keys
    line = entry.after or entry.before
    assert line is not None
    hidden = private_keys()
    return [key for key, value in line.cells.items() if value and key not in hidden]


def value_parts(event: Event, labels: Mapping[str, str]) -> list[tuple[str, Sequence[Part]]]:
    """Return what an event changed, by column, word by word."""
    before = said(event.before.general, event.before.cells) if event.before else {}
    after = said(event.after.general, event.after.cells) if event.after else {}
    return parts_of(before, after, labels)


def said(general: str, cells: Mapping[str, str]) -> dict[str, str]:
    """Return all that a line says: the code of its general line under the empty key, then its cells."""
    return {"": general, **cells}


def parts_of(before: Mapping[str, str], after: Mapping[str, str], labels: Mapping[str, str]) -> list[tuple[str, Sequence[Part]]]:
    """Return label and marked text of each value that differs; the general line's key is empty."""
    named = {"": str(_("Portée générale")), **labels}
    keys = [*named, *(key for key in {**before, **after} if key not in named)]
    pairs = ((key, before.get(key, ""), after.get(key, "")) for key in keys)
    return [(named.get(key, key), marked(old, new)) for key, old, new in pairs if old != new]
