"""What happened on a ticket, in order: the report, the messages, the notes, and each change of the clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _

from webapp.helpdesk.models import Ticket, TicketClockEvent
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.states import State
from webapp.texts import mark as _m
from webapp.web.i18n import paris

EVENTS = {
    EventKind.CONFIRMED: _m("Interruption confirmée : le décompte part de la notification"),
    EventKind.NOT_INTERRUPTION: _m("Ce n’était pas une interruption : le décompte est arrêté"),
    EventKind.CONTESTED: _m("Suspension contestée"),
    EventKind.RECOMMITTED: _m("Autre niveau ou autre calendrier appliqué"),
    EventKind.PAUSED: _m("Accès au site demandé : le décompte est suspendu"),
    EventKind.RESUMED: _m("Accès au site obtenu : le décompte reprend"),
    EventKind.EXCLUDED: _m("Interruption programmée : ce temps n’est pas compté"),
    EventKind.RESTORED: _m("Rétablissement notifié : le décompte s’arrête"),
    EventKind.CLOSED: _m("Ticket clos"),
    EventKind.UNDONE: _m("Acte groupé annulé : le décompte est comme s’il n’avait pas eu lieu"),
}
REOPENED = {
    Reason.RELAPSE: _m("Rouvert : nouvelle panne après rétablissement, le décompte reprend"),
    Reason.NOT_RESTORED: _m("Rouvert : le service n’avait pas été rétabli, tout le temps écoulé compte"),
}

ANSWERED = {
    Reason.UPHELD: _m("Contestation : la suspension est maintenue"),
    Reason.ANNULLED: _m("Contestation : la suspension est annulée, son temps compte"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: ``kind`` is message, note or event."""

    kind: str
    at: datetime
    author: str
    text: str
    from_desk: bool = False
    anchor: str = ""


def timeline(
    ticket: Ticket, messages: Iterable[Any], events: Sequence[TicketClockEvent], sites: Mapping[int | None, str] = MappingProxyType({})
) -> list[Entry]:
    """Return everything in the order in which it happened; the report comes first. ``sites`` gives the names of the ticket's sites."""
    entries = [Entry("message", ticket.notified_at, ticket.contact_name, ticket.description)]
    later = [_said(row) for row in messages]
    later += [
        Entry("event", row.at, row.asked_by, _event_words(ticket, row) + _where(row, sites))
        for row in events
        if row.kind is not EventKind.STARTED
    ]
    return entries + sorted(later, key=lambda entry: entry.at)


def _said(row: Any) -> Entry:
    """A message that was taken back before its mail left is only mentioned."""
    if row.withdrawn_at is not None:
        return Entry("event", row.at, row.author_name, str(_("Message retiré avant le départ de son courriel")))
    return Entry("note" if row.internal else "message", row.at, row.author_name, row.body, row.from_desk, f"m{row.id}")


def newer_than(entries: Iterable[Entry], seen: int | None, reader: str) -> list[Entry]:
    """Return what others have said since the message numbered ``seen`` (None: the page did not say)."""
    if seen is None:
        return []
    said = [entry for entry in entries if entry.kind == "message" and entry.anchor]
    return [entry for entry in said if int(entry.anchor[1:]) > seen and entry.author != reader]


def _where(row: TicketClockEvent, sites: Mapping[int | None, str]) -> str:
    """Name the site of an event that concerns one alone."""
    return f" · {sites[row.site_id]}" if row.site_id is not None and row.site_id in sites else ""


def _event_words(ticket: Ticket, row: TicketClockEvent) -> str:
    if row.kind is EventKind.REOPENED:
        return str(_(REOPENED[row.reason or Reason.NOT_RESTORED]))
    if row.kind is EventKind.CONTEST_ANSWERED:
        return str(_(ANSWERED[row.reason or Reason.UPHELD]))
    if row.kind is EventKind.RECOMMITTED:
        return _recommitted_words(row)
    if row.reason is Reason.WITHDRAWN:
        return str(_("Signalement retiré par le client"))
    if row.kind is EventKind.CLOSED and row.reason is Reason.DUPLICATE:
        return str(_("Ticket clos : doublon de %(reference)s, où le décompte continue", reference=row.evidence))
    if row.kind is EventKind.CLOSED and ticket.state is State.DISMISSED:
        return str(_("Ticket clos : ce n’était pas une interruption"))
    return str(_(EVENTS[row.kind]))


def _recommitted_words(row: TicketClockEvent) -> str:
    """Say which level or calendar was applied, and the deadline of restoration before and after."""
    words = str(_("%(words)s : %(why)s", words=_(EVENTS[row.kind]), why=row.evidence))
    if row.since is None or row.until is None or row.since == row.until:
        return words
    moved = _("rétablissement avant %(after)s au lieu de %(before)s", after=paris(row.until), before=paris(row.since))
    return f"{words} ({moved})"
