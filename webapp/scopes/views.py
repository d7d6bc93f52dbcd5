"""What the templates of the scopes counter are given: plain values, ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.scopes.queries import AnyRow, FileHead, facts_of
from webapp.scopes.rules.activities import Activity, Column, activity
from webapp.scopes.rules.check import FINDING_TEXTS, Finding, Severity, check_line
from webapp.scopes.rules.decisions import GENERAL_STATUS_LABELS, GeneralFacts, GeneralStatus
from webapp.scopes.rules.lines import Line
from webapp.scopes.rules.states import STATE_CHIPS, STATE_LABELS, Draft, Online
from webapp.web.i18n import paris


@dataclass(frozen=True, slots=True)
class Chip:
    """A word in its colour."""

    text: str
    kind: str


def words_of(finding: Finding) -> str:
    """Return a finding in the reader's words."""
    return str(_(FINDING_TEXTS[finding.code], **finding.params))


def state_chip(head: FileHead) -> Chip:
    """Return the chip of the file's state (FX-8c)."""
    return Chip(str(_(STATE_LABELS[head.state])), STATE_CHIPS[head.state])


def fact_chips(head: FileHead) -> list[Chip]:
    """Return what is online and where the draft stands, in words."""
    return [chip for chip in (_online_chip(head), _draft_chip(head)) if chip is not None]


def _online_chip(head: FileHead) -> Chip | None:
    version = head.online_version
    if head.facts.online is Online.PUBLISHED:
        return Chip(_("En ligne : v%(version)s", version=version), "ok")
    if head.facts.online is Online.WITHDRAWN:
        return Chip(_("v%(version)s retirée du registre", version=version), "late")
    if head.facts.online is Online.CLOSED:
        return Chip(_("Portée fermée"), "q")
    return Chip(_("Rien en ligne"), "q")


def _draft_chip(head: FileHead) -> Chip | None:
    if head.facts.draft is Draft.REQUESTED and head.effective_at is not None:
        words = _("v%(version)s demandée, en ligne %(day)s", version=head.version_number, day=paris(head.effective_at))
        return Chip(words, "soon")
    if head.facts.draft is Draft.EDITING:
        changed = ngettext("%(num)s ligne changée", "%(num)s lignes changées", head.changed) if head.changed else _("ordre changé")
        return Chip(_("Brouillon : v%(version)s, %(changed)s", version=head.draft_version, changed=changed), "soon")
    return None


@dataclass(frozen=True, slots=True)
class RowView:
    """A line in reading mode: ``cells`` in the order of the columns; ``marks`` whole-line words, ``notes`` those of one column."""

    number: int
    version: int
    cells: Sequence[str]
    notes: Mapping[str, str]
    marks: Sequence[Chip]
    blocked: bool


@dataclass(frozen=True, slots=True)
class RowForm:
    """A line whose cells are fields. ``number`` None: a new one. ``theirs`` and ``base`` are set after a conflict.

    ``general`` is the code of the general line that it hangs on, ``chosen`` the one asked for among ``choices`` (code, label).
    """

    number: int | None
    version: int
    values: Mapping[str, str]
    general: str
    general_id: int
    after: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] | None = None
    base: Mapping[str, str] | None = None
    who: str = ""
    at: Any = None
    gone: bool = False
    chosen: str = ""
    choices: Sequence[tuple[str, str]] = ()

    @property
    def dom_id(self) -> str:
        """The id of its ``<tr>``."""
        return f"l{self.number}" if self.number is not None else f"n{self.general_id}"


@dataclass(frozen=True, slots=True)
class GroupView:
    """The lines of one general line on this page."""

    id: int
    code: str
    title: str
    flexibility: str
    status: Chip | None
    total: int
    rows: Sequence[RowView]
    open: bool

    @property
    def last(self) -> int | str:
        """The line after which a new one comes, or nothing when the group is empty here."""
        return self.rows[-1].number if self.rows else ""

    def has(self, number: int | None) -> bool:
        """Tell whether the line is among those of this page."""
        return any(row.number == number for row in self.rows)


def general_status_chip(status: GeneralStatus) -> Chip | None:
    """Return the chip of a general line that is not in force."""
    if status is GeneralStatus.ACTIVE:
        return None
    return Chip(str(_(GENERAL_STATUS_LABELS[status])), "late")


def quiet_chips() -> dict[str, Chip]:
    """Return the chips that most rows carry, looked up once a page."""
    return {
        "plain": Chip(_("Sans remarque"), "ok"),
        "added": Chip(_("Ajoutée"), "soon"),
        "changed": Chip(_("Modifiée"), "soon"),
        "wrong": Chip(_("À corriger"), "late"),
    }


def row_view(of: Activity, row: AnyRow, general: GeneralFacts, words: Mapping[str, Chip], *, held: bool) -> RowView:
    """Return a draft line with what the control says of it. ``held``: a version is or was online, so FIXE holds the line."""
    cells: Mapping[str, str] = row.cells
    findings = check_line(of, Line(row.number, general.code, cells), general)
    if row.twin is not None and row.twin < row.number:
        findings.append(Finding("duplicate", row.number, params={"other": row.twin}))
    added, changed = row.published_digest is None, row.published_digest != row.digest
    if held and changed and general.flexibility == "FIXE" and not general.extended:
        findings.append(Finding("fixed_added" if added else "fixed_changed", row.number, params={"general": general.code}))
    notes = {finding.column: words_of(finding) for finding in findings if finding.column}
    marks = [Chip(words_of(finding), "late") for finding in findings if not finding.column]
    if not findings:
        marks = [words[("added" if added else "changed") if changed and held else "plain"]]
    blocked = any(finding.severity is Severity.BLOCKING for finding in findings)
    if blocked and not marks:
        marks = [words["wrong"]]
    return RowView(row.number, row.version, [cells.get(key, "") for key in of.keys], notes, marks, blocked)


def groups(head: FileHead, generals: Sequence[AnyRow], rows: Sequence[AnyRow], *, empty_too: bool) -> list[GroupView]:
    """Gather a page of draft lines under their general lines; ``empty_too``: also the general lines without any line."""
    of = activity(head.activity)
    by_general: dict[int, list[RowView]] = {}
    facts = {general.id: facts_of(general, head.requested_at) for general in generals}
    held, words = head.online_version > 0, quiet_chips()
    for row in rows:
        by_general.setdefault(row.general_line_id, []).append(row_view(of, row, facts[row.general_line_id], words, held=held))
    return [
        GroupView(
            general.id,
            general.code,
            general.title,
            general.flexibility.value,
            general_status_chip(general.status),
            general.lines,
            by_general.get(general.id, []),
            general.status is GeneralStatus.ACTIVE,
        )
        for general in generals
        if general.id in by_general or (empty_too and not general.lines)
    ]


def general_choices(generals: Sequence[AnyRow], present: str) -> list[tuple[str, str]]:
    """Return the general lines that a line may hang on: those in force, and the one it hangs on at present."""
    return [
        (general.code, f"{general.code} — {general.title}")
        for general in generals
        if general.status is GeneralStatus.ACTIVE or general.code == present
    ]


def row_words() -> dict[str, str]:
    """Return the words that every row repeats, looked up once a page."""
    return {"line": _("Ligne"), "verdict": _("Verdict"), "edit": _("Modifier la ligne"), "edit_short": _("Modifier")}


def field_names(columns: Sequence[Column]) -> dict[str, str]:
    """Return key → name of the form field; the prefix keeps cells apart from the form's own fields."""
    return {column.key: f"c-{column.key}" for column in columns}
