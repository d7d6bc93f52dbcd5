"""The agents' queue in a real browser: reading beside the list, its news, kept views (FL-12.7)."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage


def test_the_chosen_ticket_survives_reloading_and_back_and_has_neighbours(open_page: OpenPage) -> None:
    page = open_page("camille.roux")
    page.goto("/assistance/file")
    rows = page.locator("#file [data-step]")
    first, second = (rows.nth(place).get_attribute("href").rsplit("/")[-1] for place in (0, 1))
    rows.first.click()
    expect(page).to_have_url(re.compile(f"t={first}"))
    expect(page.locator("#ticket .ref a").first).to_have_text(first)
    page.reload()
    expect(page.locator("#ticket .ref a").first).to_have_text(first)
    page.get_by_role("link", name="Ticket suivant").click()
    expect(page).to_have_url(re.compile(f"t={second}"))
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.locator("#ticket .ref a").first).to_have_text(first)


def test_news_come_without_losing_what_is_ticked_or_the_focus(open_page: OpenPage) -> None:
    page = open_page("camille.roux")
    page.goto("/assistance/file")
    chosen = page.locator("#file [name=t]").nth(1)
    reference = chosen.get_attribute("value")
    chosen.check()
    row = page.locator("#file [data-step]").nth(2)
    row.focus()
    named = row.get_attribute("id")
    watch = page.locator("#guet")
    with page.expect_response(re.compile("/assistance/file/nouveau")) as asked:
        page.evaluate("htmx.trigger('#guet', 'guet')")
    assert asked.value.status == 204
    older = re.sub(r"depuis=\d+-\d+-\d+", "depuis=1-1-1", watch.get_attribute("hx-get") or "")
    page.evaluate("at => { const one = document.querySelector('#guet'); one.setAttribute('hx-get', at); htmx.process(one); }", older)
    with page.expect_response(re.compile("/assistance/file/nouveau")):
        page.evaluate("htmx.trigger('#guet', 'guet')")
    expect(page.locator("#status")).to_contain_text("nouveaux tickets")
    expect(page.locator(f"#file [value='{reference}']")).to_be_checked()
    assert page.evaluate("document.activeElement.id") == named


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_filters_are_chosen_kept_under_a_name_and_deleted(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("camille.roux", scripts=scripts)
    page.goto("/assistance/file")
    page.get_by_role("link", name="Plus de filtres").click()
    page.locator("#filtres [name=priorite]").select_option("2")
    page.get_by_role("button", name="Voir la liste").click()
    expect(page.locator(".chosen .chip").first).to_contain_text("Priorité")
    page.get_by_role("link", name="Garder cette vue").click()
    name = f"Normales {scripts}"
    page.get_by_label("Nom de la vue").fill(name)
    page.get_by_role("button", name="Garder").click()
    expect(page.locator(".saved [aria-current]")).to_contain_text(name)
    if scripts:
        expect(page.locator(".saved [aria-current] span")).to_have_text(re.compile(r"\d+"))
    page.get_by_role("link", name="Vues gardées…").click()
    page.get_by_role("link", name=f"Renommer ou partager « {name} »").click()
    page.get_by_role("button", name="Supprimer cette vue").click()
    expect(page.locator("table")).not_to_contain_text(name)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_closing_the_chosen_ticket_leads_to_the_next_of_the_list(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("camille.roux", scripts=scripts)
    page.goto("/assistance/file?vue=retablis")
    rows = page.locator("#file [data-step]")
    closed, beside = (rows.nth(place).get_attribute("href").rsplit("/")[-1] for place in (0, 1))
    page.goto(f"/assistance/file?vue=retablis&t={closed}")
    page.locator("#ticket").get_by_role("link", name="Clore", exact=False).first.click()
    page.locator("main form.pad button.p").click()
    expect(page).to_have_url(re.compile(f"/assistance/file\\?vue=retablis&t={beside}"))
    expect(page.locator("#ticket .ref a").first).to_have_text(beside)
    expect(page.locator("#status")).to_contain_text(closed)
    expect(page.locator(f"#file [value='{closed}']")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_ticket_that_follows_a_closing_is_in_view_with_what_was_done(open_page: OpenPage, width: int) -> None:
    page = open_page("camille.roux", width=width)
    page.goto("/assistance/file?vue=retablis")
    reference = page.locator("#file [data-step]").first.get_attribute("href")
    page.goto(f"{reference}/action/close")
    page.locator("form.pad button.p").first.click()
    page.wait_for_url(re.compile("/assistance/file"))
    expect(page.locator("#ticket[data-of] h2").first).to_be_in_viewport()
    expect(page.get_by_text("Voici le ticket voisin").locator("visible=true").last).to_be_in_viewport()
    if width > 1200:
        expect(page.locator("h1")).to_be_in_viewport()
