"""The one function that runs a transition: state, clock, message, evidence and mail together, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.clockwork import append, as_events, counted_of, moment, recount, stored_events, stored_sites, tell
from webapp.helpdesk.commitments import calendar_named, terms_of
from webapp.helpdesk.mails import tickets as mails
from webapp.helpdesk.models import Ticket, TicketMessage
from webapp.helpdesk.queries.sites import ticket_sites
from webapp.helpdesk.rules.clock import EventKind, Reason, replay_sites
from webapp.helpdesk.rules.states import ENDED, Facts, NotPossible, Side, State, Transition, Verb, arrival, transition
from webapp.helpdesk.services.common import authorise, check_unchanged, facts_of, note_act, send, telling_clock_errors
from webapp.helpdesk.services.messages import add_message
from webapp.helpdesk.services.notices import tell_assignee, tell_watchers
from webapp.helpdesk.services.obligations import keep_owed
from webapp.helpdesk.texts import DEFAULT_WORDS, STATES, VERBS

#: The verbs that can concern some of the sites only (FL-12.4).
BY_SITE = frozenset({Verb.PAUSE, Verb.RESUME, Verb.RESTORE, Verb.REOPEN})


@dataclass(frozen=True, slots=True)
class Details:
    """What an act on the clock says besides its message.

    ``site_ids``: the sites concerned, none for all of them. ``asked_by``: who asked for it, when that is not the actor. ``evidence``:
    what shows it (the message, unless said). ``reason``: for a reopening, whether the service had been restored in between. ``audit``: what
    the evidence of the act says besides.
    """

    site_ids: tuple[int, ...] = ()
    asked_by: str = ""
    evidence: str = ""
    reason: Reason | None = None
    audit: Mapping[str, Any] = field(default_factory=dict)


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
    details: Details | None = None,
) -> TicketMessage | None:
    """Run one transition of the table and return the public message that went with it, if any.

    ``reason`` says, for a reopening, whether the service had been restored in between; ``details`` says it too, and more. Raises
    ``Conflict`` when the page was stale or the transition does not apply any more, ``Invalid`` when words for the client are needed and
    missing, or the sites are not those of the ticket.
    """
    authorise(actor, ticket)
    check_unchanged(ticket, seen_version)
    given, now = details or Details(reason=reason), moment(clock)
    sites = ticket_sites(session, ticket.id)
    facts, side = facts_of(ticket, now, sites), policies.side_of(actor)
    line = _line(verb, side, facts)
    chosen = _chosen(verb, sites, given.site_ids)
    _check_allowed(session, ticket, verb)
    words = _words(line, text, chosen, [site.name for site in sites if site.site_id in chosen])
    was = ticket.state
    ticket.state = arrival(line, facts, more=bool(chosen) and _leaves_more(session, ticket, verb, chosen))
    stamp(ticket, line, now, reopening_days=terms_of(session, ticket.level_version_id).reopening_days)
    message = add_message(session, actor, clock, ticket, words) if words else None
    _tick(session, actor, ticket, line, now, replace(given, site_ids=chosen, reason=reason_of(line, was, given.reason)), words)
    if line.clock in (EventKind.CLOSED, EventKind.REOPENED):
        keep_owed(session, clock, ticket)
    detail: dict[str, Any] = {"from": str(was), "to": str(ticket.state), "clause": line.clause, **given.audit}
    if chosen:
        detail["sites"] = list(chosen)
    if message is not None:
        detail["message"] = str(message.id)
    note_act(session, actor, clock, ticket, line.action, detail)
    if side is Side.DESK or verb is Verb.CLOSE:
        _mail(session, clock, ticket, line, public_url)
    if side is Side.CLIENT:
        tell_assignee(session, clock, ticket, mails.CLIENT_ACTS.get(verb, mails.ANSWERED), public_url)
    tell_watchers(session, actor, clock, ticket, f"{verb}:{ticket.version}", public_url)
    return message


def _line(verb: Verb, side: Side, facts: Facts) -> Transition:
    try:
        return transition(verb, side, facts)
    except NotPossible as error:
        if verb is Verb.REOPEN and not facts.reopenable:
            raise Conflict(_("Le délai pour rouvrir ce ticket est passé : faites un nouveau signalement."), stale=True) from error
        said = _("« %(verb)s » n’est plus possible : le ticket est « %(state)s ».", verb=_(VERBS[verb]), state=_(STATES[facts.state]))
        raise Conflict(said, stale=True) from error


def _chosen(verb: Verb, sites: Sequence[Any], asked: Sequence[int]) -> tuple[int, ...]:
    """Return the sites that the act names: none when it concerns all of them."""
    known = {site.site_id for site in sites}
    if not asked or verb not in BY_SITE or set(asked) == known:
        return ()
    if not set(asked) <= known:
        raise Invalid({"sites": _("Choisissez parmi les sites de ce ticket.")})
    return tuple(dict.fromkeys(asked))


def _check_allowed(session: Session, ticket: Ticket, verb: Verb) -> None:
    """The service level says what may suspend the count (FL-12.6b)."""
    if verb is Verb.PAUSE and str(Reason.SITE_ACCESS) not in terms_of(session, ticket.level_version_id).pauses_allowed:
        raise Conflict(_("Le niveau de service de ce ticket ne permet pas de suspendre le décompte pour un accès au site."))


def _words(line: Transition, text: str, chosen: Sequence[int], names: Sequence[str]) -> str:
    """Return the public message of the act, with the sites it concerns when they are not all of them."""
    words = text.strip() or (_default_words(line.verb) if line.text else "")
    if line.text and not words:
        raise Invalid({"body": _("Écrivez le message qui sera envoyé avec cette action.")})
    if not words or not chosen:
        return words
    with force_locale("fr"):
        where = str(_("Sites concernés : %(names)s.", names=", ".join(names)))
    return f"{words}\n\n{where}"


def _leaves_more(session: Session, ticket: Ticket, verb: Verb, chosen: Sequence[int]) -> bool:
    """Tell whether sites that the act leaves alone are still suspended (resuming) or still down (restoring)."""
    places = counted_of(ticket, stored_sites(session, ticket.id))
    inputs = replay_sites(as_events(stored_events(session, ticket.id)), [place.site_id for place in places])
    others = [found for site, found in inputs.items() if site not in chosen]
    return any(found.paused if verb is Verb.RESUME else found.stopped_at is None for found in others)


def _default_words(verb: Verb) -> str:
    words = DEFAULT_WORDS.get(verb)
    return "" if words is None else _in_french(words)


@force_locale("fr")
def _in_french(words: str) -> str:
    """In French whatever the agent's own language: the client reads them (FL-20)."""
    return str(_(words))


