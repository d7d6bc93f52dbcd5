"""A return filled in offline and brought back, in a real browser, with and without scripts (SO-1, SO-CFG)."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations
from tests.support.workbooks import Edited

NUMBER = "ESF-2025-OPCO-0001"
PATH = f"/declarations/{NUMBER}"
TABLE, MINE, BOTH, TOTAL = "alt_taille", ("moins_11", "engagements"), ("moins_11", "entreprises"), ("total", "engagements")


def download(page: Page) -> Edited:
    """The workbook that the page of the return leads to."""
    page.goto(PATH)
    page.get_by_role("link", name="Remplir hors ligne").click()
    page.wait_for_url("**/classeur")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le classeur (.xlsx)").click()
    return Edited(Path(download.value.path()).read_bytes())


def upload(page: Page, book: Edited, file: Path) -> None:
    """Send a workbook and stand on its preview."""
    file.write_bytes(book.data())
    page.goto(f"{PATH}/classeur")
    page.set_input_files("#fichier", file)
    page.get_by_role("button", name="Voir l’aperçu").click()
    page.wait_for_url("**/classeur/*")


def type_online(page: Page, table: str, field: str, text: str) -> None:
    """Save a figure from the page of its table."""
    page.goto(f"{PATH}/tableaux/{table}")
    page.locator(f"[name='{field}']").fill(text)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("#status")).to_contain_text("enregistrée")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_return_is_filled_in_offline_and_accepted_beside_a_colleague_s_change(open_page: OpenPage, tmp_path: Path, scripts: bool) -> None:
    page, colleague = open_page("ines.garnier", scripts=scripts), open_page("samir.haddad", scripts=False)
    mine, theirs, last = ("4111", "4222", "4333") if scripts else ("5111", "5222", "5333")
    book = download(page)
    type_online(colleague, TABLE, f"{BOTH[0]}.{BOTH[1]}", theirs)
    upload(page, book.type((TABLE, *MINE), float(mine)).type((TABLE, *BOTH), float(last)), tmp_path / "retour.xlsx")
    expect(page.locator("#accepter")).to_contain_text("Samir Haddad")
    page.get_by_role("button", name="Accepter les sections cochées").click()
    expect(page.locator("#erreurs")).to_contain_text("choisissez")
    page.get_by_label("Garder le classeur").check()
    page.get_by_role("button", name="Accepter les sections cochées").click()
    expect(page.locator("#status, .said").first).to_contain_text("2 cellules enregistrées")
    expect(page.locator("#bilan")).to_contain_text("rien à reprendre")
    page.goto(f"{PATH}/tableaux/{TABLE}")
    for cell, text in ((MINE, mine), (BOTH, last)):
        shown = page.locator(f"[name='{cell[0]}.{cell[1]}']").input_value()
        assert "".join(shown.split()) == text


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_a_workbook_are_accessible_and_fit(open_page: OpenPage, tmp_path: Path, width: int) -> None:
    page = open_page("ines.garnier", width=width)
    found: list[Any] = []
    book = download(page)
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    wrong = tmp_path / "faux.xlsx"
    wrong.write_bytes(b"a;b")
    page.set_input_files("#fichier", wrong)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.locator("#fichier-erreur")).to_be_visible()
    found += violations(page)
    other = open_page("samir.haddad", scripts=False)
    type_online(other, TABLE, f"{BOTH[0]}.{BOTH[1]}", str(6000 + width))
    upload(page, book.type((TABLE, *MINE), "douze").type((TABLE, *BOTH), 1).type((TABLE, *TOTAL), 9), tmp_path / "retour.xlsx")
    expect(page.locator("#remarques")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found += violations(page)
    assert found == []
