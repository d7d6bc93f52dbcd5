"""``make screenshots``: the README's pictures, taken from a demonstration of their own."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import sign_in
from tests.support.server import Server
from webapp.config import ROOT
from webapp.web.assets import STATIC

PICTURES = ROOT / "docs/pictures"
WIDTH, HEIGHT = 1120, 700


def queue(page: Page) -> None:
    """Open the desk's queue with its soonest ticket beside it."""
    page.goto("/assistance/file")
    page.goto(f"/assistance/file?t={_soonest(page)}")


def ticket(page: Page) -> None:
    """Open the ticket on top of the queue on a page of its own."""
    page.goto("/assistance/file")
    page.goto(f"/assistance/{_soonest(page)}")


def _soonest(page: Page) -> str:
    """Return the reference of the ticket on top of the queue."""
    return (page.get_attribute("#file tbody a[href^='/assistance/']", "href") or "").rsplit("/")[-1]


def report_form(page: Page) -> None:
    """Open the form that drafts the first incident report owed."""
    page.goto("/assistance/dus")
    links = page.eval_on_selector_all("main a[href$='/rapport']", "nodes => nodes.map(node => node.getAttribute('href'))")
    page.goto(next(iter(links), "/assistance/dus"))


def report(page: Page) -> None:
    """Open the form by which a client reports an incident."""
    page.goto("/assistance/signaler")


def figures(page: Page) -> None:
    """Open the figures of the desk."""
    page.goto("/assistance/chiffres")


def scope_editor(page: Page) -> None:
    """Open a file with a line being edited."""
    page.goto("/portees")
    for href in page.eval_on_selector_all("main table a[href]", "nodes => nodes.map(node => node.getAttribute('href'))"):
        page.goto(href)
        if page.locator("a[id^=m]").count() > 3:
            page.locator("a[id^=m]").nth(1).click()
            page.wait_for_selector("tr.edit")
            return


def import_preview(page: Page) -> None:
    """Open a pasted table on its preview, with a conflict and a line that may not be published."""
    page.goto("/portees/1-0042/import")
    page.locator("main section a[href*='/imports/']").first.click()


def conflict(page: Page) -> None:
    """Save a line that somebody saved meanwhile, from another tab: each cell with mine, theirs and what it was."""
    address = "/portees/1-0187?ligne=1"
    narrow = (page.viewport_size or {"width": WIDTH})["width"] < 600
    theirs = "Aluminium (Al) lixiviable" if narrow else "Aluminium (Al) dissous"  # each picture needs a change of its own
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    for tab, words in ((other, theirs), (page, "Aluminium (Al) total")):
        tab.locator("#l1 [name=c-caracteristique]").fill(words)
        tab.locator("#l1").get_by_role("button", name="Enregistrer").first.click()
        tab.wait_for_selector("#l1:has([value=sien])" if tab is page else "#l1:not(:has(textarea))")
    other.close()
    page.locator("#l1").scroll_into_view_if_needed()


def declaration_table(page: Page) -> None:
    """Open a table of figures."""
    page.goto("/declarations")
    returns = page.eval_on_selector_all("main table a[href^='/declarations/']", "nodes => nodes.map(node => node.getAttribute('href'))")
    for href in sorted(returns, key=lambda href: "ESF" not in href):
        page.goto(href)
        tables = page.eval_on_selector_all(f"main a[href^='{href}/']", "nodes => nodes.map(node => node.getAttribute('href'))")
        for table in tables:
            page.goto(table)
            if page.locator("input[class^=fig]").count() > 5:
                return


def declaration_entry(page: Page) -> None:
    """Fill a cell in and go on, so that its state, last year's figures, a control that fails and what can be undone are seen."""
    page.goto("/declarations/CSA-2025-OPCO-0001/tableaux/tranches")
    page.locator("#lignes input.fig").first.fill("123" if (page.viewport_size or {"width": WIDTH})["width"] > 600 else "124")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lignes td[data-state=saved]")


def board(page: Page) -> None:
    """Open the completeness board of the campaigns."""
    page.goto("/declarations/suivi")


SHOTS: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("queue", "camille.roux", queue),
    ("scope-editor", "claire.fontaine", scope_editor),
    ("declaration-table", "ines.garnier", declaration_table),
)
#: Pages, each on a wide and on a narrow screen, the whole page: ``ticket-1280.png``, ``ticket-360.png``.
WHOLE: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("queue", "camille.roux", queue),
    ("ticket", "camille.roux", ticket),
    ("report", "nadia.benali", report),
    ("incident-report", "camille.roux", report_form),
    ("figures", "marc.dubois", figures),
    ("import", "claire.fontaine", import_preview),
    ("declaration", "ines.garnier", declaration_entry),
    ("board", "paul.lambert", board),
)
#: Pages on a wide and on a narrow screen, what is seen of them without scrolling: the table below has a hundred lines.
SEEN: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("editor", "claire.fontaine", scope_editor),
    ("conflict", "claire.fontaine", conflict),
)
WIDTHS = (1280, 360)


def take(
    browser: Browser, url: str, shot: tuple[str, str, Callable[[Page], None]], width: int, suffix: str = "", *, whole: bool = False
) -> None:
    """Sign in, open the page and take its picture, under its name and a suffix."""
    name, username, open_it = shot
    context = browser.new_context(base_url=url, viewport={"width": width, "height": HEIGHT}, locale="fr-FR")
    page = context.new_page()
    sign_in(page, username)
    open_it(page)
    path = PICTURES / f"{name}{suffix}.png"
    page.screenshot(path=path, full_page=whole)
    context.close()
    print(f"{path.name} {path.stat().st_size // 1024} kB")


def main() -> None:
    """Start a server, take each picture, stop the server."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "whitenoise.compress", "--quiet", str(STATIC)], check=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "var")
        server.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                for shot in SHOTS:
                    take(browser, server.url, shot, WIDTH)
                for shot in WHOLE:
                    for width in WIDTHS:
                        take(browser, server.url, shot, width, f"-{width}", whole=True)
                for shot in SEEN:
                    for width in WIDTHS:
                        take(browser, server.url, shot, width, f"-{width}")
                browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
