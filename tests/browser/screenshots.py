"""``make screenshots``: the README's pictures, taken from a demonstration of their own."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import sign_in
from tests.support.server import Server
from webapp.config import ROOT
from webapp.web.assets import STATIC

PICTURES = ROOT / "docs/pictures"
WIDTH, HEIGHT = 1120, 700


def queue(page: Page) -> None:
    """Open the desk's queue with its soonest ticket beside it."""
    page.goto("/assistance/file")


def scope_editor(page: Page) -> None:
    """Open a file with a line being edited."""
    page.goto("/portees")
    for href in page.eval_on_selector_all("main table a[href]", "nodes => nodes.map(node => node.getAttribute('href'))"):
        page.goto(href)
        if page.locator("a[id^=m]").count() > 3:
            page.locator("a[id^=m]").nth(1).click()
            page.wait_for_selector("tr.edit")
            return


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


SHOTS = (
    ("queue", "camille.roux", queue),
    ("scope-editor", "claire.fontaine", scope_editor),
    ("declaration-table", "ines.garnier", declaration_table),
)


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
                for name, username, open_it in SHOTS:
                    context = browser.new_context(base_url=server.url, viewport={"width": WIDTH, "height": HEIGHT}, locale="fr-FR")
                    page = context.new_page()
                    sign_in(page, username)
                    open_it(page)
                    page.screenshot(path=PICTURES / f"{name}.png")
                    print(f"{name}.png {(PICTURES / f'{name}.png').stat().st_size // 1024} kB")
                browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
