"""What a person may be on one file (FX-7b), and for how long (FX-7c): whoever has none of these does not see it."""

from datetime import date, timedelta
from enum import StrEnum

from webapp.texts import mark as _m


class FileRight(StrEnum):
    """A right on one file: its responsible persons and their delegates edit, its auditors read."""

    RESPONSIBLE = "responsible"
    DELEGATE = "delegate"
    AUDITOR = "auditor"


RIGHT_LABELS: dict[FileRight, str] = {
    FileRight.RESPONSIBLE: _m("Responsable"),
    FileRight.DELEGATE: _m("Délégataire"),
    FileRight.AUDITOR: _m("Auditeur, en lecture seule"),
}

#: The rights that change lines.
EDITING = frozenset({FileRight.RESPONSIBLE, FileRight.DELEGATE})
#: A delegation and an audit end by themselves, after so many days at most.
LONGEST_DAYS = 366


def until_problem(right: FileRight, until: date | None, today: date) -> str:
    """Return why a last day (inclusive, in Paris) cannot be that of a right, as a marked text, or nothing."""
    if until is None:
        return "" if right is FileRight.RESPONSIBLE else _m("Donnez le dernier jour : une délégation et un audit ont une fin.")
    if until < today:
        return _m("Ce jour est passé : donnez un jour à venir.")
    if right is not FileRight.RESPONSIBLE and until > today + timedelta(days=LONGEST_DAYS):
        return _m("Un an au plus : la délégation se renouvelle ensuite.")
    return ""
