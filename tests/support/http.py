"""A browser without scripts over real HTTP: cookies, forms with their own fields, redirects not followed."""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from lxml import html as lxml_html

from tests.support.client import form_fields, pressed_button


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class HttpBrowser:
    """Opens pages and submits their forms, as a person with scripts off."""

    def __init__(self, base: str, timeout: float = 20) -> None:
        self.base, self.timeout = base, timeout
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(_Stay, urllib.request.HTTPCookieProcessor(self.jar))
        self.url, self.status, self.text, self.location = base, 0, "", ""

    def open(self, path: str, data: list[tuple[str, str]] | None = None) -> int:
        """Send one request and keep its answer; return its status."""
        self.url = urllib.parse.urljoin(self.base, path)
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        try:
            answer = self.opener.open(self.url, body, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.status, self.text = answer.status, answer.read().decode("utf-8")
            self.location = answer.headers.get("Location") or ""
        return self.status

    def submit(self, selector: str, values: dict[str, str] | None = None, button: str | None = None) -> int:
        """Submit the form that ``selector`` names with its own fields and ``values`` over them."""
        form = lxml_html.fromstring(self.text).cssselect(selector)[0]
        fields = [(name, value) for name, value in form_fields(form) if name not in (values or {})]
        pressed = pressed_button(form, button)
        action = form.get("action") or self.url
        if pressed is not None:
            action = pressed.get("formaction") or action
            if pressed.get("name"):
                fields.append((pressed.get("name"), pressed.get("value", "")))
        fields += list((values or {}).items())
        return self.open(urllib.parse.urljoin(self.url, action), fields)

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the real form."""
        self.open("/connexion")
        assert self.submit("form[novalidate]", {"username": username, "password": password}) == 303, self.text[:500]
