"""Acts that a double click cannot repeat."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from webapp.web.forms import already_done, remember_done
from webapp.web.pages import see_other_url
from webapp.web.request import current_actor, current_clock, get_session

__all__ = ["acts_once"]


def acts_once(view: Callable[..., Response]) -> Callable[..., Response]:
    """Have a view act once for each form that was shown: sent again, the form leads where it led the first time.

    For views that change what exists, whose forms carry ``once()``: without it the second of two clicks would be told that the
    object has changed, or is gone, by the first. A refusal (400 and above) is rolled back with its claim, so the form can be sent again.
    """

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Response:
        if request.method != "POST":
            return view(*args, **kwargs)
        session = get_session()
        if location := already_done(session, current_clock(), current_actor().account_id):
            return see_other_url(location)
        response = view(*args, **kwargs)
        led = response.headers.get("Location") or response.headers.get("HX-Redirect")
        if led and response.status_code < 400:
            remember_done(session, led)
        return response

    return once
