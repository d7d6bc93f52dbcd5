"""The people in whose name requests are sent: signed in through the real form, their cookie and their token kept."""

from dataclasses import dataclass
from datetime import timedelta

from benchmarks.floors import Floors
from benchmarks.world import World
from webapp.accounts.auth import User
from webapp.accounts.sessions import find_session


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
    with browser.session_transaction() as cookie:
        identifier = cookie.get("_user_id", "")
    sent = browser.get_cookie("guichet")
    assert sent is not None
    user = None
    if username:
        settings = world.app.extensions["guichet"].settings
        idle, absolute = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_absolute_hours)
        with world.database.reader() as session:
            found = find_session(session, world.clock, identifier, idle, absolute)
        assert found is not None
        user = User(identifier, found)
        floors.knows(user)
    return Person(username, f"guichet={sent.value}", token, user)
