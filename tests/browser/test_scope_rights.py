"""A responsible person has a colleague edit a scope for a time, in a real browser, with and without scripts (FX-7b, FX-7c)."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations
from webapp.clock import PARIS

FILE = "/portees/2-0118"


def accept_terms(page: Page) -> None:
    """Accept the terms, unless that was done."""
    page.goto("/")
    box = page.get_by_label("J'ai lu les conditions d'utilisation et je les accepte.")
    if box.count():
        box.check()
        page.locator("#acceptation button").click()
        page.wait_for_url(lambda url: "conditions" not in url)


def without_right(page: Page, name: str) -> None:
    """Take from a colleague the right that a file gave its body's editors when it was opened, unless that was done."""
    page.goto(f"{FILE}/personnes")
    button = page.get_by_role("button", name=f"Retirer le droit de {name}")
    if button.count():
        button.click()
        expect(page.locator("#status")).to_contain_text("a pris fin")


def sees(page: Page) -> int:
    """Return the status of the file's page for somebody."""
    response = page.goto(FILE)
    assert response is not None
    return response.status


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_responsible_person_delegates_editing_and_takes_it_back(open_page: OpenPage, scripts: bool) -> None:
    claire, lea = open_page("claire.fontaine", scripts=scripts), open_page("lea.moreau", scripts=scripts)
    accept_terms(lea)
    without_right(claire, "Léa Moreau")
    assert sees(lea) == 404
    # Without a last day it is refused beside the field, and what was typed stays.
    claire.goto(FILE)
    claire.get_by_role("navigation", name="Dossier").get_by_role("link", name="Personnes").click()
    claire.get_by_label("Personne").select_option(label="Léa Moreau")
    claire.get_by_label("Droit", exact=True).select_option("delegate")
    claire.get_by_label("Motif").fill("Congés")
    claire.get_by_role("button", name="Donner ce droit").click()
    expect(claire.locator("#erreurs")).to_contain_text("Donnez le dernier jour")
    expect(claire.get_by_label("Motif")).to_have_value("Congés")
    expect(claire.get_by_label("Dernier jour")).to_have_attribute("aria-invalid", "true")
    if scripts:
        assert violations(claire) == []
    claire.get_by_label("Dernier jour").fill((datetime.now(PARIS).date() + timedelta(days=10)).isoformat())
    claire.get_by_role("button", name="Donner ce droit").click()
    expect(claire.locator("#status")).to_contain_text("Le droit est donné")
    named = claire.get_by_role("row", name=re.compile("Léa Moreau.*Délégataire.*Congés"))
    expect(named).to_have_count(1)
    assert sees(lea) == 200
    # The delegate edits, and names nobody.
    told = f"Délégué {'avec' if scripts else 'sans'} script"
    lea.get_by_role("link", name="Ajouter une ligne").first.click()
    lea.locator("#lignes tr.edit textarea").first.fill(told)
    lea.locator("#lignes tr.edit").get_by_role("button", name="Enregistrer").click()
    expect(lea.locator("#lignes tr[id^=l]:not(.edit)").filter(has_text=told)).to_have_count(1)
    lea.goto(f"{FILE}/personnes")
    expect(lea.get_by_role("row", name=re.compile("Léa Moreau Délégataire.*Congés"))).to_be_visible()
    expect(lea.get_by_role("button", name="Donner ce droit")).to_have_count(0)
    # The right ends at once.
    claire.get_by_role("button", name="Retirer le droit de Léa Moreau").click()
    expect(claire.locator("#status")).to_contain_text("Le droit de Léa Moreau a pris fin.")
    assert sees(lea) == 404
