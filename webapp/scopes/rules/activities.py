"""The columns of a detailed scope, per activity, read from data (``webapp/scopes/activities/*.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from webapp.scopes.rules.decisions import Flexibility
from webapp.scopes.rules.values import clean_day, clean_list, clean_text
from webapp.texts import mark as _m

_FOLDER = Path(__file__).resolve().parent.parent / "activities"
#: The activities of the portal, in the order they are shown: one file each.
CODES = ("essais", "etalonnages", "biologie", "inspection", "certification")
#: Their labels, for the catalogue: the columns keep the words of the accreditation documents, the activities are translated.
LABELS = (_m("Essais"), _m("Étalonnages"), _m("Biologie médicale"), _m("Inspection"), _m("Certification"))


class UnknownActivity(KeyError):
    """No description of that activity."""


class Kind(StrEnum):
    """What a cell of a column holds; all are stored as text, and a text that is not of its kind is kept and told."""

    TEXT = "text"
    LIST = "list"
    DATE = "date"


class ColumnRole(StrEnum):
    """What a column means to the controls, whatever its name in an activity."""

    NONE = ""
    METHOD = "method"
    RANGE = "range"
    UNCERTAINTY = "uncertainty"
    PLACE = "place"
    SITE = "site"
    REMARK = "remark"
    EVIDENCE_REFERENCE = "evidence_reference"
    EVIDENCE_DATE = "evidence_date"
    EVIDENCE_PERSON = "evidence_person"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` in the cells, French ``label`` and ``help``, ``width`` of its field in characters.

    A ``list`` column offers its ``values``, or those of its ``source`` (``sites``: the sites of the file, known only at run
    time); ``several`` of them may be given, separated by « ; ». A ``private`` column is never published: its cells are in no
    digest, snapshot, register or export of a version.
    """

    key: str
    label: str
    width: int
    required: bool
    help: str = ""
    max_length: int = 500
    role: ColumnRole = ColumnRole.NONE
    kind: Kind = Kind.TEXT
    values: tuple[str, ...] = ()
    source: str = ""
    several: bool = False
    private: bool = False

    def choices(self, sites: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the values that the column offers; ``sites`` are the names of the file's sites."""
        return sites if self.source == "sites" else self.values


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity: its French ``label``, the ``reference`` that governs it, its flexibilities and its columns.

    ``evidence`` tells, by flexibility, what a new method must come with (``required`` or ``advised``; absent: nothing).
    """

    code: str
    label: str
    section: int
    reference: str
    flexibilities: tuple[Flexibility, ...]
    columns: tuple[Column, ...]
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the columns, in their order, private ones included."""
        return tuple(column.key for column in self.columns)

    @property
    def public_columns(self) -> tuple[Column, ...]:
        """The columns that are published, in their order."""
        return tuple(column for column in self.columns if not column.private)

    @property
    def private_columns(self) -> tuple[Column, ...]:
        """The columns that never are: evidence and notes."""
        return tuple(column for column in self.columns if column.private)

    def column_of(self, role: ColumnRole) -> Column | None:
        """Return the column that has a role, if the activity has one."""
        return next((column for column in self.columns if column.role is role), None)

    @property
    def top_flexibility(self) -> Flexibility:
        """The widest flexibility, the only one that covers methods of the body's own."""
        return self.flexibilities[-1]


def _column(data: dict[str, Any]) -> Column:
    column = Column(
        **data
        | {
            "role": ColumnRole(data.get("role", "")),
            "kind": Kind(data.get("kind", "text")),
            "values": tuple(data.get("values", ())),
        }
    )
    if (column.kind is Kind.LIST) != bool(column.values or column.source) or column.source not in ("", "sites"):
        raise ValueError(f"{column.key}: a list, and only a list, has values or the source « sites »")
    return column


def read(text: str) -> Activity:
    """Build an activity from the text of its description; a wrong description is a ``ValueError`` or a ``TypeError``."""
    data: dict[str, Any] = yaml.safe_load(text)
    columns = tuple(_column(column) for column in data.pop("columns"))
    flexibilities = tuple(Flexibility(value) for value in data.pop("flexibilities"))
    activity = Activity(columns=columns, flexibilities=flexibilities, **data)
    if len(set(activity.keys)) != len(columns) or not any(column.required for column in columns):
        raise ValueError(f"{activity.code}: keys must differ and one column at least must be required")
    if any(column.private and column.required for column in columns):
        raise ValueError(f"{activity.code}: a private column is asked for by the level of flexibility, never always")
    if not set(activity.evidence) <= set(flexibilities) or not set(activity.evidence.values()) <= {"required", "advised"}:
        raise ValueError(f"{activity.code}: evidence is « required » or « advised », for a flexibility of the activity")
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


@cache
def private_keys() -> frozenset[str]:
    """Return the keys of every private column. A key is private in all the activities that have it, or in none."""
    private = frozenset(column.key for item in all_activities() for column in item.private_columns)
    public = frozenset(column.key for item in all_activities() for column in item.public_columns)
    if private & public:
        raise ValueError(f"private in one activity and public in another: {sorted(private & public)}")
    return private


def public_cells(values: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that are published, in their order: what digests, snapshots and the register are made of."""
    hidden = private_keys()
    return {key: value for key, value in values.items() if key not in hidden}


def clean_value(column: Column, value: str) -> str:
    """Return a typed cell as it is stored: one line of NFC text, a known value as the list spells it, a date as ``2026-03-12``.

    What is not of the column's kind is kept as typed: the control tells it.
    """
    text = clean_text(value)
    if column.kind is Kind.DATE:
        return clean_day(text)
    return clean_list(text, column.values, several=column.several) if column.kind is Kind.LIST else text


def clean_cells(of: Activity, values: Mapping[str, str]) -> dict[str, str]:
    """Return one cleaned cell per column of the activity; unknown keys are dropped, missing ones are empty."""
    return {column.key: clean_value(column, values.get(column.key, "")) for column in of.columns}
