"""The CSA calculator and the form models in a real browser: while one types, without scripts, and on a narrow screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations


def test_the_contribution_follows_what_is_typed(open_page: OpenPage) -> None:
    page = open_page(None)
    page.goto("/calcul-csa")
    page.get_by_label("Effectif annuel moyen").fill("1 250")
    page.get_by_label("Part d’alternants dans l’effectif").fill("1,5 %")
    expect(page.locator("#masse-erreur")).to_contain_text("Renseignez ce champ")
    page.get_by_label("Masse salariale de l’année").fill("48 250 000")
    expect(page.locator("#resultat")).to_contain_text("96\u202f500 €")
    expect(page.locator("#masse-erreur")).to_be_empty()
    page.get_by_label("Effectif annuel moyen").press("End")
    page.get_by_label("Effectif annuel moyen").press_sequentially("x")
    expect(page.locator("#effectif-erreur")).to_contain_text("Ce n’est pas un nombre")
    expect(page.get_by_label("Effectif annuel moyen")).to_be_focused()
    expect(page.get_by_label("Effectif annuel moyen")).to_have_value("1 250x")


def test_it_works_without_scripts(open_page: OpenPage) -> None:
    page = open_page(None, scripts=False)
    page.goto("/calcul-csa")
    for name, text in (("effectif", "2500"), ("quota", "0,4"), ("masse", "10 000 000")):
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name="Calculer").click()
    expect(page.locator("#resultat")).to_contain_text("60\u202f000 €")


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_these_pages_and_they_fit(open_page: OpenPage, width: int) -> None:
    page = open_page("paul.lambert", width=width)
    control = "/modeles/esf-opco/2025.1/controles/D-02"
    for path in (
        "/modeles",
        "/modeles/esf-opco/2025.1",
        control,
        "/calcul-csa?effectif=300&quota=x&masse=1",
        "/calcul-csa?effectif=300&quota=3&masse=1",
    ):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page = open_page("odile.chevalier", width=width)
    for table in ("situation", "resultat"):
        page.goto(f"/declarations/ESF-2025-FAF-0001/tableaux/{table}")
        assert violations(page) == [], table
        assert page.evaluate("document.documentElement.scrollWidth") <= width, table
