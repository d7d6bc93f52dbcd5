"""Forms of announcements and components: shape and format."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput

from webapp.clock import PARIS
from webapp.service_status.rules import HEALTH_LABELS, STATE_LABELS, Health, State
from webapp.web.forms import BaseForm, ChoiceField, WallTimeField, at_most, required

#: A week: longer than any interruption that is announced as one.
LONGEST_MINUTES = 7 * 24 * 60


class AnnouncementForm(BaseForm):
    """What both kinds of announcement ask."""

    title = StringField(_l("Titre"), validators=[required(), at_most(160)])
    components = SelectMultipleField(_l("Composants concernés"), coerce=int, option_widget=CheckboxInput())
    starts_at = WallTimeField(
        _l("Début (heure de Paris)"), format="%Y-%m-%dT%H:%M", validators=[InputRequired(_l("Donnez la date et l'heure."))]
    )
    expected_minutes = IntegerField(
        _l("Durée approximative, en minutes"),
        validators=[Optional(), NumberRange(1, LONGEST_MINUTES, _l("Écrivez un nombre de minutes, de 1 à %(max)s."))],
    )
    text = TextAreaField(_l("Ce qu'il faut savoir"), validators=[required(), at_most(4000)])

    def offer(self, components: list[tuple[int, str]]) -> None:
        """Give the list of components its choices."""
        self.components.choices = [SelectChoice(identifier, name) for identifier, name in components]

    def starts(self) -> datetime:
        """Return the start as an aware instant: it is typed in Paris time."""
        wall: datetime = self.starts_at.data
        return wall.replace(tzinfo=PARIS)


class PlannedForm(AnnouncementForm):
    """A planned interruption (FL-12.8): its approximate duration is told."""

    expected_minutes = IntegerField(
        _l("Durée approximative, en minutes"),
        validators=[
            InputRequired(_l("Donnez la durée approximative de l'interruption.")),
            NumberRange(1, LONGEST_MINUTES, _l("Écrivez un nombre de minutes, de 1 à %(max)s.")),
        ],
    )
    urgent_reason = StringField(_l("Urgence qui empêche de prévenir 5 jours avant"), validators=[Optional(), at_most(300)])


class IncidentForm(AnnouncementForm):
    """An incident."""

    health = ChoiceField(
        _l("Effet"),
        choices=[SelectChoice(str(int(health)), _l(HEALTH_LABELS[health])) for health in (Health.DEGRADED, Health.DOWN)],
        validators=[required()],
    )


class FollowUpForm(BaseForm):
    """A word more, and where the notice stands."""

    version = HiddenField()
    state = ChoiceField(_l("État"), validators=[required()])
    text = TextAreaField(_l("Ce qu'il faut savoir"), validators=[required(), at_most(4000)])

    def offer(self, states: tuple[State, ...]) -> None:
        """Offer only the steps that the notice may take."""
        self.state.choices = [SelectChoice(state.value, _l(STATE_LABELS[state])) for state in states]

    @property
    def seen(self) -> int:
        """The version that the person saw; 0, which never matches, when it was tampered with."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ComponentForm(BaseForm):
    """A component of the service."""

    name = StringField(_l("Nom"), validators=[required(), at_most(120)])
    description = StringField(_l("Description"), validators=[at_most(300)])
    retired = BooleanField(_l("Retiré : ne plus le montrer"))
