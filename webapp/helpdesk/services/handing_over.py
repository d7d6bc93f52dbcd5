"""A ticket that changes hands without anybody's asking for it: its agent is away or gone, its team closes."""

from typing import Any

from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.services.common import note_act

#: Leaves the assignee or the team as it is.
KEPT: Any = object()


def hand_over(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, *, reason: str, assignee_id: Any = KEPT, team_id: Any = KEPT
) -> None:
    """Give an open ticket to somebody else (None: back to the queue), with one audit event that says why."""
    detail = {"reason": reason, "before": ticket.assignee_id, "after": ticket.assignee_id}
    if assignee_id is not KEPT:
        ticket.assignee_id = detail["after"] = assignee_id
    if team_id is not KEPT:
        detail |= {"team_before": ticket.team_id, "team_after": team_id}
        ticket.team_id = team_id
    note_act(session, actor, clock, ticket, "ticket.reassigned", detail)
