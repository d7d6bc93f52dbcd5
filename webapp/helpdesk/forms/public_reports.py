"""Forms of people who have no account."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from webapp.helpdesk.forms.tickets import IncidentForm, service_choices
from webapp.helpdesk.services.common import LONGEST_MESSAGE
from webapp.web.forms import BaseForm, at_most, required


class PublicReportForm(IncidentForm):
    """The report form without contract, sites and files. ``website`` is a field that only machines fill in."""

    organisation = StringField(_l("Votre organisme"), validators=[at_most(200)])
    website = StringField(_l("Ne remplissez pas ce champ"), validators=[at_most(2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service.choices = [("", _l("Choisir le service")), *service_choices()]


class FollowForm(BaseForm):
    """An answer of the person who reported."""

    body = TextAreaField(_l("Votre réponse"), validators=[required(_l("Écrivez le message.")), at_most(LONGEST_MESSAGE)])
