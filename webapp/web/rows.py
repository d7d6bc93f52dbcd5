"""The two kinds of row that every counter hands to the desk: what waits, and what a search found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Something that waits for a person: its words, where it is done, when it is due (aware), and its state as a chip."""

    label: str
    url_endpoint: str
    url_values: dict[str, Any]
    when: datetime | None
    chip_text: str
    chip_kind: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """Something a search found: its words, where it is, and an excerpt that tells it from others."""

    label: str
    url_endpoint: str
    url_values: dict[str, Any]
    excerpt: str
