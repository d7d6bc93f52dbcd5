"""Static files: addresses that change with their content, served compressed and cached for a year."""

import hashlib
from functools import cache
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from webapp.config import ROOT

STATIC = ROOT / "static"
YEAR_SECONDS = 31_536_000


@cache
def static_url(path: str) -> str:
    """Return the address of a static file, with a mark of its content so that it may be cached for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def init_app(app: Flask) -> None:
    """Serve ``static/`` in front of the application."""
    app.jinja_env.globals["static_url"] = static_url
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # -- the WSGI wrapping idiom
        app.wsgi_app, root=str(STATIC), prefix="static/", max_age=YEAR_SECONDS, add_headers_function=_guard
    )


def _guard(headers: Headers, _path: str, _url: str) -> None:
    """Have browsers believe the declared type of a static file."""
    headers["X-Content-Type-Options"] = "nosniff"
