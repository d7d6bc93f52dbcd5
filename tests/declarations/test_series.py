"""Series survive a new form: every cell says which cell of the year before it follows."""

from decimal import Decimal

import pytest

from tests.declarations.rich_model import TEXT
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.registry import all_models, following
from webapp.declarations.rules.form_models.series import check_series, matches, previous_figures
from webapp.declarations.rules.form_models.yaml_source import ModelError
from webapp.declarations.rules.language.evaluation import Missing
from webapp.declarations.rules.values import Unit

PAIRS = sorted({code for code, _version in all_models()})
START, END = TEXT.index("previous:"), TEXT.index("lists:")
AS_IT_WAS = (TEXT[:START] + TEXT[END:]).replace("prefill: charges@N-1", "signed: non").replace('"2025.1"', '"2024.1"')


RENAMED = (("code: regions", "code: territoires"), ("regions.", "territoires."), ("each: regions", "each: territoires"))


def before(budget: str = "keur") -> FormModel:
    """Last year's form: another code for the regions' table, perhaps another unit for the budget."""
    text = AS_IT_WAS.replace("label: Budget, unit: keur", f"label: Budget, unit: {budget}")
    for now, then in RENAMED:
        text = text.replace(now, then)
    return load_model(text)


def after(mapping: str) -> FormModel:
    return load_model(TEXT[:START] + f'previous:\n  version: "2024.1"\n{mapping}' + TEXT[END:])


@pytest.mark.parametrize("code", PAIRS)
def test_each_delivered_form_has_two_years_and_loses_no_cell_between_them(code: str) -> None:
    old, new = all_models()[code, "2024.1"], all_models()[code, "2025.1"]
    assert (max(old.years), min(new.years)) == (2024, 2025)
    assert new.former is not None
    followed = following(code, "2025.1")
    fresh = {key for key in new.cells if any(matches(pattern, key) for pattern in new.former.new)}
    assert followed.keys() | fresh == new.cells.keys()
    ended = {key for key in old.cells if any(matches(pattern, key) for pattern in new.former.ended)}
    assert {found.key for found in followed.values()} | ended == old.cells.keys()


def test_what_moved_is_followed_to_its_former_place() -> None:
    assert following("csa-opco", "2025.1")["tranches", "moins_1", "due"].key == ("tranches", "moins_1", "contribution")
    assert following("esf-atpro", "2025.1")["fipu", "gestion", "valeur"].key == ("usure", "gestion", "valeur")
    assert following("esf-faf", "2025.1")["actions", "obligatoires", "heures"].key == ("actions", "reglementaires", "heures")
    assert ("actions", "numerique", "heures") not in following("esf-faf", "2025.1")


def test_a_cell_that_comes_from_nowhere_or_gets_lost_is_refused() -> None:
    with pytest.raises(ModelError) as refused:
        check_series(after("  new: []\n"), before())
    said = str(refused.value)
    assert "regions.bretagne.charges ne suit aucune cellule de 2024.1" in said
    assert "territoires.bretagne.charges de 2024.1 n’a pas de suite" in said
    assert len(check_series(after("  moved:\n    - {here: regions, before: territoires}\n"), before())) == len(before().cells)


def test_thousands_become_euros_and_any_other_change_of_unit_breaks_the_series() -> None:
    moved = "  moved:\n    - {here: regions, before: territoires}\n"
    euros = after(moved)
    old = before("eur")
    key = ("fiche", "milliers", "reponse")
    followed = check_series(euros, old)
    assert (old.cells[key].unit, euros.cells[key].unit) == (Unit.EUROS, Unit.KILO_EUROS)
    figures = previous_figures(followed, {key: Decimal(1_250_000), ("fiche", "siret", "reponse"): "x"})
    assert figures == {("fiche@N-1", "milliers", "reponse"): Decimal(1250)}
    assert previous_figures(followed, {key: Missing.NOT_COMMUNICATED}) == {("fiche@N-1", "milliers", "reponse"): Missing.NOT_COMMUNICATED}
    with pytest.raises(ModelError, match="la série est rompue"):
        check_series(euros, before("nombre"))


def test_a_model_only_follows_its_own_former_version() -> None:
    with pytest.raises(ModelError, match="n’est pas le modèle précédent"):
        check_series(all_models()["esf-opco", "2025.1"], all_models()["esf-faf", "2024.1"])
