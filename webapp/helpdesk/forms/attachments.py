"""Forms of attachments."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField

from webapp.helpdesk.services.attachments import LONGEST_REASON
from webapp.uploads.forms import files_field
from webapp.web.forms import BaseForm, at_most, required


class AttachForm(BaseForm):
    """Files after the fact, for both sides or for the desk alone."""

    files = files_field()
    internal = BooleanField(_l("Interne : le client ne les voit pas"))


class RemovalForm(BaseForm):
    """Why a file is taken away."""

    reason = StringField(
        _l("Raison"),
        validators=[required(_l("Dites pourquoi ce fichier est retiré : la raison reste sur le ticket.")), at_most(LONGEST_REASON)],
    )
