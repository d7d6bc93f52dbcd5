"""What the control may say: codes, their French words, and whether they stop a publication."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.scopes.rules.flexibility import VERDICT_TEXTS
from webapp.texts import mark as _m


class Severity(StrEnum):
    """Whether a finding stops the publication or is only said."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: ``line`` is the permanent number (None: the whole scope), ``column`` the key of the cell, if any."""

    code: str
    line: int | None = None
    column: str = ""
    severity: Severity = Severity.BLOCKING
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """The id of what the finding is about, on the page that shows its line: the cell, or the row."""
        return f"l{self.line}-{self.column}" if self.column else f"l{self.line}"


FINDING_TEXTS: dict[str, str] = VERDICT_TEXTS | {
    "empty_scope": _m("La portée détaillée ne contient aucune ligne."),
    "required": _m("Renseignez « %(column)s »."),
    "too_long": _m("« %(column)s » dépasse %(limit)s caractères (%(length)s)."),
    "general_unknown": _m("La ligne de portée générale %(general)s n’existe pas."),
    "general_suspended": _m("La ligne de portée générale %(general)s est suspendue."),
    "general_terminated": _m("La ligne de portée générale %(general)s est résiliée."),
    "general_empty": _m("Aucune ligne détaillée sous la portée générale %(general)s."),
    "duplicate": _m("Identique à la ligne %(other)s."),
    "fixed_added": _m("Portée %(general)s FIXE : une ligne nouvelle demande une décision d’extension."),
    "fixed_changed": _m("Portée %(general)s FIXE : une modification demande une décision d’extension."),
    "unchanged": _m("Rien n’a changé depuis la version %(version)s."),
    "value_near": _m("« %(value)s » n’est pas une valeur de « %(column)s » : voulez-vous dire « %(near)s » ?"),
    "value_unknown": _m("« %(value)s » n’est pas une valeur de « %(column)s » : choisissez parmi %(values)s."),
    "site_near": _m("« %(value)s » n’est pas un site de ce dossier : voulez-vous dire « %(near)s » ?"),
    "site_unknown": _m("« %(value)s » n’est pas un site de ce dossier : choisissez parmi %(values)s."),
    "site_none": _m("Ce dossier n’a pas de site déclaré : demandez à l’instance d’accréditation d’y inscrire « %(value)s »."),
    "date_unreadable": _m("« %(column)s » : écrivez un jour, par exemple 12/03/2026."),
    "date_future": _m("« %(column)s » : ce jour est à venir."),
    "unseen": _m("« %(column)s » contient un caractère invisible ou qui renverse le texte (%(character)s) : retapez la case."),
    "range_unreadable": _m("Étendue non comprise : écrivez deux valeurs et leur unité, par exemple « −40 °C à 250 °C »."),
    "range_reversed": _m("Étendue à l’envers : la première valeur de « %(text)s » dépasse la seconde."),
    "unit_unknown": _m("Unité « %(unit)s » inconnue."),
    "uncertainty_unreadable": _m("Incertitude non comprise : écrivez une valeur et son unité, par exemple « 0,02 %% + 3 µV »."),
    "uncertainty_not_positive": _m("Une incertitude est plus grande que zéro : « %(text)s » ne l’est pas."),
    "uncertainty_unit": _m("L’unité de l’incertitude, « %(unit)s », n’est pas de la même grandeur que l’étendue « %(range)s »."),
    "method_words": _m("Référence « %(text)s » non comprise : écrivez l’organisme de normalisation, le numéro et l’année."),
    "evidence_required": _m("%(level)s : une méthode nouvelle demande « %(column)s »."),
    "evidence_advised": _m("%(level)s : pour une méthode nouvelle, renseignez « %(column)s »."),
}


def blocks(findings: Iterable[Finding]) -> bool:
    """Tell whether some finding stops the publication."""
    return any(finding.severity is Severity.BLOCKING for finding in findings)
