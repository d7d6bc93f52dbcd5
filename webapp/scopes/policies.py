"""Who may do what with a file's detailed scope. Pure: the facts come in, a yes or a no goes out."""

from dataclasses import dataclass

from webapp.actor import Actor, OrganisationKind, Role
from webapp.scopes.rules.rights import EDITING, FileRight
from webapp.scopes.rules.states import WHO, Act, Facts, Online, possible


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the policies need of a file: whose it is, its settled facts, and the actor's own right on it at this instant."""

    organisation_id: int
    facts: Facts
    right: FileRight | None


def is_officer(actor: Actor) -> bool:
    """Tell whether the actor works for the accreditation body on scopes."""
    return actor.has(Role.SCOPE_OFFICER) and actor.organisation_kind is OrganisationKind.ACCREDITATION_BODY


def can_see(actor: Actor, organisation_id: int, right: FileRight | None) -> bool:
    """FX-7b: people see the files of their body on which they have a right; the accreditation body's officers see all."""
    if is_officer(actor):
        return True
    reads = actor.has(Role.SCOPE_EDITOR) or (actor.has(Role.SCOPE_AUDITOR) and right is FileRight.AUDITOR)
    return right is not None and reads and actor.organisation_id == organisation_id


def can_act(actor: Actor, act: Act, file: FileFacts) -> bool:
    """Tell whether the actor may do ``act`` on the file as it stands: role, organisation and transition table together."""
    if not can_see(actor, file.organisation_id, file.right) or not actor.has(*WHO[act]):
        return False
    if Role.SCOPE_OFFICER in WHO[act] and not is_officer(actor):
        return False
    if Role.SCOPE_EDITOR in WHO[act] and (actor.organisation_id != file.organisation_id or file.right not in EDITING):
        return False
    return possible(act, file.facts)


def can_edit(actor: Actor, file: FileFacts) -> bool:
    """Tell whether the actor may change lines now."""
    return can_act(actor, Act.EDIT, file)


def can_manage_general_scope(actor: Actor) -> bool:
    """Only the accreditation body opens files, writes their general scope and records decisions."""
    return is_officer(actor)


def can_correct_general_scope(actor: Actor, file: FileFacts) -> bool:
    """Tell whether general lines may be corrected without a decision: only while nothing was ever online."""
    return is_officer(actor) and file.facts.online is Online.NONE


def can_manage_rights(actor: Actor, organisation_id: int, right: FileRight | None) -> bool:
    """Tell who says who works on a file: its responsible persons, the body's access manager, the accreditation body's officers.

    A delegate does not pass a delegation on.
    """
    if is_officer(actor):
        return True
    within = actor.organisation_id == organisation_id
    return within and (actor.has(Role.MANAGER) or (actor.has(Role.SCOPE_EDITOR) and right is FileRight.RESPONSIBLE))


def can_name(actor: Actor, file: FileFacts) -> bool:
    """Tell whether the actor may keep the draft under a name, and name versions: who edits the file, whatever its state."""
    return actor.has(Role.SCOPE_EDITOR) and actor.organisation_id == file.organisation_id and file.right in EDITING
