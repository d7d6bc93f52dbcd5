"""The form that applies another level to a ticket."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from webapp.web.forms import BaseForm, ChoiceField, at_most, required


class RecommitForm(BaseForm):
    """Which version of which level, and why."""

    version = HiddenField()
    level = ChoiceField(_l("Niveau à appliquer"), coerce=int, validators=[required(_l("Choisissez un niveau."))])
    reason = TextAreaField(_l("Motif"), validators=[required(_l("Dites pourquoi : le client lira ce motif.")), at_most(400)])
