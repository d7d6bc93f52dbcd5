"""Figures, teams and absences in a real browser, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_lead_narrows_the_figures_and_reads_chart_and_table(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("marc.dubois", scripts=scripts)
    page.goto("/assistance/reglages")
    page.click("main th a >> text=Chiffres")
    page.click("nav.tabs >> text=Stock de tickets")
    page.select_option("select[name=service]", "declarations")
    page.click("form.filters >> text=Afficher")
    page.wait_for_url(re.compile("service=declarations"))
    image = page.locator("main img.chart")
    image.evaluate("node => node.decode()")  # it may still be on its way
    assert image.evaluate("node => node.naturalWidth") == 760, "the image is drawn under the page's policy"
    assert "tickets ouverts" in (image.get_attribute("alt") or "")
    expect(page.locator("main table tbody tr")).to_have_count(12)
    with page.expect_download() as download:
        page.click("a[download] >> text=XLSX")
    assert download.value.suggested_filename.endswith(".xlsx")
    if scripts:
        assert not violations(page)


def test_nothing_scrolls_sideways_on_a_small_screen(open_page: OpenPage) -> None:
    page = open_page("marc.dubois", width=360)
    for path in (
        "/assistance/chiffres",
        "/assistance/chiffres/charge",
        "/assistance/reglages",
        "/assistance/absences",
        "/assistance/equipes",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
