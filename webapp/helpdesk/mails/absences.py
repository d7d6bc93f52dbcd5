"""Mails about absences: to who takes over, and to who comes back. They name tickets and carry links, nothing of what was declared."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from webapp.helpdesk.mails.tickets import Mail
from webapp.web.i18n import paris_date

#: Tickets that one mail names; the page lists them all.
MOST_NAMED = 40


def entrusted(name: str, absent: str, last: date, tickets: Sequence[Any], public_url: str) -> Mail:
    """Tell a substitute which tickets are theirs now."""
    with force_locale("fr"):
        subject = ngettext("Un ticket vous est confié", "%(num)s tickets vous sont confiés", len(tickets))
        what = _(
            "Absence de %(absent)s jusqu’au %(last)s inclus : vous suivez désormais ces tickets.", absent=absent, last=paris_date(last)
        )
        return _mail(subject, name, what, tickets, f"{public_url}/assistance/file?vue=les-miens", public_url)


def welcome_back(name: str, absence_id: int, tickets: Sequence[Any], public_url: str) -> Mail:
    """Tell an agent who is back which tickets changed hands."""
    with force_locale("fr"):
        what = _("Pendant votre absence, ces tickets ont changé de main. Ils y restent : reprenez ceux qui doivent l’être.")
        subject, link = _("Vos tickets pendant votre absence"), f"{public_url}/assistance/absences/{absence_id}"
        return _mail(subject, name, what, tickets, link, public_url)


def _mail(subject: str, name: str, what: str, tickets: Sequence[Any], link: str, public_url: str) -> Mail:
    named = [f"- {ticket.reference} : {public_url}/assistance/{ticket.reference}" for ticket in tickets[:MOST_NAMED]]
    paragraphs = [
        _("Bonjour %(name)s,", name=name),
        what,
        "\n".join(named),
        _("La liste entière : %(link)s", link=link),
        _("Guichet, service d’assistance · %(url)s", url=public_url),
    ]
    return Mail(subject, "\n\n".join(paragraphs) + "\n")
