"""CSRF protection by flask-wtf, its token masked anew in each response (BREACH), and a way back for what was typed."""

import base64
import binascii
import secrets

from flask import Flask, current_app, g, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer


def _xor(data: bytes, pad: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(data, pad, strict=True))


def masked_token() -> str:
    """Return the session's CSRF token under a random pad: the same in a whole response, so that it compresses; no two responses alike."""
    if "masked_csrf_token" not in g:
        token = generate_csrf().encode("ascii")
        pad = secrets.token_bytes(len(token))
        g.masked_csrf_token = base64.urlsafe_b64encode(pad + _xor(token, pad)).decode("ascii")
    masked: str = g.masked_csrf_token
    return masked


def unmask(masked: str | None) -> str | None:
    """Return the token that ``masked_token`` hid, or the text itself when it is not of that form."""
    if not masked:
        return masked
    try:
        raw = base64.urlsafe_b64decode(masked.encode("ascii"))
        half = len(raw) // 2
        return _xor(raw[:half], raw[half:]).decode("ascii")
    except (UnicodeError, ValueError, binascii.Error):
        return masked


class MaskedCSRFProtect(CSRFProtect):
    """flask-wtf's protection, reading tokens made by ``masked_token``."""

    def _get_csrf_token(self) -> str | None:
        return unmask(super()._get_csrf_token())


def renew(account_id: int | None) -> None:
    """Give the browser's session a new CSRF secret that names its account, so that a stale form can be given back to its author."""
    session["csrf_token"] = f"{secrets.token_hex(20)}:{account_id or ''}"
    g.pop("csrf_token", None)
    g.pop("masked_csrf_token", None)


def author_of(masked: str | None) -> int | None:
    """Return the account for which we once signed this token, however old, or None when it is not ours or names nobody."""
    serializer = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token")
    try:
        secret = serializer.loads(unmask(masked) or "")
    except BadData:
        return None
    _, _, account = str(secret).partition(":")
    return int(account) if account.isascii() and account.isdigit() else None


def init_app(app: Flask) -> None:
    """Refuse every unsafe request without a valid token; tokens live as long as the session they are tied to.

    The token alone decides: some workstations' proxies strip the ``Referer`` header that flask-wtf would also ask for.
    """
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    MaskedCSRFProtect(app)
    app.jinja_env.globals["csrf_token"] = masked_token
    app.context_processor(lambda: {"csrf_token": masked_token})
