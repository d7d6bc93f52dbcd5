"""Forms of the front door and of the profile."""

from collections.abc import Mapping
from typing import Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import Optional, Regexp

from webapp.web.forms import BaseForm, at_most, required

#: The demonstration's addresses end in ``.invalid``, which no mail reaches (RFC 2606): the library would refuse them.
if "invalid" in SPECIAL_USE_DOMAIN_NAMES:
    SPECIAL_USE_DOMAIN_NAMES.remove("invalid")


class SecretField(PasswordField):
    """A password: kept as typed (no cleaning, spaces count) and never sent back."""

    def __init__(self, *args: Any, raw: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.raw = raw


def secret(label: str, missing: str) -> SecretField:
    """Return a required password field."""
    return SecretField(label, raw=True, validators=[required(missing), at_most(1000)])


class MailAddress:
    """Accept an address whose form is right; whether it is somebody's is shown by the mail that arrives."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Keep the address in its normal form; refuse what is not one."""
        field.data = mail_address(field.data or "")


def mail_address(typed: str) -> str:
    """Return the address in its normal form; raises WTForms' ``ValidationError``."""
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValidationError(_("Saisissez une adresse électronique, par exemple prenom.nom@organisme.fr.")) from error


def mail_field(label: str) -> StringField:
    """Return a required mail address field."""
    return StringField(label, validators=[required(_l("Saisissez l'adresse électronique.")), at_most(320), MailAddress()])


def in_words(errors: Mapping[str, str]) -> dict[str, str]:
    """Return a service's messages (French source strings, one a line) in the language of the page."""
    return {name: " ".join(str(_(line)) for line in text.split("\n")) for name, text in errors.items()}


class SignInForm(BaseForm):
    """Identifiant and mot de passe."""

    username = StringField(_l("Identifiant"), validators=[required(_l("Saisissez votre identifiant.")), at_most(120)])
    password = secret(_l("Mot de passe"), _l("Saisissez votre mot de passe."))


class NewPasswordForm(BaseForm):
    """A new password, twice."""

    password = secret(_l("Nouveau mot de passe"), _l("Choisissez un mot de passe."))
    repeated = secret(_l("Le même mot de passe, à nouveau"), _l("Retapez le mot de passe."))


class ActivationForm(NewPasswordForm):
    """Identifiant and mot de passe of a new account (FX-7a)."""

    username = StringField(_l("Identifiant"), validators=[required(_l("Choisissez un identifiant.")), at_most(120)])


class ForgottenForm(BaseForm):
    """Whose password was forgotten."""

    name = StringField(
        _l("Identifiant ou adresse électronique"),
        validators=[required(_l("Saisissez votre identifiant ou votre adresse électronique.")), at_most(320)],
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    current = secret(_l("Mot de passe actuel"), _l("Saisissez votre mot de passe actuel."))


class AddressForm(BaseForm):
    """A new mail address, and the password that shows who asks."""

    email = mail_field(_l("Nouvelle adresse électronique"))
    current = secret(_l("Mot de passe actuel"), _l("Saisissez votre mot de passe actuel."))


class DetailsForm(BaseForm):
    """Name and telephone."""

    full_name = StringField(_l("Nom et prénom"), validators=[required(_l("Saisissez votre nom.")), at_most(200)])
    phone = StringField(
        _l("Téléphone"),
        validators=[
            Optional(),
            at_most(40),
            Regexp(r"[+0-9][0-9 .()-]{3,}$", message=_l("Un numéro de téléphone : des chiffres, par exemple 01 23 45 67 89.")),
        ],
    )
    version = HiddenField()


class NoticesForm(BaseForm):
    """Whether notices come by mail."""

    mail_notices = BooleanField(_l("Recevoir un courriel quand quelque chose m'attend"))


class CloseAccountForm(BaseForm):
    """The password, before giving up the service."""

    current = secret(_l("Mot de passe actuel"), _l("Saisissez votre mot de passe actuel."))
