"""Forms of this counter: shape and format only. A table of figures is read by ``webapp.declarations.values``, not by WTForms."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from webapp.declarations.rules import AUDIENCE_LABELS, KIND_LABELS
from webapp.declarations.services import LONGEST_REASON
from webapp.web.forms import BaseForm, ChoiceField, DayField, at_most, required


class VersionForm(BaseForm):
    """An act on something that may have changed meanwhile."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """The version that the person saw; 0 when it was tampered with, which never matches."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ReasonForm(VersionForm):
    """Sending a return back."""

    reason = TextAreaField(_l("Motif du renvoi"), validators=[required(), at_most(LONGEST_REASON)])


class DeadlineForm(VersionForm):
    """Moving a campaign's deadline."""

    deadline = DayField(_l("Nouvelle échéance"), validators=[InputRequired(_l("Renseignez ce champ."))])


class CampaignForm(BaseForm):
    """Preparing a campaign."""

    kind = ChoiceField(
        _l("Déclaration"), choices=[SelectChoice(kind.value, _l(label)) for kind, label in KIND_LABELS.items()], validators=[required()]
    )
    audience = ChoiceField(
        _l("Public"),
        choices=[SelectChoice(audience.value, _l(label)) for audience, label in AUDIENCE_LABELS.items()],
        validators=[required()],
    )
    year = IntegerField(
        _l("Exercice"),
        validators=[InputRequired(_l("Renseignez ce champ.")), NumberRange(2000, 2100, _l("Écrivez une année sur quatre chiffres."))],
    )
    opens_on = DayField(_l("Ouverture"), validators=[InputRequired(_l("Renseignez ce champ."))])
    deadline = DayField(_l("Échéance"), validators=[InputRequired(_l("Renseignez ce champ."))])
