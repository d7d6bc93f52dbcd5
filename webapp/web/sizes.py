"""How much one request may carry: little, except where a view takes files."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])


def takes_up_to(size: int) -> Callable[[View], View]:
    """Let a view take requests of up to ``size`` bytes, its files included; written under ``route``."""

    def mark(view: View) -> View:
        view.largest_request = size  # type: ignore[attr-defined]  # -- a mark on a function
        return view

    return mark


def init_app(app: Flask) -> None:
    """Apply the marks before anything reads the request's body."""

    @app.before_request
    def _limit() -> None:
        size = getattr(current_app.view_functions.get(request.endpoint or ""), "largest_request", None)
        if size is not None:
            request.max_content_length = size
