"""What stands beside a table: the cells that agents marked in it with their exchange, its deadline, whose it is alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.declarations import grid, queries
from webapp.declarations.policies import can_enter, can_enter_section, can_mark, is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.presence import presence_of
from webapp.declarations.rules import workflow
from webapp.declarations.rules.form_models.model import Table
from webapp.declarations.rules.sections import section_of


def beside_table(session: Session, actor: Actor, file: ReturnFile, table: Table, now: datetime) -> dict[str, Any]:
    """What ``_cell_marks.html`` draws, and `asked`: the anchor of each marked cell, with its mark. One statement.

    `reserved_for` names who alone fills the table in, when the actor may not; `presence` says who else is there (one more).
    """
    agent = not is_declarant_of(actor, file.facts)
    section = section_of(file.model, table.code)
    shut = can_enter(actor, file.facts, now) and not can_enter_section(section, actor, file.facts, now)
    marks = [mark for mark in queries.exchange(session, file.id, agent=agent).of_table(table.code).marks if mark.settled_at is None]
    known = [mark for mark in marks if mark.key in file.model.cells]
    return {
        "marks": marks,
        "anchors": {mark.id: grid.anchor_of(mark.key, file.model) for mark in known},
        "asked": {f"{mark.key[1]}-{mark.key[2]}": mark.id for mark in known},
        "may_mark": can_mark(actor, file.facts),
        "agent": agent,
        "overdue": is_overdue(file, now) and not agent,
        "presence": presence_of(session, actor, file, table.code, now),
        "reserved_for": file.facts.reserved[section].name if shut else "",
    }


def is_overdue(file: ReturnFile, now: datetime) -> bool:
    """Whether the day on which the return was due has passed while it is still with its declarant."""
    return file.state in workflow.AWAITED and workflow.timing(file.deadline, now) is workflow.Timing.LATE
