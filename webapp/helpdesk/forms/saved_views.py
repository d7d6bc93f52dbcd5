"""The form of a saved view: its name, and who has it."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from webapp.web.forms import BaseForm, ChoiceField, at_most, required

MYSELF, DESK = "moi", "tous"


class SavedViewForm(BaseForm):
    """``audience`` is ``MYSELF``, ``DESK`` or the number of a team."""

    version = HiddenField()
    name = StringField(_l("Nom de la vue"), validators=[required(_l("Donnez un nom, par lequel la vue se retrouve.")), at_most(60)])
    audience = ChoiceField(_l("Pour qui"), default=MYSELF)
