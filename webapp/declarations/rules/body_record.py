"""The record of a body that declares: what returns are prefilled with, typed by hand or taken from the directory of businesses. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace

from webapp.companies.rules import Company
from webapp.texts import mark as _m

LONGEST = 200
"""Characters of a value: what a cell keeps."""
_NAF = re.compile(r"(\d\d)\.?(\d\d)([A-Z])", re.ASCII)
FAULTY_NAF = _m("Un code NAF compte quatre chiffres et une lettre, par exemple 94.11Z.")

LABELS = {
    "siret": _m("SIRET"),
    "name": _m("Nom"),
    "address": _m("Adresse"),
    "legal_form": _m("Forme juridique"),
    "naf": _m("Code NAF"),
    "headcount": _m("Tranche d’effectif"),
}
"""What the record holds, in the order of its page."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a record says; an empty value says nothing."""

    siret: str = ""
    name: str = ""
    address: str = ""
    legal_form: str = ""
    naf: str = ""
    headcount: str = ""


def naf_of(typed: str) -> str | None:
    """The code as it is written (``94.11Z``), empty for nothing; None when it is no code."""
    text = "".join(typed.split()).upper()
    found = _NAF.fullmatch(text)
    return f"{found[1]}.{found[2]}{found[3]}" if found else ("" if not text else None)


def found_in(company: Company) -> dict[str, str]:
    """The values that the directory gives, by their names in the record; those that it does not give are left out."""
    return {name: value for name, value in asdict(company).items() if name in LABELS and value}


def taking(body: Body, found: Mapping[str, str], names: Collection[str]) -> Body:
    """The record with the values chosen of those found."""
    return replace(body, **{name: found[name] for name in LABELS if name in names and name in found})


def changes(before: Body, after: Body) -> dict[str, list[str]]:
    """What changed, before and after, by name."""
    old, new = asdict(before), asdict(after)
    return {name: [old[name], new[name]] for name in LABELS if old[name] != new[name]}
