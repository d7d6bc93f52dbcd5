"""Who may do what at the help desk: pure functions of the actor and the ticket's facts."""

from datetime import datetime
from typing import Any

from webapp.actor import Actor, Role
from webapp.helpdesk.rules.contests import Suspension
from webapp.helpdesk.rules.states import ENDED, OFF_CLOCK, Facts, Side, Transition, possible


def works_the_desk(actor: Actor) -> bool:
    """Agents and leads handle every organisation's tickets (FL-12.1)."""
    return actor.has(Role.DESK_AGENT, Role.DESK_LEAD)


def may_report(actor: Actor) -> bool:
    """Any signed-in person acting for an organisation may report (FL-12.5b, SO-40)."""
    return actor.account_id is not None and actor.organisation_id is not None


def may_open_for_a_client(actor: Actor) -> bool:
    """An agent opens a ticket after a phone call."""
    return works_the_desk(actor)


def may_see(actor: Actor, facts: Facts) -> bool:
    """The desk sees every ticket, everybody else those of their own organisation (FL-7.1)."""
    return works_the_desk(actor) or (actor.organisation_id is not None and actor.organisation_id == facts.organisation_id)


def side_of(actor: Actor) -> Side:
    """On which side of the counter the actor stands."""
    return Side.DESK if works_the_desk(actor) else Side.CLIENT


def may_read_notes(actor: Actor) -> bool:
    """Internal notes stay on the desk's side."""
    return works_the_desk(actor)


def may_reply(actor: Actor, facts: Facts) -> bool:
    """Public messages are open to both sides until the ticket has ended."""
    return may_see(actor, facts) and facts.state not in ENDED


def may_note(actor: Actor) -> bool:
    """The desk may note something on a ticket at any time, also after its end."""
    return may_read_notes(actor)


def may_attach(actor: Actor, facts: Facts) -> bool:
    """Both sides attach files as long as they may write."""
    return may_reply(actor, facts) or may_note(actor)


def may_rate(actor: Actor, facts: Facts) -> bool:
    """The client's side says how satisfied it is once the ticket has ended."""
    return may_see(actor, facts) and side_of(actor) is Side.CLIENT and facts.state in ENDED


def may_change_rating(ticket: Any, answer: Any, now: datetime) -> bool:
    """An answer about satisfaction can be changed as long as the ticket could be reopened, or when it was closed again since."""
    if ticket.closed_at is not None and answer.at < ticket.closed_at:
        return True
    return ticket.reopen_until is not None and now <= ticket.reopen_until


def may_assign(actor: Actor, facts: Facts) -> bool:
    """An agent takes a ticket that nobody has, or gives away their own; a lead may move any of them."""
    if not works_the_desk(actor) or facts.state in ENDED:
        return False
    if actor.has(Role.DESK_LEAD):
        return True
    return facts.assignee_id in (None, actor.account_id)


def may_contest(actor: Actor, facts: Facts, pause: Suspension) -> bool:
    """The client contests each suspension once, as long as it may reopen the ticket or the ticket is open (FL-12.6b)."""
    mine = side_of(actor) is Side.CLIENT and may_see(actor, facts)
    return mine and pause.contest is None and (facts.state not in ENDED or facts.reopenable)


def may_answer(actor: Actor, pause: Suspension) -> bool:
    """The desk answers every contest, once, whatever became of the ticket."""
    return works_the_desk(actor) and pause.awaits_answer


def may_exclude(actor: Actor, facts: Facts) -> bool:
    """The desk leaves planned work out of a count as long as there is one and its durations are not fixed (FL-12.8)."""
    return works_the_desk(actor) and facts.state not in ENDED | OFF_CLOCK


def may_recommit(actor: Actor, facts: Facts) -> bool:
    """The desk puts an open ticket under another service level, with a reason (FL-12.5c)."""
    return works_the_desk(actor) and facts.state not in ENDED


def moves(actor: Actor, facts: Facts) -> list[Transition]:
    """The transitions that this actor may run now: the page draws its buttons from them."""
    return possible(side_of(actor), facts) if may_see(actor, facts) else []


def may_manage_teams(actor: Actor) -> bool:
    """Leads and administrators make teams; agents read who is in them."""
    return actor.has(Role.DESK_LEAD, Role.ADMINISTRATOR)


def sees_absences_of(actor: Actor, account_id: int | None) -> bool:
    """A lead sees and writes everybody's absences (``account_id`` None), an agent their own."""
    if actor.has(Role.DESK_LEAD):
        return True
    return account_id is not None and works_the_desk(actor) and account_id == actor.account_id
