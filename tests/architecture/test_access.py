"""The access table and the application agree, endpoint by endpoint, person by person, method by method."""

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.conftest import PEOPLE, People, SignedIn
from tests.support.client import CheckingClient
from webapp.web.access import ACCESS

#: Arguments for addresses that take some: well formed, and of nothing that exists.
ABSENT = {"IntegerConverter": "987654321", "UnicodeConverter": "inconnu", "PathConverter": "inconnu", "UUIDConverter": "0" * 32}
#: Ends the session that asks; it has tests of its own.
CHANGES_WHO_ASKS = {"accounts.sign_out"}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every rule with each of its methods."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint != "static":
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield rule, method


def address(rule: Rule) -> str:
    """Return an address that the rule matches."""
    values = {name: ABSENT.get(type(converter).__name__, "inconnu") for name, converter in rule._converters.items()}
    built = rule.build({name: int(value) if value.isdigit() and len(value) < 12 else value for name, value in values.items()})
    assert built is not None, f"no address for {rule.rule}"
    return str(built[1])


def test_every_endpoint_is_in_the_access_table_and_no_entry_is_stale(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(ACCESS) == set(), "endpoints that answer nobody: add them to ACCESS"
    assert set(ACCESS) - endpoints == set(), "entries of no endpoint: remove them from ACCESS"


@pytest.mark.own_app
def test_an_endpoint_outside_the_table_answers_nobody(app: Flask, signed_in: SignedIn) -> None:
    app.add_url_rule("/oubliee", "oubliee", lambda: "secret")
    for client in (app.test_client(), signed_in("administratrice")):
        response = client.get("/oubliee")
        assert response.status_code == 403
        assert "secret" not in response.text


def test_only_get_and_post_are_used(app: Flask) -> None:
    assert {method for _, method in rules(app)} <= {"GET", "POST"}


#: PostgreSQL reads the same table: one person for each side of each counter shows that its own walls let them through.
ASKED = (
    [*PEOPLE]
    if not os.environ.get("TEST_DATABASE_URL")
    else ["editrice", "chargee", "declarante", "regionale", "cliente", "administratrice"]
)


def csrf_of(client: CheckingClient) -> str:
    """Return a valid token for this browser's session."""
    client.get("/plan-du-site")
    return str(client.tree.cssselect("input[name=csrf_token]")[0].get("value"))


@pytest.mark.parametrize("username", ASKED)
def test_every_person_is_answered_as_the_table_says(app: Flask, people: People, signed_in: SignedIn, username: str) -> None:
    # FX-7b, FL-7.1: endpoint × role × organisation × method, pages and fragments
    client, actor = signed_in(username), people.actors[username]
    token = csrf_of(client)
    wrong = []
    for rule, method in rules(app):
        access = ACCESS[rule.endpoint]
        if rule.endpoint in CHANGES_WHO_ASKS:
            continue
        for fragment in (False, True):
            response = client.open(
                address(rule),
                method=method,
                data={"csrf_token": token} if method == "POST" else None,
                headers={"HX-Request": "true"} if fragment else {},
            )
            said = f"{method} {address(rule)}{' as a fragment' if fragment else ''} → {response.status_code} ({rule.endpoint})"
            if response.status_code >= 500:
                wrong.append(said)
            elif not access.allows(actor) and response.status_code != 403:
                wrong.append(f"{said}, should be 403")
            elif access.allows(actor) and sent_to_sign_in(response) and rule.endpoint != "accounts.sign_in":
                wrong.append(f"{said}, should be answered")
    assert not wrong, "\n".join(wrong)


def sent_to_sign_in(response: object) -> bool:
    """Tell whether the answer leads to the sign-in page."""
    headers = response.headers
    return bool((headers.get("HX-Redirect") or headers.get("Location") or "").startswith("/connexion"))


def test_a_visitor_reaches_public_pages_and_is_asked_to_sign_in_for_the_others(app: Flask, people: People, client: CheckingClient) -> None:
    token = csrf_of(client)
    wrong = []
    for rule, method in rules(app):
        access = ACCESS[rule.endpoint]
        for fragment in (False, True):
            response = client.open(
                address(rule),
                method=method,
                data={"csrf_token": token} if method == "POST" else None,
                headers={"HX-Request": "true"} if fragment else {},
            )
            said = f"{method} {address(rule)}{' as a fragment' if fragment else ''} → {response.status_code} ({rule.endpoint})"
            if response.status_code >= 500 or (access.public and response.status_code == 403):
                wrong.append(said)
            elif not access.public and (response.status_code != (204 if fragment else 303) or not sent_to_sign_in(response)):
                wrong.append(f"{said}, should lead to the sign-in page")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("username", ["editrice", "administratrice"])
def test_no_act_is_carried_out_without_a_csrf_token(app: Flask, people: People, signed_in: SignedIn, username: str) -> None:
    client, actor = signed_in(username), people.actors[username]
    for rule, method in rules(app):
        if method == "POST" and ACCESS[rule.endpoint].allows(actor):
            for token in ({}, {"csrf_token": "inventé"}):
                response = client.post(address(rule), data=token)
                assert response.status_code in {303, 400}, f"{rule.rule} → {response.status_code}"
                if response.status_code == 303:
                    assert rule.endpoint == "accounts.sign_in", rule.rule
    assert client.get("/recherche").status_code == 200
