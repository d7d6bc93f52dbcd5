"""Mails to a ticket's contact and agent: built here, sent by the outbox. They carry a link and the desk's words, never declared data."""

from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.account import Durations
from webapp.helpdesk.rules.states import Verb
from webapp.texts import mark as _m
from webapp.web.i18n import business_duration, paris

ANSWERED = _m("Le client a écrit : %(title)s")
REOPENED = _m("Rouvert par le client : %(title)s")
REPLY = _m("Nouveau message : %(title)s")
RESUMED = _m("L’accès au site a été obtenu. Le décompte de l’interruption reprend.")

#: Subjects of the mails that go with a change of state.
SUBJECTS: dict[Verb, str] = {
    Verb.CONFIRM: _m("Interruption confirmée : %(title)s"),
    Verb.ASK_CLIENT: _m("Votre réponse est attendue : %(title)s"),
    Verb.PAUSE: _m("Accès au site demandé : %(title)s"),
    Verb.RESUME: _m("Accès au site obtenu : %(title)s"),
    Verb.RESTORE: _m("Service rétabli : %(title)s"),
    Verb.DISMISS: _m("Hors interruption : %(title)s"),
    Verb.REOPEN: _m("Ticket rouvert : %(title)s"),
}


@dataclass(frozen=True, slots=True)
class Mail:
    """A subject and a plain text."""

    subject: str
    body: str


def _mail(ticket: Ticket, public_url: str, what: str, *paragraphs: str) -> Mail:
    link = f"{public_url}/assistance/{ticket.reference}"
    body = "\n\n".join(
        [
            _("Bonjour %(name)s,", name=ticket.contact_name),
            *[paragraph for paragraph in paragraphs if paragraph],
            _("Suivre ou répondre : %(link)s", link=link),
            _("Gardez la référence %(reference)s : elle suffit pour nous rappeler ce signalement.", reference=ticket.reference),
            _("Guichet, service d’assistance · %(url)s", url=public_url),
        ]
    )
    return Mail(f"[{ticket.reference}] {what}", body + "\n")


def opened(ticket: Ticket, public_url: str) -> Mail:
    """Confirm the report, with its reference and its deadlines (FL-12.5c)."""
    with force_locale("fr"):
        restoration = (
            _("Rétablissement attendu avant %(when)s.", when=paris(ticket.restoration_due_at)) if ticket.restoration_due_at else ""
        )
        return _mail(
            ticket,
            public_url,
            _("Signalement reçu : %(title)s", title=ticket.title),
            _("Votre signalement est enregistré sous la référence %(reference)s.", reference=ticket.reference),
            _("Notifié %(when)s : cet instant est le point de départ du décompte.", when=paris(ticket.notified_at)),
            "\n".join([_("Première réponse avant %(when)s.", when=paris(ticket.first_response_due_at)), restoration]).strip(),
        )


def said(ticket: Ticket, public_url: str, subject: str, text: str) -> Mail:
    """Pass on a public message of the desk, under a subject (one of ``SUBJECTS`` or ``REPLY``) that says what happened."""
    with force_locale("fr"):
        return _mail(ticket, public_url, _(subject, title=ticket.title), text)


def to_agent(ticket: Ticket, name: str, subject: str, public_url: str) -> Mail:
    """Tell the agent in charge that the client has written (``ANSWERED``) or reopened (``REOPENED``); the words stay on the portal."""
    with force_locale("fr"):
        paragraphs = [
            _("Bonjour %(name)s,", name=name),
            _("Un message du client vous attend sur le ticket %(reference)s, que vous suivez.", reference=ticket.reference),
            _("Lire et répondre : %(link)s", link=f"{public_url}/assistance/{ticket.reference}"),
            _("Aucun autre courriel ne partira pour ce ticket avant que vous n’y ayez agi."),
            _("Guichet, service d’assistance · %(url)s", url=public_url),
        ]
        return Mail(f"[{ticket.reference}] {_(subject, title=ticket.title)}", "\n\n".join(paragraphs) + "\n")


def closed(ticket: Ticket, public_url: str, durations: Durations) -> Mail:
    """Tell the durations that closing has fixed (FL-12.7)."""
    with force_locale("fr"):
        return _mail(
            ticket,
            public_url,
            _("Incident clos : %(title)s", title=ticket.title),
            _("L’incident %(reference)s est clos et archivé.", reference=ticket.reference),
            _(
                "Durée de l’interruption : %(elapsed)s depuis la première heure ouvrée, dont %(business)s en heures ouvrées.",
                elapsed=business_duration(durations.elapsed),
                business=business_duration(durations.business),
            ),
        )
