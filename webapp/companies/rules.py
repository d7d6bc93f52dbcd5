"""What the directory answers about an establishment, read and checked. Pure.

Its answers come from outside: every value is checked, cut and cleaned before anybody sees it, and what has not the expected shape is
refused as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LONGEST = 200
"""Characters kept of a value."""


class BadAnswer(ValueError):
    """An answer that is not what the directory is documented to send."""


@dataclass(frozen=True, slots=True)
class Company:
    """An establishment as the directory knows it; a value that it does not give is empty. Words are French, like the directory."""

    siret: str
    name: str
    address: str = ""
    legal_form: str = ""
    naf: str = ""
    headcount: str = ""
    closed: bool = False


def read_answer(body: bytes, siret: str) -> Company | None:
    """The establishment of that SIRET (14 digits) in an answer to its search; None when it is not there. Raises BadAnswer."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise BadAnswer("not JSON") from fault
    for unit in _mappings(answer, "results"):
        if unit.get("siren") != siret[:9]:
            continue
        head = unit.get("siege")
        places = [*_mappings(unit, "matching_etablissements"), *([head] if isinstance(head, Mapping) else [])]
        place = next((known for known in places if known.get("siret") == siret), None)
        if place is not None:
            return _company(unit, place, siret)
    return None


def _company(unit: Mapping[str, Any], place: Mapping[str, Any], siret: str) -> Company:
    name = _text(unit, "nom_raison_sociale") or _text(unit, "nom_complet")
    if not name:
        raise BadAnswer("no name")
    form = _text(unit, "nature_juridique")
    return Company(
        siret,
        name,
        _text(place, "adresse"),
        _words("legal_forms").get(form, form),
        _text(place, "activite_principale") or _text(unit, "activite_principale"),
        _words("headcounts").get(_text(place, "tranche_effectif_salarie") or _text(unit, "tranche_effectif_salarie"), ""),
        _text(place, "etat_administratif") not in ("", "A"),
    )


def _mappings(holder: Any, key: str) -> Iterator[Mapping[str, Any]]:
    found = holder.get(key) if isinstance(holder, Mapping) else None
    if not isinstance(found, list):
        raise BadAnswer(f"{key} is no list")
    return (item for item in found if isinstance(item, Mapping))


def _text(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    if not isinstance(value, str):
        return ""
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())[:LONGEST]


@cache
def _words(kind: str) -> Mapping[str, str]:
    """The words of a nomenclature of the national statistics institute, by code."""
    whole = json.loads((files("webapp.companies") / "nomenclature.json").read_text(encoding="utf-8"))
    words: dict[str, str] = whole[kind]
    return words
