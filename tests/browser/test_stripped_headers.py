"""A proxy that takes htmx's headers away: the server answers with whole pages, and they are shown as such."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import sign_in
from tests.support.server import Server

FILE = "/portees/1-0042"


def without_htmx(route: Route) -> None:
    route.continue_(headers={name: value for name, value in route.request.headers.items() if not name.lower().startswith("hx-")})


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    """A page of a scope's editor, behind such a proxy, a line of the draft open for editing."""
    context = chromium.new_context(base_url=server.url, locale="fr-FR")
    context.set_default_timeout(15_000)
    context.route("**/*", without_htmx)
    page = context.new_page()
    sign_in(page, "claire.fontaine")
    page.goto(FILE)
    page.locator("#lignes a[id^=m]").nth(4).click()
    page.wait_for_selector("tr.edit textarea")
    yield page
    context.close()


def type_and_save(page: Page, words: str) -> None:
    page.locator("tr.edit textarea").first.fill(words)
    page.get_by_role("button", name="Enregistrer", exact=True).click()


def test_a_line_is_edited_and_saved(page: Page) -> None:
    expect(page.locator("main")).to_have_count(1)
    type_and_save(page, "Eaux usées sans entêtes")
    page.wait_for_selector("tr:not(.edit) >> text=Eaux usées sans entêtes")
    expect(page.locator("main")).to_have_count(1)


def test_a_refusal_keeps_what_was_typed(page: Page) -> None:
    page.locator("tr.edit input[name=version]").evaluate("field => { field.value = '0' }")
    type_and_save(page, "Version contestée")
    page.wait_for_selector("text=Enregistrer ces choix")
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("tr.edit textarea").first).to_have_value("Version contestée")


def test_a_session_that_ended_leads_to_the_sign_in_page_and_the_draft_comes_back(page: Page) -> None:
    page.context.clear_cookies()
    type_and_save(page, "Brouillon sans session")
    page.wait_for_selector("input[name=password]")
    expect(page.locator("main")).to_have_count(1)
    sign_in(page, "claire.fontaine")
    page.goto("/reprise")
    page.get_by_role("button", name="Envoyer de nouveau").first.click()
    page.wait_for_selector("text=Brouillon sans session")
    assert page.url.split("#")[0].split("?")[0].endswith(FILE)
