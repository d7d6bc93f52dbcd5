"""The control before publication: what is wrong, line by line, in codes that :data:`FINDING_TEXTS` words in French.

The full rules of LAB REF 08, SH REF 08 and CERT REF 08 are not all here. Each one that is here is certain: it never blocks a
line that those documents allow.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from webapp.folding import fold
from webapp.scopes.rules.activities import Activity
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.lines import Difference, Line, difference, duplicate_key
from webapp.texts import mark as _m


class Severity(StrEnum):
    """Whether a finding stops the publication or is only said."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: ``line`` is the permanent number (None: the whole scope), ``column`` the key of the cell, if any."""

    code: str
    line: int | None = None
    column: str = ""
    severity: Severity = Severity.BLOCKING
    params: Mapping[str, str | int] = field(default_factory=dict)


FINDING_TEXTS: dict[str, str] = {
    "empty_scope": _m("La portée détaillée ne contient aucune ligne."),
    "required": _m("Renseignez « %(column)s »."),
    "too_long": _m("« %(column)s » dépasse %(limit)s caractères (%(length)s)."),
    "general_unknown": _m("La ligne de portée générale %(general)s n’existe pas."),
    "general_suspended": _m("La ligne de portée générale %(general)s est suspendue."),
    "general_terminated": _m("La ligne de portée générale %(general)s est résiliée."),
    "general_empty": _m("Aucune ligne détaillée sous la portée générale %(general)s."),
    "duplicate": _m("Identique à la ligne %(other)s."),
    "fixed_added": _m("Portée %(general)s FIXE : une ligne nouvelle demande une décision d’extension."),
    "fixed_changed": _m("Portée %(general)s FIXE : une modification demande une décision d’extension."),
    "internal_method": _m("Méthode interne : demande %(needed)s."),
    "unchanged": _m("Rien n’a changé depuis la version %(version)s."),
}

#: How bodies name a method of their own. Standards never begin or read like this.
_INTERNAL = re.compile(r"\b(?:methodes? internes?|procedures? internes?|mode operatoire interne|mo-\d+)\b")


@lru_cache(maxsize=4096)  # a page asks it of a hundred references, again and again the same
def is_internal_method(reference: str) -> bool:
    """Tell whether a reference names a method of the body's own (« Méthode interne MO-17 »)."""
    return _INTERNAL.search(fold(reference)) is not None


def general_status_code(general: GeneralFacts | None) -> str | None:
    """Return the finding's code for a line hung on ``general``, or None when that general line is in force."""
    if general is None:
        return "general_unknown"
    if general.status is GeneralStatus.SUSPENDED:
        return "general_suspended"
    return "general_terminated" if general.status is GeneralStatus.TERMINATED else None


def check_line(of: Activity, line: Line, general: GeneralFacts | None) -> list[Finding]:
    """Return the findings that need nothing but the line and its general line: the editor shows them beside the cell."""
    found: list[Finding] = []
    code = general_status_code(general)
    if code is not None:
        found.append(Finding(code, line.number, params={"general": line.general}))
    for column in of.columns:
        value = line.cells.get(column.key, "")
        if column.required and not value:
            found.append(Finding("required", line.number, column.key, params={"column": column.label}))
        if len(value) > column.max_length:
            facts: dict[str, str | int] = {"column": column.label, "limit": column.max_length, "length": len(value)}
            found.append(Finding("too_long", line.number, column.key, params=facts))
        wide_enough = general is None or general.flexibility in (of.top_flexibility, Flexibility.FIXE)
        if column.role == "method" and not wide_enough and is_internal_method(value):
            needed = {"needed": str(of.top_flexibility)}
            found.append(Finding("internal_method", line.number, column.key, params=needed))
    return found


def _duplicates(lines: Iterable[Line]) -> Iterable[Finding]:
    first: dict[str, int] = {}
    for line in lines:
        key = duplicate_key(line.general, line.cells)
        if not any(line.cells.values()):
            continue
        if key in first:
            yield Finding("duplicate", line.number, params={"other": first[key]})
        else:
            first[key] = line.number


def _fixed(changes: Difference, generals: Mapping[str, GeneralFacts]) -> Iterable[Finding]:
    """Under FIXE nothing is added or changed by the body itself; removing is always allowed."""

    def held(line: Line) -> bool:
        general = generals.get(line.general)
        return general is not None and general.flexibility is Flexibility.FIXE and not general.extended

    for line in changes.added:
        if held(line):
            yield Finding("fixed_added", line.number, params={"general": line.general})
    for change in changes.changed:
        if held(change.after):
            yield Finding("fixed_changed", change.after.number, params={"general": change.after.general})


def check_scope(
    of: Activity,
    lines: Sequence[Line],
    generals: Sequence[GeneralFacts],
    baseline: Sequence[Line] | None = None,
    baseline_version: int | None = None,
) -> list[Finding]:
    """Return everything to say before the publication of ``lines``, whole-scope findings first, then in their order.

    ``baseline`` holds the lines of the version last online (None when nothing ever was): with one, FIXE lines are held
    to it.
    """
    by_code = {general.code: general for general in generals}
    found = _scope_findings(lines, generals)
    per_line: dict[int, list[Finding]] = {line.number: check_line(of, line, by_code.get(line.general)) for line in lines}
    late = list(_duplicates(lines))
    if baseline is not None:
        changes = difference(baseline, lines)
        late.extend(_fixed(changes, by_code))
        if not changes.count and baseline_version is not None:
            found.append(Finding("unchanged", severity=Severity.WARNING, params={"version": baseline_version}))
    for finding in late:
        if finding.line is not None:
            per_line[finding.line].append(finding)
    return found + [finding for line in lines for finding in per_line[line.number]]


def _scope_findings(lines: Sequence[Line], generals: Sequence[GeneralFacts]) -> list[Finding]:
    if not lines:
        return [Finding("empty_scope")]
    used = {line.general for line in lines}
    return [
        Finding("general_empty", severity=Severity.WARNING, params={"general": general.code})
        for general in generals
        if general.status is GeneralStatus.ACTIVE and general.code not in used
    ]


def blocks(findings: Iterable[Finding]) -> bool:
    """Tell whether some finding stops the publication."""
    return any(finding.severity is Severity.BLOCKING for finding in findings)
