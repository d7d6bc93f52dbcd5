"""Calling two WSGI applications by turns and comparing them: medians of rounds, so that what the machine does besides cancels out."""

import gc
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from werkzeug.test import EnvironBuilder

from tests.support.statements import statements

ROUNDS = 7
SECONDS_A_ROUND = 0.5
FEWEST_CALLS = 8

Environ = dict[str, Any]
#: Status, headers, body.
Answer = tuple[int, dict[str, str], bytes]


class WrongAnswerError(Exception):
    """A page did not answer what was to be measured."""


@dataclass(frozen=True)
class Side:
    """One of two competitors: a WSGI application, the requests to send it one after another, and what a right answer is."""

    app: Callable[..., Any]
    environ: Callable[[], Environ]
    check: Callable[[Answer], str | None]
    #: Of a page the seconds of this thread's processor: reading waits for nothing, and a loaded machine interrupts the longer side more.
    watch: Callable[[], float] = time.perf_counter

    def call(self) -> float:
        """Send one request, check the answer, and return the seconds that the application took."""
        environ = self.environ()
        begun = self.watch()
        answer = run(self.app, environ)
        taken = self.watch() - begun
        problem = self.check(answer)
        if problem:
            raise WrongAnswerError(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}: {problem}")
        return taken


@dataclass(frozen=True)
class Compared:
    """What came out: medians in milliseconds, the median of the rounds' ratios, and the statements of one request."""

    ours_ms: float
    floor_ms: float
    ratio: float
    statements: int
    floor_statements: int


def run(app: Callable[..., Any], environ: Environ) -> Answer:
    """Call a WSGI application as a server does, the body read to its end."""
    begun: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
        begun[:] = [int(status[:3]), dict(headers)]
        return lambda _data: None

    body = app(environ, start_response)
    try:
        content = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    return begun[0], begun[1], content


def request(path: str, cookie: str, form: dict[str, Any] | None = None, htmx: bool = False) -> Environ:
    """Return the environment of a request such as a worker hands over. No encoding is accepted: neither side compresses."""
    headers = {"Cookie": cookie} if cookie else {}
    if htmx:
        headers["HX-Request"] = "true"
    builder = EnvironBuilder(path, method="GET" if form is None else "POST", data=form, headers=headers)
    environ = builder.get_environ()
    environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read())
    return environ


def compare(ours: Side, floor: Side, engine: Engine) -> Compared:
    """Measure both sides in turn, call by call, `ROUNDS` times; each round gives the medians of its calls and their ratio."""
    for _ in range(3):
        ours.call()
        floor.call()
    with statements(engine) as sent:
        once = ours.call()
    with statements(engine) as sent_by_floor:
        once += floor.call()
    calls = max(FEWEST_CALLS, int(SECONDS_A_ROUND / once))
    rounds = []
    for _ in range(ROUNDS):
        gc.collect()
        pairs = [(ours.call(), floor.call()) for _ in range(calls)]
        rounds.append(tuple(statistics.median(column) * 1000 for column in zip(*pairs, strict=True)))
    return Compared(
        statistics.median(mine for mine, _ in rounds),
        statistics.median(bare for _, bare in rounds),
        statistics.median(mine / bare for mine, bare in rounds),
        len(sent),
        len(sent_by_floor),
    )
