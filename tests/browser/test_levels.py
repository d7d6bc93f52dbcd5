"""What a change of calendar or of level would move, as a lead and an agent see it, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_counters import first

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@SCRIPTS
def test_a_lead_sees_what_a_closed_day_would_move_then_adds_and_removes_it(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.5a
    page = open_page("marc.dubois", scripts=scripts)
    page.goto("/contrats/jours-exceptionnels")
    page.get_by_label("Jour", exact=True).fill("2099-11-24" if scripts else "2099-11-25")
    page.get_by_label("Motif").fill("Déménagement")
    page.get_by_role("button", name="Voir ce qui changerait").click()
    expect(page.locator("h2").first).to_have_text("Aucune échéance ne change")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator("#status")).to_contain_text("Le jour exceptionnel est enregistré.")
    page.get_by_role("row").filter(has_text="Déménagement").get_by_role("link").click()
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator("#status")).to_contain_text("Le jour exceptionnel est retiré.")
    expect(page.locator("main")).not_to_contain_text("Déménagement")


@SCRIPTS
def test_an_agent_applies_another_level_to_a_ticket_with_its_reason(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.1, FL-12.5c
    page = open_page("camille.roux", scripts=scripts)
    ticket = first(page, "/assistance/file", r"/assistance/INC-[0-9A-Z-]+", "a[href$='/niveau']")
    page.goto(f"{ticket}/niveau")
    chosen = page.get_by_label("Niveau à appliquer")
    label = chosen.locator("option").first.inner_text()
    page.get_by_role("button", name="Appliquer ce niveau").click()
    expect(page.locator("#erreurs")).to_contain_text("Dites pourquoi")
    page.get_by_label("Motif").fill("Le client a changé de formule")
    page.get_by_role("button", name="Appliquer ce niveau").click()
    expect(page.locator("#status")).to_contain_text(f"Le niveau {label} est appliqué")
    expect(page.locator("#ticket")).to_contain_text("Le client a changé de formule")
