"""The desk's keys beyond the list itself: acting on many, searching, coming back to one's place, being told that a key does nothing."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage


def test_many_tickets_are_chosen_and_acted_on_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("camille.roux")
    page.goto("/assistance/file")
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("#lot-portee option").first).to_have_text("les tickets cochés (2)")
    expect(page.locator("#tous")).to_have_js_property("indeterminate", True)
    page.keyboard.press("b")
    expect(page.locator("#lot-acte")).to_be_focused()
    with page.expect_response(re.compile("/assistance/lots/champs")):
        page.keyboard.type("Ajouter des")  # a list chooses what is typed
    expect(page.locator("#lot [name=tags]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#contenu")).to_be_focused()
    page.locator("#tous").check()
    rows = page.locator("#file [name=t]").count()
    expect(page.locator("#file [name=t]:checked")).to_have_count(rows)
    expect(page.locator("#lot-portee option").first).to_have_text(f"les tickets cochés ({rows})")


def test_a_search_begins_and_ends_on_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("camille.roux")
    page.goto("/assistance/file")
    page.keyboard.press("/")
    expect(page.locator("#filtre-q")).to_be_focused()
    page.keyboard.type("excel")
    with page.expect_response(re.compile(r"q=excel")):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=excel"))
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-step]").first).to_be_focused()
    expect(page.locator("#filtre-q")).to_have_value("excel")  # a browser's own Escape would have emptied it


def test_the_way_back_from_a_ticket_leads_to_its_place_in_the_list(open_page: OpenPage) -> None:
    page = open_page("camille.roux")
    page.goto("/assistance/file")
    row = page.locator("[data-step]").nth(3)
    reference = (row.get_attribute("href") or "").rsplit("/")[-1]
    page.goto(f"/assistance/{reference}")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(f"/assistance/file.*t={reference}$"))
    expect(page.locator("#ticket .ref a").first).to_have_text(reference)
    page.keyboard.press("j")
    expect(page.locator("[data-step]").nth(4)).to_be_focused()


def test_a_key_acts_on_the_ticket_that_the_mouse_went_on_to(open_page: OpenPage) -> None:
    page = open_page("camille.roux")
    page.goto("/assistance/file")
    page.locator("[data-step]").first.click()
    second = page.locator("[data-step]").nth(1).get_attribute("href")
    expect(page.locator("#voisins [rel=next]")).to_be_visible()
    page.locator("#voisins [rel=next]").click()
    expect(page.locator("#ticket")).to_have_attribute("data-of", second or "")
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    expect(page.locator("#ticket")).to_have_attribute("data-of", second or "")


def test_a_key_that_does_nothing_on_this_ticket_says_so(open_page: OpenPage) -> None:
    page = open_page("camille.roux")
    page.goto("/assistance/file?vue=a-qualifier")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#ticket")).to_have_attribute("data-of", re.compile("INC"))
    page.keyboard.press("e")
    expect(page.locator("#alert")).to_contain_text("n’a rien à faire")
    page.goto("/assistance")
    page.keyboard.press("e")
    expect(page.locator("#alert")).to_be_empty()
