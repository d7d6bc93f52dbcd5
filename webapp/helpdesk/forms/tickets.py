"""Forms of the help desk: shape and format; what is true of the business is checked by the services."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.helpdesk.rules.priority import Impact
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.services.common import LONGEST_MESSAGE
from webapp.helpdesk.texts import IMPACTS, SERVICES
from webapp.uploads.forms import files_field
from webapp.web.forms import BaseForm, ChoiceField, WallTimeField, at_most, required

EMAIL = Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$", message=_l("Écrivez une adresse comme nom@exemple.fr."))
PHONE = Regexp(r"^\+?[0-9 ().\-]{4,40}$", message=_l("Écrivez un numéro comme 01 23 45 67 89."))


class CheckboxesField(SelectMultipleField):
    """Several choices as check boxes; each must be one of the list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, coerce=int, choices=[], validators=[Optional()], **kwargs)


def service_choices() -> list[tuple[str, Any]]:
    """Return the types of service as choices, in the page's language."""
    return [(str(service), _l(words)) for service, words in SERVICES.items()]


def _contact_name() -> StringField:
    return StringField(_l("Nom de l’interlocuteur"), validators=[required(_l("Dites qui nous pouvons joindre.")), at_most(200)])


def _contact_phone() -> StringField:
    return StringField(_l("Téléphone"), validators=[required(_l("Donnez un numéro de téléphone.")), at_most(40), PHONE])


def _contact_email() -> StringField:
    checks = [required(_l("Donnez une adresse pour la réponse.")), at_most(320), EMAIL]
    return StringField(_l("Adresse électronique"), validators=checks)


def _impact(label: Any) -> ChoiceField:
    choices = [SelectChoice(str(impact.value), _l(words)) for impact, words in IMPACTS.items()]
    return ChoiceField(label, choices=choices, default=str(Impact.SEVERAL.value), validators=[required()])


class IncidentForm(BaseForm):
    """What FL-12.5b asks of everybody: type of service, circumstances and consequences, contact."""

    service = ChoiceField(_l("Type de service"), validators=[required(_l("Choisissez le service concerné."))])
    title = StringField(_l("En une phrase"), validators=[required(_l("Résumez le problème en une phrase.")), at_most(160)])
    description = TextAreaField(
        _l("Ce qui se passe"), validators=[required(_l("Décrivez ce que vous faites et ce qui se passe.")), at_most(5000)]
    )
    location = StringField(_l("Où"), validators=[required(_l("Dites où : un site, un service, une page, un poste.")), at_most(300)])
    consequences = TextAreaField(
        _l("Conséquences"), validators=[required(_l("Dites ce que vous ne pouvez plus faire, et pour qui.")), at_most(2000)]
    )
    impact = _impact(_l("Combien de personnes sont touchées ?"))
    contact_name = _contact_name()
    contact_phone = _contact_phone()
    contact_email = _contact_email()


class ReportForm(IncidentForm):
    """The same for somebody whose organisation is known: its contract and its sites; with files."""

    contract = SelectField(_l("Contrat"), validators=[Optional()])
    sites = CheckboxesField(_l("Sites touchés"))
    files = files_field()


class PhoneReportForm(ReportForm):
    """The same, filled in by an agent for a client who called."""

    client = ChoiceField(_l("Client"), validators=[required(_l("Choisissez le client."))])
    called_at = WallTimeField(
        _l("Heure de l’appel"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[required(_l("Indiquez l’heure de l’appel."))]
    )


class QualificationForm(BaseForm):
    """Client, contract and level, sites, service, priority, and whom to write to (FL-12.5c)."""

    version = HiddenField()
    client = ChoiceField(_l("Client"), validators=[required(_l("Choisissez le client."))])
    contract = ChoiceField(_l("Contrat et niveau de service"))
    service = ChoiceField(_l("Type de service"), validators=[required()])
    priority = ChoiceField(
        _l("Priorité"),
        choices=[SelectChoice("1", _l("Haute")), SelectChoice("2", _l("Normale")), SelectChoice("3", _l("Basse"))],
        validators=[required()],
    )
    impact = _impact(_l("Personnes touchées"))
    sites = CheckboxesField(_l("Sites touchés"))
    contact_name = _contact_name()
    contact_phone = _contact_phone()
    contact_email = _contact_email()


class MessageForm(BaseForm):
    """A reply and a note, and what the button that was pressed does with them (``do``: reply, note, draft, a verb of the table…).

    ``seen`` is the last message that the page showed; ``minutes`` the time spent, as people type it.
    """

    version = HiddenField()
    seen = HiddenField()
    body = TextAreaField(_l("Réponse"), validators=[at_most(LONGEST_MESSAGE)])
    note = TextAreaField(_l("Note interne"), validators=[at_most(LONGEST_MESSAGE)])
    minutes = StringField(_l("Temps passé"), validators=[at_most(20)])
    text = StringField(_l("Texte type"))
    mention = StringField(_l("Mentionner"))


class ActForm(BaseForm):
    """An act that has a page of its own."""

    version = HiddenField()
    body = TextAreaField(_l("Message au client"), validators=[at_most(LONGEST_MESSAGE)])


class PlannedForm(BaseForm):
    """Which planned interruption to leave out of the count."""

    version = HiddenField()
    window = ChoiceField(_l("Interruption programmée"), validators=[required(_l("Choisissez une interruption programmée."))])


class AssignForm(BaseForm):
    """Who handles the ticket: a person, a team, both or neither."""

    version = HiddenField()
    assignee = ChoiceField(_l("Suivi par"))
    team = ChoiceField(_l("Équipe"), validators=[Optional()])


def fill_choices(form: ReportForm | QualificationForm, contracts: list[tuple[str, str]], sites: list[tuple[int, str]]) -> None:
    """Give a form the choices of its client."""
    blank = [("", _l("Choisir le service"))] if isinstance(form, ReportForm) else []
    form.service.choices = blank + service_choices()
    form.contract.choices = contracts
    form.contract.flags.required = True
    form.sites.choices = sites


def service_of(form: ReportForm | QualificationForm) -> ServiceType:
    """Return the chosen type of service."""
    return ServiceType(form.service.data)
