"""What happened on a ticket, in order: the report, the messages, the notes, and each change of the clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from webapp.helpdesk.models import Ticket, TicketClockEvent
from webapp.helpdesk.rules.clock import EventKind, Reason
from webapp.helpdesk.rules.states import State
from webapp.texts import mark as _m

EVENTS = {
    EventKind.PAUSED: _m("Accès au site demandé : le décompte est suspendu"),
    EventKind.RESUMED: _m("Accès au site obtenu : le décompte reprend"),
    EventKind.EXCLUDED: _m("Interruption programmée : ce temps n’est pas compté"),
    EventKind.RESTORED: _m("Rétablissement notifié : le décompte s’arrête"),
    EventKind.CLOSED: _m("Ticket clos"),
}
REOPENED = {
    Reason.RELAPSE: _m("Rouvert : nouvelle panne après rétablissement, le décompte reprend"),
    Reason.NOT_RESTORED: _m("Rouvert : le service n’avait pas été rétabli, tout le temps écoulé compte"),
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


def timeline(ticket: Ticket, messages: Iterable[Any], events: Sequence[TicketClockEvent]) -> list[Entry]:
    """Return everything in the order in which it happened; the report comes first."""
    entries = [Entry("message", ticket.notified_at, ticket.contact_name, ticket.description)]
    later = [
        Entry("note" if row.internal else "message", row.at, row.author_name, row.body, row.from_desk, f"m{row.id}") for row in messages
    ]
    later += [Entry("event", row.at, row.asked_by, _event_words(ticket, row)) for row in events if row.kind is not EventKind.STARTED]
    return entries + sorted(later, key=lambda entry: entry.at)


def _event_words(ticket: Ticket, row: TicketClockEvent) -> str:
    if row.kind is EventKind.REOPENED:
        return str(_(REOPENED[row.reason or Reason.NOT_RESTORED]))
    if row.kind is EventKind.CLOSED and ticket.state is State.DISMISSED:
        return str(_("Ticket clos : ce n’était pas une interruption"))
    return str(_(EVENTS[row.kind]))
