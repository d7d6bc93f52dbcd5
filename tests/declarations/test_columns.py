"""Columns of a condition: while it does not hold they are left out of page, exports, snapshot and progress."""

import json
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files

import pytest

from tests.conftest import SignedIn
from tests.declarations.small_model import TEXT
from webapp.clock import PARIS
from webapp.declarations import grid
from webapp.declarations.queries import returns
from webapp.declarations.rules import workflow
from webapp.declarations.rules.document import sections_of, tables_of
from webapp.declarations.rules.filling import blanks, lay
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.form_models.yaml_source import ModelError
from webapp.declarations.rules.language.evaluation import Missing
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Progress, Sheet
from webapp.declarations.rules.snapshots import form_of, take_snapshot
from webapp.declarations.rules.values import Entry

AMOUNT = "- {code: montant, label: Montant, unit: eur}"
CONDITIONAL = TEXT.replace(AMOUNT, "- {code: montant, label: Montant, unit: eur, visible: bilan.budget.valeur > 0}")
BUDGET: CellKey = ("bilan", "budget", "valeur")
BOOKS: CellKey = ("achats", "livres", "montant")


@pytest.fixture(scope="module")
def model() -> FormModel:
    return load_model(CONDITIONAL)


def sheet(model: FormModel, *, budget: str) -> Sheet:
    typed = {BUDGET: budget, BOOKS: "120", ("achats", "livres", "nombre"): "3"}
    entries: dict[CellKey, Entry] = {key: model.cells[key].read(text) for key, text in typed.items() if text}
    return Sheet(model, entries)


def columns(found: Sheet, model: FormModel) -> list[str]:
    return [column.code for column in found.shown_columns(model.tables["achats"])]


def test_a_column_is_asked_for_while_its_condition_holds(model: FormModel) -> None:
    hidden, shown = sheet(model, budget=""), sheet(model, budget="500")
    assert columns(hidden, model) == ["nombre", "moyen"]
    assert columns(shown, model) == ["nombre", "montant", "moyen"]
    assert hidden.figure(BOOKS) is Missing.EMPTY
    assert hidden.figure(("achats", "livres", "moyen")) is Missing.EMPTY
    assert hidden.figure(("achats", "total", "montant")) is Missing.EMPTY
    assert str(shown.figure(("achats", "livres", "moyen"))) == "40.00"


def test_what_was_typed_in_a_hidden_column_comes_back_with_it(model: FormModel) -> None:
    found = sheet(model, budget="")
    found.change({BUDGET: model.cells[BUDGET].read("500")})
    assert columns(found, model) == ["nombre", "montant", "moyen"]
    assert str(found.figure(BOOKS)) == "120"
    found.change({BUDGET: model.cells[BUDGET].read("0")})
    assert columns(found, model) == ["nombre", "moyen"]


def test_a_hidden_column_is_expected_of_nobody(model: FormModel) -> None:
    table = model.tables["achats"]
    assert sheet(model, budget="").progress(table) == Progress(1, 0, 2)
    assert sheet(model, budget="500").progress(table) == Progress(2, 0, 4)
    assert all(key[2] != "montant" for key in blanks(sheet(model, budget=""), table))


def test_page_export_and_snapshot_leave_a_hidden_column_out(model: FormModel) -> None:
    table = model.tables["achats"]
    for budget, labels in (("", ["Nombre (nb)", "Moyenne (€)"]), ("500", ["Nombre (nb)", "Montant (€)", "Moyenne (€)"])):
        found = sheet(model, budget=budget)
        assert {len(cells) for _row, cells in grid.grid(table, found, {})} == {len(labels)}
        (drawn, *_others) = tables_of(sections_of(frozen(found), form_of(found)))
        assert [label for _code, label in drawn.columns] == labels
        assert ("120" in json.dumps(frozen(found))) is bool(budget)


def frozen(found: Sheet) -> dict[str, object]:
    at = datetime(2026, 11, 23, tzinfo=PARIS)
    content = take_snapshot(found, receipt="r", number="n", declarant={}, by="x", at=at)
    read: dict[str, object] = json.loads(workflow.canonical(content))
    return read


