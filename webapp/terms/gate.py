"""Nothing before the terms are accepted (SO-5): asked before each view of a signed-in person, for every method and for fragments."""

from flask import Response, url_for
from flask_login import current_user

from webapp.accounts.auth import keep_body, page_path
from webapp.accounts.sessions import SignedIn, remember_terms
from webapp.actor import SYSTEM
from webapp.terms.queries import has_accepted
from webapp.terms.services import version_for
from webapp.web.pages import see_other_url
from webapp.web.request import current_clock, get_session
from webapp.web.state import state


def gate() -> Response | None:
    """Return None for who accepted the text in force, else lead to it; what a POST carried is kept as when a session has ended."""
    signed_in: SignedIn = current_user.signed_in
    actor = signed_in.actor
    version = version_for(actor, current_clock())
    if version is None or signed_in.terms_hash == version.sha256 or actor.account_id is None:
        return None
    if has_accepted(get_session(), actor.account_id, version.sha256):
        _remember(signed_in.session_id, version.sha256)
        return None
    back = page_path()
    keep_body(actor.account_id)
    return see_other_url(url_for("terms.acceptance") if back == "/" else url_for("terms.acceptance", suite=back))


def _remember(session_id: int, sha256: str) -> None:
    """Note it on the session, in a transaction of its own: the request may only be reading."""
    get_session().rollback()
    with state().database.transaction(SYSTEM) as writer:
        remember_terms(writer, session_id, sha256)
