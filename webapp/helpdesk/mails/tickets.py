"""Mails to a ticket's contact, agent and followers: built here, sent by the outbox.

They carry links and what the portal itself knows (deadlines, durations). What either side wrote stays on the portal (SO-CFG), but for
the ticket's title in the subject, by which its reader knows it again.
"""

from dataclasses import dataclass
from functools import partial

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.account import Durations
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.site_time import deadline_words
from webapp.texts import mark as _m
from webapp.web.i18n import business_duration

ANSWERED = _m("Le client a écrit : %(title)s")
REOPENED = _m("Rouvert par le client : %(title)s")
#: Subjects of the mails that tell the agent in charge what the client did; ``ANSWERED`` otherwise.
CLIENT_ACTS: dict[Verb, str] = {
    Verb.REOPEN: REOPENED,
    Verb.CLOSE: _m("Clos par le client : %(title)s"),
    Verb.CANCEL: _m("Retiré par le client : %(title)s"),
    Verb.ACCEPT: _m("Prestation acceptée par le client : %(title)s"),
    Verb.REFUSE: _m("Prestation refusée par le client : %(title)s"),
}
REPLY = _m("Nouveau message : %(title)s")
FOLLOWED = _m("Du nouveau : %(title)s")
FOLLOWED_NOTE = _m("Note interne : %(title)s")
MENTIONED = _m("Vous êtes mentionné : %(title)s")

#: Subjects of the mails that go with a change of state.
SUBJECTS: dict[Verb, str] = {
    Verb.CONFIRM: _m("Interruption confirmée : %(title)s"),
    Verb.ASK_CLIENT: _m("Votre réponse est attendue : %(title)s"),
    Verb.PAUSE: _m("Accès au site demandé : %(title)s"),
    Verb.RESUME: _m("Accès au site obtenu : %(title)s"),
    Verb.RESTORE: _m("Service rétabli : %(title)s"),
    Verb.DISMISS: _m("Hors interruption : %(title)s"),
    Verb.REOPEN: _m("Ticket rouvert : %(title)s"),
    Verb.PROPOSE: _m("Prestation proposée, votre accord est attendu : %(title)s"),
    Verb.WITHDRAW: _m("Prestation retirée : %(title)s"),
    Verb.COMPLETE: _m("Prestation réalisée : %(title)s"),
}


@dataclass(frozen=True, slots=True)
class Mail:
    """A subject and a plain text."""

    subject: str
    body: str


def to_contact(ticket: Ticket, public_url: str, what: str, *paragraphs: str) -> Mail:
    """Return a mail to the ticket's contact: ``what`` happened, as the subject, and what is said of it; in the language in force."""
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
        told = partial(deadline_words, calendar=ticket.calendar)
        restoration = _("Rétablissement attendu avant %(when)s.", when=told(ticket.restoration_due_at)) if ticket.restoration_due_at else ""
        return to_contact(
            ticket,
            public_url,
            _("Signalement reçu : %(title)s", title=ticket.title),
            _("Votre signalement est enregistré sous la référence %(reference)s.", reference=ticket.reference),
            _("Notifié %(when)s : cet instant est le point de départ du décompte.", when=told(ticket.notified_at)),
            "\n".join([_("Première réponse avant %(when)s.", when=told(ticket.first_response_due_at)), restoration]).strip(),
        )


def said(ticket: Ticket, public_url: str, subject: str) -> Mail:
    """Tell the contact that a message of the desk waits, under a subject (one of ``SUBJECTS`` or ``REPLY``) that says what happened."""
    with force_locale("fr"):
        return to_contact(
            ticket, public_url, _(subject, title=ticket.title), _("Un message du service d’assistance vous attend sur le portail.")
        )


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


def to_follower(ticket: Ticket, name: str, public_url: str, *, internal: bool = False) -> Mail:
    """Tell a follower that something was said or done on the ticket."""
    with force_locale("fr"):
        what = _("Une note interne a été ajoutée au ticket %(reference)s.", reference=ticket.reference)
        if not internal:
            what = _("Le ticket %(reference)s a du nouveau.", reference=ticket.reference)
        link = _("Le lire, ou ne plus le suivre : %(link)s", link=f"{public_url}/assistance/{ticket.reference}")
        return _to_person(ticket, name, FOLLOWED_NOTE if internal else FOLLOWED, what, link, public_url)


def mentioned(ticket: Ticket, name: str, author: str, public_url: str, anchor: str) -> Mail:
    """Tell an agent that a colleague's note names them."""
    with force_locale("fr"):
        what = _("%(author)s vous mentionne dans une note interne du ticket %(reference)s.", author=author, reference=ticket.reference)
        link = _("Lire la note : %(link)s", link=f"{public_url}/assistance/{ticket.reference}#{anchor}")
        return _to_person(ticket, name, MENTIONED, what, link, public_url)


def _to_person(ticket: Ticket, name: str, subject: str, what: str, link: str, public_url: str) -> Mail:
    paragraphs = [_("Bonjour %(name)s,", name=name), what, link, _("Guichet, service d’assistance · %(url)s", url=public_url)]
    return Mail(f"[{ticket.reference}] {_(subject, title=ticket.title)}", "\n\n".join(paragraphs) + "\n")


def closed(ticket: Ticket, public_url: str, durations: Durations) -> Mail:
    """Tell the durations that closing has fixed (FL-12.7)."""
    with force_locale("fr"):
        return to_contact(
            ticket,
            public_url,
            _("Incident clos : %(title)s", title=ticket.title),
            _("L’incident %(reference)s est clos et archivé.", reference=ticket.reference),
            _(
                "Durée de l’interruption : %(elapsed)s depuis la première heure ouvrée, dont %(business)s en heures ouvrées.",
                elapsed=business_duration(durations.elapsed),
                business=business_duration(durations.business),
            ),
            _("Dites-nous si vous êtes satisfait : %(link)s", link=f"{public_url}/assistance/{ticket.reference}#satisfaction"),
        )
