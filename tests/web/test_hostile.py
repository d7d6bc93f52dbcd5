"""Wrong, empty, oversized, mis-encoded, repeated and hostile input is refused with words, never with an error."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

import pytest
from sqlalchemy import select

from tests.support.client import CheckingClient
from tests.support.demo import demonstration, walked
from tests.support.walk import SeenForm, Walk, endpoint_of
from webapp.accounts.models import Account, Membership
from webapp.actor import Role
from webapp.db import GuichetSession
from webapp.demonstration import sign_ins
from webapp.web.access import ACCESS

#: A group of its own: it is as long as all the others over the demonstration together.
pytestmark = [pytest.mark.both_databases, pytest.mark.xdist_group("hostile")]

USERNAMES = [*dict.fromkeys(row["username"] for row in sign_ins())]
VALUES = (
    "",
    "\x00",
    "'\"><script>alert(1)</script>",
    "é" * 30_000,
    "-1",
    "99999999999999999999999999",
    "1e400",
    "NaN",
    "٣",
    "../../etc/passwd",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "{{ 7 * 7 }} %(x)s {0} %s",
    "\u202e\u0000\ufeff💥",
    "1' OR '1'='1",
    "%",
)
KEPT = {"csrf_token"}
#: Tried on every page; a page whose links and forms use none of them gets one address with all the values instead of one for each.
ANYWHERE = {"tri", "sens", "page"}


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what each request does instead of committing it, so that the content stays as it is."""

    def undo(session: GuichetSession) -> None:
        session.flush()
        session.rollback()

    monkeypatch.setattr(GuichetSession, "commit", undo)


def queries(walk: Walk) -> Iterator[tuple[str, str]]:
    """Yield one address of each endpoint with hostile values for each parameter that its links and forms use."""
    app = demonstration().app
    names: dict[str, set[str]] = {}
    paths: dict[str, str] = {}
    for url in walk.pages:
        found = endpoint_of(app, url)
        if found is not None:
            paths.setdefault(found[0], urlsplit(url).path)
            names.setdefault(found[0], set(ANYWHERE)).update(name for name, _ in parse_qsl(urlsplit(url).query))
    for form in walk.forms:
        found = endpoint_of(app, form.action)
        if form.method == "get" and found is not None:
            names.setdefault(found[0], set()).update(name for name, _ in form.fields)
    for endpoint, path in paths.items():
        if names[endpoint] == ANYWHERE:
            yield endpoint, f"{path}?" + "&".join(f"{name}={quote_plus(value[:1000])}" for value in VALUES for name in sorted(ANYWHERE))
            yield endpoint, f"{path}?&&==&%&x=1&x=2&" + "&".join(f"{name}=%FF%FE%80" for name in sorted(ANYWHERE))
            continue
        for value in VALUES:
            query = "&".join(f"{quote_plus(name)}={quote_plus(value[:3000])}" for name in sorted(names[endpoint]))
            yield endpoint, f"{path}?{query}"
        yield endpoint, f"{path}?" + "&".join(f"{quote_plus(name)}=%FF%FE%80" for name in sorted(names[endpoint]))
        yield (
            endpoint,
            f"{path}?&&==&%&x=1&x=2&" + "&".join(f"{quote_plus(name)}=a&{quote_plus(name)}=b" for name in sorted(names[endpoint])),
        )


@cache
def shared_endpoints() -> dict[str, set[str]]:
    """Share the endpoints between the people who reach them first."""
    seen: set[str] = set()
    mine: dict[str, set[str]] = {}
    for username in USERNAMES:
        mine[username] = walked(username).endpoints - seen
        seen |= mine[username]
    return mine


