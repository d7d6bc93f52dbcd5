"""Who may do what with a file (FX-7b)."""

import pytest

from webapp.actor import SYSTEM, Actor, OrganisationKind, Role
from webapp.scopes.policies import (
    FileFacts,
    can_act,
    can_correct_general_scope,
    can_edit,
    can_manage_general_scope,
    can_manage_rights,
    can_see,
)
from webapp.scopes.rules.rights import FileRight
from webapp.scopes.rules.states import Act, Draft, Facts, Online

MINE, OTHER, AUTHORITY = 1, 2, 3


def actor(role: Role, organisation: int, kind: OrganisationKind = OrganisationKind.ACCREDITED_BODY) -> Actor:
    return Actor(10, "Camille Roux", organisation, "Organisme", kind, frozenset({role}))


EDITOR = actor(Role.SCOPE_EDITOR, MINE)
AUDITOR = actor(Role.SCOPE_AUDITOR, MINE)
NEIGHBOUR = actor(Role.SCOPE_EDITOR, OTHER)
OFFICER = actor(Role.SCOPE_OFFICER, AUTHORITY, OrganisationKind.ACCREDITATION_BODY)
RESPONSIBLE, DELEGATE, AUDIT = FileRight
STANDING = Facts(Online.PUBLISHED, Draft.NONE)
OPEN = FileFacts(MINE, STANDING, RESPONSIBLE)


def test_a_person_sees_the_files_that_are_theirs_and_no_others() -> None:
    # FX-7b
    assert can_see(EDITOR, MINE, RESPONSIBLE)
    assert can_see(EDITOR, MINE, DELEGATE)
    assert can_see(EDITOR, MINE, AUDIT)
    assert not can_see(EDITOR, MINE, None)
    assert not can_see(NEIGHBOUR, MINE, None)
    assert not can_see(NEIGHBOUR, MINE, RESPONSIBLE)  # they changed bodies since
    assert can_see(OFFICER, MINE, None)


def test_an_auditor_reads_what_they_audit_and_changes_nothing() -> None:
    assert can_see(AUDITOR, MINE, AUDIT)
    assert not can_see(AUDITOR, MINE, None)
    assert not can_see(AUDITOR, MINE, RESPONSIBLE)
    assert not can_edit(AUDITOR, FileFacts(MINE, STANDING, AUDIT))
    assert not can_edit(EDITOR, FileFacts(MINE, STANDING, AUDIT))


def test_a_delegate_edits_and_asks_but_passes_nothing_on() -> None:
    delegated = FileFacts(MINE, STANDING, DELEGATE)
    assert can_edit(EDITOR, delegated)
    assert can_act(EDITOR, Act.REQUEST, FileFacts(MINE, Facts(Online.PUBLISHED, Draft.EDITING), DELEGATE))
    assert not can_manage_rights(EDITOR, MINE, DELEGATE)
    assert can_manage_rights(EDITOR, MINE, RESPONSIBLE)
    assert can_manage_rights(actor(Role.MANAGER, MINE), MINE, None)
    assert not can_manage_rights(actor(Role.MANAGER, OTHER), MINE, None)
    assert can_manage_rights(OFFICER, MINE, None)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SCOPE_EDITOR, Role.SCOPE_AUDITOR, Role.SCOPE_OFFICER)])
def test_no_other_role_sees_a_file_even_with_a_right(role: Role) -> None:
    assert not any(can_see(actor(role, MINE), MINE, right) for right in FileRight)


def test_an_officer_role_outside_the_accreditation_body_gives_nothing() -> None:
    stray = actor(Role.SCOPE_OFFICER, MINE)
    assert not can_see(stray, MINE, None)
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
    waiting = FileFacts(MINE, Facts(Online.PUBLISHED, Draft.REQUESTED), RESPONSIBLE)
    assert not any(can_act(who, Act.TAKE_EFFECT, waiting) for who in (EDITOR, OFFICER, SYSTEM))


def test_what_the_table_forbids_is_forbidden_to_everybody() -> None:
    waiting = FileFacts(MINE, Facts(Online.PUBLISHED, Draft.REQUESTED), RESPONSIBLE)
    assert not can_edit(EDITOR, waiting)
    assert can_act(EDITOR, Act.WITHDRAW_REQUEST, waiting)
    closed = FileFacts(MINE, Facts(Online.CLOSED, Draft.EDITING), RESPONSIBLE)
    assert not can_edit(EDITOR, closed)
    assert can_see(EDITOR, MINE, RESPONSIBLE)
    assert can_see(OFFICER, MINE, None)


def test_the_general_scope_is_corrected_without_a_decision_only_before_any_publication() -> None:
    assert can_correct_general_scope(OFFICER, FileFacts(MINE, Facts(Online.NONE, Draft.EDITING), RESPONSIBLE))
    assert not can_correct_general_scope(OFFICER, OPEN)
    assert not can_correct_general_scope(EDITOR, FileFacts(MINE, Facts(Online.NONE, Draft.NONE), RESPONSIBLE))
