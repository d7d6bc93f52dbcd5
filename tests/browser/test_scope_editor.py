"""The scope editor, filled in like a spreadsheet, and the same tasks by forms alone."""

import re
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import OpenPage, sign_in
from tests.browser.test_site import violations
from tests.support.server import Server

FILE = "/portees/1-0042"
UNIQUE = count(1)
#: Tells whether the page would ask before it is left.
HELD_BACK = "() => { const e = new Event('beforeunload', { cancelable: true }); dispatchEvent(e); return e.defaultPrevented }"


def words(told: str = "Essai") -> str:
    """Return a text that no other test writes."""
    return f"{told} {next(UNIQUE)}"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The editor of a file, with scripts."""
    page = open_page("claire.fontaine")
    page.goto(FILE)
    return page


def row(page: Page, place: int) -> Locator:
    """Return the row at a place of the table, by its permanent id."""
    identifier = page.locator("#lignes tr[id^=l]").nth(place).get_attribute("id")
    return page.locator(f"#{identifier}")


def aim(page: Page, place: int, column: int = 2) -> Locator:
    """Put the focus on a cell and return it."""
    cell = row(page, place).locator("td").nth(column)
    cell.click(position={"x": 3, "y": 3})
    expect(cell).to_be_focused()
    return cell


def test_arrows_walk_the_cells_with_one_tab_stop(page: Page) -> None:
    aim(page, 2)
    page.keyboard.press("ArrowDown")
    expect(row(page, 3).locator("td").nth(2)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(row(page, 3).locator("td").nth(3)).to_be_focused()
    page.keyboard.press("Home")
    expect(row(page, 3).locator("td").nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(row(page, 2).locator("td").nth(0)).to_be_focused()
    assert page.locator("#lignes td[tabindex='0']").count() == 1


def test_typing_on_a_cell_replaces_it_and_enter_saves_and_goes_down(page: Page) -> None:
    told = words()
    aim(page, 2)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" and "/lignes/" in request.url else None)
    page.keyboard.type(told, delay=5)
    page.keyboard.press("Enter")
    expect(row(page, 3).locator("td").nth(2)).to_be_focused()
    expect(row(page, 2)).to_contain_text(told)
    expect(row(page, 2)).to_contain_text(re.compile(r"Ligne \d+ enregistrée à \d\d:\d\d\."))
    expect(row(page, 3).locator("td").nth(2)).to_be_focused()
    assert len(posts) == 1
    page.reload()
    expect(row(page, 2).locator("td").nth(2)).to_have_text(re.compile(f"^{told}"))


def test_tab_goes_from_field_to_field_and_leaving_the_row_saves_it(page: Page) -> None:
    told = words()
    aim(page, 2, 1)
    page.keyboard.press("F2")
    expect(row(page, 2).locator("textarea").nth(0)).to_be_focused()
    page.keyboard.press("Tab")
    expect(row(page, 2).locator("textarea").nth(1)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(told)
    aim(page, 5)
    expect(row(page, 2)).to_contain_text(told)
    expect(row(page, 5).locator("td").nth(2)).to_be_focused()


def test_escape_restores_the_row_and_keeps_the_cell(page: Page) -> None:
    cell = aim(page, 2)
    before = cell.inner_text()
    page.keyboard.press("Enter")
    expect(row(page, 2).locator("textarea").nth(1)).to_be_focused()
    page.keyboard.type("perdu")
    page.keyboard.press("Escape")
    expect(row(page, 2).locator("td").nth(2)).to_be_focused()
    expect(row(page, 2).locator("td").nth(2)).to_have_text(before, use_inner_text=True)


def test_a_copy_takes_the_focus_and_its_line_is_left(page: Page) -> None:
    told = words("Tapé")
    aim(page, 2)
    page.keyboard.press("F2")
    expect(row(page, 2).locator("textarea").nth(1)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(told)
    page.get_by_role("button", name="Dupliquer").dblclick()
    expect(row(page, 2)).to_contain_text(re.compile(r"Ligne \d+ enregistrée"))
    expect(page.locator("#lignes tr.edit")).to_have_count(1)
    expect(row(page, 3).locator("textarea").first).to_be_focused()
    expect(row(page, 3).locator("textarea").nth(1)).to_have_value(told)
    expect(row(page, 2)).to_contain_text(told)
    page.get_by_role("button", name="Supprimer").click()
    expect(row(page, 3)).to_contain_text("supprimée")


def test_a_line_moved_twice_stays_open_with_the_focus(page: Page) -> None:
    number = row(page, 2).get_attribute("id")
    aim(page, 2)
    page.keyboard.press("F2")
    for way in ("Monter", "Descendre"):
        with page.expect_navigation():
            page.get_by_role("button", name=way).click()
        expect(page.locator(f"#{number} textarea").first).to_be_focused()


def test_typing_where_a_line_is_added_begins_it(page: Page) -> None:
    add = page.locator("#lignes a[id^=a]").first
    fresh = add.locator("xpath=ancestor::tr").get_attribute("id")
    add.focus()
    page.keyboard.type("Nouvel objet", delay=5)
    field = page.locator(f"#{fresh} textarea").first
    expect(field).to_have_value("Nouvel objet")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(add).to_be_focused()


def test_undo_comes_back_to_the_column(page: Page) -> None:
    aim(page, 4)
    page.keyboard.type(words())
    page.keyboard.press("Enter")
    expect(row(page, 4)).to_contain_text("enregistrée")
    with page.expect_navigation():
        page.keyboard.press("Control+Z")
    expect(row(page, 4).locator("td").nth(2)).to_be_focused()


def test_undo_pressed_three_times_at_once_undoes_three_steps(page: Page) -> None:
    before = row(page, 4).locator("td").nth(2).inner_text()
    for _ in range(3):
        aim(page, 4)
        told = words()
        page.keyboard.type(told)
        page.keyboard.press("Enter")
        expect(row(page, 4)).to_contain_text("enregistrée")
        expect(row(page, 4).locator("td").nth(2)).to_have_text(re.compile(f"^{told}"))
    for _ in range(2):
        page.keyboard.press("Control+Z")
    # The third comes while the request of the first two is under way: the page that comes carries it out.
    page.route("**/annulation", lambda route: (page.wait_for_timeout(300), page.keyboard.press("Control+Z"), route.continue_()), times=1)
    expect(row(page, 4).locator("td").nth(2)).to_have_text(before, use_inner_text=True)
    expect(page.locator("#status")).to_contain_text("Dernière modification annulée")


def test_what_is_typed_on_a_closed_line_without_a_connection_is_kept_until_it_opens(server: Server, chromium: Browser) -> None:
    context = chromium.new_context(base_url=server.url, locale="fr-FR")  # this browser may complain: its network is cut
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, "claire.fontaine")
    page.goto(FILE)
    cell, told = aim(page, 5), words("Hors ligne")
    context.set_offline(True)
    page.keyboard.type(told)
    expect(row(page, 5)).to_contain_text(f"Votre saisie est gardée ici. {told}")
    assert page.evaluate(HELD_BACK)
    page.keyboard.type(" puis")
    expect(row(page, 5)).to_contain_text(f"{told} puis")
    # Another line meanwhile, given up by Escape.
    other = aim(page, 7)
    page.keyboard.type("Rien")
    expect(row(page, 7)).to_contain_text("Rien")
    page.keyboard.press("Escape")
    expect(row(page, 7)).not_to_contain_text("Rien")
    expect(other).to_be_focused()
    context.set_offline(False)
    # The line was left: what was typed is saved as soon as it opens.
    expect(row(page, 5)).to_contain_text(re.compile(r"Ligne \d+ enregistrée"))
    expect(cell).to_have_text(re.compile(f"^{told} puis"))
    expect(page.locator("#lignes [data-lost]")).to_have_count(0)
    assert not page.evaluate(HELD_BACK)
    context.close()


def test_the_last_field_saves_and_opens_the_next_row(page: Page) -> None:
    told = words()
    last = page.locator("#lignes thead th").count() - 3
    aim(page, 2, last)
    page.keyboard.type(told)
    page.keyboard.press("Tab")
    expect(row(page, 3).locator("textarea").first).to_be_focused()
    expect(row(page, 2)).to_contain_text(told)
    expect(row(page, 3).locator("textarea").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(row(page, 3).locator("td").nth(1)).to_be_focused()


def test_a_lost_connection_loses_nothing_and_the_row_is_sent_again(server: Server, chromium: Browser) -> None:
    context = chromium.new_context(base_url=server.url, locale="fr-FR")  # this browser may complain: its network is cut
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, "claire.fontaine")
    page.goto(FILE)
    told = words()
    aim(page, 2)
    page.keyboard.press("Enter")
    field = row(page, 2).locator("textarea").nth(1)
    expect(field).to_be_focused()
    cut = re.compile(r"/lignes/\d+")
    page.route(cut, lambda route: route.abort())
    page.keyboard.press("Control+A")
    page.keyboard.type(told)
    page.keyboard.press("Enter")
    expect(row(page, 2)).to_contain_text("Pas enregistrée")
    expect(field).to_have_value(told)
    assert page.evaluate(HELD_BACK)
    page.unroute(cut)
    row(page, 2).get_by_role("button", name="Réessayer").click()
    expect(row(page, 2).locator("textarea")).to_have_count(0)
    expect(row(page, 2)).to_contain_text(told)
    assert not page.evaluate(
        "() => { const e = new Event('beforeunload', { cancelable: true }); dispatchEvent(e); return e.defaultPrevented }"
    )
    context.close()


def test_several_lines_are_filled_down_and_it_is_undone_by_one_key(page: Page) -> None:
    told = words()
    aim(page, 2)
    before = [row(page, place).locator("td").nth(2).inner_text() for place in (2, 3, 4)]
    page.keyboard.type(told)
    page.keyboard.press("Enter")
    expect(row(page, 2)).to_contain_text(told)
    aim(page, 2)
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#lignes [name=l]:checked")).to_have_count(3)
    page.keyboard.press("Control+d")
    for place in (2, 3, 4):
        expect(row(page, place).locator("td").nth(2)).to_contain_text(told)
    expect(page.locator("#status")).to_contain_text("2 lignes recopiées.")
    expect(row(page, 4).locator("td").nth(2)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("#status")).to_contain_text("annulée")
    for place, text in zip((3, 4), before[1:], strict=True):
        expect(row(page, place).locator("td").nth(2)).to_have_text(text, use_inner_text=True)


def test_ticked_lines_are_copied_as_a_block(page: Page) -> None:
    aim(page, 2, 1)
    page.keyboard.press("Shift+ArrowDown")
    block = page.evaluate(
        "() => { const e = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });"
        " document.activeElement.dispatchEvent(e); return e.clipboardData.getData('text/plain') }"
    )
    lines = block.split("\r\n")
    assert len(lines) == 2
    assert lines[0].split("\t")[0] == row(page, 2).locator("td").nth(1).inner_text().split("\n")[0]
    assert len({line.count("\t") for line in lines}) == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_each_state_of_the_table_is_accessible_and_fits(open_page: OpenPage, width: int) -> None:
    page = open_page("claire.fontaine", width=width)
    page.goto(FILE)
    aim(page, 2)
    assert not violations(page)
    page.locator("#lignes [name=l]").nth(3).check()
    page.locator("#lignes [name=l]").nth(4).check()
    assert not violations(page)
    page.locator("#lignes a[id^=m]").nth(2).click()
    expect(page.locator("#lignes tr.edit textarea").first).to_be_focused()
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Agir sur les lignes cochées").click()
    expect(page.locator("h1")).to_have_text("2 lignes cochées")
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_lines_are_ticked_then_filled_copied_moved_and_deleted_by_forms(open_page: OpenPage) -> None:
    page = open_page("claire.fontaine", scripts=False)
    page.goto(FILE)
    told = row(page, 6).locator("td").nth(3).inner_text().split("\n")[0]

    def tick(*places: int) -> None:
        page.goto(FILE)
        for place in places:
            page.locator("#lignes [name=l]").nth(place).check()
        page.get_by_role("button", name="Agir sur les lignes cochées").click()

    tick(6, 7)
    page.get_by_label(re.compile("Principe de la méthode")).check()
    page.get_by_role("button", name="Recopier").click()
    expect(page.locator("#status")).to_contain_text(re.compile("1 ligne recopiée|déjà ainsi"))
    expect(row(page, 7).locator("td").nth(3)).to_contain_text(told)
    before = page.locator("#lignes tr[id^=l]").count()
    tick(6, 7)
    page.get_by_role("button", name="Dupliquer").click()
    expect(page.locator("#status")).to_contain_text("2 copies ajoutées")
    page.get_by_role("button", name=re.compile("^Annuler : Copie, 2 lignes")).click()
    expect(page.locator("#status")).to_contain_text("annulée (2 lignes)")
    tick(6, 7)
    page.get_by_label("Motif").fill("Méthode abandonnée")
    page.get_by_role("button", name="Supprimer").click()
    expect(page.locator("#status")).to_contain_text("2 lignes supprimées.")
    page.get_by_role("button", name=re.compile("^Annuler : Suppression, 2 lignes")).click()
    expect(page.locator("#lignes tr[id^=l]")).to_have_count(before)


def block(page: Page, text: str) -> None:
    """Paste a text on the focused cell, as the browser would."""
    page.evaluate(
        "text => { const data = new DataTransfer(); data.setData('text/plain', text); document.activeElement.dispatchEvent("
        "new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }",
        text,
    )


def test_a_pasted_cell_opens_its_field_and_a_pasted_block_its_preview(page: Page) -> None:
    told = words("Collé")
    aim(page, 4)
    block(page, told)
    expect(row(page, 4).locator("textarea").nth(1)).to_have_value(told)
    page.keyboard.press("Escape")
    expect(row(page, 4).locator("td").nth(2)).to_be_focused()
    block(page, f"{told}\tPrincipe collé\r\n{told} bis\tPrincipe collé\r\n")
    page.wait_for_url(re.compile(r"/imports/\d+"))
    expect(page.locator("main")).to_contain_text(told)
    expect(page.locator("main")).to_contain_text("Principe collé")


def test_two_people_see_each_other_and_choose_cell_by_cell(open_page: OpenPage) -> None:
    # FX-8a
    mine, theirs = open_page("claire.fontaine"), open_page("lea.moreau")
    if theirs.locator("#acceptation").count():
        theirs.locator("#acceptation [name=accepte]").check()
        theirs.locator("#acceptation button").first.click()
        expect(theirs.locator("#acceptation")).to_have_count(0)
    for page in (mine, theirs):
        page.goto("/portees/1-0187")  # the one is its responsible person, the other her delegate
    ours, told = words("Mien"), words("Sien")
    number = row(mine, 1).get_attribute("id")
    aim(mine, 1)
    mine.keyboard.press("Enter")
    expect(mine.locator(f"#{number} textarea").nth(1)).to_be_focused()
    aim(theirs, 1)
    theirs.keyboard.type(told)
    theirs.keyboard.press("Enter")
    expect(theirs.locator(f"#{number}")).to_contain_text(told)
    mine.keyboard.press("Control+A")
    mine.keyboard.type(ours)
    for page in (theirs, mine):  # as when somebody comes back to the window
        with page.expect_response(re.compile("/presence")):
            page.evaluate("dispatchEvent(new Event('focus'))")
    expect(mine.locator("#presence")).to_contain_text("Léa Moreau")
    expect(mine.locator("#presence")).to_contain_text(f"Ligne {number[1:]} modifiée par Léa Moreau")
    expect(mine.locator(f"#{number} textarea").nth(1)).to_have_value(ours)
    mine.locator(f"#{number} textarea").nth(1).press("Enter")
    expect(mine.locator(f"#{number}")).to_contain_text("choisissez case par case")
    assert not violations(mine)
    mine.set_viewport_size({"width": 360, "height": 900})
    assert mine.evaluate("document.documentElement.scrollWidth") <= 360
    assert not violations(mine)
    mine.locator(f"#{number} [value=sien]").check()
    mine.locator(f"#{number}").get_by_role("button", name="Enregistrer ces choix").click()
    expect(mine.locator(f"#{number} textarea")).to_have_count(0)
    expect(mine.locator(f"#{number}")).to_contain_text(told)


def test_without_scripts_a_conflict_between_two_tabs_is_settled_cell_by_cell(open_page: OpenPage) -> None:
    page = open_page("claire.fontaine", scripts=False)
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/portees/1-0187?ligne=3")
    ours, told = words("Mien"), words("Sien")
    for tab, said in ((other, told), (page, ours)):
        tab.locator("#l3 [name=c-caracteristique]").fill(said)
        tab.locator("#l3").get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#l3")).to_contain_text("choisissez case par case")
    expect(page.locator("#l3 [name=c-caracteristique]")).to_have_value(ours)
    page.locator("#l3 [value=sien]").check()
    page.locator("#l3").get_by_role("button", name="Enregistrer ces choix").click()
    expect(page.locator("#l3 textarea")).to_have_count(0)
    expect(page.locator("#l3")).to_contain_text(told)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_find_and_replace_shows_each_cell_and_is_one_step_of_the_history(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("claire.fontaine", scripts=scripts)
    page.goto(FILE)
    page.get_by_role("link", name="Remplacer").click()
    page.get_by_label("Chercher", exact=True).fill("EAUX DOUCES")
    page.get_by_label("Remplacer par").fill("Eaux superficielles")
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.locator("caption")).to_contain_text("cases à remplacer")
    if scripts:
        assert not violations(page)
    page.get_by_role("button", name="Remplacer dans les cases cochées").click()
    expect(page.locator("#status")).to_contain_text("changées par le remplacement.")
    expect(page.locator("#lignes")).not_to_contain_text("Eaux douces")
    page.get_by_role("link", name="Historique").first.click()
    expect(page.locator("tbody tr").first).to_contain_text("Remplacement")
    if scripts:
        assert not violations(page)
    page.get_by_role("button", name=re.compile("^Annuler cette étape : Remplacement")).first.click()
    expect(page.locator("#status")).to_contain_text("L’étape est annulée")
    expect(page.locator("#lignes")).to_contain_text("Eaux douces")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_site_is_added_and_chosen_in_a_line(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("claire.fontaine", scripts=scripts)
    page.goto(f"{FILE}/sites")
    name = words("Site de l’essai")
    page.get_by_label("Nom", exact=True).fill(name)
    page.get_by_role("button", name="Ajouter").click()
    expect(page.locator("#status")).to_contain_text(f"Site « {name} » ajouté.")
    if scripts:
        assert not violations(page)
    page.goto(FILE)
    page.locator("#lignes a[id^=m]").nth(9).click()
    line = row(page, 9)
    line.get_by_label(name).check()
    line.get_by_role("button", name="Enregistrer").click()
    expect(line.locator("textarea")).to_have_count(0)
    expect(line).to_contain_text(name)
