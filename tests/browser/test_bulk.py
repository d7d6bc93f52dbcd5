"""Acts on many tickets in a real browser, with and without scripts: choose, confirm, undo after a reload."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


@SCRIPTS
def test_an_agent_replies_to_several_tickets_and_takes_it_back(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.1: the act says first what it will do; mails wait for ten minutes, and so does undoing
    page = open_page("marc.dubois", scripts=scripts)
    page.goto("/assistance/file")
    boxes = page.locator("input[name=t]")
    boxes.nth(1).check()
    boxes.nth(2).check()
    chosen = [boxes.nth(place).get_attribute("value") or "" for place in (1, 2)]
    page.select_option("#lot-acte", "reply")
    if scripts:
        page.locator("#lot textarea").fill("Nous regardons.")
    page.locator("#lot").get_by_role("button", name="Appliquer").click()
    expect(page.locator("main")).to_contain_text("Cet acte porte sur 2 tickets.")
    if not scripts:
        page.locator("main textarea").fill("Nous regardons.")
    expect(page.locator("main textarea")).to_have_value("Nous regardons.")
    page.get_by_role("button", name=re.compile("^Répondre")).click()
    expect(page.locator("#status")).to_contain_text("2 réponses envoyées")
    page.goto(f"/assistance/{chosen[0]}")
    expect(page.locator("#ticket")).to_contain_text("Nous regardons.")
    page.goto("/assistance/file")
    notice = page.locator(".notice", has_text="2 réponses envoyées").first
    notice.get_by_role("button", name="Annuler").click()
    expect(page.locator("#status")).to_contain_text("les tickets sont comme avant")
    page.goto(f"/assistance/{chosen[1]}")
    expect(page.locator("#ticket")).to_contain_text("Message retiré avant le départ de son courriel")
    expect(page.locator("#ticket")).not_to_contain_text("Nous regardons.")


@SCRIPTS
def test_an_agent_tags_links_and_splits_a_ticket(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("marc.dubois", scripts=scripts)
    page.goto("/assistance/file")
    references = [box.get_attribute("value") or "" for box in page.locator("input[name=t]").all()]
    page.goto(f"/assistance/{references[3]}")
    page.get_by_role("link", name="Étiquettes", exact=True).click()
    word = "avec-script" if scripts else "sans-script"
    page.locator("#tags").fill(f"{word}, Réseau")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#ticket .chip", has_text=word)).to_be_visible()
    page.get_by_role("link", name="Lier", exact=True).click()
    page.select_option("#kind", "caused_by")
    page.locator("#other").fill(references[4 if scripts else 5])
    page.get_by_role("button", name="Lier").click()
    expect(page.locator("#ticket")).to_contain_text(f"Causé par {references[4 if scripts else 5]}")
    page.locator("#ticket .chip", has_text=word).click()
    expect(page.locator("input[name=t]")).to_have_count(1)


#: Names the focused element, and says whether what lies at its middle is not of its own (WCAG 2.4.11).
COVERED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), at = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(...at);
  return one.closest('#file tbody') && !(one.contains(top) || top?.contains(one)) ? one.outerHTML : '';
}"""


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (900, True), (360, True), (360, False)])
def test_the_bar_of_acts_stays_in_view_and_covers_no_row_that_has_the_focus(open_page: OpenPage, width: int, scripts: bool) -> None:
    page = open_page("marc.dubois", scripts=scripts, width=width)
    page.goto("/assistance/file")
    boxes = page.locator("#file tbody [name=t]")
    assert boxes.count() > 15
    boxes.nth(3).check()
    expect(page.locator("#lot")).to_be_in_viewport(ratio=0.3)
    expect(page.get_by_label("Acte groupé", exact=True)).to_be_in_viewport(ratio=1)
    boxes.nth(3).focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        page.wait_for_timeout(30)
        assert page.evaluate(COVERED) == ""
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        page.wait_for_timeout(30)
        assert page.evaluate(COVERED) == ""
    # The bar that grows with its act's field, and a row ticked at the foot of the screen.
    if scripts:
        page.select_option("#lot-acte", "reply")
        expect(page.locator("#lot textarea")).to_be_in_viewport()
        boxes.nth(3).uncheck()
        last = boxes.nth(14)
        last.evaluate("box => scrollBy(0, box.getBoundingClientRect().bottom - innerHeight + 20)")
        last.focus()
        page.mouse.click(*(last.evaluate("box => { const at = box.getBoundingClientRect(); return [at.x + 5, at.y + 5] }")))
        expect(last).to_be_checked()
        assert page.evaluate(COVERED) == ""
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
