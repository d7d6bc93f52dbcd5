"""How two tickets relate, seen from each of them, and when one may be merged into the other."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.helpdesk.rules.states import ENDED, State


class LinkKind(StrEnum):
    """What the other ticket is to this one."""

    RELATED = "related"
    CAUSED_BY = "caused_by"
    CAUSES = "causes"
    DUPLICATE_OF = "duplicate_of"
    HAS_DUPLICATE = "has_duplicate"
    SPLIT_FROM = "split_from"
    SPLIT_INTO = "split_into"


#: What the link is when seen from the other end.
INVERSE: dict[LinkKind, LinkKind] = {
    LinkKind.RELATED: LinkKind.RELATED,
    LinkKind.CAUSED_BY: LinkKind.CAUSES,
    LinkKind.CAUSES: LinkKind.CAUSED_BY,
    LinkKind.DUPLICATE_OF: LinkKind.HAS_DUPLICATE,
    LinkKind.HAS_DUPLICATE: LinkKind.DUPLICATE_OF,
    LinkKind.SPLIT_FROM: LinkKind.SPLIT_INTO,
    LinkKind.SPLIT_INTO: LinkKind.SPLIT_FROM,
}
#: What an agent may state; the others are made by splitting.
BY_HAND = (LinkKind.RELATED, LinkKind.CAUSED_BY, LinkKind.CAUSES, LinkKind.DUPLICATE_OF, LinkKind.HAS_DUPLICATE)


@dataclass(frozen=True, slots=True)
class Mergeable:
    """What the rule of merging needs to know of a ticket."""

    id: int
    organisation_id: int
    state: State
    notified_at: datetime
    merged: bool = False


class MergeProblem(StrEnum):
    """Why one ticket cannot be merged into another."""

    ITSELF = "itself"
    OTHER_CLIENT = "other_client"
    ENDED = "ended"
    TARGET_ENDED = "target_ended"
    TARGET_MERGED = "target_merged"
    EARLIER = "earlier"


def merge_problem(ticket: Mergeable, target: Mergeable) -> MergeProblem | None:
    """Return what forbids merging ``ticket`` into ``target``, or None.

    The one that was notified first stays: an interruption counts from its notification (FL-12.4), and merging may not shorten it.
    """
    if ticket.id == target.id:
        return MergeProblem.ITSELF
    if ticket.organisation_id != target.organisation_id:
        return MergeProblem.OTHER_CLIENT
    if ticket.state in ENDED:
        return MergeProblem.ENDED
    if target.merged:
        return MergeProblem.TARGET_MERGED
    if target.state in ENDED:
        return MergeProblem.TARGET_ENDED
    return MergeProblem.EARLIER if ticket.notified_at < target.notified_at else None
