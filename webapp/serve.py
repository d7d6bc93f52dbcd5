"""One parent for the web workers and the job consumer: what ``make run`` starts."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextvars import Context
from types import FrameType

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from huey import Huey

from webapp import migration
from webapp.demonstration import load_all, sign_ins
from webapp.web.state import State

STOP_SECONDS = 15


class _Server(BaseApplication):
    """gunicorn with sync workers over an application that is already loaded."""

    def __init__(self, app: Flask, state: State) -> None:
        self.app = app
        self.state = state
        super().__init__()

    def load_config(self) -> None:
        settings = self.state.settings
        self.cfg.set("bind", f"{settings.host}:{settings.port}")
        self.cfg.set("workers", settings.web_workers)
        self.cfg.set("worker_class", "sync")
        self.cfg.set("timeout", 60)
        self.cfg.set("graceful_timeout", 10)
        self.cfg.set("max_requests", 20_000)
        self.cfg.set("max_requests_jitter", 2_000)
        self.cfg.set("proc_name", "guichet")
        self.cfg.set("loglevel", "warning")
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("post_fork", lambda _arbiter, _worker: self.state.database.engine.dispose(close=False))

    def load(self) -> Flask:
        return self.app


def prepare(state: State) -> None:
    """Migrate the schema and, in a demonstration, load the content the first time."""
    state.settings.data_dir.mkdir(parents=True, exist_ok=True)
    migration.upgrade(state.database.engine)
    if state.settings.is_demonstration:
        load_all(state)


def _greet(state: State) -> None:
    click.echo(f"Guichet: {state.settings.public_url}")
    if not state.settings.is_demonstration:
        return
    click.echo("Demonstration sign-ins (fictitious people):")
    for row in sign_ins():
        click.echo(f"  {row['username']:<22} {row['password']:<24} {row['role']:<20} {row['organisation']}")
    sys.stdout.flush()


def consume(queue: Huey) -> None:
    """Run the job consumer in this process until it is told to stop."""
    queue.create_consumer(workers=1, periodic=True, check_worker_health=True).run()


def _child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent decides
    code = 0
    try:
        # An empty context: the command's own application context would be taken for that of every request, and shared by all of them.
        Context().run(work)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException as error:
        click.echo(f"guichet: {type(error).__name__}: {error}", err=True)
        code = 1
    finally:
        sys.stdout.flush()
        os._exit(code)


def run(app: Flask) -> None:
    """Serve until SIGTERM or Ctrl-C; when one child dies, stop the other and exit with an error."""
    state: State = app.extensions["guichet"]
    prepare(state)
    _greet(state)
    state.database.engine.dispose()
    children = {_child(_Server(app, state).run), _child(lambda: consume(app.extensions["queue"]))}
    stopping = _forward_stops(children)
    code = 0
    while children:
        pid, status = os.wait()
        if pid not in children:
            continue
        children.discard(pid)
        if not stopping and children:
            click.echo("guichet: a process ended unexpectedly; stopping.", err=True)
            code = 1
            _stop(children)
            stopping.append(signal.SIGTERM)
        elif os.waitstatus_to_exitcode(status) not in (0, -signal.SIGTERM):
            code = 1
    raise SystemExit(code)


def _forward_stops(children: set[int]) -> list[int]:
    stopping: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)
        _stop(children)
        signal.signal(signal.SIGALRM, lambda *_: _stop(children, signal.SIGKILL))
        signal.alarm(STOP_SECONDS)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    return stopping


def _stop(children: set[int], number: int = signal.SIGTERM) -> None:
    for pid in tuple(children):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            time.sleep(0)
