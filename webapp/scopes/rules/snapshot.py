"""The frozen image of a published version: canonical JSON and its SHA-256.

Canonical means: UTF-8, keys sorted, no white space, arrays in the order people see, strings in NFC as they were saved. The
same contents always give the same bytes, so anybody can recompute the digest from the exported file.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.scopes.rules.activities import Activity
from webapp.scopes.rules.lines import Line

FORMAT = 1


@dataclass(frozen=True, slots=True)
class GeneralTitle:
    """A general line as it stood when the version was frozen."""

    code: str
    title: str
    flexibility: str
    status: str


@dataclass(frozen=True, slots=True)
class VersionHead:
    """What a version says of itself: instants are aware."""

    number: str
    organisation: str
    version: int
    requested_at: datetime
    effective_at: datetime


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def build(head: VersionHead, of: Activity, generals: Sequence[GeneralTitle], lines: Sequence[Line]) -> dict[str, Any]:
    """Return the image of a version; it holds its own column labels and general lines, and needs nothing else to be read."""
    return {
        "format": FORMAT,
        "number": head.number,
        "organisation": head.organisation,
        "version": head.version,
        "requested_at": _instant(head.requested_at),
        "effective_at": _instant(head.effective_at),
        "activity": {"code": of.code, "label": of.label, "reference": of.reference},
        "columns": [{"key": column.key, "label": column.label} for column in of.columns],
        "general": [{"code": item.code, "title": item.title, "flexibility": item.flexibility, "status": item.status} for item in generals],
        "lines": [
            {"number": line.number, "general": line.general, "cells": {key: line.cells.get(key, "") for key in of.keys}} for line in lines
        ],
    }


def canonical(snapshot: Mapping[str, Any]) -> str:
    """Return the canonical JSON text of a snapshot."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    """Return the SHA-256 of the canonical text, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def lines_of(snapshot: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the lines of a snapshot, in its order."""
    return tuple(Line(item["number"], item["general"], item["cells"]) for item in snapshot["lines"])


def read_head(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot without its lines."""
    return {key: value for key, value in snapshot.items() if key != "lines"}
