"""Mails about tickets that become one, or two."""

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.helpdesk.mails.tickets import Mail
from webapp.helpdesk.models import Ticket


def _mail(ticket: Ticket, public_url: str, subject: str, *paragraphs: str) -> Mail:
    parts = [
        _("Bonjour %(name)s,", name=ticket.contact_name),
        *paragraphs,
        _("Guichet, service d’assistance · %(url)s", url=public_url),
    ]
    return Mail(f"[{ticket.reference}] {subject}", "\n\n".join(parts) + "\n")


def merged(ticket: Ticket, target: Ticket, public_url: str) -> Mail:
    """Tell where a duplicate goes on."""
    with force_locale("fr"):
        return _mail(
            ticket,
            public_url,
            _("Réuni avec %(reference)s : %(title)s", reference=target.reference, title=ticket.title),
            _(
                "Votre signalement %(reference)s décrit le même incident que %(target)s, que vous nous aviez notifié avant : nous "
                "traitons les deux ensemble sous cette référence. Son décompte part de cette première notification.",
                reference=ticket.reference,
                target=target.reference,
            ),
            _("Suivre ou répondre : %(link)s", link=f"{public_url}/assistance/{target.reference}"),
        )


def split(ticket: Ticket, origin: Ticket, public_url: str) -> Mail:
    """Give the reference under which a second problem is handled."""
    with force_locale("fr"):
        return _mail(
            ticket,
            public_url,
            _("Nouvelle référence : %(title)s", title=ticket.title),
            _(
                "Une partie de vos échanges sur %(origin)s concerne un autre problème : nous le traitons sous la référence %(reference)s.",
                origin=origin.reference,
                reference=ticket.reference,
            ),
            _("Suivre ou répondre : %(link)s", link=f"{public_url}/assistance/{ticket.reference}"),
        )
