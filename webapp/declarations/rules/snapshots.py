"""What a submission freezes, as plain values, and how to read it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from webapp.declarations.rules.controls import Finding, Verdict
from webapp.declarations.rules.form_models.model import FormModel, Table
from webapp.declarations.rules.justifications import Justification, needs_justification
from webapp.declarations.rules.language.evaluation import Missing
from webapp.declarations.rules.language.expressions import is_previous
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import Entry, ValueKind
from webapp.declarations.rules.workflow import SNAPSHOT_FORMAT


def take_snapshot(
    sheet: Sheet,
    *,
    receipt: str,
    number: str,
    declarant: Mapping[str, str],
    by: str,
    at: datetime,
    justified: Mapping[str, Justification] | None = None,
    documents: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The frozen content of a submission: every cell entered or computed, every control with its result, the justification of each
    warning that fails with who wrote it and when, last year's figures it read, and the files attached (`documents`: name, type, size
    and SHA-256 of each).

    `declarant` holds the organisation's name, SIRET and region as they were; `at` is aware and written in UTC.
    """
    model = sheet.model
    return {
        "format": SNAPSHOT_FORMAT,
        "receipt": receipt,
        "number": number,
        "model": {"code": model.code, "version": model.version, "title": model.title, "notice": model.notice},
        "form": form_of(sheet),
        "declarant": dict(declarant),
        "submitted_by": by,
        "submitted_at": at.isoformat(),
        "entered": {".".join(key): _frozen(entry) for key, entry in sheet.entries.items() if entry.kind is not ValueKind.EMPTY},
        "computed": {".".join(key): plain(figure) for key in model.order if not isinstance(figure := sheet.figure(key), Missing)},
        "previous": {".".join(key): plain(figure) for key, figure in _read_of_last_year(sheet)},
        "controls": [_result(finding, justified or {}) for finding in sheet.findings() if finding.verdict is not Verdict.TRUE],
        "documents": [dict(document) for document in documents],
    }


def form_of(sheet: Sheet) -> list[dict[str, Any]]:
    """The words of the form, section by section: what it takes to read the figures without the model."""
    return [
        {"title": section.title, "tables": [_table(sheet, table) for table in section.tables if sheet.shows(table)]}
        for section in sheet.model.sections
    ]


def _table(sheet: Sheet, table: Table) -> dict[str, Any]:
    cells = table.cells.values()
    own = {cell.key[1]: cell.unit.value for cell in cells} if any(column.unit is None for column in table.columns) else {}
    used = {cell.key[1] for cell in cells if sheet.entry(cell.key).kind is not ValueKind.EMPTY}
    rows = [row for row in sheet.shown_rows(table) if not row.repeated or row.code in used]
    return {
        "code": table.code,
        "number": table.number,
        "title": table.title,
        "columns": [
            {"code": column.code, "label": column.label, "unit": column.unit.value if column.unit else ""}
            for column in sheet.shown_columns(table)
        ],
        "rows": [{"code": row.code, "label": row.label, "unit": own.get(row.code, ""), "total": row.is_total} for row in rows],
        "decimals": {".".join(cell.key[1:]): cell.decimals for cell in cells if cell.decimals != cell.unit.default_decimals},
    }


def sheet_from(snapshot: Mapping[str, Any], model: FormModel) -> Sheet:
    """The figures of a submission, as they were."""
    last_year = {_key(name): Decimal(value) for name, value in snapshot.get("previous", {}).items()}
    return Sheet(model, dict(_thawed(snapshot["entered"].items())), previous=last_year)


def _read_of_last_year(sheet: Sheet) -> list[tuple[CellKey, Decimal]]:
    """The figures of the year before that a control read, and that were known."""
    read = sorted({key for control in sheet.model.controls for key in control.reads if is_previous(key)})
    return [(key, figure) for key in read if not isinstance(figure := sheet.figure(key), Missing)]


def _key(name: str) -> CellKey:
    table, row, column = name.split(".")
    return table, row, column


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


def _result(finding: Finding, justified: Mapping[str, Justification]) -> dict[str, str]:
    control = finding.control
    result = {
        "code": control.code,
        "severity": control.severity.value,
        "verdict": finding.verdict.value,
        "message": control.message,
        "legal": control.legal,
    }
    if needs_justification(finding) and control.code in justified:
        written = justified[control.code]
        result["justification"] = written.text
        if written.at is not None:
            result |= {"justified_by": written.by, "justified_at": written.at.astimezone(UTC).isoformat()}
    if finding.difference is not None:
        result["difference"] = plain(finding.difference)
    return result


def _thawed(items: Iterable[tuple[str, Mapping[str, str]]]) -> Iterable[tuple[CellKey, Entry]]:
    for name, cell in items:
        value = cell.get("value")
        yield (
            _key(name),
            Entry(ValueKind(cell["kind"]), cell.get("raw", value or ""), Decimal(value) if value is not None else None),
        )
