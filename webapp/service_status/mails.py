"""What client contacts are told of an interruption (FL-12.8): in French, with a link."""

from datetime import datetime, timedelta

from babel.dates import format_date
from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.service_status.rules import Kind, State
from webapp.web.i18n import business_duration


def announced(
    kind: Kind, title: str, text: str, starts_at: datetime, expected_minutes: int | None, components: list[str], link: str
) -> tuple[str, str]:
    """Return subject and body of an announcement, with its start and approximate duration."""
    with force_locale("fr"):
        when = _when(starts_at)
        if kind is Kind.PLANNED:
            subject = _("Interruption programmée %(when)s : %(title)s", when=when, title=title)
        else:
            subject = _("Incident en cours : %(title)s", title=title)
        facts = [_("Début : %(when)s (heure de Paris)", when=when)]
        if expected_minutes:
            facts.append(_("Durée approximative : %(duration)s", duration=business_duration(timedelta(minutes=expected_minutes))))
        if components:
            facts.append(_("Services concernés : %(names)s", names=", ".join(components)))
        return subject, _body(title, "\n".join(facts), text, link)


def over(kind: Kind, state: State, title: str, text: str, at: datetime, link: str) -> tuple[str, str]:
    """Return subject and body of the word that it is over, or will not take place."""
    with force_locale("fr"):
        if state is State.CANCELLED:
            subject = _("Interruption programmée annulée : %(title)s", title=title)
            fact = _("L'interruption annoncée n'aura pas lieu.")
        elif kind is Kind.PLANNED:
            subject = _("Interruption programmée terminée : %(title)s", title=title)
            fact = _("Terminée %(when)s (heure de Paris).", when=_when(at))
        else:
            subject = _("Incident terminé : %(title)s", title=title)
            fact = _("Rétabli %(when)s (heure de Paris).", when=_when(at))
        return subject, _body(title, fact, text, link)


def _when(instant: datetime) -> str:
    """Say an instant in Paris time; mails are also written by jobs, outside any request."""
    local = instant.astimezone(PARIS)
    return f"{format_date(local.date(), 'EEEE d MMMM y', locale='fr')} à {local.hour} h {local.minute:02d}"


def _body(title: str, facts: str, text: str, link: str) -> str:
    following = _("Suivre l'état des services : %(link)s", link=link)
    return "\n\n".join((_("Bonjour,"), title, facts, text, following, _("Message automatique de Guichet."))) + "\n"
