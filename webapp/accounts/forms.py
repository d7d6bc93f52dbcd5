"""Forms of the front door."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from webapp.web.forms import BaseForm, at_most, required


class SignInForm(BaseForm):
    """Identifiant and mot de passe."""

    username = StringField(_l("Identifiant"), validators=[required(_l("Saisissez votre identifiant.")), at_most(120)])
    password = PasswordField(_l("Mot de passe"), validators=[required(_l("Saisissez votre mot de passe.")), at_most(1000)])
