"""Mails of the front door: subjects and plain-text bodies. They carry links, made from the public address, and no secret but those."""

from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.accounts.rules import EMAIL_CHANGE_HOURS, INVITATION_DAYS, RESET_MINUTES


class Mail(NamedTuple):
    """A mail to be queued."""

    subject: str
    body: str


def _mail(subject: str, public_url: str, *paragraphs: str) -> Mail:
    ending = _("Message automatique de Guichet, %(url)s", url=public_url)
    return Mail(f"[Guichet] {subject}", "\n\n".join((*paragraphs, f"-- \n{ending}")) + "\n")


def invitation(public_url: str, token: str, full_name: str, organisation: str) -> Mail:
    """Ask a person to activate the account opened for them (FX-7a)."""
    with force_locale("fr"):
        return _mail(
            _("Votre compte est ouvert"),
            public_url,
            _("Bonjour %(name)s,", name=full_name),
            _("Un compte vous est ouvert sur Guichet pour %(organisation)s.", organisation=organisation),
            _("Terminez votre inscription en choisissant votre identifiant et votre mot de passe :") + f"\n{public_url}/activation/{token}",
            _(
                "Ce lien sert une seule fois et vaut %(days)d jours. Le compte est personnel : ne transmettez pas ce lien.",
                days=INVITATION_DAYS,
            ),
        )


def role_granted(public_url: str, full_name: str, organisation: str) -> Mail:
    """Tell a person that they may now act for an organisation."""
    with force_locale("fr"):
        return _mail(
            _("Vous pouvez agir pour %(organisation)s", organisation=organisation),
            public_url,
            _("Bonjour %(name)s,", name=full_name),
            _("Un rôle vous a été donné pour %(organisation)s.", organisation=organisation),
            _("Le menu à votre nom permet de passer d'une organisation à l'autre :") + f"\n{public_url}/",
        )


def password_link(public_url: str, token: str, full_name: str, username: str) -> Mail:
    """Let a person who forgot their password set a new one (FX-7d)."""
    return _mail(
        _("Nouveau mot de passe"),
        public_url,
        _("Bonjour %(name)s,", name=full_name),
        _("Quelqu'un, sans doute vous, a demandé un nouveau mot de passe pour l'identifiant « %(username)s ».", username=username),
        _("Choisissez-le ici :") + f"\n{public_url}/mot-de-passe/{token}",
        _("Ce lien sert une seule fois et vaut %(minutes)d minutes.", minutes=RESET_MINUTES),
        _("Si vous n'avez rien demandé, ne faites rien : votre mot de passe reste le même."),
    )


def password_changed(public_url: str, full_name: str) -> Mail:
    """Warn the owner of an account that its password has just changed (SO-32)."""
    return _mail(
        _("Votre mot de passe a changé"),
        public_url,
        _("Bonjour %(name)s,", name=full_name),
        _("Le mot de passe de votre compte vient d'être changé, et les autres sessions fermées."),
        _("Si ce n'est pas vous, demandez aussitôt un nouveau mot de passe et prévenez l'assistance :")
        + f"\n{public_url}/mot-de-passe-oublie",
    )


def confirm_address(public_url: str, token: str, full_name: str) -> Mail:
    """Ask the owner of a new address to confirm it."""
    return _mail(
        _("Confirmez votre adresse"),
        public_url,
        _("Bonjour %(name)s,", name=full_name),
        _("Cette adresse doit devenir celle de votre compte Guichet. Confirmez-la ici :") + f"\n{public_url}/adresse/{token}",
        _("Ce lien sert une seule fois et vaut %(hours)d heures.", hours=EMAIL_CHANGE_HOURS),
        _("Si vous n'avez rien demandé, ne faites rien."),
    )


def address_taken(public_url: str) -> Mail:
    """Tell the owner of an address already in use that somebody asked for it; the asker learns nothing."""
    return _mail(
        _("Adresse déjà utilisée"),
        public_url,
        _("Quelqu'un a demandé que cette adresse devienne celle d'un compte Guichet, mais elle est déjà celle d'un autre compte."),
        _("Si c'est vous, connectez-vous avec ce compte. Sinon, ne faites rien."),
    )


def address_change_asked(public_url: str, full_name: str, hidden_address: str) -> Mail:
    """Tell the old address that a change was asked for."""
    return _mail(
        _("Changement d'adresse demandé"),
        public_url,
        _("Bonjour %(name)s,", name=full_name),
        _("L'adresse %(address)s doit remplacer celle-ci pour votre compte, dès qu'elle sera confirmée.", address=hidden_address),
        _("Si ce n'est pas vous, changez aussitôt votre mot de passe et prévenez l'assistance :") + f"\n{public_url}/profil/mot-de-passe",
    )


def address_changed(public_url: str, full_name: str) -> Mail:
    """Tell the old address that it no longer is the account's."""
    return _mail(
        _("Votre adresse a changé"),
        public_url,
        _("Bonjour %(name)s,", name=full_name),
        _("Cette adresse n'est plus celle de votre compte Guichet. Si ce n'est pas vous, prévenez aussitôt l'assistance."),
    )


def hidden(address: str) -> str:
    """Return an address with most of its name hidden: « c…@exemple.fr »."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"
