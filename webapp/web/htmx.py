"""htmx as this application uses it: ``htmx-flask`` with its gaps filled."""

from flask import Flask, Response, request
from htmx_flask import Htmx


def init_app(app: Flask) -> None:
    """Make ``request.htmx`` available, and tell caches that pages and fragments differ."""
    Htmx(app)

    @app.after_request
    def _vary(response: Response) -> Response:
        response.vary.add("HX-Request")
        return response


def is_fragment_request() -> bool:
    """Tell whether htmx wants a fragment: a plain ``bool(request.htmx)`` is also true for boosted and history requests."""
    htmx = request.htmx  # type: ignore[attr-defined]  # -- put there by htmx-flask
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def redirect_client(response: Response, url: str) -> Response:
    """Have htmx load ``url`` as a whole page."""
    response.headers["HX-Redirect"] = url
    return response


def retarget(response: Response, selector: str, swap: str = "innerHTML") -> Response:
    """Have htmx put the whole answer elsewhere than asked (errors go to the alert region), whatever ``hx-select`` says."""
    response.headers["HX-Retarget"] = selector
    response.headers["HX-Reswap"] = swap
    response.headers["HX-Reselect"] = "unset"
    return response
