"""The check of a form model: what a model may hold, and each fault named in French at its line."""

from pathlib import Path

import pytest
from flask import Flask

from tests.declarations.rich_model import TEXT
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import FormModel, RecordField
from webapp.declarations.rules.form_models.registry import all_models
from webapp.declarations.rules.form_models.yaml_source import MAX_DEPTH, ModelError, ModelProblem
from webapp.declarations.rules.language.formula import cells_of
from webapp.declarations.rules.values import Unit


@pytest.fixture(scope="module")
def rich() -> FormModel:
    return load_model(TEXT)


def problems(text: str) -> list[ModelProblem]:
    with pytest.raises(ModelError) as refused:
        load_model(text)
    return refused.value.problems


def line_of(fragment: str, text: str = TEXT) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if fragment in line)


def test_a_model_holds_all_kinds_of_cells(rich: FormModel) -> None:
    # SO-1
    units = {cell.unit for cell in rich.cells.values()}
    assert units == {Unit.EUROS, Unit.KILO_EUROS, Unit.COUNT, Unit.PERCENT, Unit.TEXT, Unit.DATE, Unit.CHOICE}
    assert rich.cells["fiche", "statut", "reponse"].choices == (("oui", "Oui"), ("non", "Non"))
    assert rich.cells["fiche", "siret", "reponse"].prefill is RecordField.SIRET


def test_rows_come_from_a_list_or_are_added_by_people(rich: FormModel) -> None:
    assert [row.code for row in rich.tables["regions"].rows] == ["bretagne", "corse", "total"]
    added = [row for row in rich.tables["sites"].rows if row.repeated]
    assert [row.label for row in added] == [f"Établissement {rank}" for rank in range(1, 6)]
    total = rich.cells["sites", "total", "charges"].formula
    assert total is not None
    assert cells_of(total) == tuple(("sites", f"l{rank}", "charges") for rank in range(1, 6))
    assert ("sites", "total", "nom") not in rich.cells  # a total has nothing to say of a text


def test_a_control_written_for_each_row_gives_one_a_row(rich: FormModel) -> None:
    found = {control.code: control for control in rich.controls if control.code.startswith("R-01")}
    assert list(found) == ["R-01.bretagne", "R-01.corse"]
    assert found["R-01.corse"].cells == (("regions", "corse", "charges"), ("regions", "corse", "plafond"))


def test_help_texts_and_legal_references_are_kept_at_every_level(rich: FormModel) -> None:
    section, table = rich.sections[0], rich.tables["regions"]
    assert (section.help, section.legal) == ("Aide de section", "art. 1")
    assert (table.help, table.legal) == ("Aide de tableau", "art. 2")
    assert (table.columns[0].help, table.columns[0].legal) == ("Aide de colonne", "art. 3")
    row = rich.tables["fiche"].rows[0]
    assert (row.help, row.legal) == ("Aide de ligne", "art. 4")


TABLE = '        visible: fiche.statut.reponse = "oui"'
NEVER = "ne pourra jamais être évalué"
LEFT = "left: regions.total.charges"
WHEN = 'when: fiche.statut.reponse = "oui"'


@pytest.mark.parametrize(
    ("before", "after", "line", "expected"),
    [
        ("rows_from: departements", "rows_from: communes", "rows_from", "il n’y a pas de liste communes"),
        ("type: liste, list: oui_non", "type: liste", "code: statut", "il manque la clé list"),
        ("type: liste, list: oui_non", "type: liste, list: peut_etre", "code: statut", "il n’y a pas de liste peut_etre"),
        ("count: \"5\"", "count: \"5000\"", "repeat:", "count va de 1 à 200"),
        ("prefill: fiche.siret", "prefill: fiche.iban", "code: siret", "prefill d’un texte vaut"),
        ("prefill: charges@N-1", "prefill: charges", "code: precedent", "prefill lit des cellules de l’exercice précédent"),
        (TABLE, "        visible: fiche.statut.reponse = \"si\"", TABLE, "« si » n’est pas un code"),
        (TABLE, "        visible: fiche.statut.reponse", TABLE, "devrait être une condition"),
        (TABLE, "        visible: regions.total.charges > 0 et fiche.absent.reponse = \"x\"", TABLE, "pas de ligne absent"),
        ("right: regions.ligne.plafond", "right: sites.ligne.charges", "right: regions.ligne", "ligne ne vaut que dans un contrôle"),
        ("each: regions", "each: regionz", "each: regions", "il n’y a pas de tableau regionz"),
        ("tolerance: arrondi", "tolerance: environ", "tolerance: arrondi", "tolerance est un nombre positif ou arrondi"),
        ("missing_left: zero", "missing_left: rien", "missing_left", "missing_left vaut skip_any, skip_all, zero"),
        ("from: 2025-01-01", "from: 2025-02-30", "from: 2025-01-01", "from est une date"),
        ("from: 2025-01-01", "from: 2030-01-01", "from: 2025-01-01", "ne vaut pour aucun exercice"),
        (LEFT, "left: regions.total.charges / 0", "code: R-02", NEVER),
        (WHEN, "when: fiche.statut.reponse = \"oui\" et fiche.statut.reponse = \"non\"", "code: R-02", NEVER),
        (WHEN, "when: 1 > 2", "code: R-02", NEVER),
        (LEFT, "left: fiche.siret.reponse", LEFT, "contient texte, pas un nombre"),
        (LEFT, "left: regions.total.charges + fiche.jour.reponse", LEFT, "mélange date et eur"),
        (LEFT, "left: abs(fiche.jour.reponse)", LEFT, "calcule sur une date"),
        (LEFT, "left: fiche.milliers.reponse", "code: R-02", "compare keur à eur"),
        (LEFT, "left: regions.total.charges +", LEFT, "ne se lit plus"),
        (LEFT, "left: regions.total.charges.nom", LEFT, "ne se lit plus à partir de"),
        ("here: regions.*.charges", "here: regions.*.chargez", "previous:", "il n’y a rien qui s’appelle regions.*.chargez"),
        ("code: bretagne, label", "code: Bretagne!, label", "code: bretagne", "ne peut pas être un code"),
        ("legal: art. 2", "loi: art. 2", "legal: art. 2", "la clé loi est inconnue"),
        ("  version: \"2024.1\"", "  version: \"2024.1\"\n  inconnu: oui", "  version: \"2024.1\"", "la clé inconnu est inconnue"),
    ],
)  # fmt: skip
def test_each_fault_is_named_at_its_line(before: str, after: str, line: str, expected: str) -> None:
    assert before in TEXT
    broken = TEXT.replace(before, after, 1)
    found = [problem for problem in problems(broken) if expected in problem.text]
    assert found, problems(broken)
    at = line_of(line)
    assert any(abs(problem.line - at) <= (1 if "inconnu" in after else 0) for problem in found), (at, found)


