"""The mark left in a browser after a sign-in, so that other people's attempts never delay its owner."""

import hashlib
import secrets

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from webapp.accounts.services import Device
from webapp.web.state import state

COOKIE = "guichet_appareil"
YEAR_SECONDS = 365 * 86400
MOST_ACCOUNTS = 8


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="device")


def _read() -> tuple[str, list[int]]:
    try:
        value = _serializer().loads(request.cookies.get(COOKIE, ""))
        return str(value["d"]), [int(account) for account in value["a"]]
    except (BadData, KeyError, TypeError, ValueError):
        return "", []


def present_device() -> Device:
    """Return what the request's cookie says of the browser; an absent or forged cookie says nothing."""
    name, accounts = _read()
    return Device(hashlib.sha256(name.encode()).hexdigest(), frozenset(accounts)) if name else Device()


def mark_device(response: Response, account_id: int) -> Response:
    """Have the browser remember that this account signed in from it."""
    name, accounts = _read()
    kept = [account_id, *(account for account in accounts if account != account_id)][:MOST_ACCOUNTS]
    response.set_cookie(
        COOKIE,
        _serializer().dumps({"d": name or secrets.token_urlsafe(16), "a": kept}),
        max_age=YEAR_SECONDS,
        httponly=True,
        secure=state().settings.secure_cookies,
        samesite="Lax",
    )
    return response
