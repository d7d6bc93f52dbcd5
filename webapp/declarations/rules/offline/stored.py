"""What a workbook carries, and what was chosen of it, as JSON values and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.book import Note
from webapp.declarations.rules.offline.carried import Carried, Change
from webapp.declarations.rules.offline.plan import Choice, Side


def packed(carried: Carried) -> dict[str, Any]:
    """Return what a workbook carries as JSON values."""
    return {
        "exported_at": carried.exported_at.isoformat() if carried.exported_at else "",
        "changes": [[*key, change.raw, change.version, change.shown] for key, change in carried.changes.items()],
        "untouched": carried.untouched,
        "unknown": [list(pair) for pair in carried.unknown],
        "computed": [list(key) for key in carried.computed],
        "notes": [[note.text, dict(note.values)] for note in carried.notes],
    }


def unpacked(payload: Mapping[str, Any]) -> Carried:
    """Return what a workbook carries from its JSON values."""
    return Carried(
        exported_at=datetime.fromisoformat(payload["exported_at"]) if payload["exported_at"] else None,
        changes={(table, row, column): Change(raw, version, shown) for table, row, column, raw, version, shown in payload["changes"]},
        untouched=payload["untouched"],
        unknown=tuple((code, text) for code, text in payload["unknown"]),
        computed=tuple((table, row, column) for table, row, column in payload["computed"]),
        notes=tuple(Note(text, values) for text, values in payload["notes"]),
    )


def packed_choices(choices: Mapping[CellKey, Choice]) -> dict[str, Any]:
    """Return choices as JSON values."""
    return {".".join(key): [choice.side.value, choice.version] for key, choice in choices.items()}


def unpacked_choices(stored: Mapping[str, Any]) -> dict[CellKey, Choice]:
    """Return choices from their JSON values."""
    found: dict[CellKey, Choice] = {}
    for name, (side, version) in stored.items():
        table, row, column = name.split(".")
        found[table, row, column] = Choice(Side(side), version)
    return found
