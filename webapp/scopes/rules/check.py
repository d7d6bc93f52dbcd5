"""The control before publication, the one place that says what is wrong: of a line, as the editor shows it, or of a whole scope.

The reading of LAB REF 08, SH REF 08 and CERT REF 08 is in :mod:`webapp.scopes.rules.flexibility`; the cells are read in
:mod:`webapp.scopes.rules.cells`; codes and words are in :mod:`webapp.scopes.rules.findings`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from webapp.scopes.rules.activities import Activity, ColumnRole, public_cells
from webapp.scopes.rules.cells import cell_findings
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.findings import FINDING_TEXTS, Finding, Severity, blocks
from webapp.scopes.rules.flexibility import NEW_METHODS, Move, Recognised, RuleSet, Verdict, in_force, judge
from webapp.scopes.rules.lines import Difference, Line, difference, duplicate_key
from webapp.scopes.rules.methods import MethodKind
from webapp.scopes.rules.references import parse

__all__ = [
    "FINDING_TEXTS", "Context", "Finding", "Severity", "blocks", "check_line", "check_scope", "context", "general_status_code",
    "published_methods", "verdict",
]  # fmt: skip

_EVIDENCE = (ColumnRole.EVIDENCE_REFERENCE, ColumnRole.EVIDENCE_DATE, ColumnRole.EVIDENCE_PERSON)


@dataclass(frozen=True, slots=True)
class Context:
    """What a line is held to besides itself, the same for a whole control.

    ``recognised``: general line → its recognised methods (absent: none yet, a first definition); ``today`` in Paris and ``sites``
    None when they are not known; ``verdicts`` remembers what was judged.
    """

    rules: RuleSet
    today: date | None = None
    sites: tuple[str, ...] | None = None
    recognised: Mapping[str, Recognised] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], Verdict | None] = field(default_factory=dict)


def context(
    of: Activity,
    generals: Iterable[GeneralFacts],
    published: Mapping[str, Iterable[str]] | None = None,
    *,
    today: date | None = None,
    sites: Iterable[str] | None = None,
) -> Context:
    """Return what the lines of a file are held to.

    ``published``: general line → the references of the version online. Those granted with the general line count first; without
    any, what is online is what was recognised, unless an extension has been decided since.
    """
    known: dict[str, Recognised] = {}
    for general in generals:
        online = () if published is None or general.extended else tuple(published.get(general.code, ()))
        if general.methods or online:
            known[general.code] = Recognised(general.methods or online)
    rules = in_force(of.reference, today or date.max)
    return Context(rules, today, tuple(sites) if sites is not None else None, known)


def general_status_code(general: GeneralFacts | None) -> str | None:
    """Return the finding's code for a line hung on ``general``, or None when that general line is in force."""
    if general is None:
        return "general_unknown"
    if general.status is GeneralStatus.SUSPENDED:
        return "general_suspended"
    return "general_terminated" if general.status is GeneralStatus.TERMINATED else None


def verdict(of: Activity, line: Line, general: GeneralFacts | None, held: Context) -> Verdict | None:
    """Return the verdict on the method of a line (:func:`webapp.scopes.rules.flexibility.judge`), None without a method."""
    column = of.column_of(ColumnRole.METHOD)
    if column is None or general is None or general.flexibility not in held.rules.allows:
        return None
    key = (general.code, line.cells.get(column.key, ""))
    if key not in held.verdicts:
        held.verdicts[key] = judge(held.rules, general.flexibility, key[1], held.recognised.get(general.code))
    return held.verdicts[key]


def check_line(of: Activity, line: Line, general: GeneralFacts | None, held: Context | None = None, *, fresh: bool = True) -> list[Finding]:
    """Return the findings that need nothing but the line and what it is held to: the editor shows them beside the cell.

    ``fresh``: the line is new or changed since the version online, so that a new method in it needs its evidence.
    """
    held = held or context(of, [general] if general is not None else [])
    found: list[Finding] = []
    code = general_status_code(general)
    if code is not None:
        found.append(Finding(code, line.number, params={"general": line.general}))
    found.extend(cell_findings(of, line.number, line.cells, held.today, held.sites))
    judged = verdict(of, line, general, held)
    if judged is not None and general is not None:
        found.extend(_method(of, line, general, judged, first=general.code not in held.recognised))
        if fresh and judged.passes and judged.move in NEW_METHODS and general.code in held.recognised:
            found.extend(_evidence(of, line, general.flexibility))
    return found


def _method(of: Activity, line: Line, general: GeneralFacts, judged: Verdict, *, first: bool) -> Iterator[Finding]:
    column = of.column_of(ColumnRole.METHOD)
    key = column.key if column is not None else ""
    # Under FIXE without granted methods, the line itself is held to what is online: it is told that, once.
    if not judged.passes and (general.flexibility is not Flexibility.FIXE or general.methods):
        yield Finding(judged.code, line.number, key, params=dict(judged.params))
    if judged.passes and judged.move is Move.RECOGNISED and not first:
        for method in parse(line.cells.get(key, "")):
            if method.kind is MethodKind.WORDS:
                yield Finding("method_words", line.number, key, Severity.WARNING, {"text": str(method)})


def _evidence(of: Activity, line: Line, level: Flexibility) -> Iterator[Finding]:
    """Yield what a new method lacks, by what the activity asks for at that level."""
    asked = of.evidence.get(level)
    if asked is None:
        return
    severity = Severity.BLOCKING if asked == "required" else Severity.WARNING
    for role in _EVIDENCE:
        column = of.column_of(role)
        if column is not None and not line.cells.get(column.key):
            yield Finding(f"evidence_{asked}", line.number, column.key, severity, {"level": str(level), "column": column.label})


def _duplicates(lines: Iterable[Line]) -> Iterable[Finding]:
    first: dict[str, int] = {}
    for line in lines:
        if not any(public_cells(line.cells).values()):
            continue
        key = duplicate_key(line.general, line.cells)
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


def published_methods(of: Activity, lines: Iterable[Line]) -> dict[str, list[str]]:
    """Return the references that the lines of a version hold, by general line."""
    column = of.column_of(ColumnRole.METHOD)
    found: dict[str, list[str]] = {}
    for line in lines:
        reference = line.cells.get(column.key, "") if column is not None else ""
        if reference:
            found.setdefault(line.general, []).append(reference)
    return found


def check_scope(
    of: Activity,
    lines: Sequence[Line],
    generals: Sequence[GeneralFacts],
    baseline: Sequence[Line] | None = None,
    baseline_version: int | None = None,
    *,
    today: date | None = None,
    sites: Iterable[str] | None = None,
) -> list[Finding]:
    """Return everything to say before the publication of ``lines``, whole-scope findings first, then in their order.

    ``baseline`` holds the lines of the version last online (None when nothing ever was): with one, FIXE lines are held
    to it. ``today`` (in Paris) is the day the version would take effect; ``sites`` are the names of the file's sites.
    """
    by_code = {general.code: general for general in generals}
    found = _scope_findings(lines, generals)
    changes = difference(baseline or (), lines)
    fresh = {line.number for line in changes.added} | {change.after.number for change in changes.changed}
    held = context(of, generals, published_methods(of, baseline or ()), today=today, sites=sites)
    per_line: dict[int, list[Finding]] = {
        line.number: check_line(of, line, by_code.get(line.general), held, fresh=line.number in fresh) for line in lines
    }
    late = list(_duplicates(lines))
    if baseline is not None:
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
