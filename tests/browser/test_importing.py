"""Pasting a block and the round trip through a workbook, in a real browser, with and without scripts (FX-8)."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_counters import first
from tests.browser.test_site import violations
from tests.tables.books import grid
from webapp.tables.reading import read_workbook

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


def editable_file(page: Page) -> str:
    """Stand on the first file whose draft can be changed, and return its address."""
    return first(page, "/portees", r"/portees/\d-\d{4}", "a[href$='/import']")


def fits(page: Page) -> None:
    """Fail when the page goes sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def export(page: Page) -> list[list[str]]:
    """Return the rows of the workbook that the page offers, headings first."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter vers Excel").click()
    return [list(row) for row in read_workbook(Path(download.value.path()).read_bytes())[0].rows]


def paste(page: Page, text: str, code: str) -> None:
    """Paste a block under a general line, and stand on its preview."""
    page.get_by_role("link", name="Importer ou coller").click()
    page.fill("#texte", text)
    page.select_option("#generale", code)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.locator("#bilan")).to_be_visible()


@SCRIPTS
def test_a_block_is_pasted_corrected_imported_and_taken_back(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("claire.fontaine", scripts=scripts)
    file = editable_file(page)
    mark = "collées-avec" if scripts else "collées-sans"
    exported = export(page)
    column = exported[0].index("Référence de la méthode")
    # Where methods of the body's own are allowed, one that is online already is certainly recognised.
    code, reference = next((row[3], row[column]) for row in reversed(exported) if row[column].startswith("Méthode interne"))
    paste(page, f"Eaux {mark}\tFer\tICP-MS\t{reference}\r\nEaux {mark}\tZinc\t\t{reference}\r\n", code)
    expect(page.locator("#bilan")).to_contain_text("En erreur : 1")
    page.locator("input[name^='t/2/']").fill("ICP-MS")
    page.get_by_role("button", name="Mettre l’aperçu à jour").first.click()
    expect(page.locator("#bilan")).to_contain_text("Ajoutée : 2")
    page.get_by_role("button", name="Importer les 2 lignes correctes").click()
    expect(page.locator("#status, .said").first).to_contain_text("2 lignes importées")
    page.goto(f"{file}?q=Eaux+{mark}")
    assert page.locator("table tbody tr[id^=l]").count() == 2
    page.get_by_role("button", name=re.compile("^Annuler")).first.click()
    expect(page.locator("#status, .said").first).to_contain_text("annulé")
    page.goto(f"{file}?q=Eaux+{mark}")
    assert page.locator("table tbody tr[id^=l]").count() == 0


@SCRIPTS
def test_a_sheet_comes_back_with_a_conflict_that_is_settled(open_page: OpenPage, tmp_path: Path, scripts: bool) -> None:
    page = open_page("claire.fontaine", scripts=scripts)
    file = editable_file(page)
    rows = export(page)
    number = rows[1][1]
    # The line is edited from elsewhere while the sheet travels.
    other = open_page("claire.fontaine", scripts=False)
    other.goto(f"{file}?ligne={number}")
    field = other.locator(f"#l{number} [name^=c-]").first
    field.fill(f"{field.input_value()} bis {'avec' if scripts else 'sans'}")
    other.locator(f"#l{number}").get_by_role("button", name="Enregistrer").click()
    expect(other.locator(f"#l{number} [name^=c-]")).to_have_count(0)
    rows[1][4] += " retour"
    book = tmp_path / "retour.xlsx"
    book.write_bytes(grid(rows[:2]))
    page.goto(f"{file}/import")
    page.set_input_files("#fichier", book)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.locator("#bilan")).to_contain_text("En conflit : 1")
    page.locator("input[value=mine]").first.check()
    page.get_by_role("button", name="Mettre l’aperçu à jour").first.click()
    page.get_by_role("button", name="Importer la ligne correcte").click()
    expect(page.locator("#status, .said").first).to_contain_text("1 ligne importée")
    page.goto(f"{file}/lignes/{number}?lecture=1")
    expect(page.locator(f"#l{number}")).to_contain_text("retour")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_an_import_are_accessible_and_fit(open_page: OpenPage, width: int, tmp_path: Path) -> None:
    page = open_page("claire.fontaine", width=width)
    file = editable_file(page)
    found: list[Any] = []
    page.goto(f"{file}/import?ligne=1")
    fits(page)
    found += violations(page)
    headings = ["Ligne", "Version", "Portée générale", "Objet soumis à essai", "Caractéristique ou grandeur mesurée", "Remarques", "Prix"]
    rows = [["1", "", "1", "Autre objet", "Autre", "", "3"], ["", "", "7", "Eaux", "Fer", "x", ""], ["999", "", "", "", "", "", ""]]
    book = tmp_path / "mixte.xlsx"
    book.write_bytes(grid([headings, *rows]))
    page.set_input_files("#fichier", book)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.locator("#bilan")).to_contain_text("En erreur")
    page.locator("#colonnes select").select_option("principe")
    page.get_by_role("button", name="Mettre l’aperçu à jour").first.click()
    expect(page.locator("#status, .said").first).to_contain_text("L’aperçu est à jour")
    expect(page.locator("#colonnes select")).to_have_value("principe")
    fits(page)
    found += violations(page)
    assert found == []
