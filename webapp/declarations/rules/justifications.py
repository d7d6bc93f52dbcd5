"""Why a warning is not a mistake: a text tied to a control and to the figures of its cells. Pure.

A justification covers the cells that the control reads, as they were when it was written: it is void as soon as one of them changes,
and holds again if they come back. An agent accepts or refuses it. Next year it is offered again as a beginning, never taken over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from webapp.declarations.rules.controls import Finding
from webapp.declarations.rules.form_models.parts import Control, Severity
from webapp.declarations.rules.language.evaluation import CONTEXT, Missing, Value
from webapp.declarations.rules.sheet import Sheet
from webapp.texts import mark as _m

SHORTEST, LONGEST = 10, 2000
"""Characters of a justification, spaces at its ends left out."""

TOO_SHORT = _m("Expliquez en une phrase au moins (10 caractères).")
TOO_LONG = _m("Cette explication est trop longue (2 000 caractères au plus).")
NOTHING_TO_JUSTIFY = _m("Ce contrôle ne demande pas de justification.")


class Opinion(StrEnum):
    """What an agent said of a justification."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Standing(StrEnum):
    """Where a finding is between its declarant and the agents."""

    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    VOID = "void"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def answers(self) -> bool:
        """Whether the return may be submitted as far as this finding goes."""
        return self in (Standing.NOT_NEEDED, Standing.PENDING, Standing.ACCEPTED)


STANDING_LABELS = {
    Standing.NOT_NEEDED: _m("Sans objet"),
    Standing.MISSING: _m("À justifier"),
    Standing.VOID: _m("À justifier de nouveau : un chiffre a changé"),
    Standing.PENDING: _m("Justifié"),
    Standing.ACCEPTED: _m("Justification acceptée"),
    Standing.REFUSED: _m("Justification refusée"),
}


@dataclass(frozen=True, slots=True)
class Justification:
    """What a declarant wrote about a control, the digest of the cells it covers, what an agent said of it, who wrote it and when."""

    control: str
    text: str
    covers: str
    opinion: Opinion = Opinion.PENDING
    by: str = ""
    at: datetime | None = None


def covered(control: Control, sheet: Sheet) -> str:
    """The digest of the control and of every cell that it reads, as they stand: SHA-256 in hexadecimal.

    Figures count by their worth (``1.50`` is ``1.5``); empty, not communicated and unreadable are three things.
    """
    lines = [control.code, *(f"{'.'.join(key)}={_worth(sheet.figures.get(key, Missing.EMPTY))}" for key in sorted(control.reads))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def text_digest(text: str) -> str:
    """What a form says of the text that it was opened over: SHA-256 in hexadecimal, empty for no text."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def needs_justification(finding: Finding) -> bool:
    """Whether a finding asks for words: a warning that fails."""
    return finding.failed and finding.control.severity is Severity.WARNING


def standing(finding: Finding, justification: Justification | None, sheet: Sheet) -> Standing:
    """Where a finding is. What an agent accepted or refused stands for the figures that were seen, and for no others."""
    if not needs_justification(finding):
        return Standing.NOT_NEEDED
    if justification is None or justification.control != finding.control.code:
        return Standing.MISSING
    if justification.covers != covered(finding.control, sheet):
        return Standing.VOID
    return Standing(justification.opinion.value)


def told_to_declarant(where: Standing, *, in_hand: bool) -> Standing:
    """What a declarant is told of a finding: an agent's opinion is final once the return is back `in_hand`, or accepted."""
    return where if in_hand or where not in (Standing.ACCEPTED, Standing.REFUSED) else Standing.PENDING


def unanswered(findings: Iterable[Finding], justifications: Mapping[str, Justification], sheet: Sheet) -> list[Finding]:
    """The warnings that stand against a submission: not justified, justified for other figures, or refused."""
    return [finding for finding in findings if not standing(finding, justifications.get(finding.control.code), sheet).answers]


def offered(finding: Finding, last_year: Justification | None) -> str:
    """The text to begin with: last year's for the same control, unless it was refused; empty otherwise."""
    if last_year is None or last_year.control != finding.control.code or last_year.opinion is Opinion.REFUSED:
        return ""
    return last_year.text if needs_justification(finding) else ""


def write(finding: Finding, text: str, sheet: Sheet) -> Justification:
    """A justification of the figures as they stand; one that replaces another is to be looked at again.

    Raises ValueError with a marked French text when the finding asks for none, or for what cannot be accepted as an explanation.
    """
    words = text.strip()
    if not needs_justification(finding):
        raise ValueError(NOTHING_TO_JUSTIFY)
    if len(words) < SHORTEST:
        raise ValueError(TOO_SHORT)
    if len(words) > LONGEST:
        raise ValueError(TOO_LONG)
    return Justification(finding.control.code, words, covered(finding.control, sheet))


def decide(justification: Justification, opinion: Opinion, seen: str) -> Justification | None:
    """The justification with an agent's opinion on the figures `seen`; None when it covers others by now (a conflict)."""
    if seen != justification.covers:
        return None
    return replace(justification, opinion=opinion)


def _worth(value: Value) -> str:
    if isinstance(value, Missing):
        return f"?{value.name}"
    if isinstance(value, Decimal):
        return f"{value.normalize(CONTEXT) if value else Decimal(0):f}"
    return f"«{value}»"
