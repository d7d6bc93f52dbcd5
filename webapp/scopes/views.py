"""What the templates of the scopes counter are given: plain values, ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.scopes.queries import AnyRow, FileHead
from webapp.scopes.rules.activities import Activity, Column, activity
from webapp.scopes.rules.check import FINDING_TEXTS, Context, Finding, Severity, check_line, verdict
from webapp.scopes.rules.decisions import GENERAL_STATUS_LABELS, GeneralFacts, GeneralStatus
from webapp.scopes.rules.flexibility import VERDICT_TEXTS, Verdict
from webapp.scopes.rules.lines import Line
from webapp.scopes.rules.merge import Fate
from webapp.scopes.rules.states import STATE_CHIPS, STATE_LABELS, Draft, Online
from webapp.scopes.rules.values import items
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
    return (
        Chip(_("Brouillon : v%(version)s, sans changement", version=head.draft_version), "q")
        if head.facts.online is Online.PUBLISHED
        else None
    )


@dataclass(frozen=True, slots=True)
class RowView:
    """A line in reading mode: ``cells`` in the order of the public columns; ``marks`` whole-line words, ``notes`` those of one column.

    ``verdict`` is the sentence on its method, ``told`` when it is to be read at once: the line is new or changed.
    """

    number: int
    version: int
    cells: Sequence[str]
    notes: Mapping[str, str]
    marks: Sequence[Chip]
    blocked: bool
    verdict: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class RowForm:
    """A line whose cells are fields. ``number`` None: a new one. ``theirs`` and ``base`` are set after a conflict.

    ``general`` is the code of the general line that it hangs on, ``chosen`` the one asked for among ``choices`` (code, label).
    ``sites`` are the names of the file's sites; ``fates`` tell after a conflict what became of each cell.
    """

    number: int | None
    version: int
    values: Mapping[str, str]
    general: str
    general_id: int
    after: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    verdict: str = ""
    theirs: Mapping[str, str] | None = None
    base: Mapping[str, str] | None = None
    who: str = ""
    at: Any = None
    gone: bool = False
    chosen: str = ""
    choices: Sequence[tuple[str, str]] = ()
    sites: tuple[str, ...] = ()
    fates: Mapping[str, Fate] = field(default_factory=dict)

    def listed(self, column: Column) -> list[tuple[str, bool, bool]]:
        """Return what a list column offers, as (value, chosen, known): what the cell holds besides stays chosen, and is marked."""
        held, offered = items(self.values.get(column.key, ""), several=column.several), column.choices(self.sites)
        return [(value, value in held, True) for value in offered] + [(value, True, False) for value in held if value not in offered]

    @property
    def told(self) -> set[str]:
        """The keys of the cells about which something is said."""
        return {*self.errors, *self.notes, *(key for key, fate in self.fates.items() if fate in (Fate.CONFLICT, Fate.THEIRS))}

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


def row_findings(of: Activity, row: AnyRow, general: GeneralFacts, held_to: Context, *, held: bool) -> list[Finding]:
    """Return what the control says of a draft line. ``held``: a version is or was online, so FIXE holds the line."""
    added, changed = row.published_digest is None, row.published_digest != row.digest
    findings = check_line(of, Line(row.number, general.code, row.cells), general, held_to, fresh=changed)
    if row.twin is not None and row.twin < row.number:
        findings.append(Finding("duplicate", row.number, params={"other": row.twin}))
    if held and changed and general.flexibility == "FIXE" and not general.extended:
        findings.append(Finding("fixed_added" if added else "fixed_changed", row.number, params={"general": general.code}))
    return findings


def verdict_words(judged: Verdict | None) -> str:
    """Return a verdict's sentence in the reader's words, nothing without a method."""
    return str(_(VERDICT_TEXTS[judged.code], **judged.params)) if judged is not None else ""


def row_view(of: Activity, row: AnyRow, general: GeneralFacts, words: Mapping[str, Chip], held_to: Context, *, held: bool) -> RowView:
    """Return a draft line as it is read, with what the control says of it."""
    cells: Mapping[str, str] = row.cells
    added, changed = row.published_digest is None, row.published_digest != row.digest
    findings = row_findings(of, row, general, held_to, held=held)
    judged = verdict(of, Line(row.number, general.code, cells), general, held_to)
    notes = {finding.column: words_of(finding) for finding in findings if finding.column}
    shown = {column.key for column in of.public_columns}
    marks = [_mark(finding) for finding in findings if finding.column not in shown]
    if not findings:
        marks = [words[("added" if added else "changed") if changed and held else "plain"]]
    blocked = any(finding.severity is Severity.BLOCKING for finding in findings)
    if blocked and not marks:
        marks = [words["wrong"]]
    texts = [cells.get(column.key, "") for column in of.public_columns]
    sentence = (
        verdict_words(judged) if judged is not None and (judged.passes or judged.code not in {item.code for item in findings}) else ""
    )
    return RowView(
        row.number,
        row.version,
        texts,
        notes,
        marks,
        blocked,
        sentence,
        told=bool(sentence) and changed and judged is not None and judged.code != "pass_first",
    )


def _mark(finding: Finding) -> Chip:
    return Chip(words_of(finding), "late" if finding.severity is Severity.BLOCKING else "soon")


def groups(
    head: FileHead,
    generals: Sequence[AnyRow],
    rows: Sequence[AnyRow],
    facts: Mapping[int, GeneralFacts],
    held_to: Context,
    *,
    empty_too: bool,
) -> list[GroupView]:
    """Gather a page of draft lines under their general lines; ``empty_too``: also the general lines without any line."""
    of = activity(head.activity)
    by_general: dict[int, list[RowView]] = {}
    held, words = head.online_version > 0, quiet_chips()
    for row in rows:
        by_general.setdefault(row.general_line_id, []).append(row_view(of, row, facts[row.general_line_id], words, held_to, held=held))
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


def table_keys() -> list[tuple[str, str]]:
    """Return the keys of the table and what each does."""
    return [
        ("← ↑ → ↓", _("passer d’une case à l’autre ; Début et Fin vont au bout de la ligne, avec Ctrl au bout de la page")),
        (_("Entrée ou F2"), _("ouvrir la ligne sur cette case ; taper un caractère remplace la case")),
        (_("Entrée, dans une case ouverte"), _("enregistrer la ligne et descendre")),
        ("Tab", _("passer à la case suivante ; après la dernière, enregistrer et ouvrir la ligne suivante")),
        (_("Échap"), _("rendre la ligne comme elle était ; sur le tableau, tout décocher")),
        (_("Espace"), _("cocher ou décocher la ligne")),
        (_("Maj+↑, Maj+↓, Maj+clic"), _("cocher plusieurs lignes à la suite ; Ctrl+A coche toute la page")),
        ("Ctrl+D", _("recopier dans les lignes cochées la case de la première, ou dans cette case celle du dessus")),
        ("Ctrl+C", _("copier les lignes cochées, ou la case, pour un tableur")),
        ("Ctrl+V", _("coller une case, ou un bloc de cases copié d’un tableur")),
        ("Ctrl+Z", _("annuler votre dernière étape ; Ctrl+Y la rétablit")),
    ]


def field_names(columns: Sequence[Column]) -> dict[str, str]:
    """Return key → name of the form field; the prefix keeps cells apart from the form's own fields."""
    return {column.key: f"c-{column.key}" for column in columns}
