"""The one place that calls the directory: its address from the settings, no redirect followed, little waited for, answers kept an hour.

Nothing that a person types reaches the address but 14 digits. Each web process keeps its own answers.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog

from webapp.companies.rules import BadAnswer, Company, read_answer

log = structlog.get_logger()

LARGEST_ANSWER = 500_000
KEPT_SECONDS = 3600
MOST_KEPT = 500


class Unavailable(Exception):
    """The directory did not answer, or not as it should: the caller offers to do without."""


class _Stay(HTTPRedirectHandler):
    """The address of the settings is the only one that is ever called."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Directory:
    """The directory at an address (empty: switched off), and what it answered lately. Proxies are those of the environment."""

    def __init__(self, url: str, timeout: float) -> None:
        self.url, self.timeout = url, timeout
        self._opener = build_opener(_Stay)
        self._kept: OrderedDict[str, tuple[float, Company | None]] = OrderedDict()

    @property
    def is_on(self) -> bool:
        """Whether anything may be looked up."""
        return bool(self.url)

    def find(self, siret: str) -> Company | None:
        """The establishment of a checked SIRET (14 digits), or None when the directory has none. Raises Unavailable."""
        if not self.is_on or len(siret) != 14 or not (siret.isascii() and siret.isdigit()):
            raise Unavailable
        known = self._kept.get(siret)
        if known is not None and time.monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        try:
            found = read_answer(self._ask(siret), siret)
        except (OSError, HTTPException, BadAnswer) as fault:
            log.warning("companies.unavailable", fault=f"{type(fault).__name__}: {fault}"[:200])
            raise Unavailable from fault
        self._kept[siret] = (time.monotonic(), found)
        self._kept.move_to_end(siret)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    def _ask(self, siret: str) -> bytes:
        """The body of the answer, read within the time-out as a whole. Raises OSError (an HTTP error is one) or BadAnswer."""
        until = time.monotonic() + self.timeout
        request = Request(f"{self.url}/search?q={siret}&per_page=1", headers={"Accept": "application/json", "User-Agent": "Guichet"})  # noqa: S310 -- the settings admit https, or this machine
        body = b""
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                while part := answer.read1(65_536):
                    body += part
                    if len(body) > LARGEST_ANSWER:
                        raise BadAnswer("too long")
                    if time.monotonic() > until:
                        raise TimeoutError("the answer comes too slowly")
        except HTTPError as refusal:
            refusal.close()
            raise
        return body
