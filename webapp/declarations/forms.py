"""Forms of this counter: shape and format only. A table of figures is read by ``webapp.declarations.values``, not by WTForms."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from webapp.declarations.rules.workflow import AUDIENCE_LABELS, KIND_LABELS
from webapp.declarations.services.comments import LONGEST_COMMENT
from webapp.declarations.services.marks import LONGEST_MESSAGE, LONGEST_NOTE
from webapp.declarations.services.overrides import LONGEST_OVERRIDE_REASON
from webapp.declarations.services.transitions import LONGEST_REASON
from webapp.uploads.forms import files_field
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
    """Sending a return back: a reason, the marked cells, or both; the day until which it can be corrected in time."""

    reason = TextAreaField(_l("Motif du renvoi"), validators=[Optional(), at_most(LONGEST_REASON)])
    due_on = DayField(_l("À corriger au plus tard le"), validators=[Optional()])


class DocumentForm(BaseForm):
    """Files that go with a return."""

    files = files_field()


class BodyForm(VersionForm):
    """The record of a body, typed."""

    siret = StringField(_l("SIRET"))
    name = StringField(_l("Nom"))
    address = StringField(_l("Adresse"))
    legal_form = StringField(_l("Forme juridique"))
    naf = StringField(_l("Code NAF"))
    headcount = StringField(_l("Tranche d’effectif"))


class RectificationForm(VersionForm):
    """Opening an accepted return again."""

    reason = TextAreaField(_l("Motif de la rectification"), validators=[required(), at_most(LONGEST_REASON)])


class ExtensionForm(VersionForm):
    """Putting one declarant's deadline off."""

    until = DayField(_l("Nouvelle échéance de ce déclarant"), validators=[InputRequired(_l("Renseignez ce champ."))])
    reason = TextAreaField(_l("Motif du report"), validators=[required(), at_most(LONGEST_REASON)])


class RemindersForm(VersionForm):
    """Choosing the days on which declarants are reminded."""

    days = StringField(_l("Jours de rappel"), validators=[at_most(80)])


class ReminderForm(BaseForm):
    """Reminding many declarants at once."""

    body = TextAreaField(_l("Message sur la page de chaque déclaration"), validators=[Optional(), at_most(LONGEST_MESSAGE)])


class MarkForm(BaseForm):
    """Asking for one cell to be corrected; its lines and columns are those of the table."""

    row = ChoiceField(_l("Ligne"), validators=[required()])
    column = ChoiceField(_l("Colonne"), validators=[required()])
    note = TextAreaField(_l("Ce qui est à corriger"), validators=[required(), at_most(LONGEST_NOTE)])


class MessageForm(BaseForm):
    """Writing to the other side, about the return or about a marked cell."""

    mark = HiddenField()
    body = TextAreaField(_l("Message"), validators=[required(), at_most(LONGEST_MESSAGE)])


class CommentForm(BaseForm):
    """Noting something beside a cell, for one's colleagues."""

    body = TextAreaField(_l("Commentaire"), validators=[required(), at_most(LONGEST_COMMENT)])


class JustificationForm(BaseForm):
    """Saying why a warning is no mistake; its length is the rules' to judge. `seen` is the digest of the text that it replaces."""

    seen = HiddenField()
    text = TextAreaField(_l("Justification"), validators=[required()])


class JudgementForm(BaseForm):
    """Accepting or refusing a justification; `seen` is the digest of the figures that it was read with."""

    seen = HiddenField()
    reason = TextAreaField(_l("Motif du refus"))


class DeadlineForm(VersionForm):
    """Moving a campaign's deadline."""

    deadline = DayField(_l("Nouvelle échéance"), validators=[InputRequired(_l("Renseignez ce champ."))])


class SwitchOffForm(BaseForm):
    """Switching a control off."""

    begins_on = DayField(_l("À partir du"), validators=[InputRequired(_l("Renseignez ce champ."))])
    reason = TextAreaField(_l("Motif"), validators=[required(), at_most(LONGEST_OVERRIDE_REASON)])


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
