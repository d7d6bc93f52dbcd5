"""The frozen image of a published version: canonical JSON (RFC 8785) and its SHA-256.

Arrays are in the order people see, strings in NFC as they were saved. The same contents always give the same bytes, so anybody
can recompute the digest from the exported file with any implementation of the RFC.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from webapp.scopes.rules.activities import Activity
from webapp.scopes.rules.flexibility import RuleSet
from webapp.scopes.rules.lines import Line

#: What a snapshot says of its own form. 1 was sorted by a rule of ours, whose bytes are the same for what those snapshots hold;
#: 2 is RFC 8785.
FORMAT = 2


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


def build(head: VersionHead, of: Activity, generals: Sequence[GeneralTitle], lines: Sequence[Line], rules: RuleSet) -> dict[str, Any]:
    """Return the image of a version; it holds its own column labels and general lines, and needs nothing else to be read.

    ``rules`` are those it was checked against. Private columns are not in it.
    """
    keys = [column.key for column in of.public_columns]
    return {
        "format": FORMAT,
        "number": head.number,
        "organisation": head.organisation,
        "version": head.version,
        "requested_at": _instant(head.requested_at),
        "effective_at": _instant(head.effective_at),
        "activity": {"code": of.code, "label": of.label, "reference": of.reference},
        "rules": {"reference": rules.reference, "version": rules.version, "first_day": rules.first_day.isoformat()},
        "columns": [{"key": column.key, "label": column.label} for column in of.public_columns],
        "general": [_general(item) for item in generals],
        "lines": [
            {"number": line.number, "general": line.general, "cells": {key: line.cells.get(key, "") for key in keys}} for line in lines
        ],
    }


def draft_image(of: Activity, generals: Sequence[GeneralTitle], lines: Sequence[Line]) -> dict[str, Any]:
    """Return the image of a draft that is given a name: as a version's, private columns included, since it is never published."""
    return {
        "format": FORMAT,
        "columns": [{"key": column.key, "label": column.label} for column in of.columns],
        "general": [_general(item) for item in generals],
        "lines": [
            {"number": line.number, "general": line.general, "cells": {key: line.cells.get(key, "") for key in of.keys}} for line in lines
        ],
    }


def _general(item: GeneralTitle) -> dict[str, str]:
    return {"code": item.code, "title": item.title, "flexibility": item.flexibility, "status": item.status}


def canonical(snapshot: Mapping[str, Any]) -> str:
    """Return the canonical JSON text of a snapshot, by the rule of its format."""
    if snapshot.get("format") == 1:
        return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return canonical_text(snapshot)


def canonical_text(value: Any) -> str:
    """Return the JSON text of a value by RFC 8785; a number too large or half a character, which it cannot hold, is a ``ValueError``."""
    return rfc8785.dumps(value).decode("utf-8")


def verified(text: str, sha256_of_version: str) -> bool:
    """Tell whether a stored snapshot still is what was frozen: its digest holds, and so does the form that it says it has."""
    return sha256(text) == sha256_of_version and canonical(json.loads(text)) == text


def sha256(text: str) -> str:
    """Return the SHA-256 of the canonical text, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def lines_of(snapshot: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the lines of a snapshot, in its order."""
    return tuple(Line(item["number"], item["general"], item["cells"]) for item in snapshot["lines"])


def read_head(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot without its lines."""
    return {key: value for key, value in snapshot.items() if key != "lines"}
