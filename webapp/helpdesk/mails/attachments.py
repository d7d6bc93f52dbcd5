"""The mail that tells of files: they stay on the portal, their names too."""

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.helpdesk.mails.tickets import Mail, to_contact
from webapp.helpdesk.models import Ticket


def attached(ticket: Ticket, public_url: str) -> Mail:
    """Tell the contact that the desk has attached files."""
    with force_locale("fr"):
        return to_contact(
            ticket,
            public_url,
            _("Fichiers joints : %(title)s", title=ticket.title),
            _("Le service d’assistance a joint des fichiers, à télécharger sur le portail."),
        )
