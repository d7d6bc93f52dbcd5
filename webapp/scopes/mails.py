"""Messages about scopes: they carry links and numbers, never the lines themselves (SO-CFG); in French (FL-20)."""

from datetime import date, datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.clock import PARIS


def _day(instant: datetime) -> str:
    return instant.astimezone(PARIS).strftime("%d/%m/%Y")


@force_locale("fr")
def published(number: str, version: int, effective_at: datetime, link: str) -> tuple[str, str]:
    """Return subject and body of the notice that a version is online."""
    subject = _("Portée détaillée %(number)s : la version %(version)s est en ligne", number=number, version=version)
    body = _(
        "Bonjour,\n\nLa version %(version)s de la portée détaillée du dossier %(number)s est publiée au registre public"
        " depuis le %(day)s à 0 h 00.\n\nLa consulter : %(link)s\n\nMessage automatique de Guichet.",
        number=number,
        version=version,
        day=_day(effective_at),
        link=link,
    )
    return subject, body


@force_locale("fr")
def decided(number: str, kind: str, code: str, reference: str, effect: str, link: str) -> tuple[str, str]:
    """Return subject and body of the notice that a decision was recorded; ``kind`` and ``effect`` are marked texts."""
    subject = _("Dossier %(number)s : décision %(reference)s enregistrée", number=number, reference=reference)
    body = _(
        "Bonjour,\n\nDécision %(reference)s : %(kind)s, ligne %(code)s de la portée générale du dossier %(number)s.\n"
        "%(effect)s\n\nVoir le dossier : %(link)s\n\nMessage automatique de Guichet.",
        number=number,
        kind=_(kind),
        code=code,
        reference=reference,
        effect=_(effect),
        link=link,
    )
    return subject, body


@force_locale("fr")
def entrusted(number: str, right: str, until: date | None, link: str) -> tuple[str, str]:
    """Return subject and body of the notice that a right on a file was given; ``right`` is a marked text, ``until`` its last day."""
    subject = _("Dossier %(number)s : un droit vous est donné", number=number)
    words = _("Ce droit cesse le %(day)s au soir.", day=until.strftime("%d/%m/%Y")) if until else _("Ce droit n’a pas de terme fixé.")
    body = _(
        "Bonjour,\n\nVotre droit sur le dossier %(number)s : %(right)s. %(words)s\n\nVoir le dossier : %(link)s\n\n"
        "Message automatique de Guichet.",
        number=number,
        right=_(right),
        words=words,
        link=link,
    )
    return subject, body
