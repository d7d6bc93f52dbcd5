"""A form model is refused, with all its faults and their lines, before anybody can use it."""

import pytest

from tests.declarations.small_model import TEXT
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.yaml_source import ModelError
from webapp.declarations.rules.values import Unit


def problems(text: str) -> list[str]:
    with pytest.raises(ModelError) as refused:
        load_model(text)
    return [str(problem) for problem in refused.value.problems]


def line_of(fragment: str) -> int:
    return next(number for number, line in enumerate(TEXT.splitlines(), 1) if fragment in line)


def test_a_good_model_gives_its_tables_cells_and_controls() -> None:
    model = load_model(TEXT)
    assert [table.code for table in model.tables.values()] == ["achats", "bilan"]
    assert model.entry_count == 5
    assert model.cells[("achats", "livres", "nombre")].unit is Unit.COUNT
    assert model.cells[("achats", "livres", "nombre")].decimals == 0
    assert model.label(("achats", "total", "moyen")) == "A1 · Total · Moyenne"
    assert [control.code for control in model.controls] == ["X-01", "X-02"]
    assert model.controls[0].legal == "Règle d’essai"


def test_a_computed_cell_comes_after_those_it_reads() -> None:
    order = load_model(TEXT).order
    assert order.index(("achats", "total", "montant")) < order.index(("bilan", "reste", "valeur"))
    assert order.index(("achats", "total", "montant")) < order.index(("achats", "total", "moyen"))


def test_only_what_reads_a_touched_cell_is_computed_again() -> None:
    model = load_model(TEXT)
    assert model.computed_after([("bilan", "budget", "valeur")]) == (("bilan", "reste", "valeur"),)
    assert set(model.computed_after([("achats", "livres", "montant")])) == {
        ("achats", "livres", "moyen"),
        ("achats", "total", "montant"),
        ("achats", "total", "moyen"),
        ("bilan", "reste", "valeur"),
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("budget - achats.total.montant", "budget - achats.total.montan", "n’a pas de colonne montan"),
        ("budget - achats.total.montant", "budget - ventes.total.montant", "pas de tableau ventes"),
        ("left: achats.total.montant", "left: achats.somme.montant", "n’a pas de ligne somme"),
        ("left: achats.total.montant", "left: montant", "il faut nommer un tableau"),
        ("right: bilan.budget.valeur", "right: achats.total.nombre", "compare eur à nombre"),
        ("budget - achats.total.montant", "budget - achats.total.nombre", "mélange eur et nombre"),
        ("budget - achats.total.montant", "budget > 3", "devrait être un nombre"),
        ("budget - achats.total.montant", "budget - reste", "en cercle"),
        ('operator: "<="', 'operator: "=<"', "operator vaut"),
        ("severity: warning", "severity: grave", "severity vaut"),
        ("code: X-02", "code: X-01", "deux contrôles s’appellent X-01"),
        ("code: papier", "code: livres", "deux fois le code livres"),
        ("code: papier", "code: somme", "ne peut pas être le code"),
        ("code: bilan", "code: achats", "deux tableaux s’appellent achats"),
        ("unit: nombre}", "unit: pommes}", "unit vaut"),
        ("message: Moins", "massage: Moins", "la clé massage est inconnue"),
        ("message: Moins", "massage: Moins", "il manque la clé message"),
        ("severity: warning", "tolerance: -3", "tolerance est un nombre positif"),
        ("severity: warning", "tolerance: NaN", "tolerance est un nombre positif"),
        ("kind: ESF", "kind: XYZ", "kind vaut"),
        ("signed: oui", "signed: yes", "signed vaut oui ou non"),
    ],
)
def test_each_fault_is_named(before: str, after: str, expected: str) -> None:
    assert before in TEXT
    found = problems(TEXT.replace(before, after, 1))
    assert any(expected in problem for problem in found), found


def test_all_faults_are_reported_at_once_each_with_its_line() -> None:
    broken = TEXT.replace("severity: warning", "severity: grave").replace("kind: ESF", "kind: XYZ")
    found = problems(broken)
    assert [problem.partition(" :")[0] for problem in found] == [f"ligne {line_of('kind: ESF')}", f"ligne {line_of('severity: warning')}"]


def test_a_control_that_reads_nothing_could_never_fail_usefully() -> None:
    text = TEXT.replace("left: achats.total.montant", 'left: "3"').replace("right: bilan.budget.valeur", 'right: "4"')
    assert any("ne lit aucune cellule" in problem for problem in problems(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just a text",
        "- a list",
        "code: [unclosed",
        "a: &x 1\nb: *x",
        "a: !!python/object/apply:os.system ['true']",
        "a: &a [1]\nb: [*a, *a]",
        "a: 1\n" * 2,
        "x: " + "a" * 1_000_001,
        "[" * 5000,
    ],
)
def test_a_hostile_or_broken_file_is_refused(text: str) -> None:
    assert problems(text)
