"""The delivered form models: their size, their honesty, and that each of their controls can hold and can fail."""

import pytest

from webapp.declarations.formula import cells_of
from webapp.declarations.model import FormModel, Severity
from webapp.declarations.registry import all_models, get_model, models_for

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
            key = pending.pop()
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
