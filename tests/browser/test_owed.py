"""An incident report in a real browser, from what is owed to the file that the client downloads, with and without scripts (FL-12.7)."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@SCRIPTS
def test_an_agent_writes_reads_again_and_sends_the_report_that_is_owed(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("camille.roux", scripts=scripts)
    page.goto("/assistance/file")
    page.get_by_role("link", name="Ce que nous devons").first.click()
    expect(page.locator("main h1")).to_have_text("Ce que nous devons")
    page.locator("select[name=quoi]").select_option("report")
    page.get_by_role("button", name="Filtrer").click()
    page.wait_for_url(re.compile("quoi=report"))
    expect(page.locator("tbody .chip").filter(has_text=re.compile("^(Reste|Dépassé)")).first).to_be_visible()
    page.locator("tbody td a").first.click()
    page.wait_for_url(re.compile(r"INC-\d{4}-\d{6}-[0-9A-Z]"))
    reference = re.search(r"INC-\d{4}-\d{6}-[0-9A-Z]", page.url).group(0)

    page.locator("[name=causes]").fill("")
    page.get_by_role("button", name="Enregistrer et relire").click()
    expect(page.locator("#erreurs")).to_contain_text("Dites ce qui a causé l’interruption")
    causes = f"Un câble débranché #1 $ [x] ({'avec' if scripts else 'sans'} script)"
    page.locator("[name=causes]").fill(causes)
    page.locator("[name=solutions]").fill("Câble rebranché.")
    page.get_by_role("button", name="Enregistrer et relire").click()
    expect(page.locator("main h1")).to_have_text("Relire avant l’envoi")
    expect(page.locator("article")).to_contain_text(causes)
    page.get_by_role("button", name="Envoyer au client").click()
    page.wait_for_url(re.compile(rf"/assistance/{reference}$"))
    expect(page.locator("#status")).to_contain_text("Le rapport est envoyé")

    with page.expect_download() as downloading:
        page.locator("#rapport-du a[download]").first.click()
    assert downloading.value.suggested_filename == f"rapport-{reference}-v1.pdf"
    page.goto("/assistance/dus")
    expect(page.locator("tbody").first.get_by_text(reference, exact=True)).to_have_count(0)
