"""The request's database session, actor and clock; its one commit."""

from collections.abc import Callable

from flask import Flask, Response, abort, g, request
from flask_login import current_user

from webapp.actor import Actor, network_address
from webapp.clock import Clock
from webapp.db import GuichetSession
from webapp.web.state import state

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def get_session() -> GuichetSession:
    """Return the request's session: reading for safe methods, writing for the others; opened at the first use."""
    if "db_session" not in g:
        database = state().database
        g.db_session = database.reader() if request.method in SAFE_METHODS else database.writer()
    session: GuichetSession = g.db_session
    return session


def current_actor() -> Actor:
    """Return who acts in this request. Only for views that the access table keeps to signed-in people."""
    actor: Actor = current_user.actor
    return actor


def actor_or_none() -> Actor | None:
    """Return who acts in this request, or None when nobody is signed in."""
    return current_user.actor if current_user.is_authenticated else None


def current_clock() -> Clock:
    """Return the application's clock."""
    return state().clock


def start_afresh() -> None:
    """Give up what the request did to the database, and read from now on: an error page must not trip over the error."""
    session: GuichetSession | None = g.pop("db_session", None)
    if session is not None:
        session.close()
    g.db_session = state().database.reader()


def after_commit(call: Callable[[], None]) -> None:
    """Have ``call`` run once this request's transaction has been committed; never when it is rolled back."""
    g.setdefault("after_commit", []).append(call)


def init_app(app: Flask) -> None:
    """Give each request its session, and finish it with one commit, or a rollback when the answer is an error."""

    @app.before_request
    def _begin() -> None:
        if "begun" in g:  # somebody else's ``g``: an application context was left open around the server
            raise RuntimeError("two requests in one application context")
        g.begun = True
        if "\0" in request.path:
            abort(404)  # PostgreSQL holds no such character: nothing of ours is named so
        network_address.set(request.remote_addr)

    @app.after_request
    def _finish(response: Response) -> Response:
        session: GuichetSession | None = g.pop("db_session", None)
        if session is None:
            return response
        try:
            if request.method not in SAFE_METHODS and response.status_code < 400:
                session.commit()
                _run_after_commit(session)
        finally:
            session.close()
        return response

    @app.teardown_request
    def _close(_error: BaseException | None) -> None:
        session: GuichetSession | None = g.pop("db_session", None)
        if session is not None:
            session.close()


def _run_after_commit(session: GuichetSession) -> None:
    for call in g.pop("after_commit", []):
        call()
    if session.info.pop("mail_queued", False):
        state().mail_queued()
