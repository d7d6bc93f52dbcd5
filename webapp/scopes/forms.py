"""Forms about files: those of the accreditation body's officers, and who works on a file."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from webapp.scopes.rules.activities import Activity, all_activities
from webapp.scopes.rules.decisions import DECISION_LABELS, DecisionKind, Flexibility
from webapp.scopes.rules.rights import RIGHT_LABELS, FileRight
from webapp.web.forms import BaseForm, ChoiceField, DayField, at_most, required

FLEXIBILITIES = [("", "—"), *[(item.value, item.value) for item in Flexibility]]


class GeneralLineForm(BaseForm):
    """One line of the general scope."""

    code = StringField(_l("Repère"), [required(), at_most(10)])
    title = StringField(_l("Intitulé"), [required(), at_most(300)])
    flexibility = ChoiceField(_l("Flexibilité"), [required()])
    methods = TextAreaField(_l("Méthodes accordées, une référence par ligne"), [Optional(), at_most(40_000)])

    def for_activity(self, of: Activity) -> "GeneralLineForm":
        """Offer the flexibilities of the activity."""
        self.flexibility.choices = [(item.value, item.value) for item in of.flexibilities]
        return self


class NewFileForm(BaseForm):
    """A new file: its number, body and activity; its general lines are read beside."""

    number = StringField(_l("Numéro d’accréditation"), [required(), at_most(20)])
    organisation = ChoiceField(_l("Organisme"), [required()])
    activity = ChoiceField(_l("Activité"), [required()], choices=lambda: [(item.code, _(item.label)) for item in all_activities()])


class DecisionForm(BaseForm):
    """A decision on one line of the general scope; the last three fields are those of an extension."""

    kind = ChoiceField(_l("Décision"), [required()], choices=lambda: [(kind.value, _(DECISION_LABELS[kind])) for kind in DecisionKind])
    general = ChoiceField(_l("Ligne de la portée générale"), [Optional()])
    decided_on = DayField(_l("Date de la décision"), [required()])
    reference = StringField(_l("Référence"), [required(), at_most(60)])
    reason = TextAreaField(_l("Motif, lu par l’organisme"), [required(), at_most(4000)])
    code = StringField(_l("Repère de la ligne nouvelle"), [Optional(), at_most(10)])
    title = StringField(_l("Intitulé nouveau"), [Optional(), at_most(300)])
    flexibility = ChoiceField(_l("Flexibilité nouvelle"), [Optional()])
    methods = TextAreaField(_l("Méthodes accordées par l’extension, une référence par ligne"), [Optional(), at_most(40_000)])


class RightForm(BaseForm):
    """A right on a file for one person."""

    account = ChoiceField(_l("Personne"), [required()])
    right = ChoiceField(_l("Droit"), [required()], choices=lambda: [(item.value, _(RIGHT_LABELS[item])) for item in FileRight])
    until = DayField(_l("Dernier jour"), [Optional()])
    reason = StringField(_l("Motif"), [Optional(), at_most(300)])