def stamp(ticket: Ticket, line: Transition, now: datetime, *, reopening_days: int = 10) -> None:
    """Keep the dates of the life of the ticket in step with its state; its client may reopen for so many business days."""
    if line.verb is Verb.CONFIRM:
        ticket.confirmed_at = now
    elif ticket.state is State.RESTORED:
        ticket.restored_at = now
    elif line.verb is Verb.REOPEN and not line.stays:
        ticket.restored_at = None
        ticket.merged_into_id = None  # a duplicate that is opened again stands for itself
    ticket.is_open = ticket.state not in ENDED
    ticket.closed_at = None if ticket.is_open else now
    over = not ticket.is_open or ticket.state is State.RESTORED
    ticket.reopen_until = calendar_named(ticket.calendar).add_business_days(now, reopening_days) if over else None


def reason_of(line: Transition, was: State, given: Reason | None) -> Reason | None:
    """Why the clock changes: a dismissed ticket was never restored, so its time counts from the notification once confirmed."""
    if line.clock is EventKind.PAUSED:
        return Reason.SITE_ACCESS
    if line.clock is EventKind.REOPENED:
        return Reason.NOT_RESTORED if was is State.DISMISSED else (given or Reason.NOT_RESTORED)
    return Reason.WITHDRAWN if line.verb is Verb.CANCEL else None


def _tick(session: Session, actor: Actor, ticket: Ticket, line: Transition, now: datetime, given: Details, words: str) -> None:
    """Record what the act means for the clock, and bring the ticket's figures up to date."""
    if line.clock is None:
        recount(session, ticket)
        return
    shown = given.evidence or (words if line.clock is EventKind.PAUSED else "")
    with telling_clock_errors():
        append(
            session,
            ticket,
            line.clock,
            now,
            reason=given.reason,
            asked_by=given.asked_by or actor.name,
            account_id=actor.account_id,
            site_ids=given.site_ids,
            evidence=shown,
        )


def _mail(session: Session, clock: Clock, ticket: Ticket, line: Transition, public_url: str) -> None:
    """Tell the contact, each time and only when the client has something to know."""
    key = f"{line.verb}:{ticket.version}"
    if line.verb is Verb.CLOSE:
        durations = tell(ticket, stored_events(session, ticket.id), clock.now(), stored_sites(session, ticket.id)).durations()
        send(session, clock, ticket, mails.closed(ticket, public_url, durations), key)
    elif line.verb is Verb.RESUME or line.text == "public":
        send(session, clock, ticket, mails.said(ticket, public_url, mails.SUBJECTS[line.verb]), key)