def test_a_pasted_block_is_laid_over_the_columns_that_are_asked_for() -> None:
    text = TEXT.replace(
        "- {code: nombre, label: Nombre, unit: nombre}", "- {code: nombre, label: Nombre, unit: nombre, visible: bilan.budget.valeur > 0}"
    )
    model = load_model(text)
    table, block = model.tables["achats"], {0: ["7", "8", "9"]}
    laid = lay(sheet(model, budget="500"), table, block, "livres", "nombre")
    assert dict(laid.texts) == {("achats", "livres", "nombre"): "7", ("achats", "livres", "montant"): "8"}
    laid = lay(sheet(model, budget=""), table, block, "livres", "montant")
    assert (dict(laid.texts), laid.outside) == ({("achats", "livres", "montant"): "7"}, 1)
    with pytest.raises(KeyError):
        lay(sheet(model, budget=""), table, block, "livres", "nombre")


def test_where_nothing_of_a_table_is_asked_for_its_columns_keep_their_heads() -> None:
    model = load_model(TEXT.replace("        title: Achats\n", "        title: Achats\n        visible: bilan.budget.valeur > 0\n"))
    found = sheet(model, budget="")
    assert not found.shows(model.tables["achats"])
    assert len(columns(found, model)) == 3


FAULTS = [
    ("oui", "oui"),
    ("bilan.absent.valeur > 0", "absent"),
    ("bilan.budget.valeur + 1", "une condition"),
    ("achats.livres.montant > 0", "en cercle"),
    ("bilan.reste.valeur > 0", "en cercle"),
]


@pytest.mark.parametrize("condition, said", FAULTS)
def test_a_fault_in_the_condition_of_a_column_is_named_at_its_line(condition: str, said: str) -> None:
    text = TEXT.replace(AMOUNT, f"- {{code: montant, label: Montant, unit: eur, visible: {condition}}}")
    with pytest.raises(ModelError) as refused:
        load_model(text)
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "visible:" in words)
    assert any(said in problem.text for problem in refused.value.problems), refused.value.problems
    assert said == "en cercle" or {problem.line for problem in refused.value.problems} == {line}


@pytest.fixture
def long_ones_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The delivered form, but for a column of table A2 that is asked for from a hundred hours on."""
    text = (files("webapp.declarations") / "models_data" / "esf-atpro-2025.yaml").read_text(encoding="utf-8")
    written = "- {code: annexes, label: Transport et hébergement, unit: eur"
    assert written in text
    changed = load_model(text.replace(written, f"{written}, visible: couts.moins_6_mois.heures > 100", 1))
    monkeypatch.setattr(returns, "model_in_force", lambda *_given: changed)


def test_the_page_shows_a_column_once_its_condition_holds(
    signed_in: SignedIn, number_of: Callable[[str], str], long_ones_only: None
) -> None:
    path = f"/declarations/{number_of('atpro-bretagne')}/tableaux/couts"
    client = signed_in("declarant-breton")
    client.get(path)
    assert not client.tree.cssselect("#c-annexes")
    assert len({len(row.cssselect("th, td")) for row in client.tree.cssselect("table.grid tr")}) == 1
    assert "annexes" not in [option.get("value") for option in client.tree.cssselect("#collage-colonne option")]
    assert "Transport" not in client.get(f"{path}.csv").text
    client.get(path)
    token = client.tree.cssselect("form#grille [name=csrf_token]")[0].get("value")
    htmx = {"HX-Request": "true"}
    answer = client.post(path, data={"csrf_token": token, "moins_6_mois.heures": "100", "moins_6_mois.heures~": "0|"}, headers=htmx)
    assert "HX-Redirect" not in answer.headers
    answer = client.post(path, data={"csrf_token": token, "moins_6_mois.heures": "101", "moins_6_mois.heures~": "1|100"}, headers=htmx)
    assert answer.headers["HX-Redirect"] == path
    client.get(path)
    assert "enregistrée" in client.text()
    assert client.tree.cssselect("#c-annexes")
    assert client.tree.cssselect("#i-de_6_a_12_mois-annexes")
    assert "Transport" in client.get(f"{path}.csv").text
