"""A test client that looks at every page it fetches the way a strict reader would."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from lxml import html as lxml_html
from lxml.cssselect import CSSSelector
from werkzeug.test import TestResponse

from webapp.accounts.routes import welcome
from webapp.actor import network_address

PENDING = {"/registre", "/etat-des-services"}
CONTROL_TYPES_WITHOUT_LABEL = {"hidden", "submit", "button", "reset", "image"}


class CheckingClient(FlaskClient):
    """Fetches pages, checks each one, and fills in and submits their real forms (CSRF tokens included)."""

    #: Switched off only where a test looks at a broken answer on purpose.
    checks = True
    last: TestResponse

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and check the answer when it is a page of ours."""
        response = super().open(*args, **kwargs)
        self.last = response
        if self.checks and response.mimetype == "text/html" and response.data and not 300 <= response.status_code < 400:
            check_page(response, self.application)
        return response

    @property
    def tree(self) -> Any:
        """Return the last answer as an lxml tree."""
        return lxml_html.fromstring(self.last.text)

    def text(self) -> str:
        """Return the visible words of the last answer, white space collapsed (NBSP too)."""
        return " ".join(self.tree.text_content().split())

    def follow(self) -> TestResponse:
        """Follow the last answer's redirect."""
        return self.get(self.last.headers["Location"])

    def form(self, selector: str) -> Any:
        """Return the one form of the last page that the CSS selector names."""
        found = [node for node in self.tree.cssselect(selector) if node.tag == "form"]
        assert len(found) == 1, f"{len(found)} forms for {selector!r} in {self.last.request.path}"
        return found[0]

    def submit(self, selector: str, values: dict[str, Any] | None = None, button: str | None = None, **kwargs: Any) -> TestResponse:
        """Submit the form that ``selector`` names with its own fields, ``values`` over them, pressing ``button`` (its text)."""
        form = self.form(selector)
        fields = list(form_fields(form))
        pressed = pressed_button(form, button)
        if pressed is not None and pressed.get("name"):
            fields.append((pressed.get("name"), pressed.get("value", "")))
        merged = merge(fields, values or {})
        action = (
            (pressed.get("formaction") if pressed is not None else None) or form.get("action") or self.last.request.full_path.rstrip("?")
        )
        url = urljoin(self.last.request.full_path, action)
        if (form.get("method") or "get").lower() == "post":
            return self.post(url, data=merged, **kwargs)
        return self.get(url, query_string=merged, **kwargs)

    def sign_in(self, username: str, password: str = "Guichet-2026-Demo!") -> None:
        """Sign in through the real form, accepting the terms if they are shown."""
        self.get("/connexion")
        response = self.submit("form[novalidate]", {"username": username, "password": password})
        assert response.status_code == 303, self.text()[:400]

    def enter(self, account_id: int) -> None:
        """Sign in as the view of the form does once the password is right: most tests are not about the form."""
        network_address.set("127.0.0.1")  # as the seam does for each request
        with self.application.test_request_context("/connexion", method="POST"):
            response = self.application.process_response(welcome(account_id, None))
        for cookie in response.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.set_cookie(name, value)


def form_fields(form: Any) -> Iterator[tuple[str, str]]:
    """Yield what a browser would send for the form's controls, buttons apart."""
    identifier = form.get("id")
    outside = form.getroottree().getroot().cssselect(f"[form='{identifier}']:not(button)") if identifier else []
    inside = [control for control in select(form, "input, select, textarea") if not control.get("form")]
    for control in [*inside, *outside]:
        name, kind = control.get("name"), control.get("type", "text")
        if not name or control.get("disabled") is not None or kind in {"submit", "button", "image", "reset", "file"}:
            continue
        if kind in {"checkbox", "radio"}:
            if control.get("checked") is not None:
                yield name, control.get("value", "on")
        elif control.tag == "select":
            chosen = [option for option in control.cssselect("option") if option.get("selected") is not None]
            options = chosen or ([] if control.get("multiple") is not None else control.cssselect("option")[:1])
            for option in options:
                yield name, option.get("value", option.text_content())
        elif control.tag == "textarea":
            yield name, (control.text or "").removeprefix("\n")
        else:
            yield name, control.get("value", "")


def pressed_button(form: Any, text: str | None) -> Any:
    """Return the button with this text, or the form's first one."""
    buttons = select(form, "button")
    if text is None:
        return buttons[0] if buttons else None
    found = [node for node in buttons if " ".join(node.text_content().split()) == text]
    assert found, f"no button {text!r}: {[' '.join(node.text_content().split()) for node in buttons]}"
    return found[0]


