"""Files that show the rules of flexibility at work: for each activity and level, one line for each thing a body may propose."""

from collections.abc import Iterator

from webapp.demonstration.scopes_vocabulary import SITES, Cells
from webapp.scopes.rules.activities import ColumnRole, activity

#: Number, body and activity of each of these files.
SHOWN = (
    ("1-0988", "dhuys", "essais"),
    ("2-0299", "ampere", "etalonnages"),
    ("8-2099", "iroise", "biologie"),
    ("3-0288", "forez", "inspection"),
    ("5-0099", "maine", "certification"),
)
#: By activity: the granted reference, a revision of it, an earlier edition, another recognised method, a method of the body's own.
_REFERENCES = {
    "essais": (
        "NF EN ISO 17294-2:2016", "NF EN ISO 17294-2:2023", "NF EN ISO 17294-2:2005", "NF EN ISO 15586:2004", "Méthode interne MO-MET-12",
    ),
    "etalonnages": ("FD X 07-028:2002", "FD X 07-028:2020", "FD X 07-028:1996", "NF EN 60751:2009", "Méthode interne MO-ETA-12"),
    "biologie": (
        "Notice du fournisseur Alpha v3", "Notice du fournisseur Alpha v4", "Notice du fournisseur Alpha v2",
        "Notice du fournisseur Bêta v1", "Méthode interne MO-BIO-31",
    ),
    "inspection": ("NF EN 13018:2016", "NF EN 13018:2024", "NF EN 13018:2001", "Arrêté du 20 novembre 2017", "Méthode interne MO-INS-05"),
    "certification": (
        "NF EN ISO 9001:2015", "NF EN ISO 9001:2026", "NF EN ISO 9001:2008", "NF EN ISO 14001:2015", "Référentiel interne RS-12 v4",
    ),
}  # fmt: skip
_CELLS: dict[str, Cells] = {
    "essais": {"objet": "Eaux douces", "principe": "ICP/MS"},
    "etalonnages": {
        "grandeur": "Température",
        "etendue": "−40 °C à 250 °C",
        "incertitude": "0,05 °C",
        "principe": "Comparaison en bain liquide",
        "lieu": "En laboratoire",
    },
    "biologie": {"echantillon": "Plasma", "principe": "Spectrophotométrie", "site": SITES[0]},
    "inspection": {"domaine": "Équipements sous pression", "nature": "Examen visuel direct", "type": "A"},
    "certification": {"programme": "Certification de systèmes"},
}
_NAMED = {"essais": "caracteristique", "etalonnages": "objet", "biologie": "examen", "inspection": "objet", "certification": "objet"}
_WORDS = ("méthode accordée", "révision", "édition antérieure", "autre méthode", "méthode propre")
_EVIDENCE = {"preuve": "DV-2026-014", "preuve_date": "2026-03-12", "preuve_responsable": "A. Roux"}


def generals(of: str) -> tuple[tuple[str, str, str], ...]:
    """Return one general line for each flexibility of an activity."""
    return tuple(
        (str(place), f"Démonstration des règles, {level}", str(level)) for place, level in enumerate(activity(of).flexibilities, 1)
    )


def granted(of: str) -> tuple[str, ...]:
    """Return the methods granted with each of them."""
    return _REFERENCES[of][:1]


def proposals(of: str) -> Iterator[tuple[str, Cells]]:
    """Yield the lines: every kind of method under every level, and at the widest the same with and without its evidence."""
    described = activity(of)
    method = described.column_of(ColumnRole.METHOD)
    key = method.key if method is not None else ""
    for place, level in enumerate(described.flexibilities, 1):
        for words, reference in zip(_WORDS, _REFERENCES[of], strict=True):
            name = {_NAMED[of]: f"{words.capitalize()} en {level}"}
            yield str(place), _CELLS[of] | name | {key: reference}
            if level is described.top_flexibility and words == _WORDS[-1]:
                yield str(place), _CELLS[of] | {_NAMED[of]: f"{words.capitalize()} en {level}, validée"} | {key: reference} | _EVIDENCE
