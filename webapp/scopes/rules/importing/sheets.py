"""The sheets that leave and come back: the export of a draft, and the corrected file with what is wrong in each row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from webapp.scopes.rules.activities import Activity
from webapp.scopes.rules.importing.columns import DELETE, FILE, GENERAL, HEADINGS, LINE, PROBLEMS, VERSION, Columns, Source
from webapp.scopes.rules.importing.plan import Plan, PlannedRow, Remark
from webapp.texts import mark as _m

#: The columns before and after those of the activity.
BEFORE, AFTER = (FILE, LINE, VERSION, GENERAL), (DELETE,)
KEPT = {
    FILE: _m("Ne changez pas le numéro du dossier : il évite d’importer ce tableau ailleurs."),
    LINE: _m("Ne changez pas le numéro d’une ligne : il la fait reconnaître au retour. Laissez-le vide pour ajouter une ligne."),
    VERSION: _m("Ne changez pas la version : elle dit de quel état de la ligne vous êtes parti."),
}
#: What the sheet of instructions says, one sentence a row.
INSTRUCTIONS = (
    _m("Modifiez les cellules de la feuille « Lignes », enregistrez au format .xlsx, puis importez le fichier dans le dossier."),
    _m("Pour ajouter une ligne, remplissez une ligne vide en bas du tableau : sans numéro, avec sa portée générale."),
    _m("Pour supprimer une ligne, écrivez x dans la colonne « Supprimer ». Retirer une ligne du tableau ne la supprime pas."),
    _m("Ne changez pas les colonnes « Dossier », « Ligne » et « Version ». L’ordre des lignes et des colonnes est libre."),
    _m("Au retour, seul ce que vous avez changé est pris : ce que vos collègues ont modifié entre-temps reste."),
    _m("Rien n’est écrit avant l’aperçu, où chaque changement est montré ligne par ligne et colonne par colonne."),
)


class ExportedLine(NamedTuple):
    """A line as an export shows it."""

    number: int
    version: int
    general: str
    cells: Mapping[str, str]


def keys_of(of: Activity) -> tuple[str, ...]:
    """Return the keys of the columns of an export, in their order."""
    return (*BEFORE, *of.keys, *AFTER)


def heading(of: Activity, key: str) -> str:
    """Return the heading of a column of ours."""
    return HEADINGS[key] if key in HEADINGS else next((column.label for column in of.columns if column.key == key), key)


def headings(of: Activity) -> list[str]:
    """Return the headings of an export."""
    return [heading(of, key) for key in keys_of(of)]


def exported(of: Activity, file: str, lines: Iterable[ExportedLine]) -> Iterable[list[str | int]]:
    """Yield the rows of an export."""
    for line in lines:
        yield [file, line.number, line.version, line.general, *(line.cells.get(key, "") for key in of.keys), ""]


def corrected(
    of: Activity, source: Source, columns: Columns, found: Plan, edits: Mapping[str, str], say: Callable[[Remark], str]
) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the rows of the corrected file: the rows that did not go in, as they came, and what is wrong with each.

    ``say`` words a remark. The file can be imported like the first one: the column of what is wrong is not read.
    """
    places = [place for place, key in columns.keys.items() if key != PROBLEMS] + list(columns.unknown)
    named = {place: columns.unknown.get(place) or heading(of, columns.keys[place]) for place in places}
    general = columns.place(GENERAL) is None
    header = [*(named[place] for place in places), *([HEADINGS[GENERAL]] if general else []), HEADINGS[PROBLEMS]]
    raw = {row.number: row.cells for row in source.rows}
    rows = []
    for row in found.bad:
        cells = raw.get(row.row)
        if cells is None:
            continue  # a line that the table does not have: nothing to send back
        texts = [edits.get(f"{row.key}/{columns.keys.get(place, '')}", cells[place]) for place in places]
        rows.append([*texts, *([row.general] if general else []), " ".join(_faults(of, row, say))])
    return header, rows


def _faults(of: Activity, row: PlannedRow, say: Callable[[Remark], str]) -> Iterable[str]:
    for remark in row.problems:
        yield f"{heading(of, remark.column)} : {say(remark)}" if remark.column else say(remark)
    for key in row.conflicts:
        yield say(Remark(key, CONFLICT, {"column": heading(of, key or GENERAL), "theirs": row.conflicts[key].theirs or "∅"}))
    if row.presence:
        yield say(Remark("", DELETED_HERE if row.presence == "mine" else DELETED_THERE))


CONFLICT = _m("« %(column)s » a changé aussi dans le brouillon (%(theirs)s) : choisissez dans l’aperçu, ou reprenez le dernier export.")
DELETED_HERE = _m("Supprimée ici, modifiée dans le brouillon : choisissez dans l’aperçu, ou reprenez le dernier export.")
DELETED_THERE = _m("Modifiée ici, supprimée dans le brouillon : choisissez dans l’aperçu, ou reprenez le dernier export.")


def kept_columns(keys: Sequence[str]) -> dict[int, str]:
    """Return place → why its cells are not for people to change."""
    return {place: KEPT[key] for place, key in enumerate(keys) if key in KEPT}
