"""Where the failed controls of a return are between its declarant and the agents, for the chips beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.declarations import queries
from webapp.declarations.policies import is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.rules.controls import Finding
from webapp.declarations.rules.justifications import (
    STANDING_LABELS,
    Justification,
    Standing,
    needs_justification,
    standing,
    told_to_declarant,
)
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.workflow import EDITABLE, ReturnState


def standings(session: Session, actor: Actor, file: ReturnFile, sheet: Sheet, findings: Sequence[Finding]) -> dict[str, Any]:
    """`standings` by control, of the warnings that fail, with `standing_labels`. One statement, none when no warning fails."""
    found: dict[str, Standing] = {}
    warned = [finding for finding in findings if needs_justification(finding)]
    if warned and (is_declarant_of(actor, file.facts) or file.state not in EDITABLE):
        written = queries.justifications_alone(queries.justifications_of(session, file.id))
        found = {item.control.code: standing_for(actor, file, item, written.get(item.control.code), sheet) for item in warned}
    return {"standings": found, "standing_labels": STANDING_LABELS}


def standing_for(actor: Actor, file: ReturnFile, finding: Finding, written: Justification | None, sheet: Sheet) -> Standing:
    """Where one finding is, as the actor is told."""
    where = standing(finding, written, sheet)
    if is_declarant_of(actor, file.facts):
        return told_to_declarant(where, in_hand=file.state is not ReturnState.SUBMITTED)
    return where
