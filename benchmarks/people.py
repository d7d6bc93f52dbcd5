"""The people in whose name requests are sent: signed in through the real form, their cookie and their token kept."""

from dataclasses import dataclass

from flask_login import current_user

from benchmarks.floors import Floors
from benchmarks.world import World
from webapp.accounts.auth import User


@dataclass(frozen=True)
class Person:
    """Somebody's browser: the cookie it sends and the token that its forms carry. Without a name: a visitor of the register."""

    name: str
    cookie: str
    token: str
    user: User | None


def person(world: World, floors: Floors, username: str) -> Person:
    """Sign somebody in, and let the floors know them."""
    browser = world.browser(username)
    browser.get("/" if username else "/registre")
    token = browser.tree.cssselect("input[name=csrf_token]")[0].get("value")
    sent = browser.get_cookie("guichet")
    assert sent is not None
    cookie = f"guichet={sent.value}"
    if not username:
        return Person(username, cookie, token, None)
    with world.app.test_request_context("/", headers={"Cookie": cookie}):
        user = current_user._get_current_object()
    assert isinstance(user, User)
    floors.knows(user)
    return Person(username, cookie, token, user)
