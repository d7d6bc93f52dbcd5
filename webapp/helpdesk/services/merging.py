"""Merging a duplicate into the ticket that was notified first."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import append, moment
from webapp.helpdesk.mails.relations import merged
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.relations import LinkKind, Mergeable, MergeProblem, merge_problem
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.services.common import authorise, check_unchanged, note_act, send
from webapp.helpdesk.services.linking import join
from webapp.texts import mark as _m

PROBLEMS: dict[MergeProblem, str] = {
    MergeProblem.ITSELF: _m("C’est la cible elle-même."),
    MergeProblem.OTHER_CLIENT: _m("Ce ticket est d’un autre client que la cible : liez-les plutôt."),
    MergeProblem.ENDED: _m("Ce ticket est déjà clos."),
    MergeProblem.TARGET_ENDED: _m("La cible est close."),
    MergeProblem.TARGET_MERGED: _m("La cible a elle-même été fusionnée : choisissez le ticket qui reste."),
    MergeProblem.EARLIER: _m("Ce ticket a été notifié avant la cible : fusionnez dans l’autre sens, le décompte part de la première."),
}


def mergeable(ticket: Ticket) -> Mergeable:
    """Return what the rule of merging needs to know of a ticket."""
    return Mergeable(ticket.id, ticket.organisation_id, ticket.state, ticket.notified_at, ticket.merged_into_id is not None)


def merge_into(
    session: Session, actor: Actor, clock: Clock, ticket: Ticket, target: Ticket, *, public_url: str, seen_version: int | None = None
) -> None:
    """Close ``ticket`` as a duplicate of ``target``, link both, and tell its contact where it goes on.

    Each keeps its own clock: that of the duplicate ends here, with that reason; that of the target goes on from its own, earlier,
    notification. The messages stay where they were written, and are shown from the target. Raises ``Conflict`` when it cannot be done.
    """
    authorise(actor, ticket)
    authorise(actor, target)
    if not policies.works_the_desk(actor):
        raise Forbidden
    check_unchanged(ticket, seen_version)
    problem = merge_problem(mergeable(ticket), mergeable(target))
    if problem is not None:
        raise Conflict(_(PROBLEMS[problem]))
    was, now = ticket.state, moment(clock)
    ticket.state, ticket.is_open, ticket.closed_at, ticket.merged_into_id = State.CLOSED, False, now, target.id
    append(
        session,
        ticket,
        EventKind.CLOSED,
        now,
        reason=Reason.DUPLICATE,
        asked_by=actor.name,
        evidence=target.reference,
        account_id=actor.account_id,
    )
    join(session, actor, clock, ticket, target, LinkKind.DUPLICATE_OF)
    note_act(session, actor, clock, ticket, "ticket.merged", {"into": target.reference, "from": str(was)})
    send(session, clock, ticket, merged(ticket, target, public_url), f"merged:{ticket.version}")
