"""Documents of a return in a real browser, and the record of a body, with and without scripts (SO-1, SO-55)."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations
from tests.uploads import made

RETURN = "/declarations/ESF-2025-OPCO-0001"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_declarant_attaches_the_accounts_and_takes_them_away(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("ines.garnier", scripts=scripts)
    page.goto(f"{RETURN}/depot")
    page.locator("#blocages a", has_text="Comptes annuels").click()
    expect(page.locator("main h1")).to_have_text("Pièces jointes")
    files = [("comptes.pdf", "application/pdf", made.PDF), ("capture.png", "image/png", made.png())]
    page.set_input_files("#files-comptes", [{"name": name, "mimeType": kind, "buffer": content} for name, kind, content in files])
    page.locator("#joindre-comptes button").click()
    expect(page.locator("#erreurs")).to_contain_text("« capture.png » n’est pas d’un type accepté ici")
    if scripts:
        assert violations(page) == []
    page.locator("#joindre-comptes button").click()
    expect(page.locator("#status")).to_contain_text("La pièce est jointe.")
    with page.expect_download() as started:
        page.get_by_role("link", name="comptes.pdf").click()
    assert started.value.path().read_bytes() == made.PDF
    if scripts:
        assert violations(page) == []
    page.get_by_role("link", name="Vérifier et déposer").click()
    expect(page.locator("#pieces-au-depot")).to_contain_text("comptes.pdf")
    page.goto(f"{RETURN}/pieces")
    page.get_by_role("button", name="Retirer").click()
    expect(page.locator("#status")).to_contain_text("retiré")
    expect(page.locator("#piece-comptes")).to_contain_text("À joindre")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_declarant_writes_its_body_s_record(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("erwan.kervella", scripts=scripts)
    page.goto("/declarations")
    page.get_by_role("link", name="Fiche de l’organisme").click()
    expect(page.locator("main")).to_contain_text("n’est pas interrogé")
    page.fill("#naf", "94")
    page.fill("#address", f"1 rue {'A' if scripts else 'B'}")
    page.get_by_role("button", name="Enregistrer la fiche").click()
    expect(page.locator("#naf-erreur")).to_contain_text("94.11Z")
    page.fill("#naf", "9411z")
    page.get_by_role("button", name="Enregistrer la fiche").click()
    expect(page.locator("#status")).to_contain_text("La fiche est enregistrée.")
    expect(page.locator("#naf")).to_have_value("94.11Z")
    if scripts:
        assert violations(page) == []
