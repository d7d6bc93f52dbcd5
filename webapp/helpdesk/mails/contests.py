"""Mails about a contested pause: what happened and when an answer is due, never what was written."""

from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.helpdesk.mails.tickets import Mail, to_contact
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.site_time import deadline_words
from webapp.texts import mark as _m

#: The subject of the mail to the agent in charge.
CONTESTED = _m("Suspension contestée par le client : %(title)s")


def contested(ticket: Ticket, public_url: str, due_at: datetime) -> Mail:
    """Confirm a contest to the contact, with the day by which it is answered."""
    with force_locale("fr"):
        return to_contact(
            ticket,
            public_url,
            _("Contestation reçue : %(title)s", title=ticket.title),
            _(
                "Vous contestez une suspension du décompte. Notre réponse vous parviendra avant %(when)s.",
                when=deadline_words(due_at, ticket.calendar),
            ),
        )


def answered(ticket: Ticket, public_url: str, *, upheld: bool) -> Mail:
    """Tell the contact what became of the contest."""
    with force_locale("fr"):
        said = _("La suspension du décompte que vous contestiez est maintenue. Les raisons vous attendent sur le portail.")
        if not upheld:
            said = _(
                "La suspension du décompte que vous contestiez est annulée : ce temps compte. Les raisons vous attendent sur le portail."
            )
        return to_contact(ticket, public_url, _("Réponse à votre contestation : %(title)s", title=ticket.title), said)
