"""Answers: whole pages, fragments, redirects, and the one announcement region."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, make_response, redirect, render_template, url_for

from webapp.web.htmx import is_fragment_request, redirect_client

__all__ = ["announce", "fragment", "is_fragment_request", "local_target", "page", "see_other", "see_other_url"]


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a whole page."""
    return make_response(render_template(template, **context), status)


def fragment(template: str, status: int = 200, **context: Any) -> Response:
    """Render a fragment (``_name.html``) for htmx to swap in."""
    return make_response(render_template(template, **context), status)


def see_other_url(url: str) -> Response:
    """Answer a POST by sending the browser to ``url`` (303), or htmx to load it as a whole page."""
    if is_fragment_request():
        return redirect_client(make_response("", 204), url)
    response = redirect(url, 303)
    assert isinstance(response, Response)
    return response


def see_other(endpoint: str, **values: Any) -> Response:
    """Answer a POST by sending the browser to an endpoint (303), or htmx to load it as a whole page."""
    return see_other_url(url_for(endpoint, **values))


def announce(message: str) -> None:
    """Say ``message`` once in the page's status region: on this page if it is still to be rendered, else on the next."""
    flash(message)


def local_target(target: str | None) -> str | None:
    """Return ``target`` when it is a path of this site, else None (a link may not lead people elsewhere after sign-in)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(char) < 32 for char in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