def merge(fields: list[tuple[str, str]], values: dict[str, Any]) -> Any:
    """Return the fields as a multi-dict with ``values`` in place of those of the same name (None removes)."""
    from werkzeug.datastructures import MultiDict

    merged: MultiDict[str, Any] = MultiDict((name, value) for name, value in fields if name not in values)
    for name, value in values.items():
        for one in value if isinstance(value, (list, tuple)) and not hasattr(value, "read") else [value]:
            if one is not None:
                merged.add(name, one)
    return merged


@cache
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def select(tree: Any, selector: str) -> list[Any]:
    """Return the elements that a CSS selector names. Compiled once: for the same few selectors on every page that counts."""
    return list(_compiled(selector)(tree))


def check_page(response: TestResponse, app: Flask) -> None:
    """Fail when an answer breaks what every page or fragment of ours keeps to."""
    where = f"{response.request.method} {response.request.path} ({response.status_code})"
    headers = response.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"], where
    assert "unsafe" not in headers["Content-Security-Policy"], where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["X-Frame-Options"] == "DENY", where  # SO-45
    assert "HX-Request" in headers.get("Vary", ""), where
    assert headers.get("Cache-Control"), where
    tree = lxml_html.fromstring(response.text)
    ids = [node.get("id") for node in select(tree, "[id]")]
    assert len(ids) == len(set(ids)), f"{where}: repeated ids {sorted({i for i in ids if ids.count(i) > 1})}"
    assert not select(tree, "[style], style, [onclick], [hx-on]"), f"{where}: inline style or script"
    for script in select(tree, "script"):
        assert script.get("src", "").startswith("/static/"), f"{where}: inline or foreign script"
    if tree.tag == "html" and "<!doctype" in response.text[:30].lower():
        check_whole_page(tree, where)
    check_controls(tree, ids, where)
    check_forms(tree, app, where, response.request.path)


def check_whole_page(tree: Any, where: str) -> None:
    """Title, language, one heading of the first level, the link to the terms (FX-5)."""
    assert tree.get("lang") in {"fr", "en"}, where
    assert tree.findtext(".//title", "").removesuffix("· Guichet").strip(), f"{where}: no title"
    assert len(select(tree, "h1")) == 1, f"{where}: {len(select(tree, 'h1'))} h1"
    assert select(tree, "h1")[0].text_content().strip(), f"{where}: empty h1"
    assert select(tree, "main#contenu"), where


def check_controls(tree: Any, ids: list[str], where: str) -> None:
    """Every control has a name for assistive technology, every description and label points somewhere."""
    labelled = {node.get("for") for node in select(tree, "label[for]")}
    for control in select(tree, "input, select, textarea"):
        if control.get("type") in CONTROL_TYPES_WITHOUT_LABEL:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby") or control.get("title") or control.get("id") in labelled
        inside = any(parent.tag == "label" for parent in control.iterancestors())
        assert named or inside, f"{where}: control {control.get('name')!r} has no label"
    if tree.tag == "html":
        for node in select(tree, "[aria-describedby]"):
            for target in node.get("aria-describedby").split():
                assert target in ids, f"{where}: aria-describedby {target!r} points nowhere"
        for target in labelled:
            assert target in ids, f"{where}: label for {target!r} points nowhere"


def check_forms(tree: Any, app: Flask, where: str, here: str) -> None:
    """Every form leads to an address that exists and, when it posts, carries a CSRF token; every local link too."""
    adapter = app.url_map.bind("localhost")
    for form in select(tree, "form"):
        method = (form.get("method") or "get").upper()
        path = urlsplit(urljoin(here, form.get("action") or here)).path
        assert adapter.test(path, method), f"{where}: form leads nowhere: {method} {path}"
        if method == "POST":
            assert select(form, "input[name=csrf_token]"), f"{where}: form to {path} has no CSRF token"
    for node in select(tree, 'a[href]:not([href^="#"])'):
        parts = urlsplit(urljoin(here, node.get("href")))
        if not parts.scheme and not parts.netloc and not parts.path.startswith("/static/"):
            assert parts.path in PENDING or adapter.test(parts.path, "GET"), f"{where}: link leads nowhere: {node.get('href')}"
    for name in ("hx-get", "hx-post"):
        for node in select(tree, f"[{name}]"):
            path = urlsplit(urljoin(here, node.get(name))).path
            assert adapter.test(path, "GET" if name == "hx-get" else "POST"), f"{where}: {name} leads nowhere: {path}"
            assert {"hx-target", "hx-swap"} <= {*node.keys()}, f"{where}: {name} {path} without explicit target and swap"
