"""Versions of a scope in a real browser, with and without scripts: name, compare, print, give up, take back, start again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
FILE = "/portees/1-0187"


def change_first_line(page: Page, words: str) -> str:
    """Change a cell of the first line by its form; return its number."""
    page.goto(f"{FILE}?ligne=1")
    cell = page.locator("#l1 [name=c-caracteristique]")
    cell.fill(words)
    page.locator("#l1").get_by_role("button", name="Enregistrer").first.click()
    expect(page.locator("#l1")).to_contain_text(words)
    return "1"


def without_changes(page: Page) -> None:
    """Start from a draft that is what is online, whatever the tests before left of theirs on the same server."""
    page.goto(f"{FILE}/versions/v1/reprise")
    again = page.get_by_role("button", name="Repartir de cet état")
    if again.count():
        again.click()
        page.wait_for_url(lambda url: not url.endswith("/reprise"))


@SCRIPTS
def test_a_draft_is_named_compared_given_up_and_taken_back(open_page: OpenPage, scripts: bool) -> None:
    # FX-8a
    page = open_page("claire.fontaine", scripts=scripts)
    words, name = f"Cadmium {'avec' if scripts else 'sans'}", f"Essai {'avec' if scripts else 'sans'} script"
    without_changes(page)
    change_first_line(page, words)
    page.get_by_role("navigation", name="Dossier").get_by_role("link", name="Versions").click()
    page.get_by_label("Garder ce brouillon sous un nom").fill(name)
    page.get_by_role("button", name="Nommer ce brouillon").click()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    page.get_by_role("link", name="Comparer à la version en ligne").click()
    expect(page.locator("main ins").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile(r"\d lignes? modifiées?"))
    page.get_by_role("link", name="Page à imprimer").click()
    expect(page.locator("main ins").first).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
    page.goto(f"{FILE}/versions")
    page.get_by_role("link", name="Abandonner le brouillon").click()
    page.get_by_role("button", name="Abandonner le brouillon").click()
    expect(page.locator("#status")).to_contain_text("en une seule étape")
    expect(page.locator("#l1")).not_to_contain_text(words)
    page.get_by_role("button", name="Annuler :").click()
    expect(page.locator("#l1")).to_contain_text(words)
    page.goto(f"{FILE}/versions/v1/reprise")
    page.get_by_role("button", name="Repartir de cet état").click()
    expect(page.locator("#l1")).not_to_contain_text(words)
    page.goto(f"{FILE}/versions")
    page.get_by_role("link", name=name).click()
    expect(page.locator("#l1")).to_contain_text(words)
    if scripts:
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_text("Supprimer ce brouillon nommé").click()
    page.get_by_role("button", name="Supprimer définitivement").click()
    expect(page.get_by_role("link", name=name)).to_have_count(0)


@SCRIPTS
def test_the_life_of_a_line_is_read_by_its_body_and_by_the_public(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("claire.fontaine", scripts=scripts)
    change_first_line(page, "Plomb total")
    page.goto(f"{FILE}/lignes/1/historique")
    expect(page.locator("main")).to_contain_text("Modification")
    expect(page.locator("main ins").first).to_be_visible()
    page.get_by_role("link", name="Au registre public").first.click()
    expect(page.locator("main")).to_contain_text("Publiée pour la première fois avec la version 1")
    expect(page.locator("main")).not_to_contain_text("Plomb total")
    page.goto(f"{FILE}/abandon")
    page.get_by_role("button", name="Abandonner le brouillon").click()


def test_a_version_is_downloaded_from_its_page_and_printed(open_page: OpenPage) -> None:
    page = open_page(scripts=False)
    page.goto("/registre/1-0187")
    for label, kind in (("Annexe, PDF", "pdf"), ("Classeur, XLSX", "xlsx"), ("Tableau, CSV", "csv"), ("Image figée, JSON", "json")):
        with page.expect_download() as started:
            page.get_by_role("link", name=label).click()
        assert started.value.suggested_filename == f"portee-1-0187-v1.{kind}"
        assert started.value.path().stat().st_size > 1000
    page.get_by_role("link", name="Page à imprimer").click()
    page.emulate_media(media="print")
    expect(page.locator("tbody tr").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_these_pages_and_they_fit(open_page: OpenPage, width: int) -> None:
    page = open_page("claire.fontaine", width=width)
    paths = ("versions", "versions/v7", "versions/v6..v7", "versions/v6..v7?impression=1", "versions/v6/reprise", "lignes/103/historique")
    for path in (*(f"/portees/1-0042/{path}" for path in paths), "/registre/1-0042/lignes/1", "/registre/1-0187/v/1?impression=1"):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
