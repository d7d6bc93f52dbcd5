"""Forms around a ticket's messages: canned texts, time spent, satisfaction, the keyboard."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from webapp.helpdesk.services.common import LONGEST_MESSAGE
from webapp.web.forms import BaseForm, ChoiceField, at_most, required

SCORES = {
    5: _l("Très satisfait"),
    4: _l("Satisfait"),
    3: _l("Ni satisfait ni insatisfait"),
    2: _l("Insatisfait"),
    1: _l("Très insatisfait"),
}


class RatingForm(BaseForm):
    """Five words, and room for others."""

    score = RadioField(
        _l("Êtes-vous satisfait de la façon dont ce signalement a été traité ?"),
        choices=[SelectChoice(str(score), words) for score, words in SCORES.items()],
        validators=[required(_l("Choisissez l’une des cinq réponses."))],
    )
    comment = TextAreaField(_l("Votre commentaire"), validators=[Optional(), at_most(2000)])


class CannedForm(BaseForm):
    """A canned text; its variables are checked by the service."""

    version = HiddenField()
    title = StringField(_l("Titre"), validators=[required(_l("Donnez un titre, par lequel vos collègues le choisiront.")), at_most(120)])
    team = ChoiceField(_l("Pour"))
    body = TextAreaField(_l("Texte"), validators=[required(_l("Écrivez le texte.")), at_most(LONGEST_MESSAGE)])


class TimeForm(BaseForm):
    """Minutes as people type them."""

    minutes = StringField(_l("Temps passé"), validators=[required(_l("Écrivez le temps passé, par exemple 45 ou 1 h 30.")), at_most(20)])


class CorrectionForm(BaseForm):
    """The right time for an entry; 0 takes it back altogether."""

    minutes = StringField(_l("Temps exact"), validators=[required(_l("Écrivez le temps exact, ou 0 pour l’annuler.")), at_most(20)])


class KeyboardForm(BaseForm):
    """Whether single keys do something (WCAG 2.1.4)."""

    shortcuts = BooleanField(_l("Utiliser les raccourcis à une touche"))
