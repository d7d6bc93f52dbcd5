"""Walking the application as a person would: from page to page along the links, noting the forms on the way."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from flask import Flask
from lxml import html as lxml_html
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.support.client import CheckingClient, form_fields
from tests.support.statements import statements

#: Addresses of one endpoint that are opened, for each set of query parameters.
PER_ENDPOINT = 2
#: More of what has many states, each with its own links.
MORE = {"helpdesk.ticket": 8}


@dataclass(frozen=True)
class SeenForm:
    """A form met on the way: the page it stands on, where it goes and what it would send."""

    page: str
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


@dataclass
class Walk:
    """What a walk saw."""

    pages: dict[str, TestResponse] = field(default_factory=dict)
    #: The SQL statements that each page took.
    statements: dict[str, int] = field(default_factory=dict)
    forms: list[SeenForm] = field(default_factory=list)
    fragments: set[str] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)


def endpoint_of(app: Flask, url: str, method: str = "GET") -> tuple[str, dict[str, Any]] | None:
    """Return the endpoint and arguments that answer ``url``, or None."""
    try:
        endpoint, values = app.url_map.bind("localhost").match(urlsplit(url).path, method)
    except HTTPException:
        return None
    return str(endpoint), dict(values)


def links(response: TestResponse, page: str) -> Iterator[str]:
    """Yield the local addresses that a page links to or shows as images, without their anchors."""
    for node in lxml_html.fromstring(response.text).cssselect("a[href], img[src]"):
        parts = urlsplit(urljoin(page, node.get("href") or node.get("src")))
        if not parts.netloc and parts.scheme in {"", "http"} and parts.path.startswith("/") and not parts.path.startswith("/static/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def forms(response: TestResponse, page: str) -> Iterator[SeenForm]:
    """Yield the forms of a page, one for each button that sends elsewhere."""
    for form in lxml_html.fromstring(response.text).cssselect("form"):
        targets = {form.get("action") or page, *(node.get("formaction") for node in form.cssselect("button[formaction]"))}
        fields = tuple((name, value or "") for name, value in form_fields(form))
        files = tuple(node.get("name") for node in form.cssselect("input[type=file]") if node.get("name"))
        for target in sorted(targets):
            yield SeenForm(page, urljoin(page, target), (form.get("method") or "get").lower(), fields, files)


def walk(client: CheckingClient, start: str = "/", limit: int = 400, extra: tuple[str, ...] = (), passing: str = "?") -> Walk:
    """Open ``start`` and everything that can be reached from it by links, a few addresses of each kind.

    Endpoints that begin with ``passing`` are passed by.
    """
    app, seen, kinds = client.application, Walk(), Counter[tuple[Any, ...]]()
    waiting = deque([start, *extra])
    known = set(waiting)
    while waiting and len(seen.pages) < limit:
        url = waiting.popleft()
        found = endpoint_of(app, url)
        if found is None or found[0].startswith(passing):
            continue  # the checking client has already complained of the link
        kind = (found[0], *sorted(parse_qs(urlsplit(url).query)))
        kinds[kind] += 1
        if kinds[kind] > MORE.get(found[0], PER_ENDPOINT):
            continue
        with statements(app.extensions["guichet"].database.engine) as sent:
            response = client.get(url)
        seen.pages[url] = response
        seen.statements[url] = len(sent)
        seen.endpoints.add(found[0])
        if response.mimetype != "text/html" or not response.data or response.status_code >= 300:
            continue
        seen.forms.extend(forms(response, url))
        for name in ("hx-get",):
            seen.fragments.update(node.get(name) for node in lxml_html.fromstring(response.text).cssselect(f"[{name}]"))
        for target in links(response, url):
            if target not in known:
                known.add(target)
                waiting.append(target)
    return seen
