"""Every page of the site map, as each role sees it: accessible, quiet, narrow enough, light enough."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from lxml import html as lxml_html
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from webapp.config import ROOT

AXE = ROOT / "tests/vendor/axe-core-4.14.1/axe.min.js"
ROLES = (None, "claire.fontaine", "hugo.mercier", "ines.garnier", "paul.lambert", "nadia.benali", "camille.roux", "anne.petit")
FIRST_VISIT_BYTES, FIRST_VISIT_REQUESTS = 28_000, 4
LATER_BYTES, LATER_REQUESTS = 8_000, 1
#: The agents' queue has a script of its own, and asks for the numbers of its kept views when it is there.
QUEUE_BYTES, QUEUE_REQUESTS, QUEUE_LATER_BYTES, QUEUE_LATER_REQUESTS = 31_500, 6, 9_000, 3
#: The page of all figures has the table of each chart beside it.
FIGURES, FIGURES_BYTES = "/assistance/chiffres", 28_600
#: The editor of a scope has a script of its own, and asks once who else is there.
EDITOR_BYTES, EDITOR_REQUESTS, EDITOR_LATER_BYTES, EDITOR_LATER_REQUESTS = 33_800, 6, 8_500, 2
#: Objects that are opened from each list, besides the pages of the site map.
LISTS = ("/portees", "/declarations", "/assistance", "/assistance/file", "/contrats", "/registre", "/administration/organisations")
SEEN: set[str] = set()


def addresses(page: Page) -> Iterator[str]:
    """Yield the pages of the site map that the person sees, and the first object of each list."""
    page.goto("/plan-du-site")
    hrefs = [node.get("href") for node in lxml_html.fromstring(page.content()).cssselect("main a[href^='/']")]
    yield from dict.fromkeys(hrefs)
    for path in LISTS:
        if path in hrefs:
            page.goto(path)
            rows = lxml_html.fromstring(page.content()).cssselect("main table td a[href^='/'], main table th a[href^='/']")
            objects = [node.get("href").split("#")[0] for node in rows if "?" not in node.get("href")]
            yield from objects[:1]


@cache
def axe_source() -> str:
    """Return axe as released."""
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page shown."""
    page.evaluate(axe_source())
    found: dict[str, Any] = page.evaluate("async () => await axe.run(document, {resultTypes: ['violations']})")
    return [f"{item['id']}: {item['help']} — {json.dumps(item['nodes'][0]['html'])[:160]}" for item in found["violations"]]


@pytest.mark.parametrize("username", ROLES)
def test_pages_are_accessible_and_quiet_and_fit_a_narrow_screen(open_page: OpenPage, username: str | None) -> None:
    page = open_page(username)
    wrong = []
    for path in list(addresses(page)):
        if path in SEEN:
            continue
        if path != "/":  # everybody has their own home, and their own bar of counters
            SEEN.add(path)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        wrong += [f"{path}: {violation}" for violation in violations(page)]
        page.set_viewport_size({"width": 360, "height": 800})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wrong.append(f"{path}: {width} px on a screen of 360")
        page.set_viewport_size({"width": 1280, "height": 800})
    assert not wrong, "\n".join(wrong)


class Meter:
    """Counts what the network carries, headers included, but for charts."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.cached: set[str] = set()
        self.sizes: dict[str, float] = {}
        self.session.on("Network.requestServedFromCache", lambda event: self.cached.add(event["requestId"]))
        self.session.on("Network.responseReceived", lambda event: self._note_kind(event))
        self.session.on("Network.loadingFinished", lambda event: self.sizes.__setitem__(event["requestId"], event["encodedDataLength"]))

    def _note_kind(self, event: dict[str, Any]) -> None:
        if event["type"] == "Image":
            self.cached.add(event["requestId"])

    def measure(self, page: Page, path: str) -> tuple[int, int]:
        """Open a page and return the bytes and the requests that it took."""
        self.sizes.clear()
        self.cached.clear()
        page.goto(path, wait_until="load")
        page.evaluate("1")  # an answer from the page comes after the events of its loading
        sizes = [size for identifier, size in self.sizes.items() if identifier not in self.cached and size > 0]
        return round(sum(sizes)), len(sizes)


@pytest.mark.parametrize("username", ROLES)
def test_pages_keep_to_their_budgets(open_page: OpenPage, username: str | None) -> None:
    page = open_page(username)
    paths = [path for path in addresses(page) if path not in MEASURED]
    MEASURED.update(paths)
    meter, wrong = Meter(page), []
    for path in paths:
        meter.session.send("Network.clearBrowserCache")
        first, first_requests = meter.measure(page, path)
        later, later_requests = meter.measure(page, path)
        most = (FIRST_VISIT_BYTES, FIRST_VISIT_REQUESTS, LATER_BYTES, LATER_REQUESTS)
        if path == "/assistance/file":
            most = (QUEUE_BYTES, QUEUE_REQUESTS, QUEUE_LATER_BYTES, QUEUE_LATER_REQUESTS)
        if re.fullmatch(r"/portees/\d-\d{4}", path):
            most = (EDITOR_BYTES, EDITOR_REQUESTS, EDITOR_LATER_BYTES, EDITOR_LATER_REQUESTS)
        elif path == FIGURES:
            most = (FIGURES_BYTES, FIRST_VISIT_REQUESTS, LATER_BYTES, LATER_REQUESTS)
        if any(measured > limit for measured, limit in zip((first, first_requests, later, later_requests), most, strict=True)):
            wrong.append(f"{path}: first {first} bytes in {first_requests}, later {later} in {later_requests}")
    assert not wrong, "\n".join(wrong)


MEASURED: set[str] = set()
