"""What an import would do: the plan, and the words for what is wrong."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.scopes.rules.merge import Value
from webapp.texts import mark as _m


class Status(StrEnum):
    """What becomes of one row."""

    ADDED = "added"
    CHANGED = "changed"
    MERGED = "merged"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    ERROR = "error"


STATUS_LABELS: dict[Status, str] = {
    Status.ADDED: _m("Ajoutée"),
    Status.CHANGED: _m("Modifiée"),
    Status.MERGED: _m("Fusionnée"),
    Status.DELETED: _m("Supprimée"),
    Status.UNCHANGED: _m("Inchangée"),
    Status.DUPLICATE: _m("Doublon"),
    Status.CONFLICT: _m("En conflit"),
    Status.ERROR: _m("En erreur"),
}
#: The rows that an import carries out.
GOOD = frozenset({Status.ADDED, Status.CHANGED, Status.MERGED, Status.DELETED})
#: The rows that come back in the corrected file.
BAD = frozenset({Status.ERROR, Status.CONFLICT})


class Weight(StrEnum):
    """What a remark on a cell does: ``HARD`` keeps the row out, ``SOFT`` too unless incomplete lines are asked for."""

    HARD = "hard"
    SOFT = "soft"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say of a row: ``column`` is the key of its cell (empty: the row), ``text`` a marked French sentence."""

    column: str
    text: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    weight: Weight = Weight.HARD


TEXTS = {
    "empty": _m("La ligne est vide : remplissez au moins une case."),
    "too_long": _m("Raccourcissez « %(column)s » : %(limit)d caractères au plus."),
    "no_general": _m("Indiquez la ligne de la portée générale."),
    "general_unknown": _m("La ligne de portée générale « %(general)s » n’existe pas dans ce dossier."),
    "general_closed": _m("La ligne de portée générale %(general)s n’est plus en vigueur : choisissez-en une autre."),
    "line_unreadable": _m("« %(text)s » n’est pas un numéro de ligne : laissez la case vide pour ajouter une ligne."),
    "line_unknown": _m(
        "La ligne %(line)d n’existe pas, ou n’existe plus, dans ce dossier : videz son numéro pour l’ajouter comme nouvelle."
    ),
    "line_twice": _m("La ligne %(line)d est déjà au rang %(row)d du tableau : gardez une seule des deux."),
    "version_unreadable": _m("« %(text)s » n’est pas une version : remettez celle de l’export, ou videz la case."),
    "version_ahead": _m("La version %(version)d de cette ligne n’existe pas : remettez celle de l’export, ou videz la case."),
    "other_file": _m("Cette ligne vient du dossier %(other)s : elle ne s’importe pas dans le dossier %(file)s."),
    "delete_unreadable": _m("« %(text)s » : écrivez x pour supprimer la ligne, ou videz la case."),
    "delete_new": _m("Une ligne sans numéro ne se supprime pas : videz la case « Supprimer », ou indiquez le numéro."),
    "formula_error": _m("La formule de cette case est en erreur : corrigez-la, ou remplacez-la par son résultat."),
    "twin_draft": _m("Déjà au brouillon : ligne %(line)d."),
    "twin_table": _m("Identique à la ligne de rang %(row)d du tableau."),
    "formula": _m("Formule : sa dernière valeur a été lue."),
    "date": _m("Le tableur tient cette case pour une date : vérifiez-la."),
    "unsure": _m("Nombre d’un format inhabituel : vérifiez-le."),
    "merged_cell": _m("Cellule fusionnée : la valeur vaut pour chacune de ses lignes."),
    "control_chars": _m("Des caractères de contrôle ont été remplacés par des espaces."),
    "gone": _m("Supprimée du brouillon depuis l’export."),
}


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row and its fate. ``row`` is its number in the table (0: a line that the table no longer has).

    ``general`` and ``cells`` are what the line would hold, ``before`` what the draft holds now (None: no such line), ``version`` that of
    the draft. ``changed`` lists the keys that would be written, ``""`` for the general line. ``conflicts`` are the values to settle.
    ``presence`` tells, of a conflict about the line itself, who deleted it: ``mine`` or ``theirs``.
    """

    row: int
    status: Status
    line: int | None
    general: str
    cells: Mapping[str, str]
    before: Mapping[str, str] | None = None
    before_general: str = ""
    version: int | None = None
    changed: tuple[str, ...] = ()
    conflicts: Mapping[str, Value] = field(default_factory=dict)
    presence: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def key(self) -> str:
        """How forms name the row."""
        return str(self.row) if self.row else f"L{self.line}"

    @property
    def problems(self) -> tuple[Remark, ...]:
        """The remarks that keep the row out."""
        return tuple(remark for remark in self.remarks if remark.weight is not Weight.NOTE)


@dataclass(frozen=True, slots=True)
class Plan:
    """The fate of every row, in the order of the table; lines that the table no longer has come last."""

    rows: tuple[PlannedRow, ...]
    unknown: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()

    @property
    def counts(self) -> Counter[Status]:
        """How many rows have each fate."""
        return Counter(row.status for row in self.rows)

    @property
    def good(self) -> tuple[PlannedRow, ...]:
        """The rows that the import carries out."""
        return tuple(row for row in self.rows if row.status in GOOD)

    @property
    def bad(self) -> tuple[PlannedRow, ...]:
        """The rows that come back."""
        return tuple(row for row in self.rows if row.status in BAD)

    @property
    def digest(self) -> str:
        """A digest of what the import would do: two plans with the same one do the same to the same lines."""
        return _digest(self.rows)


def _digest(rows: Iterable[PlannedRow]) -> str:
    held = [
        [
            row.row,
            row.status.value,
            row.line,
            row.version if row.status in GOOD else None,
            row.general,
            {key: row.cells.get(key, "") for key in row.changed if key} if row.status is not Status.ADDED else dict(row.cells),
        ]
        for row in rows
    ]
    return hashlib.sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
