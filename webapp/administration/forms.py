"""Forms of the administration."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.accounts.forms import mail_field
from webapp.accounts.rules import KIND_LABELS, REGIONS, ROLE_LABELS
from webapp.actor import OrganisationKind, Role
from webapp.web.forms import BaseForm, ChoiceField, DayField, at_most, required


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds of organisation in the language of the page."""
    return [(str(kind), str(_(KIND_LABELS[kind]))) for kind in OrganisationKind]


def role_choices(roles: frozenset[Role]) -> list[tuple[str, str]]:
    """Return these roles in the language of the page, in their declared order."""
    return [(str(role), str(_(ROLE_LABELS[role]))) for role in Role if role in roles]


def region_choices() -> list[tuple[str, str]]:
    """Return the regions, and none."""
    return [("", str(_("aucune"))), *((region, region) for region in REGIONS)]


class OrganisationForm(BaseForm):
    """An organisation."""

    kind = ChoiceField(_l("Genre"), validators=[required()])
    name = StringField(_l("Nom"), validators=[required(_l("Saisissez le nom de l'organisation.")), at_most(200)])
    siret = StringField(_l("SIRET"), validators=[Optional(), at_most(30)])
    region = ChoiceField(_l("Région"), validators=[Optional()])
    city = StringField(_l("Ville"), validators=[Optional(), at_most(120)])
    version = HiddenField()


class RolesField(SelectMultipleField):
    """Several roles, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, _form: object) -> None:
        """Refuse roles that are not offered."""
        offered = {value for value, _label in self.choices}
        if not set(self.data or ()) <= offered:
            raise ValidationError(_("Choisissez des rôles de la liste."))


class InvitationForm(BaseForm):
    """Whom to invite, and what for."""

    full_name = StringField(_l("Nom et prénom"), validators=[required(_l("Saisissez le nom de la personne.")), at_most(200)])
    email = mail_field(_l("Adresse électronique"))
    roles = RolesField(_l("Rôles"), validators=[InputRequired(_l("Choisissez au moins un rôle."))])
    region = ChoiceField(_l("Région (agents régionaux)"), validators=[Optional()])


class GrantForm(BaseForm):
    """One more role for somebody."""

    role = ChoiceField(_l("Rôle"), validators=[required()])
    region = ChoiceField(_l("Région (agents régionaux)"), validators=[Optional()])


class ValidityForm(BaseForm):
    """The last day of an account."""

    expires_on = DayField(_l("Dernier jour de validité"), validators=[InputRequired(_l("Choisissez un jour."))])
