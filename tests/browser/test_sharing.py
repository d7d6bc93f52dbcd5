"""Several people on one return in a real browser: a section for one person alone, who signs, who is there (SO-35)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations

SIGNATORY, COLLEAGUE = "ines.garnier", "samir.haddad"
RETURN = "/declarations/CSA-2025-OPCO-0001"


def first_section(page: Page) -> str:
    """The code of the first section of the sharing page."""
    return str(page.locator("main section[id^=s-]").first.get_attribute("id"))[2:]


def entrust(page: Page, section: str, name: str, *, reserved: bool) -> None:
    """Entrust a section through its form."""
    page.goto(f"{RETURN}/partage")
    form = page.locator(f"#confier-{section}")
    form.get_by_label("Confier à").select_option(label=name)
    form.get_by_label("Réservée").set_checked(reserved)
    form.get_by_role("button", name="Confier").click()
    expect(page.locator("#status")).to_contain_text("La section")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_section_is_reserved_read_by_the_others_and_freed(open_page: OpenPage, scripts: bool) -> None:
    boss, colleague = open_page(SIGNATORY, scripts=scripts), open_page(COLLEAGUE, scripts=scripts)
    boss.goto(f"{RETURN}/partage")
    section = first_section(boss)
    entrust(boss, section, "Inès Garnier", reserved=True)
    expect(boss.locator(f"#s-{section}")).to_contain_text("réservée à Inès Garnier")
    colleague.goto(f"{RETURN}/partage")
    expect(colleague.locator(f"#s-{section} form")).to_have_count(0)
    colleague.goto(RETURN)
    colleague.locator("main table a[href*=tableaux]").first.click()
    expect(colleague.locator("main .notice", has_text="Section réservée à Inès Garnier")).to_be_visible()
    expect(colleague.locator("#grille")).to_have_count(0)
    if scripts:
        assert violations(boss) == []
        assert violations(colleague) == []
    entrust(boss, section, "personne", reserved=False)
    colleague.reload()
    expect(colleague.locator("#grille")).to_have_count(1)
    boss.locator(f"#relire-{section}").get_by_role("button", name="Dire prête pour relecture").click()
    expect(boss.locator(f"#s-{section}")).to_contain_text("Prête pour relecture")
    boss.locator(f"#relire-{section}").get_by_role("button", name="Reprendre la saisie").click()
    expect(boss.locator(f"#s-{section}")).to_contain_text("En saisie")


def test_two_people_on_one_table_see_each_other_by_themselves(open_page: OpenPage) -> None:
    mine, theirs = open_page(SIGNATORY), open_page(COLLEAGUE)
    mine.goto(RETURN)
    table = str(mine.locator("main table a[href*=tableaux]").first.get_attribute("href"))
    mine.goto(table)
    with theirs.expect_response(re.compile("/presence")):
        theirs.goto(table)
    with mine.expect_response(re.compile("/presence")):
        mine.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(mine.locator("#presence")).to_contain_text("Samir Haddad remplit aussi ce tableau")
    assert violations(mine) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_colleague_sees_who_may_submit(open_page: OpenPage, scripts: bool) -> None:
    page = open_page(COLLEAGUE, scripts=scripts, width=360)
    page.goto(f"{RETURN}/depot")
    expect(page.locator("#signataires")).to_contain_text("Inès Garnier")
    expect(page.locator("#deposer")).to_have_count(0)
    if scripts:
        assert violations(page) == []
