"""Who may do what with a file (FX-7b)."""

import pytest

from webapp.actor import SYSTEM, Actor, OrganisationKind, Role
from webapp.scopes.policies import (
    FileFacts,
    can_act,
    can_correct_general_scope,
    can_edit,
    can_manage_general_scope,
    can_see,
)
from webapp.scopes.rules.states import Act, Draft, Facts, Online

MINE, OTHER, AUTHORITY = 1, 2, 3


def actor(role: Role, organisation: int, kind: OrganisationKind = OrganisationKind.ACCREDITED_BODY) -> Actor:
    return Actor(10, "Camille Roux", organisation, "Organisme", kind, frozenset({role}))


EDITOR = actor(Role.SCOPE_EDITOR, MINE)
NEIGHBOUR = actor(Role.SCOPE_EDITOR, OTHER)
OFFICER = actor(Role.SCOPE_OFFICER, AUTHORITY, OrganisationKind.ACCREDITATION_BODY)
OPEN = FileFacts(MINE, Facts(Online.PUBLISHED, Draft.NONE))


def test_an_editor_sees_the_files_of_their_own_body_and_no_others() -> None:
    # FX-7b
    assert can_see(EDITOR, MINE)
    assert not can_see(NEIGHBOUR, MINE)
    assert can_see(OFFICER, MINE)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SCOPE_EDITOR, Role.SCOPE_OFFICER)])
def test_no_other_role_sees_a_file_even_within_the_body(role: Role) -> None:
    assert not can_see(actor(role, MINE), MINE)


def test_an_officer_role_outside_the_accreditation_body_gives_nothing() -> None:
    stray = actor(Role.SCOPE_OFFICER, MINE)
    assert not can_see(stray, MINE)
    assert not can_manage_general_scope(stray)


def test_the_body_edits_and_asks_the_authority_decides() -> None:
    assert can_edit(EDITOR, OPEN)
    assert not can_edit(OFFICER, OPEN)
    assert not can_edit(NEIGHBOUR, OPEN)
    assert can_act(OFFICER, Act.UNPUBLISH, OPEN)
    assert not can_act(EDITOR, Act.UNPUBLISH, OPEN)
    assert can_manage_general_scope(OFFICER)
    assert not can_manage_general_scope(EDITOR)


def test_taking_effect_is_nobodys_act() -> None:
    waiting = FileFacts(MINE, Facts(Online.PUBLISHED, Draft.REQUESTED))
    assert not any(can_act(who, Act.TAKE_EFFECT, waiting) for who in (EDITOR, OFFICER, SYSTEM))


def test_what_the_table_forbids_is_forbidden_to_everybody() -> None:
    waiting = FileFacts(MINE, Facts(Online.PUBLISHED, Draft.REQUESTED))
    assert not can_edit(EDITOR, waiting)
    assert can_act(EDITOR, Act.WITHDRAW_REQUEST, waiting)
    closed = FileFacts(MINE, Facts(Online.CLOSED, Draft.EDITING))
    assert not can_edit(EDITOR, closed)
    assert can_see(EDITOR, MINE)
    assert can_see(OFFICER, MINE)


def test_the_general_scope_is_corrected_without_a_decision_only_before_any_publication() -> None:
    assert can_correct_general_scope(OFFICER, FileFacts(MINE, Facts(Online.NONE, Draft.EDITING)))
    assert not can_correct_general_scope(OFFICER, OPEN)
    assert not can_correct_general_scope(EDITOR, FileFacts(MINE, Facts(Online.NONE, Draft.NONE)))
