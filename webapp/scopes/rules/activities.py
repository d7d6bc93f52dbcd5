"""The columns of a detailed scope, per activity, read from data (``webapp/scopes/activities/*.yaml``)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from webapp.scopes.rules.decisions import Flexibility
from webapp.texts import mark as _m

_FOLDER = Path(__file__).resolve().parent.parent / "activities"
#: The activities of the portal, in the order they are shown: one file each.
CODES = ("essais", "etalonnages", "biologie", "inspection", "certification")
#: Their labels, for the catalogue: the columns keep the words of the accreditation documents, the activities are translated.
LABELS = (_m("Essais"), _m("Étalonnages"), _m("Biologie médicale"), _m("Inspection"), _m("Certification"))


class UnknownActivity(KeyError):
    """No description of that activity."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` in the cells, French ``label`` and ``help``, ``width`` of its field in characters.

    ``role`` names what the controls look at: ``method`` for the reference of a method, else empty.
    """

    key: str
    label: str
    width: int
    required: bool
    help: str = ""
    max_length: int = 500
    role: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity: its French ``label``, the ``reference`` that governs it, its flexibilities and its columns."""

    code: str
    label: str
    section: int
    reference: str
    flexibilities: tuple[Flexibility, ...]
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the columns, in their order."""
        return tuple(column.key for column in self.columns)

    @property
    def top_flexibility(self) -> Flexibility:
        """The widest flexibility, the only one that covers methods of the body's own."""
        return self.flexibilities[-1]


def read(text: str) -> Activity:
    """Build an activity from the text of its description; a wrong description is a ``ValueError`` or a ``TypeError``."""
    data: dict[str, Any] = yaml.safe_load(text)
    columns = tuple(Column(**column) for column in data.pop("columns"))
    flexibilities = tuple(Flexibility(value) for value in data.pop("flexibilities"))
    activity = Activity(columns=columns, flexibilities=flexibilities, **data)
    if len(set(activity.keys)) != len(columns) or not any(column.required for column in columns):
        raise ValueError(f"{activity.code}: keys must differ and one column at least must be required")
    return activity


@cache
def activity(code: str) -> Activity:
    """Return the description of an activity; :class:`UnknownActivity` when there is none."""
    if code not in CODES:
        raise UnknownActivity(code)
    return read((_FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))


def all_activities() -> tuple[Activity, ...]:
    """Return every activity, in the order they are shown."""
    return tuple(activity(code) for code in CODES)


def clean_cell(value: str) -> str:
    """Return a typed cell in NFC, without control characters, on one line, white space collapsed.

    A no-break space stays a space like another: two cells that look the same are the same.
    """
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in value)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def clean_cells(of: Activity, values: Mapping[str, str]) -> dict[str, str]:
    """Return one cleaned cell per column of the activity; unknown keys are dropped, missing ones are empty."""
    return {key: clean_cell(values.get(key, "")) for key in of.keys}
