"""Signing in, seen from the web: flask-login over server-side sessions, the access table, and what to do without a session."""

from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, Response, abort, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError

from webapp.accounts.kept_requests import LEFT_OUT, drop_kept, keep_request
from webapp.accounts.passwords import HashingBusyError
from webapp.accounts.sessions import TOUCH_EVERY, SignedIn, account_of_token, find_session, open_session, touch
from webapp.actor import SYSTEM, Actor
from webapp.web import csrf
from webapp.web.access import ACCESS
from webapp.web.errors import answer
from webapp.web.pages import announce, local_target, see_other_url
from webapp.web.request import SAFE_METHODS, actor_or_none, current_clock, get_session
from webapp.web.state import state

log = structlog.get_logger()


class User(UserMixin):
    """The signed-in person as flask-login sees them; its id is the session's token."""

    def __init__(self, token: str, signed_in: SignedIn) -> None:
        self.token = token
        self.signed_in = signed_in

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.signed_in.actor

    def get_id(self) -> str:
        """Return the token kept in the browser's signed cookie."""
        return self.token


def init_app(app: Flask) -> None:
    """Load the person of each request and apply the access table, default deny."""
    manager = LoginManager(app)
    manager.session_protection = None  # a VPN may change the address at any time; tokens are random, hashed and revocable
    manager.user_loader(_load_user)
    app.before_request(_apply_access_table)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HashingBusyError, lambda _error: answer(503))


def _load_user(token: str) -> User | None:
    settings = state().settings
    idle = timedelta(minutes=settings.session_idle_minutes)
    database_session = get_session()
    found = find_session(
        database_session,
        current_clock(),
        token,
        idle,
        timedelta(hours=settings.session_absolute_hours),
        demonstration_allowed=settings.is_demonstration,
    )
    if found is None:
        return None
    database_session.acts_for(found.actor)
    if not _by_itself() and current_clock().now() - found.last_seen_at > min(TOUCH_EVERY, idle / 4):
        _touch(found)
    return User(token, found)


def _by_itself() -> bool:
    """Tell whether the page asks on its own: neither a visit nor something that its reader typed."""
    access = ACCESS.get(request.endpoint or "")
    return access is not None and access.by_itself


def _touch(found: SignedIn) -> None:
    if request.method not in SAFE_METHODS:
        touch(get_session(), current_clock(), found.session_id)
        return
    try:
        with state().database.transaction(SYSTEM) as writer:
            touch(writer, current_clock(), found.session_id)
    except OperationalError:
        log.info("session.touch_skipped")  # somebody is writing: the next visit will note it


def _apply_access_table() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the 404 handler answers
    access = ACCESS.get(request.endpoint)
    if access is None:
        abort(403)
    if access.public and access.before_terms:
        return None
    actor = actor_or_none()
    if access.public and actor is None:
        return None
    if actor is None:
        return ask_to_sign_in()
    if not access.allows(actor):
        abort(403)
    refusal = None if access.before_terms else state().gate()
    if refusal is None:
        _settle_kept_request(actor)
    return refusal


def _settle_kept_request(actor: Actor) -> None:
    """A kept request that is sent again is no longer kept, unless it is refused (and rolled back) once more."""
    identifier = request.form.get("kept_request", "") if request.method not in SAFE_METHODS else ""
    if identifier.isascii() and identifier.isdigit() and len(identifier) < 10:
        drop_kept(get_session(), actor.account_id or 0, int(identifier))


def local_path() -> str:
    """Return the present request's path with its query, without host."""
    return request.full_path.rstrip("?")


def page_path() -> str:
    """Return the page the user is on: for a fragment or a POST, the one that sent the request."""
    if request.method in SAFE_METHODS and "HX-Request" not in request.headers:
        return local_path()
    source = request.headers.get("HX-Current-URL") or request.referrer or ""
    prefix = request.host_url.rstrip("/")
    return local_target(source.removeprefix(prefix)) or "/" if source.startswith(prefix + "/") else "/"


def keep_body(account_id: int | None) -> bool:
    """Keep what this POST carried for the account; tell whether there was anything to keep. Commits by itself."""
    if account_id is None or request.method in SAFE_METHODS or _by_itself():
        return False
    fields = list(request.form.items(multi=True))
    fields += [(LEFT_OUT, upload.filename) for upload in request.files.values() if upload.filename]
    get_session().rollback()
    with state().database.transaction(SYSTEM) as writer:
        return keep_request(writer, current_clock(), account_id, local_path(), page_path(), fields) is not None


def ask_to_sign_in() -> Response:
    """Send the visitor to the sign-in page, then back here; what a POST carried is kept for the account it came from."""
    token = session.get("_user_id")
    owner = _author()
    if owner is None and token:
        owner = account_of_token(get_session(), str(token))
    kept = keep_body(owner)
    back = page_path()
    values: dict[str, Any] = {} if back == "/" else {"suite": back}
    if token:
        values["fin"] = "1"
    if kept:
        values["garde"] = "1"
    return see_other_url(url_for("accounts.sign_in", **values))


def _author() -> int | None:
    """Return the account for which the form that was sent had been made, whoever is signed in now."""
    return csrf.author_of(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))


def _stale_form(_error: CSRFError) -> Response:
    """Answer a form made before the last sign-in: give back to its author what it carried; refuse anything else."""
    author = _author()
    actor = actor_or_none()
    if author is None and actor is None and request.endpoint == "accounts.sign_in":
        announce(_("La page était restée ouverte trop longtemps. Saisissez à nouveau votre identifiant et votre mot de passe."))
        return see_other_url(local_path())
    if author is None:
        return answer(400)
    if actor is None:
        return ask_to_sign_in()
    keep_body(author)
    if actor.account_id != author:
        announce(_("Cette page avait été ouverte par un autre compte : rien n'a été enregistré. Ce qu'elle portait est gardé pour lui."))
        return see_other_url("/")
    return see_other_url(url_for("accounts.kept"))


def start_session(account_id: int, organisation_id: int | None) -> None:
    """Sign the person in: a new server-side session, a new cookie content, a new CSRF secret."""
    language = session.get("language")
    token = open_session(get_session(), current_clock(), account_id, organisation_id, request.remote_addr, request.user_agent.string)
    session.clear()
    if language:
        session["language"] = language
    csrf.renew(account_id)
    login_user(_load_user(token))


def end_session() -> None:
    """Forget the person in this browser's cookie."""
    logout_user()
    session.clear()


def present_session_id() -> int:
    """Return the id of the server-side session in use."""
    identifier: int = current_user.signed_in.session_id
    return identifier
