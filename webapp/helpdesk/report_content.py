"""The content of an incident report, drawn from the ticket: what the page shows, the PDF holds, and the row keeps (FL-12.7).

Always in French, which binds (FL-20); instants in Paris time, those of a site's account in its own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.clock import PARIS
from webapp.db import Rows
from webapp.helpdesk.clockwork import stored_events
from webapp.helpdesk.commitments import level_label
from webapp.helpdesk.explanation import Explanation, SiteExplanation, explained
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.sites import ticket_sites
from webapp.helpdesk.queries.tickets import messages_of
from webapp.helpdesk.rules.account import Account, Cause, Durations
from webapp.helpdesk.rules.clock import EventKind
from webapp.helpdesk.rules.report import Words
from webapp.helpdesk.texts import CAUSES, SERVICES
from webapp.texts import mark as _m
from webapp.web.i18n import exact_duration, paris
from webapp.worktime import PieceKind

#: Above this many periods the account is given by reason, with its sums; the whole stands on the portal.
MOST_PIECES = 300
#: The message of restoration and the event it goes with are written in the same act.
_SAME_ACT = timedelta(seconds=2)

COUNTS = {PieceKind.COUNTED: _m("compté"), PieceKind.PAUSED: _m("suspendu"), PieceKind.CLOSED: _m("fermé")}


@dataclass(frozen=True, slots=True)
class Source:
    """What a report is drawn from. ``row`` is the ticket with its names; ``told`` explains the time of each site."""

    row: Any
    told: Explanation
    restored: Sequence[Any]
    notes: Sequence[Any]

    @property
    def ticket(self) -> Ticket:
        """The ticket itself."""
        found: Ticket = self.row.Ticket
        return found


def read_source(session: Session, row: Any, now: datetime) -> Source:
    """Read what a report needs besides ``row`` (see ``get_ticket_with_names``): three statements."""
    ticket: Ticket = row.Ticket
    events = stored_events(session, ticket.id)
    messages = messages_of(session, ticket.id, with_notes=True)
    ends = [event.at for event in events if event.kind is EventKind.RESTORED]
    return Source(
        row,
        explained(ticket, events, ticket_sites(session, ticket.id), now.replace(microsecond=0)),
        [said for said in _public(messages) if said.from_desk and any(abs(said.at - end) <= _SAME_ACT for end in ends)],
        [said for said in messages if said.internal],
    )


def _public(messages: Rows) -> Iterable[Any]:
    return (message for message in messages if not message.internal and message.withdrawn_at is None)


def proposed(source: Source) -> Words:
    """Return the words that a new report starts with: what the client was told of the restoration."""
    return Words(solutions="\n\n".join(dict.fromkeys(said.body for said in source.restored)))


@force_locale("fr")
def report_content(source: Source, words: Words, *, number: int, at: datetime, draft: bool = False) -> dict[str, Any]:
    """Return the report as plain JSON values, in French: what ``templates/pdf/incident_report.typ`` draws. ``at`` dates it."""
    ticket, day = source.ticket, at.astimezone(PARIS)
    title = _("Rapport d’incident %(reference)s", reference=ticket.reference)
    return {
        "title": title if number == 1 else _("%(title)s, version %(number)s", title=title, number=number),
        "author": _("Guichet, service d’assistance"),
        "date": [day.year, day.month, day.day],
        "footer": f"{title} · {day:%d/%m/%Y}",
        "draft": draft,
        "subject": ticket.title,
        "facts": [[label, value] for label, value in _facts(source) if value],
        "rule": _rule(ticket),
        "sites": [_site(site) for site in source.told.sites],
        "causes": _paragraphs(words.causes),
        "solutions": _paragraphs(words.solutions),
        "prevention": _paragraphs(words.prevention),
        "messages": [{"when": _when(said), "text": _paragraphs(said.body)} for said in source.restored],
        "accounts": [_account(title, told, zone) for title, told, zone in _together(source)],
    }


def _facts(source: Source) -> list[tuple[str, str]]:
    row, ticket = source.row, source.ticket
    return [
        (_("Client"), row.client),
        (_("Contrat et niveau de service"), level_label(row)),
        (_("Service"), _(SERVICES[ticket.service])),
        (_("Où"), ticket.location),
        (_("Conséquences"), ticket.consequences),
        (_("Signalé par"), ticket.contact_name),
        (_("Notifié"), paris(ticket.notified_at)),
        (_("Interruption confirmée"), paris(ticket.confirmed_at) if ticket.confirmed_at else ""),
        (_("Rétablissement notifié"), paris(ticket.restored_at) if ticket.restored_at else ""),
        (_("Clos"), paris(ticket.closed_at) if ticket.closed_at else ""),
    ]


def _rule(ticket: Ticket) -> str:
    counted = _("le temps écoulé") if ticket.restoration_elapsed else _("les heures ouvrées")
    said = _(
        "Les deux durées vont de la première heure ouvrée qui suit la notification jusqu’au rétablissement, suspensions déduites "
        "(article 12.4) ; votre niveau de service retient %(counted)s.",
        counted=counted,
    )
    return str(said)


def _site(site: SiteExplanation) -> list[str]:
    sums = site.durations
    name = site.name or _("Ensemble du service")
    return [name, f"{site.account.until.astimezone(PARIS):%d/%m/%Y %H:%M:%S}", *_both(sums), exact_duration(sums.paused)]


def _both(sums: Durations) -> tuple[str, str]:
    return exact_duration(sums.elapsed), exact_duration(sums.business)


def _when(said: Any) -> str:
    return str(_("%(when)s, par %(name)s", when=paris(said.at), name=said.author_name))


def _together(source: Source) -> list[tuple[str, Account, str]]:
    """Return each different account once, under the names of the sites that it holds for, with the time zone it is told in."""
    named: list[tuple[list[str], Account, str]] = []
    for site in source.told.sites:
        same = next((names for names, known, zone in named if (known, zone) == (site.account, site.zone)), None)
        if same is None:
            named.append(([site.name], site.account, site.zone))
        else:
            same.append(site.name)
    return [(_account_title(names if len(named) > 1 else [], zone), told, zone) for names, told, zone in named]


def _account_title(names: Sequence[str], zone: str) -> str:
    title = _("Décompte : %(sites)s", sites=", ".join(names)) if names else _("Décompte")
    return str(title if zone == PARIS.key else _("%(title)s, à l’heure du site (%(zone)s)", title=title, zone=zone))


def _account(title: str, told: Account, zone: str) -> dict[str, Any]:
    sums = told.durations()
    whole = len(told.pieces) <= MOST_PIECES
    return {
        "title": title,
        "whole": whole,
        "rows": [_piece(piece, zone) for piece in told.pieces] if whole else _by_cause(told),
        "sums": [
            [_("En heures ouvrées"), exact_duration(sums.business)],
            [_("Écoulé depuis la première heure ouvrée"), exact_duration(sums.elapsed)],
            [_("Suspendu"), exact_duration(sums.paused)],
            [_("Total depuis la notification"), exact_duration(sums.total)],
        ],
    }


def _piece(piece: Any, zone: str) -> list[str]:
    ends = [f"{at.astimezone(ZoneInfo(zone)):%d/%m/%Y %H:%M:%S}" for at in (piece.start, piece.end)]
    reason = str(_(CAUSES[piece.cause]))
    if piece.asked_by:
        who = _("demandé par %(name)s", name=piece.asked_by) if piece.cause is Cause.SITE_ACCESS else piece.asked_by
        reason = f"{reason} ({who})"
    return [*ends, exact_duration(piece.length), _(COUNTS[piece.kind]), reason, piece.clause]


def _by_cause(told: Account) -> list[list[str]]:
    sums: Counter[Any] = Counter()
    for piece in told.pieces:
        sums[piece.kind, piece.cause, piece.clause] += int(piece.length.total_seconds())
    return [
        [exact_duration(timedelta(seconds=seconds)), _(COUNTS[kind]), _(CAUSES[cause]), clause]
        for (kind, cause, clause), seconds in sums.items()
    ]


def _paragraphs(text: str) -> list[list[str]]:
    """Cut a text into paragraphs, each a list of lines."""
    parts = (part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n"))
    return [part.split("\n") for part in parts if part.strip()]