def test_last_year_is_read_only_by_a_model_that_says_which_form_was_before() -> None:
    start, end = TEXT.index("previous:"), TEXT.index("lists:")
    found = problems(TEXT[:start] + TEXT[end:])
    assert any("ne dit pas lequel (clé previous)" in problem.text for problem in found)


def test_a_circle_through_a_condition_of_visibility_is_refused() -> None:
    text = TEXT.replace('        visible: fiche.statut.reponse = "oui"', "        visible: conventions.double.valeur > 0", 1)
    assert any("en cercle" in problem.text for problem in problems(text))


HOSTILE = {
    "alias bomb": "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]",
    "anchor": "a: &x 1",
    "tag": "a: !!python/object/apply:os.system [ls]",
    "own tag": "a: !objet {b: 1}",
    "too large": "a: " + "x" * 1_000_001,
    "too deep": "a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
    "very deep": "[" * 20_000,
    "too many": "a: [" + "1," * 210_000 + "1]",
    "duplicate key": "code: a\ncode: b",
    "two documents": "a: 1\n---\nb: 2",
    "binary": "a: \x00",
    "no mapping": "- a\n- b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_its_line(text: str) -> None:
    found = problems(text)
    assert found
    assert all(problem.line >= 1 for problem in found)


def test_the_command_says_what_a_good_model_holds(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "modele.yaml"
    without_former = TEXT.replace(TEXT[TEXT.index("previous:") : TEXT.index("lists:")], "").replace("prefill: charges@N-1", "signed: non")
    file.write_text(without_former)
    result = app.test_cli_runner().invoke(args=["declarations", "model", "check", str(file)])
    assert result.exit_code == 0, result.output
    assert "Aucun problème." in result.output
    assert "4 tableaux" in result.output


def test_the_command_lists_every_problem_with_file_and_line_and_fails(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "modele.yaml"
    file.write_text(TEXT.replace("each: regions", "each: regionz"))
    result = app.test_cli_runner().invoke(args=["declarations", "model", "check", str(file)])
    assert result.exit_code == 1
    assert f"{file}:{line_of('each: regions')}: il n’y a pas de tableau regionz" in result.output
    assert "1 problème(s)." in result.output


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_the_command_says_when_a_file_cannot_be_read(app: Flask, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "absent.yaml"
    if content is not None:
        file.write_bytes(content)
    result = app.test_cli_runner().invoke(args=["declarations", "model", "check", str(file)])
    assert result.exit_code == 2
    assert "ne peut pas être lu" in result.output or "UTF-8" in result.output


def test_a_model_of_the_file_is_checked_against_the_form_before_it(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "modele.yaml"
    file.write_text(TEXT)
    result = app.test_cli_runner().invoke(args=["declarations", "model", "check", str(file)])
    assert result.exit_code == 1
    assert "n’est pas livré" in result.output


def test_every_delivered_model_passes_its_own_check(app: Flask) -> None:
    folder = Path(load_model.__code__.co_filename).parents[2] / "models_data"
    runner = app.test_cli_runner()
    assert len(all_models()) == len(list(folder.glob("*.yaml")))
    for file in folder.glob("*.yaml"):
        result = runner.invoke(args=["declarations", "model", "check", str(file)])
        assert result.exit_code == 0, result.output
