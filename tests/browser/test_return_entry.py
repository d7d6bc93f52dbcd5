"""A table of a return filled in like a spreadsheet, in a real browser; and as plain forms without scripts (SO-1)."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import OpenPage, sign_in
from tests.browser.test_site import violations
from tests.support.server import Server
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD

HREFS = "nodes => nodes.map(node => node.getAttribute('href').split('#')[0])"


@pytest.fixture
def table(open_page: OpenPage) -> Page:
    """The page of a table that is being filled in, without what other tests left to be sent."""
    page = open_page("ines.garnier")
    page.goto(page_of_a_table(page))
    return page


def page_of_a_table(page: Page) -> str:
    """The address of a table whose first two lines hold figures in two columns."""
    page.goto("/declarations")
    for number in page.eval_on_selector_all("main table a[href^='/declarations/']", HREFS):
        page.goto(number)
        for address in page.eval_on_selector_all("main a[href*='/tableaux/']", HREFS):
            page.goto(address)
            if all(page.locator(f"#lignes tr:nth-child({line}) input.fig").count() > 1 for line in (1, 2, 3)):
                return str(address)
    raise AssertionError("no such table in the demonstration")


def at(page: Page, line: int, column: int) -> Locator:
    """The field of a line and a column, from 0."""
    return page.locator(f"#lignes tr:nth-child({line + 1})").locator("td").nth(column).locator("input.fig")


def saved(page: Page) -> None:
    """Wait until everything is said to be saved."""
    expect(page.locator("#etat")).to_have_text("Tout est enregistré.")


def test_keys_move_from_cell_to_cell_and_enter_saves_and_goes_down(table: Page) -> None:
    at(table, 0, 0).focus()
    table.keyboard.type("1234")
    table.keyboard.press("Enter")
    expect(at(table, 1, 0)).to_be_focused()
    expect(at(table, 0, 0)).to_have_value("1\u202f234")
    saved(table)
    expect(table.locator("#lignes td[data-state=saved]").first).to_be_visible()
    table.keyboard.press("ArrowRight")
    expect(at(table, 1, 1)).to_be_focused()
    table.keyboard.press("ArrowUp")
    expect(at(table, 0, 1)).to_be_focused()
    table.keyboard.press("ArrowLeft")
    expect(at(table, 0, 0)).to_be_focused()
    table.keyboard.type("77")
    table.keyboard.press("Escape")
    expect(at(table, 0, 0)).to_have_value("1\u202f234")
    expect(at(table, 0, 0)).to_be_focused()
    table.keyboard.press("F2")
    table.keyboard.press("ArrowLeft")
    table.keyboard.type("9")  # before the last digit
    expect(at(table, 0, 0)).to_have_value("12394")
    table.keyboard.press("Tab")
    expect(at(table, 0, 0)).to_have_value("12\u202f394")
    saved(table)
    table.reload()
    expect(at(table, 0, 0)).to_have_value("12\u202f394")


def test_a_value_that_cannot_be_read_is_kept_marked_and_mended(table: Page) -> None:
    at(table, 0, 0).fill("douze")
    table.keyboard.press("Enter")
    expect(at(table, 0, 0)).to_have_attribute("aria-invalid", "true")
    expect(at(table, 0, 0)).to_have_value("douze")
    assert not violations(table)
    at(table, 0, 0).fill("néant")
    table.keyboard.press("Enter")
    expect(at(table, 0, 0)).not_to_have_attribute("aria-invalid", "true")
    expect(at(table, 0, 0)).to_have_value("néant")
    at(table, 0, 0).fill("12")
    table.keyboard.press("Enter")
    saved(table)


def test_what_is_retyped_while_it_is_being_saved_stays(table: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    table.route(re.compile("/tableaux/"), hold)
    at(table, 0, 0).fill("501")
    table.keyboard.press("Enter")
    expect(table.locator("#lignes td[data-state=saving]")).to_have_count(1)
    at(table, 0, 0).fill("502")
    held[0].continue_()
    table.keyboard.press("Enter")
    saved(table)
    expect(at(table, 0, 0)).to_have_value("502")
    table.reload()
    expect(at(table, 0, 0)).to_have_value("502")


def test_what_is_typed_off_line_is_kept_through_a_reload_and_saved_when_the_line_comes_back(server: Server, chromium: Browser) -> None:
    context = chromium.new_context(base_url=server.url, locale="fr-FR")  # this browser may complain: its network is cut
    context.set_default_timeout(15_000)
    table = context.new_page()
    sign_in(table, "ines.garnier")
    table.goto(page_of_a_table(table))
    table.route(re.compile("/tableaux/"), lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    at(table, 0, 0).fill("611")
    table.keyboard.press("Enter")
    at(table, 1, 0).fill("612")
    table.keyboard.press("Enter")
    expect(table.locator("#etat")).to_contain_text("Cellules pas encore enregistrées")
    expect(table.locator("#lignes td[data-state=lost]").first).to_be_visible()
    table.on("dialog", lambda dialog: dialog.accept())
    table.reload()
    expect(at(table, 0, 0)).to_have_value("611")
    expect(at(table, 1, 0)).to_have_value("612")
    table.unroute_all()
    table.get_by_role("button", name="Réessayer").click()
    saved(table)
    table.reload()
    expect(at(table, 0, 0)).to_have_value("611")
    expect(at(table, 1, 0)).to_have_value("612")
    context.close()


def test_a_range_is_filled_down_undone_and_done_again_by_keys(table: Page) -> None:
    at(table, 0, 0).fill("31")
    table.keyboard.press("Enter")
    at(table, 1, 0).fill("32")
    table.keyboard.press("Enter")
    saved(table)
    at(table, 0, 0).focus()
    table.keyboard.press("Shift+ArrowDown")
    expect(table.locator("#lignes td[data-sel]")).to_have_count(2)
    table.keyboard.press("Control+d")
    saved(table)
    expect(at(table, 1, 0)).to_have_value("31")
    table.keyboard.press("Control+z")
    expect(table.locator("#status")).to_contain_text("remise comme avant")
    expect(at(table, 1, 0)).to_have_value("32")
    expect(at(table, 1, 0)).to_be_focused()
    table.keyboard.press("Control+y")
    expect(table.locator("#status")).to_contain_text("rétablie")
    expect(at(table, 1, 0)).to_have_value("31")


def test_a_block_is_copied_and_pasted_where_the_cell_is(table: Page) -> None:
    at(table, 0, 0).focus()
    table.evaluate(
        """text => { const data = new DataTransfer(); data.setData('text/plain', text);
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) }""",
        "41\t42\r\n43\t44\r\n",
    )
    expect(table.locator("#status")).to_contain_text("4 cellules enregistrées")
    expect(at(table, 1, 1)).to_have_value("44")
    expect(at(table, 0, 0)).to_be_focused()
    table.keyboard.press("Shift+ArrowRight")
    table.keyboard.press("Shift+ArrowDown")
    copied = table.evaluate(
        """() => { const data = new DataTransfer();
        document.activeElement.dispatchEvent(new ClipboardEvent('copy', {clipboardData: data, bubbles: true, cancelable: true}));
        return data.getData('text/plain') }"""
    )
    assert copied == "41\t42\r\n43\t44"


def test_two_people_see_both_values_and_one_chooses(open_page: OpenPage, table: Page) -> None:
    address = table.url.split("#")[0]
    other = open_page("ines.garnier")
    other.goto(address)
    at(other, 0, 0).fill("701")
    other.keyboard.press("Enter")
    saved(other)
    at(table, 0, 0).fill("702")
    at(table, 1, 0).fill("703")
    table.keyboard.press("Enter")
    expect(table.locator("#lignes")).to_contain_text("a enregistré entre-temps")
    expect(at(table, 0, 0)).to_have_value("702")
    assert not violations(table)
    table.get_by_role("button", name="Garder 702").click()
    expect(table.locator("#status")).to_contain_text("enregistrée")
    expect(at(table, 0, 0)).to_have_value("702")
    expect(at(table, 1, 0)).to_have_value("703")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_table_its_tools_and_a_cell_pass_axe_and_fit(open_page: OpenPage, width: int) -> None:
    page = open_page("ines.garnier", width=width)
    page.goto(page_of_a_table(page))
    page.locator("#outils summary").click()
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    at(page, 0, 0).focus()
    page.locator("#ici a").click()
    expect(page.locator("h2#historique-titre")).to_be_visible()
    page.locator("[name=body]").fill("Chiffre à confirmer")
    page.get_by_role("button", name="Commenter").click()
    expect(page.locator("#commentaires")).to_contain_text("Chiffre à confirmer")
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_blocks_blanks_and_steps_are_forms(open_page: OpenPage) -> None:
    page = open_page("ines.garnier", scripts=False)
    page.goto(page_of_a_table(page))
    page.locator("#outils summary").click()
    page.get_by_label("Cellules copiées d’un tableur").fill("51\n52")
    page.get_by_role("button", name="Coller le bloc").click()
    expect(page.locator("#status")).to_contain_text("2 cellules enregistrées")
    expect(at(page, 0, 0)).to_have_value("51")
    expect(at(page, 1, 0)).to_have_value("52")
    page.get_by_role("button", name=re.compile("^Annuler : Collage, 2 cellules")).click()
    expect(page.locator("#status")).to_contain_text("2 cellules remises comme avant")
    page.get_by_role("button", name=re.compile("^Rétablir")).click()
    expect(page.locator("#status")).to_contain_text("2 cellules rétablies")
    expect(at(page, 0, 0)).to_have_value("51")


def test_a_line_filled_in_brings_another_without_a_reload(open_page: OpenPage) -> None:
    page = open_page("ines.garnier")
    page.goto("/declarations/ESF-2025-OPCO-0001/tableaux/branches")
    lines = page.locator("#lignes tr")
    before = lines.count()
    last = page.locator("#lignes tr:not(.sum)").last
    last.locator("input").first.fill("Métallurgie")
    page.keyboard.press("Tab")
    page.keyboard.type("3248")
    page.keyboard.press("Tab")
    page.keyboard.type("30/02/2025")
    page.keyboard.press("Tab")
    expect(page.locator("#lignes")).to_contain_text("n’existe pas dans le calendrier")
    saved(page)
    expect(lines).to_have_count(before + 3)
    expect(lines.last).to_have_class("sum")
    page.keyboard.press("Control+z")
    expect(page.locator("#status")).to_contain_text(re.compile("remises? comme avant"))


def test_what_is_typed_after_the_session_ended_is_saved_once_signed_in_again(open_page: OpenPage, table: Page) -> None:
    asked: list[str] = []
    table.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    token = table.locator("#grille [name=csrf_token]").input_value()
    table.context.request.post("/deconnexion", form={"csrf_token": token}, headers={"Referer": table.url})  # from elsewhere
    address = table.url.split("#")[0]
    at(table, 0, 0).fill("801")
    table.keyboard.press("Enter")
    expect(table.locator("h1")).to_have_text("Connexion")
    assert not asked, "nothing is lost: there is nothing to warn of"
    table.fill("input[name=username]", "ines.garnier")
    table.fill("input[name=password]", DEMONSTRATION_PASSWORD)
    table.click("main form button.p")
    table.get_by_role("button", name="Envoyer de nouveau").first.click()
    expect(table.locator("#status")).to_contain_text("enregistrée")
    table.goto(address)
    expect(at(table, 0, 0)).to_have_value("801")
