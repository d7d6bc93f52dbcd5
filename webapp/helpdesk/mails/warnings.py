"""The mail that warns before deadlines are missed: references, deadlines and links, soonest first; nothing of what was reported."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from webapp.helpdesk.mails.tickets import Mail
from webapp.helpdesk.rules.warnings import Deadline
from webapp.helpdesk.site_time import place_of, with_place
from webapp.texts import mark as _m
from webapp.web.i18n import business_duration

#: More lines than that nobody reads: the rest is counted, and the page lists it.
MOST_LINES = 50

WHAT: dict[Deadline, str] = {
    Deadline.RESPONSE: _m("première réponse"),
    Deadline.RESTORATION: _m("rétablissement"),
    Deadline.REPORT: _m("rapport d’incident"),
    Deadline.CONTEST: _m("réponse à une suspension contestée"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One deadline of the mail. ``left`` is negative once it has passed; ``assignee`` empty when nobody follows the ticket."""

    reference: str
    deadline: Deadline
    due_at: datetime
    left: timedelta
    assignee: str
    calendar: str


@force_locale("fr")
def warning(name: str, lines: list[Line], public_url: str) -> Mail:
    """Return the one mail of a half-day. Needs no application around it: instants are written in figures, on the clocks of the site."""
    number = len(lines)
    soonest = sorted(lines, key=lambda line: (line.due_at, line.reference))[:MOST_LINES]
    rest = number - len(soonest)
    subject = ngettext("%(num)d échéance approche", "%(num)d échéances approchent", number)
    paragraphs = [
        _("Bonjour %(name)s,", name=name),
        _("Ces échéances approchent, de la plus proche à la plus lointaine :"),
        *[_line(line, public_url) for line in soonest],
        *([ngettext("Et %(num)d autre.", "Et %(num)d autres.", rest)] if rest else []),
        _("La file : %(link)s", link=f"{public_url}/assistance/file"),
        _("Les rapports et les réponses dus : %(link)s", link=f"{public_url}/assistance/dus"),
        _("Vous recevez au plus un courriel de ce genre par demi-journée d’ouverture ; il se règle dans votre profil."),
        _("Guichet, service d’assistance · %(url)s", url=public_url),
    ]
    return Mail(f"[Guichet] {subject}", "\n\n".join(paragraphs) + "\n")


def _line(line: Line, public_url: str) -> str:
    left = _("dépassé de %(time)s") if line.left < timedelta() else _("reste %(time)s")
    who = _("suivi par %(name)s", name=line.assignee) if line.assignee else _("pas encore attribué")
    place = place_of(line.calendar)
    when = with_place(f"{line.due_at.astimezone(place.zone):%d/%m/%Y %H:%M}", place)
    head = f"{line.reference} · {_(WHAT[line.deadline])} · {when} ({left % {'time': business_duration(line.left)}}) · {who}"
    return f"{head}\n{public_url}/assistance/{line.reference}"
