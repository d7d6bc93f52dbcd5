"""The delivered form models: their size, their honesty, and that each of their controls can hold and can fail."""

import pytest

from webapp.declarations.rules.controls import Verdict
from webapp.declarations.rules.form_models.model import FormModel, Severity
from webapp.declarations.rules.form_models.registry import all_models, get_model, models_for
from webapp.declarations.rules.language.expressions import present_key, render
from webapp.declarations.rules.language.formula import cells_of
from webapp.declarations.rules.sheet import Sheet
from webapp.demonstration.declaration_figures import invent

MODELS = list(all_models().values())


@pytest.mark.parametrize("year", ["2024.1", "2025.1"])
def test_the_opco_return_has_the_size_of_the_real_thing(year: str) -> None:
    model = get_model("esf-opco", year)
    assert len(model.tables) >= 6
    assert model.entry_count >= 150
    assert len(model.controls) >= 15
    titles = " ".join(section.title for section in model.sections).lower()
    for part in (
        "alternance",
        "plan de développement des compétences",
        "moins de 50 salariés",
        "conventionnelles et volontaires",
        "frais de gestion",
    ):
        assert part in titles
    assert {"produits", "charges", "actif", "passif", "tresorerie"} <= model.tables.keys()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.code} {model.version}")
def test_every_model_says_that_it_is_a_demonstration(model: FormModel) -> None:
    assert "modèle de démonstration" in model.notice.lower()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.code} {model.version}")
def test_every_table_and_column_fits_a_page(model: FormModel) -> None:
    for table in model.tables.values():
        assert table.number
        assert len(table.columns) <= 7
        assert any(True for _ in table.entry_cells)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.code} {model.version}")
def test_every_control_reads_something_that_people_enter(model: FormModel) -> None:
    for control in model.controls:
        reachable, pending = set(), list(control.cells)
        while pending:
            key = present_key(pending.pop())
            formula = model.cells[key].formula
            if formula is None:
                reachable.add(key)
            else:
                pending.extend(cells_of(formula))
        assert reachable, control.code


def test_the_management_fee_ceiling_cites_its_text() -> None:
    controls = {control.code: control for control in get_model("esf-opco", "2025.1").controls}
    for code in ("D-01", "D-02", "D-03"):
        assert controls[code].severity is Severity.BLOCKING
        assert "arrêté du 26 mars 2019" in controls[code].legal


def test_each_audience_has_a_model_for_two_years() -> None:
    # SO-1
    for year in (2024, 2025):
        for audience in ("OPCO", "ATPRO", "FAF"):
            assert models_for("ESF", audience, year), (audience, year)
        assert models_for("CSA", "OPCO", year)
    assert {version for _code, version in all_models()} == {"2024.1", "2025.1"}


FACTS = {
    "esf-opco": {
        "D-01": ("plafond.taux.valeur >= 2", "arrêté du 26 mars 2019"),
        "D-02": ("plafond.taux.valeur <= 6", "arrêté du 26 mars 2019"),
        "D-03": ("plafond.imputes.valeur <= plafond.plafond.valeur", "arrêté du 26 mars 2019"),
    },
    "esf-atpro": {
        "A-05": ("fipu.gestion.valeur <= 0.03 * fipu.consommes.valeur", "arrêté"),
        "B-02": ("frais.taux_com.valeur >= 7", "arrêté du 7 août 2019"),
        "B-03": ("frais.taux_com.valeur <= 11", "arrêté du 7 août 2019"),
        "B-04": ("frais.taux_com.valeur <= 14", "Arrêté du 7 août 2019"),
        "B-05": ("frais.total.valeur <= frais.plafond.valeur", "arrêté du 7 août 2019"),
    },
    "esf-faf": {"B-03": ("resultat.disponibilites.exercice <= resultat.charges.exercice / 3", "R. 6331-62")},
    "csa-opco": {
        "T-01": ("tranches.moins_1_grandes.due = 0.006 * tranches.moins_1_grandes.masse", "L. 6242-1"),
        "T-02": ("tranches.moins_1.due = 0.004 * tranches.moins_1.masse", "L. 6242-1"),
        "T-03": ("tranches.de_1_a_2.due = 0.002 * tranches.de_1_a_2.masse", "L. 6242-1"),
        "T-04": ("tranches.de_2_a_3.due = 0.001 * tranches.de_2_a_3.masse", "L. 6242-1"),
        "T-05": ("tranches.de_3_a_5.due = 0.0005 * tranches.de_3_a_5.masse", "L. 6242-1"),
        "T-14.moins_1": ("tranches.moins_1.effectif >= 250 * tranches.moins_1.entreprises", "L. 6242-1"),
        "T-16": ("exonerees.progression.alternants >= 1.1 * exonerees.progression.precedents", "L. 6242-1"),
    },
}


@pytest.mark.parametrize(("code", "control"), [(code, control) for code, facts in FACTS.items() for control in facts])
def test_public_facts_are_controls_that_cite_their_text(code: str, control: str) -> None:
    # SO-1, SO-35
    words, legal = FACTS[code][control]
    found = {item.code: item for item in get_model(code, "2025.1").controls}[control]
    assert f"{render(found.left)} {found.operator} {render(found.right)}".replace("ligne", control.rpartition(".")[2]) == words
    assert legal in found.legal


def test_without_a_convention_the_ceiling_is_seven_percent_and_overseas_it_may_reach_fourteen() -> None:
    # arrêté du 7 août 2019
    model = get_model("esf-atpro", "2025.1")
    base = invent(model, "1")

    def failing(**answers: str) -> tuple[set[str], object]:
        typed = {key: model.cells[key].read(text) for name, text in answers.items() for key in keys[name]}
        sheet = Sheet(model, base | typed)
        return {found.control.code for found in sheet.findings() if found.failed}, sheet.figure(("frais", "taux_retenu", "valeur"))

    names = {"convention": "situation.convention.reponse", "territoire": "situation.territoire.reponse", "taux": "frais.taux_com.valeur"}
    keys = {name: [tuple(place.split("."))] for name, place in names.items()}
    assert failing(convention="Non")[1] == 7
    assert "B-03" in failing(taux="12")[0]
    assert "B-04" not in failing(taux="12", territoire="Outre-mer")[0]
    assert "B-04" in failing(taux="14,5", territoire="Corse")[0]
    assert "B-02" in failing(taux="6,5")[0]


def test_cash_above_a_third_of_the_charges_concerns_the_fund_of_craftspeople_alone() -> None:
    model = get_model("esf-faf", "2025.1")
    cash, fund = ("resultat", "disponibilites", "exercice"), ("situation", "fonds", "reponse")
    for label, verdict in (("Artisanat", Verdict.FALSE), ("Professions libérales", Verdict.NOT_EVALUABLE)):
        sheet = Sheet(model, invent(model, "1") | {cash: model.cells[cash].read("900000000"), fund: model.cells[fund].read(label)})
        assert next(found.verdict for found in sheet.findings() if found.control.code == "B-03") is verdict
