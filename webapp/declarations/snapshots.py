"""What a submission freezes, as plain values, and how to read it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from webapp.declarations.controls import Finding, Verdict
from webapp.declarations.evaluation import Missing
from webapp.declarations.formula import CellKey
from webapp.declarations.model import FormModel
from webapp.declarations.rules import SNAPSHOT_FORMAT
from webapp.declarations.sheet import Sheet
from webapp.declarations.values import Entry, ValueKind


def take_snapshot(sheet: Sheet, *, receipt: str, number: str, declarant: Mapping[str, str], by: str, at: datetime) -> dict[str, Any]:
    """The frozen content of a submission: every cell entered or computed, and every control with its result.

    `declarant` holds the organisation's name, SIRET and region as they were; `at` is aware and written in UTC.
    """
    model = sheet.model
    return {
        "format": SNAPSHOT_FORMAT,
        "receipt": receipt,
        "number": number,
        "model": {"code": model.code, "version": model.version, "title": model.title},
        "declarant": dict(declarant),
        "submitted_by": by,
        "submitted_at": at.isoformat(),
        "entered": {".".join(key): _frozen(entry) for key, entry in sheet.entries.items() if entry.kind is not ValueKind.EMPTY},
        "computed": {".".join(key): plain(figure) for key in model.order if not isinstance(figure := sheet.figure(key), Missing)},
        "controls": [_result(finding) for finding in sheet.findings() if finding.verdict is not Verdict.TRUE],
    }


def sheet_from(snapshot: Mapping[str, Any], model: FormModel) -> Sheet:
    """The figures of a submission, as they were."""
    return Sheet(model, dict(_thawed(snapshot["entered"].items())))


def plain(value: Decimal) -> str:
    """A figure in its one canonical spelling: no exponent, no trailing zeros, no negative zero."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _frozen(entry: Entry) -> dict[str, str]:
    if entry.value is not None:
        return {"kind": entry.kind.value, "value": plain(entry.value)}
    return {"kind": entry.kind.value, "raw": entry.raw}


def _result(finding: Finding) -> dict[str, str]:
    result = {"code": finding.control.code, "severity": finding.control.severity.value, "verdict": finding.verdict.value}
    if finding.difference is not None:
        result["difference"] = plain(finding.difference)
    return result


def _thawed(items: Iterable[tuple[str, Mapping[str, str]]]) -> Iterable[tuple[CellKey, Entry]]:
    for name, cell in items:
        table, row, column = name.split(".")
        value = cell.get("value")
        yield (
            (table, row, column),
            Entry(ValueKind(cell["kind"]), cell.get("raw", value or ""), Decimal(value) if value is not None else None),
        )
