"""Mails about returns: they say what happened and link to the page, never what was declared (SO-CFG); in French (FL-20)."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _


class Mail(NamedTuple):
    """A subject and a plain text."""

    subject: str
    body: str


@force_locale("fr")
def received(number: str, receipt: str, public_url: str) -> Mail:
    """To the declarants, when their return was submitted."""
    return _mail(
        _("Déclaration %(number)s : accusé de réception", number=number),
        _("Votre déclaration %(number)s a été déposée.", number=number),
        _("Numéro du récépissé : %(receipt)s. Conservez-le : il identifie exactement ce qui a été déposé.", receipt=receipt),
        f"{public_url}/declarations/{number}/recepisses/{receipt}",
    )


@force_locale("fr")
def sent_back(number: str, reason: str, public_url: str) -> Mail:
    """To the declarants, when an agent sends their return back."""
    return _mail(
        _("Déclaration %(number)s : à corriger", number=number),
        _("Votre déclaration %(number)s vous est renvoyée pour correction.", number=number),
        _("Motif : %(reason)s", reason=reason),
        _("Ce que vous aviez saisi est conservé : corrigez, puis déposez à nouveau."),
        f"{public_url}/declarations/{number}",
    )


@force_locale("fr")
def accepted(number: str, public_url: str) -> Mail:
    """To the declarants, when their return is accepted."""
    return _mail(
        _("Déclaration %(number)s : acceptée", number=number),
        _("Votre déclaration %(number)s a été acceptée. Vous n’avez rien d’autre à faire.", number=number),
        f"{public_url}/declarations/{number}",
    )


def _mail(subject: str, *paragraphs: str) -> Mail:
    return Mail(subject, "\n\n".join((_("Bonjour,"), *paragraphs, _("Message automatique de Guichet."))) + "\n")
