"""Forms of teams and absences."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired

from webapp.helpdesk.forms.tickets import CheckboxesField
from webapp.web.forms import BaseForm, ChoiceField, DayField, at_most, required


class TeamForm(BaseForm):
    """A team's name, its members, and whether it is closed."""

    version = HiddenField()
    name = StringField(_l("Nom de l’équipe"), validators=[required(_l("Donnez un nom à l’équipe.")), at_most(120)])
    members = CheckboxesField(_l("Membres"))
    closed = BooleanField(_l("Équipe fermée : on ne lui confie plus de ticket"))


class AbsenceForm(BaseForm):
    """Who is away, from when to when, and who takes over."""

    account = ChoiceField(_l("Agent absent"), validators=[required(_l("Choisissez un agent de la liste."))])
    first_on = DayField(_l("Premier jour d’absence"), validators=[InputRequired(_l("Donnez le premier jour."))])
    last_on = DayField(_l("Dernier jour d’absence"), validators=[InputRequired(_l("Donnez le dernier jour."))])
    substitute = ChoiceField(_l("Qui reprend ses tickets"))
