"""Steps and presences in the reader's words."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.scopes.comparison import parts_of, said
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.queries.steps import BarFacts, Elsewhere, StepName
from webapp.scopes.rules.steps import STEP_LABELS, StepKind
from webapp.scopes.rules.words import Part


def lines_words(count: int, first: int) -> str:
    """Say which lines: the number of one, how many of several."""
    return str(ngettext("ligne %(first)d", "%(num)d lignes", count, first=first))


def step_words(step: StepName) -> str:
    """Name a step: « Modification, ligne 12 »."""
    return f"{_(STEP_LABELS[step.kind])}, {lines_words(step.lines, step.first)}"


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step in the history: what was done, to which lines, by whom; ``again`` when taking it back is doing something again."""

    id: int
    at: datetime
    who: str
    words: str
    note: str
    undone: bool
    again: bool
    may_take_back: bool


def step_row(row: AnyRow, floor: int, *, editable: bool) -> StepRow:
    """Return a step as the history shows it. ``floor``: the last step that is in a version and can no longer be taken back."""
    words = f"{_(STEP_LABELS[row.kind])}, {lines_words(row.line_count, row.first or 0)}"
    if row.taken_kind is not None:
        words = _("%(step)s de l’étape « %(taken)s »", step=words, taken=_(STEP_LABELS[row.taken_kind]).lower())
    again = row.kind is StepKind.UNDO
    return StepRow(row.id, row.at, row.actor_name, words, row.note, not row.in_effect, again, editable and row.in_effect and row.id > floor)


@dataclass(frozen=True, slots=True)
class StepLine:
    """What a step did to one line: ``what`` became of it, and its values, marked; ``live`` when the line is there afterwards."""

    number: int
    what: str
    values: Sequence[tuple[str, Sequence[Part]]]
    live: bool


def step_line(row: AnyRow, codes: Mapping[int, str], labels: Mapping[str, str]) -> StepLine:
    """Return a line of a step. ``codes``: id → code of the file's general lines; ``labels``: key → label of its columns."""
    before, after = (_image_said(image, codes) for image in (row.before, row.after))
    values = parts_of(before, after, labels)
    if not before and after:
        what = _("ajoutée") if row.before is None else _("rétablie")
    elif before and not after:
        what = _("supprimée")
    else:
        what = _("modifiée") if values else _("déplacée")
    return StepLine(row.line_number, what, values, bool(after))


def _image_said(image: Mapping[str, Any] | None, codes: Mapping[int, str]) -> dict[str, str]:
    return said(codes[image["general"]], image["cells"]) if image is not None and not image["deleted"] else {}


@dataclass(frozen=True, slots=True)
class Presence:
    """Who else is there, and what they changed since the page was drawn at step ``since``. ``mark`` is the same while it says the same."""

    here: Sequence[tuple[str, int | None]]
    changed: Sequence[Elsewhere]
    seen: Mapping[int, int]
    since: int

    @property
    def mark(self) -> str:
        """What two showings are compared by."""
        text = repr((list(self.here), [(one.line, one.step) for one in self.changed]))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def on_lines(facts: BarFacts) -> dict[int, str]:
    """Return who has which line open."""
    found: dict[int, list[str]] = {}
    for name, line in facts.here:
        if line:
            found.setdefault(line, []).append(name)
    return {line: ", ".join(names) for line, names in found.items()}
