"""Identifiers, roles of each kind of organisation, validity of accounts, and who manages whom."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts import policies
from webapp.accounts.rules import (
    GRANTED_BY_OPERATOR_ONLY,
    KIND_LABELS,
    ROLE_LABELS,
    ROLES_OF_KIND,
    USERNAME_LENGTHS,
    AccountFacts,
    browser_of,
    default_expiry,
    may_sign_in,
    role_fits,
    suggest_username,
    username_problem,
)
from webapp.actor import OVERSEEING_ROLES, SYSTEM, Actor, OrganisationKind, Role

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("username", ["camille.roux", "jean-marc.dupuy2", "abc", "a" * 40])
def test_a_plain_lower_case_identifier_is_accepted(username: str) -> None:
    assert username_problem(username) is None


@pytest.mark.parametrize(
    "username",  # FL-11.1
    [
        "",
        "ab",
        "a" * 41,
        "Camille",
        "camille roux",
        "zoé",
        "1camille",
        "camille_roux",
        "camille@roux",
        "camille..roux",
        ".camille",
        "camille-",
        "кamille",
        "camille\n",
    ],
)
def test_any_other_identifier_is_refused_with_a_sentence(username: str) -> None:
    problem = username_problem(username)
    assert problem is not None
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Camille Roux", "camille.roux"),
        ("Zoé Le Gœff", "zoe.le-goeff"),
        ("Jean-Marc D’Hérouville", "jean-marc.d-herouville"),
        ("Li", "compte.li"),
        ("", "compte"),
        ("李 明", "compte"),
    ],
)
def test_an_identifier_is_suggested_from_the_name(name: str, username: str) -> None:
    assert suggest_username(name, lambda _: False) == username


def test_a_taken_identifier_gets_a_number() -> None:
    assert suggest_username("Camille Roux", {"camille.roux", "camille.roux2"}.__contains__) == "camille.roux3"


@given(st.text(max_size=120))
def test_every_suggestion_is_a_valid_identifier(name: str) -> None:
    suggestion = suggest_username(name, lambda _: False)
    assert username_problem(suggestion) is None
    assert len(suggestion) in USERNAME_LENGTHS


def facts(**changes: object) -> AccountFacts:
    values: dict[str, object] = {"is_activated": True, "deactivated_at": None, "expires_on": None, "is_demonstration": False}
    return AccountFacts(**{**values, **changes})


def test_an_account_is_valid_to_the_end_of_its_last_day_in_paris() -> None:
    account = facts(expires_on=date(2026, 3, 2))  # FX-7c
    assert may_sign_in(account, datetime(2026, 3, 2, 22, 59, tzinfo=UTC), demonstration_allowed=False)
    assert not may_sign_in(account, datetime(2026, 3, 2, 23, 0, tzinfo=UTC), demonstration_allowed=False)


def test_only_an_activated_open_account_signs_in() -> None:
    assert may_sign_in(facts(), NOW, demonstration_allowed=False)
    assert not may_sign_in(facts(is_activated=False), NOW, demonstration_allowed=True)
    assert not may_sign_in(facts(deactivated_at=NOW), NOW, demonstration_allowed=True)


def test_a_demonstration_account_signs_in_only_where_demonstration_is_allowed() -> None:
    assert may_sign_in(facts(is_demonstration=True), NOW, demonstration_allowed=True)
    assert not may_sign_in(facts(is_demonstration=True), NOW, demonstration_allowed=False)


def test_a_new_account_is_temporary() -> None:
    assert default_expiry(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)) == date(2028, 3, 1)


def test_every_kind_has_roles_and_every_role_and_kind_a_name() -> None:
    assert set(ROLES_OF_KIND) == set(OrganisationKind) == set(KIND_LABELS)
    assert set(ROLE_LABELS) == set(Role) == frozenset().union(*ROLES_OF_KIND.values())
    assert role_fits(Role.DECLARANT, OrganisationKind.FAF)
    assert not role_fits(Role.DECLARANT, OrganisationKind.ACCREDITED_BODY)


def actor(kind: OrganisationKind, *roles: Role, organisation_id: int = 7) -> Actor:
    return Actor(3, "Camille Roux", organisation_id, "Organisme", kind, frozenset(roles))


ADMINISTRATOR = actor(OrganisationKind.OPERATOR, Role.ADMINISTRATOR, organisation_id=1)


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_a_manager_never_grants_a_role_that_sees_other_organisations(kind: OrganisationKind) -> None:
    granted = policies.grantable_roles(actor(kind, Role.MANAGER), 7, kind)
    assert granted <= ROLES_OF_KIND[kind]
    assert granted.isdisjoint(GRANTED_BY_OPERATOR_ONLY)
    assert granted & OVERSEEING_ROLES <= {Role.REGIONAL_AGENT}


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_a_manager_grants_nothing_in_another_organisation(kind: OrganisationKind) -> None:
    assert policies.grantable_roles(actor(kind, Role.MANAGER), 8, kind) == frozenset()
    assert not policies.can_manage_people(actor(kind, Role.MANAGER), 8)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.MANAGER, Role.ADMINISTRATOR}])
def test_no_other_role_grants_anything(role: Role) -> None:
    somebody = actor(OrganisationKind.OPERATOR, role)
    assert policies.grantable_roles(somebody, 7, OrganisationKind.OPERATOR) == frozenset()
    assert not policies.can_edit_organisations(somebody)
    assert not policies.can_close_account(somebody, 4, frozenset({7}))


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_the_administrator_and_the_command_line_grant_every_role_that_the_kind_has(kind: OrganisationKind) -> None:
    for somebody in (ADMINISTRATOR, SYSTEM):
        assert policies.grantable_roles(somebody, 99, kind) == ROLES_OF_KIND[kind]


def test_a_manager_closes_only_accounts_that_serve_nowhere_else_and_nobody_their_own() -> None:  # SO-24
    manager = actor(OrganisationKind.OPCO, Role.MANAGER)
    assert policies.can_close_account(manager, 4, frozenset({7}))
    assert not policies.can_close_account(manager, 4, frozenset({7, 8}))
    assert not policies.can_close_account(manager, 3, frozenset({7}))
    assert policies.can_close_account(ADMINISTRATOR, 4, frozenset({7, 8}))
    assert not policies.can_close_account(ADMINISTRATOR, 3, frozenset({1}))


@pytest.mark.parametrize(
    ("user_agent", "names"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
            ("Edge", "Windows"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "Linux")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1", ("Safari", "iPhone")),
        ("curl/8", ()),
        ("", ()),
    ],
)
def test_a_browser_is_named_as_its_owner_would(user_agent: str, names: tuple[str, ...]) -> None:
    assert browser_of(user_agent) == names