@pytest.mark.parametrize("username", USERNAMES)
def test_no_query_string_makes_a_page_fail(username: str) -> None:
    browser = demonstration().browser(username)
    browser.checks = False
    wrong = []
    mine = shared_endpoints()[username]
    for endpoint, url in queries(walked(username)):
        if endpoint not in mine:
            continue
        status = browser.get(url).status_code
        if status >= 500:
            wrong.append(f"{endpoint}: {status} {url[:120]}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:12])


def bodies(form: SeenForm) -> Iterator[tuple[str, Any]]:
    """Yield what to send to a form: a name for the case, and a body of ``application/x-www-form-urlencoded``."""
    token = next((value for name, value in form.fields if name == "csrf_token"), "")
    kept = f"csrf_token={quote_plus(token)}"
    names = [name for name, _ in form.fields if name not in KEPT]
    yield "nothing", kept
    yield "mis-encoded", "&".join([kept, *(f"{quote_plus(name)}=%FF%FE%80" for name in names)])
    twice = [f"{quote_plus(name)}={quote_plus(value)}&{quote_plus(name)}=autre" for name, value in form.fields if name not in KEPT]
    yield "repeated", "&".join([kept, *twice])
    yield "unknown fields", "&".join([kept, *(f"inconnu-{number}=x" for number in range(300))])
    for value in VALUES:
        yield repr(value[:30]), "&".join([kept, *(f"{quote_plus(name)}={quote_plus(value)}" for name in names)])
    for target in names:
        others = [f"{quote_plus(name)}={quote_plus(value)}" for name, value in form.fields if name not in {*KEPT, target}]
        for value in ("99999999999999999999999999", "\x00", "é" * 2_500):
            yield f"{target} alone {value[:5]!r}", "&".join([kept, *others, f"{quote_plus(target)}={quote_plus(value)}"])


def kinds_of_forms(username: str) -> dict[tuple[str, frozenset[str]], SeenForm]:
    """Return one form of each kind (endpoint and field names) that a person meets."""
    app, kinds = demonstration().app, {}
    for form in walked(username).forms:
        found = endpoint_of(app, form.action, "POST")
        if form.method == "post" and found is not None:
            kinds.setdefault((found[0], frozenset(name for name, _ in form.fields)), form)
    return kinds


@cache
def shared_kinds() -> dict[str, list[SeenForm]]:
    """Share the kinds of forms between the people who meet them first."""
    seen: set[tuple[str, frozenset[str]]] = set()
    mine: dict[str, list[SeenForm]] = {}
    for username in USERNAMES:
        kinds = kinds_of_forms(username)
        mine[username] = [form for kind, form in kinds.items() if kind not in seen]
        seen |= set(kinds)
    return mine


def token_of(browser: CheckingClient) -> str:
    """Return a valid token of this browser."""
    browser.get("/plan-du-site")
    return str(browser.tree.cssselect("input[name=csrf_token]")[0].get("value"))


@pytest.mark.parametrize("username", USERNAMES)
def test_no_form_can_be_filled_so_that_it_fails(username: str, undone: None) -> None:
    demo, wrong = demonstration(), []
    browser = demo.browser(username)
    token = token_of(browser)
    cookie = browser.get_cookie("guichet")
    assert cookie is not None
    browser.checks = False
    for form in shared_kinds()[username]:
        fresh = SeenForm(
            form.page, form.action, form.method, (*(pair for pair in form.fields if pair[0] != "csrf_token"), ("csrf_token", token)), ()
        )
        for number, (case, body) in enumerate(bodies(fresh)):
            browser.set_cookie("guichet", cookie.value)
            response = browser.post(
                form.action,
                data=body,
                content_type="application/x-www-form-urlencoded",
                headers={"HX-Request": "true"} if number % 2 else {},
            )
            if response.status_code >= 500:
                wrong.append(f"{form.action} {case}: {response.status_code}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:12])


FORGED = (
    "0",
    "-1",
    "2147483648",
    "9223372036854775808",
    "9" * 40,
    "%00",
    "%FF",
    "é",
    "..%2f..%2f",
    "a'b",
    "1-9999",
    "INC-2026-000001-0",
    "x" * 3000,
)


#: One person for each side of each counter. The first also opens the addresses that no page answers.
FORGERS = ("anne.petit", "claire.fontaine", "hugo.mercier", "ines.garnier", "paul.lambert", "marc.dubois")


@pytest.mark.parametrize("username", FORGERS)
def test_no_forged_identifier_in_an_address_makes_a_page_fail(username: str, undone: None) -> None:
    demo, wrong, tried = demonstration(), [], 0
    browser = demo.browser(username)
    token = token_of(browser)
    cookie = browser.get_cookie("guichet")
    assert cookie is not None
    browser.checks = False
    for rule in demo.app.url_map.iter_rules():
        if not rule.arguments or rule.endpoint == "static":
            continue
        for value in FORGED:
            path = forge(rule.rule, lambda value=value: value)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                if not worth_forging(path, method, username):
                    continue
                tried += 1
                browser.set_cookie("guichet", cookie.value)
                response = browser.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
                if response.status_code >= 500:
                    wrong.append(f"{method} {path[:120]} ({rule.endpoint}): {response.status_code}")
    assert tried > 100
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:12])


def worth_forging(path: str, method: str, username: str) -> bool:
    """Tell whether this person's view would see the address: it is refused before, alike for all, when none answers or the role lacks.

    (What the roles lack is tried by ``tests/architecture/test_access.py``.)
    """
    found = endpoint_of(demonstration().app, unquote(path), method)
    if found is None:
        return username == FORGERS[0]
    access = ACCESS[found[0]]
    return access.public or not access.roles or bool(access.roles & roles_of(username))


@cache
def roles_of(username: str) -> frozenset[Role]:
    """Return a person's roles."""
    with demonstration().database.reader() as session:
        roles = select(Membership.role).join(Account, Account.id == Membership.account_id).where(Account.username == username)
        return frozenset(session.scalars(roles))


def forge(rule: str, value: Callable[[], str]) -> str:
    """Return the rule's address with every argument replaced by a forged value."""
    parts = []
    for part in rule.split("/"):
        parts.append(quote(value(), safe="%") if part.startswith("<") else part)
    return "/".join(parts)
