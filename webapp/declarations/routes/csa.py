"""The CSA calculator: what an employer owes, and which rule says so. Anybody may use it; nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask import Response, request

from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules.csa import GROUND_LABELS, RATES, TEXT, Contribution, Situation, contribution
from webapp.declarations.rules.values import Entry, Unit, ValueKind, format_number, parse_value
from webapp.texts import mark as _m
from webapp.web.pages import page

LONGEST = 500
A_NUMBER = _m("Écrivez un nombre.")
MORE_THAN_ALL = _m("Une part ne dépasse pas 100 %%.")
MISSING = _m("Renseignez ce champ.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the calculator: its name, label and hint (marked French texts), the unit it is read in, whether it may be empty."""

    name: str
    label: str
    hint: str
    unit: Unit
    decimals: int
    optional: bool = False
    signed: bool = False


FIELDS = (
    Asked("effectif", _m("Effectif annuel moyen"), _m("Nombre de salariés, par exemple 1 250."), Unit.COUNT, 2),
    Asked("quota", _m("Part d’alternants dans l’effectif (%%)"), _m("Par exemple 2,4."), Unit.PERCENT, 4),
    Asked("masse", _m("Masse salariale de l’année (€)"), _m("Par exemple 48 250 000."), Unit.EUROS, 2),
    Asked(
        "progression",
        _m("Progression du nombre d’alternants en un an (%%)"),
        _m("Utile à partir de 3 %% d’alternants."),
        Unit.PERCENT,
        4,
        optional=True,
        signed=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field as drawn: what was typed is kept, with what is wrong in it."""

    asked: Asked
    raw: str
    problem: str | None
    value: Decimal | None


@blueprint.get("/calcul-csa")
def csa_calculator() -> Response:
    """Compute the contribution from what the address says; each mistake is told beside its field."""
    fields = [_field(asked) for asked in FIELDS]
    flags = {name: request.args.get(name) == "1" for name in ("accord", "alsace")}
    begun = any(field.raw for field in fields)
    wrong = begun and any(field.problem for field in fields)
    found = _compute({field.asked.name: field.value for field in fields}, **flags) if begun and not wrong else None
    return page(
        "declarations/csa.html",
        422 if wrong else 200,
        fields=fields,
        flags=flags,
        begun=begun,
        found=found,
        rates=RATES,
        ground_labels=GROUND_LABELS,
        legal=TEXT,
        euros=lambda value: format_number(value, 2),
        percent=lambda value: format_number(value, 4).rstrip("0").rstrip(",") if value % 1 else format_number(value, 0),
    )


def _field(asked: Asked) -> Field:
    raw = request.args.get(asked.name, "")[:LONGEST]
    entry = parse_value(raw, asked.unit, decimals=asked.decimals, signed=asked.signed)
    return Field(asked, raw, _problem(asked, entry), entry.value)


def _problem(asked: Asked, entry: Entry) -> str | None:
    if entry.kind is ValueKind.EMPTY:
        return None if asked.optional else MISSING
    if entry.value is None:
        return entry.problem or A_NUMBER
    return MORE_THAN_ALL if asked.name == "quota" and entry.value > 100 else None


def _compute(values: dict[str, Decimal | None], *, accord: bool, alsace: bool) -> Contribution | None:
    headcount, quota, payroll = values["effectif"], values["quota"], values["masse"]
    if headcount is None or quota is None or payroll is None:
        return None
    return contribution(Situation(headcount, quota, payroll, values["progression"], agreement=accord, alsace_moselle=alsace))
