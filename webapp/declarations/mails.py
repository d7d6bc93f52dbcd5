"""Mails about returns: they say what happened and link to the page, never what was declared (SO-CFG); in French (FL-20)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.web.i18n import paris_date


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
def sent_back(number: str, public_url: str) -> Mail:
    """To the declarants, when an agent sends their return back; the reason is on the page (SO-CFG)."""
    return _mail(
        _("Déclaration %(number)s : à corriger", number=number),
        _("Votre déclaration %(number)s vous est renvoyée pour correction.", number=number),
        _("Le motif est indiqué sur sa page. Ce que vous aviez saisi est conservé : corrigez, puis déposez à nouveau."),
        f"{public_url}/declarations/{number}",
    )


@force_locale("fr")
def section_entrusted(number: str, title: str, by: str, public_url: str) -> Mail:
    """To a colleague to whom a section of a return is entrusted."""
    return _mail(
        _("Déclaration %(number)s : une section vous est confiée", number=number),
        _("%(name)s vous confie la section « %(title)s » de la déclaration %(number)s.", name=by, title=title, number=number),
        _("Remplissez-la, puis dites-la prête pour relecture sur cette page."),
        f"{public_url}/declarations/{number}/partage",
    )


@force_locale("fr")
def to_be_signed(number: str, by: str, public_url: str) -> Mail:
    """To the signatories, when a colleague who may not submit a return tells them that it is ready."""
    return _mail(
        _("Déclaration %(number)s : prête à déposer", number=number),
        _("%(name)s vous signale que la déclaration %(number)s est prête : il vous revient de la déposer.", name=by, number=number),
        f"{public_url}/declarations/{number}/depot",
    )


@force_locale("fr")
def accepted(number: str, public_url: str) -> Mail:
    """To the declarants, when their return is accepted."""
    return _mail(
        _("Déclaration %(number)s : acceptée", number=number),
        _("Votre déclaration %(number)s a été acceptée. Vous n’avez rien d’autre à faire.", number=number),
        f"{public_url}/declarations/{number}",
    )


@force_locale("fr")
def rectification(number: str, public_url: str) -> Mail:
    """To the declarants, when their accepted return is opened again."""
    return _mail(
        _("Déclaration %(number)s : rectification ouverte", number=number),
        _("Votre déclaration %(number)s est ouverte pour rectification.", number=number),
        _("Le motif est indiqué sur sa page. Ce qui a été accepté reste en vigueur jusqu’à l’acceptation de la rectification."),
        f"{public_url}/declarations/{number}",
    )


@force_locale("fr")
def extended(number: str, until: date, public_url: str) -> Mail:
    """To the declarants, when their deadline is put off."""
    return _mail(
        _("Déclaration %(number)s : échéance reportée", number=number),
        _("L’échéance de votre déclaration %(number)s est reportée au %(day)s inclus.", number=number, day=paris_date(until)),
        f"{public_url}/declarations/{number}",
    )


@force_locale("fr")
def reminder(number: str, due_on: date, today: date, public_url: str) -> Mail:
    """To the declarants, before or after the last day, while their return is with them."""
    day = paris_date(due_on)
    if today > due_on:
        subject = _("Déclaration %(number)s : échéance dépassée", number=number)
        words = _("L’échéance de votre déclaration %(number)s était le %(day)s : elle n’est pas déposée.", number=number, day=day)
    else:
        subject = _("Déclaration %(number)s : rappel de l’échéance", number=number)
        words = _("Votre déclaration %(number)s est à déposer au plus tard le %(day)s.", number=number, day=day)
    return _mail(
        subject,
        words,
        _("Si vous ne pouvez pas tenir ce délai, dites-le depuis sa page : l’administration vous y répondra."),
        f"{public_url}/declarations/{number}",
    )


@force_locale("fr")
def message_waits(number: str, public_url: str) -> Mail:
    """To the other side, when somebody wrote about a return; the words are on the page (SO-CFG)."""
    return _mail(
        _("Déclaration %(number)s : un message vous attend", number=number),
        _("Un message vous attend au sujet de la déclaration %(number)s.", number=number),
        f"{public_url}/declarations/{number}#echanges",
    )


def _mail(subject: str, *paragraphs: str) -> Mail:
    return Mail(subject, "\n\n".join((_("Bonjour,"), *paragraphs, _("Message automatique de Guichet."))) + "\n")
