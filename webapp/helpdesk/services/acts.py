"""The one function that runs a transition: state, clock, message, evidence and mail together, or not at all."""

from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid
from webapp.helpdesk import mails, policies
from webapp.helpdesk.clockwork import append, as_events, moment, refresh, stored_events, tell
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.rules.clock import EventKind, Reason, replay
from webapp.helpdesk.rules.states import ENDED, NotPossible, Side, State, Transition, Verb, arrival, transition
from webapp.helpdesk.services.common import authorise, check_unchanged, note_act, send
from webapp.helpdesk.services.messages import add_message
from webapp.helpdesk.services.notices import tell_assignee
from webapp.helpdesk.texts import DEFAULT_WORDS, STATES, VERBS


def act(
    session: Session,
    actor: Actor,
    clock: Clock,
    ticket: Ticket,
    verb: Verb,
    *,
    public_url: str,
    text: str = "",
    reason: Reason | None = None,
    seen_version: int | None = None,
) -> TicketMessage | None:
    """Run one transition of the table and return the public message that went with it, if any.

    ``reason`` says, for a reopening, whether the service had been restored in between. Raises ``Conflict`` when the page was stale or
    the transition does not apply any more, ``Invalid`` when words for the client are needed and missing.
    """
    facts = authorise(actor, ticket)
    check_unchanged(ticket, seen_version)
    side = policies.side_of(actor)
    try:
        line = transition(verb, side, facts)
    except NotPossible as error:
        raise Conflict(
            _("« %(verb)s » n’est plus possible : le ticket est « %(state)s ».", verb=_(VERBS[verb]), state=_(STATES[ticket.state])),
            stale=True,
        ) from error
    words = text.strip() or (_default_words(verb) if line.text else "")
    if line.text and not words:
        raise Invalid({"body": _("Écrivez le message qui sera envoyé avec cette action.")})
    was, now = ticket.state, moment(clock)
    ticket.state = arrival(line, facts)
    stamp(ticket, line, now)
    message = add_message(session, actor, clock, ticket, words) if words else None
    _tick(session, actor, ticket, line, now, reason_of(line, was, reason))
    detail = {"from": str(was), "to": str(ticket.state), "clause": line.clause}
    if message is not None:
        detail["message"] = str(message.id)
    note_act(session, actor, clock, ticket, line.action, detail)
    if side is Side.DESK:
        _mail(session, clock, ticket, line, words, public_url)
    else:
        tell_assignee(session, clock, ticket, mails.REOPENED if verb is Verb.REOPEN else mails.ANSWERED, public_url)
    return message


def _default_words(verb: Verb) -> str:
    words = DEFAULT_WORDS.get(verb)
    return "" if words is None else _in_french(words)


@force_locale("fr")
def _in_french(words: str) -> str:
    """In French whatever the agent's own language: the client reads them (FL-20)."""
    return str(_(words))


def stamp(ticket: Ticket, line: Transition, now: datetime) -> None:
    """Keep the dates of the life of the ticket in step with its state."""
    if line.verb is Verb.CONFIRM:
        ticket.confirmed_at = now
    elif line.verb is Verb.RESTORE:
        ticket.restored_at = now
    elif line.verb is Verb.REOPEN:
        ticket.restored_at = ticket.closed_at = None
    if ticket.state in ENDED:
        ticket.closed_at = now
    ticket.is_open = ticket.state not in ENDED


def reason_of(line: Transition, was: State, given: Reason | None) -> Reason | None:
    """Why the clock changes: a dismissed ticket was never restored, so its time counts from the notification once confirmed."""
    if line.clock is EventKind.PAUSED:
        return Reason.SITE_ACCESS
    if line.clock is EventKind.REOPENED:
        return Reason.NOT_RESTORED if was is State.DISMISSED else (given or Reason.NOT_RESTORED)
    return None


def _tick(session: Session, actor: Actor, ticket: Ticket, line: Transition, now: datetime, reason: Reason | None) -> None:
    if line.clock is None:
        refresh(ticket, replay(as_events(stored_events(session, ticket.id))))
    else:
        append(session, ticket, line.clock, now, reason=reason, asked_by=actor.name, account_id=actor.account_id)


def _mail(session: Session, clock: Clock, ticket: Ticket, line: Transition, words: str, public_url: str) -> None:
    """Tell the contact, each time and only when the client has something to know."""
    key = f"{line.verb}:{ticket.version}"
    if line.verb is Verb.CLOSE:
        durations = tell(ticket, stored_events(session, ticket.id), clock.now()).durations()
        send(session, clock, ticket, mails.closed(ticket, public_url, durations), key)
    elif line.verb is Verb.RESUME:
        send(session, clock, ticket, mails.said(ticket, public_url, mails.SUBJECTS[line.verb], _in_french(mails.RESUMED)), key)
    elif line.text == "public":
        send(session, clock, ticket, mails.said(ticket, public_url, mails.SUBJECTS[line.verb], words), key)
