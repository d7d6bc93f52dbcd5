"""Chromium over the real server, which serves the demonstration content from a folder of its own."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import html as lxml_html
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.support.client import form_fields
from tests.support.server import Server
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD
from webapp.web.assets import STATIC

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark this folder's tests, and keep them on one worker: they share one server and one Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration, served, with its static files compressed as ``make`` compresses them."""
    present = {*STATIC.rglob("*.gz"), *STATIC.rglob("*.br")}
    subprocess.run([sys.executable, "-m", "whitenoise.compress", "--quiet", str(STATIC)], check=True)
    server = Server(tmp_path_factory.mktemp("browser") / "var")
    server.start()
    yield server
    server.stop()
    for path in {*STATIC.rglob("*.gz"), *STATIC.rglob("*.br")} - present:
        path.unlink()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Watch:
    """What a browser complains of: console errors, exceptions, refused content."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def on(self, page: Page) -> None:
        """Listen to a page. Answers of 4xx that a test provokes are not the page's own errors."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        provoked = "status of 4" in message.text or "Error Code 4" in message.text  # the browser's words, and htmx's
        # A request that a page makes by itself is cut short when the person leaves it. Real failures are said by htmx:sendError.
        cut_short = message.text.startswith(("htmx:afterRequest,", "htmx:sendAbort,"))
        if message.type in {"error", "warning"} and not provoked and not cut_short:
            self.complaints.append(message.text)


@pytest.fixture
def open_page(server: Server, chromium: Browser) -> Iterator[OpenPage]:
    """Return a function: username (None: nobody), scripts or not, width → a page of somebody who is signed in.

    At the end the test fails if the browser complained of anything.
    """
    contexts: list[BrowserContext] = []
    watch = Watch()

    def new(username: str | None = None, *, scripts: bool = True, width: int = 1280) -> Page:
        context = chromium.new_context(
            base_url=server.url, java_script_enabled=scripts, viewport={"width": width, "height": 900}, locale="fr-FR"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch.on(page)
        if username is not None:
            enter(page, username)
        return page

    yield new
    for context in contexts:
        context.close()
    assert watch.complaints == []


def enter(page: Page, username: str) -> None:
    """Open the home page of somebody signed in by the form's own requests: few tests are about filling it in (`sign_in`)."""
    asked = page.context.request
    form = lxml_html.fromstring(asked.get("/connexion").text()).cssselect("main form")[0]
    answer = asked.post(
        "/connexion", form=dict(form_fields(form)) | {"username": username, "password": DEMONSTRATION_PASSWORD}, max_redirects=0
    )
    assert answer.status == 303, answer.text()[:400]
    page.goto("/")
    page.wait_for_selector("details.who")


def sign_in(page: Page, username: str) -> None:
    """Sign in as a person would."""
    page.goto("/connexion")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", DEMONSTRATION_PASSWORD)
    page.click("main form button.p")
    page.wait_for_selector("details.who")
