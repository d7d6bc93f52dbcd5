"""Forms of contracts, sites and service levels: shape and format; what is valid is the services' business."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp

from webapp.accounts.forms import mail_field
from webapp.contracts.exceptional import SpecialDay
from webapp.contracts.rules import (
    DAY_RULE_LABELS,
    HOSTING_LABELS,
    PAUSE_LABELS,
    PLAN_LABELS,
    RULE_LABELS,
    TERRITORY_LABELS,
    UNIT_LABELS,
    WEEKDAYS,
    HoursError,
    Unit,
    read_hours,
)
from webapp.web.forms import BaseForm, ChoiceField, DayField, at_most, required
from webapp.worktime import TIME_ZONES, Interval

#: Zones that a site may be in; the Marquesas and the Gambier islands have their own inside French Polynesia.
ZONES = sorted({*TIME_ZONES.values(), "Pacific/Marquesas", "Pacific/Gambier"})


def _amount(most: int) -> list[Any]:
    return [InputRequired(_l("Renseignez ce champ.")), NumberRange(1, most, _l("Écrivez un nombre entier, de 1 à %(max)s."))]


def _hours(most: int) -> list[Any]:
    return [Optional(), NumberRange(0, most, _l("Écrivez un nombre entier, de 0 à %(max)s."))]


def _pause(code: str) -> BooleanField:
    return BooleanField(_l(PAUSE_LABELS[code]))


def _choices(labels: dict[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(code.value, _l(label)) for code, label in labels.items()]


class Versioned(BaseForm):
    """A form over a row that may change meanwhile."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        """The version that the person saw; 0, which never matches, when it was tampered with."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ContractForm(Versioned):
    """A client's contract."""

    client = ChoiceField(_l("Client"), coerce=int, validators=[InputRequired(_l("Choisissez un client."))])
    number = StringField(_l("Numéro du contrat"), validators=[required(), at_most(40)])
    starts_on = DayField(_l("Premier jour"), validators=[InputRequired(_l("Renseignez ce champ."))])
    ends_on = DayField(_l("Dernier jour"), validators=[Optional()])
    hosting = ChoiceField(_l("Hébergement"), choices=_choices(HOSTING_LABELS), validators=[required()])
    plan = ChoiceField(_l("Formule"), choices=_choices(PLAN_LABELS), validators=[required()])
    level = ChoiceField(_l("Niveau de service"), coerce=int, validators=[InputRequired(_l("Choisissez un niveau."))])
    level_from = DayField(_l("Ce niveau vaut à partir du"), validators=[Optional()])
    support_hours = IntegerField(_l("Heures de support avancé par an"), default=0, validators=_hours(5000))
    manager = ChoiceField(_l("Gestionnaire de compte"), coerce=int, validators=[Optional()])
    referent = ChoiceField(_l("Référent du client"), coerce=int, validators=[Optional()])

    def fill(
        self,
        clients: list[tuple[int, str]],
        levels: list[tuple[int, str]],
        managers: list[tuple[int, str]],
        referents: list[tuple[int, str]],
    ) -> None:
        """Give the lists their choices; ``referents`` are people of the client."""
        self.referent.choices = [SelectChoice(0, _l("Aucun")), *_pairs(referents)]
        self.client.choices = _pairs(clients)
        self.level.choices = _pairs(levels)
        self.manager.choices = [SelectChoice(0, _l("Aucun")), *_pairs(managers)]


class SiteForm(Versioned):
    """A client's site."""

    name = StringField(_l("Nom du site"), validators=[required(), at_most(160)])
    address = StringField(_l("Adresse"), validators=[required(), at_most(400)], render_kw={"autocomplete": "street-address"})
    territory = ChoiceField(_l("Jours fériés"), choices=_choices(TERRITORY_LABELS), validators=[required()])
    good_friday = BooleanField(_l("Le Vendredi saint est férié sur ce site"))
    timezone = ChoiceField(
        _l("Fuseau horaire"), choices=[SelectChoice("", _l("Celui du territoire")), *(SelectChoice(zone, zone) for zone in ZONES)]
    )
    closed = BooleanField(_l("Site fermé : ne plus le proposer dans les signalements"))


class VersionForm(BaseForm):
    """What a version of a service level promises."""

    in_force_from = DayField(_l("En vigueur à partir du"), validators=[InputRequired(_l("Renseignez ce champ."))])
    response = IntegerField(_l("Première réponse sous"), validators=_amount(2000))
    response_unit = ChoiceField(_l("Unité de la première réponse"), choices=_choices(UNIT_LABELS), validators=[required()])
    restoration = IntegerField(_l("Rétablissement sous (GTR)"), validators=_amount(2000))
    restoration_unit = ChoiceField(_l("Unité du rétablissement"), choices=_choices(UNIT_LABELS), validators=[required()])
    rule = ChoiceField(_l("Durée comparée aux délais"), choices=_choices(RULE_LABELS), validators=[required()])
    day_rule = ChoiceField(_l("Un délai en jours ouvrés vaut"), choices=_choices(DAY_RULE_LABELS), validators=[required()])
    warning = IntegerField(_l("Prévenir l’agent quand il reste (minutes ouvrées)"), validators=_amount(12000))
    lead_warning = IntegerField(_l("Prévenir le responsable quand il reste (minutes ouvrées)"), validators=_amount(12000))
    report_days = IntegerField(_l("Rapport d’incident sous (jours ouvrés)"), validators=_amount(250))
    reopening_days = IntegerField(_l("Le client peut rouvrir pendant (jours ouvrés)"), validators=_amount(250))
    pause_site_access = _pause("site_access")
    pause_planned = _pause("planned")
    paying_first = BooleanField(_l("Les clients payants passent avant les comptes gratuits"))
    day_0 = StringField(_l(WEEKDAYS[0]), validators=[at_most(120)])
    day_1 = StringField(_l(WEEKDAYS[1]), validators=[at_most(120)])
    day_2 = StringField(_l(WEEKDAYS[2]), validators=[at_most(120)])
    day_3 = StringField(_l(WEEKDAYS[3]), validators=[at_most(120)])
    day_4 = StringField(_l(WEEKDAYS[4]), validators=[at_most(120)])
    day_5 = StringField(_l(WEEKDAYS[5]), validators=[at_most(120)])
    day_6 = StringField(_l(WEEKDAYS[6]), validators=[at_most(120)])

    def days(self) -> Iterable[Any]:
        """Return the seven fields of the week."""
        return [self[f"day_{day}"] for day in range(7)]

    def weekly_hours(self) -> dict[int, tuple[Interval, ...]] | None:
        """Return the week's opening hours; None, with messages beside the days, when one cannot be understood."""
        found: dict[int, tuple[Interval, ...]] = {}
        for day, item in enumerate(self.days()):
            try:
                found[day] = read_hours(item.data or "")
            except HoursError as error:
                item.errors = [*item.errors, _(error.problem, text=error.text)]
        return found if len(found) == 7 else None

    def pauses(self) -> tuple[str, ...]:
        """Return the codes of the suspensions that are ticked."""
        return tuple(code for code in PAUSE_LABELS if self[f"pause_{code}"].data)

    def target(self, name: str) -> tuple[int, Unit]:
        """Return a target as typed: an amount and its unit."""
        return self[name].data, Unit(self[f"{name}_unit"].data)


class LevelForm(VersionForm):
    """A new service level with its first version."""

    label = StringField(_l("Nom du niveau"), validators=[required(), at_most(120)])
    code = StringField(
        _l("Code"),
        validators=[required(), at_most(40), Regexp(r"[a-z0-9-]+\Z", message=_l("Minuscules sans accent, chiffres et tirets seulement."))],
    )
    is_default = BooleanField(_l("Niveau de ceux qui n'ont pas de contrat"))


class ExceptionalDayForm(BaseForm):
    """A day on which the operator closes or keeps other hours."""

    day = DayField(_l("Jour"), validators=[InputRequired(_l("Renseignez ce champ."))])
    hours = StringField(_l("Horaires de ce jour"), validators=[at_most(120)])
    label = StringField(_l("Motif"), validators=[required(), at_most(160)])

    def special(self) -> SpecialDay | None:
        """Return the day with its hours; None, with a message beside them, when they cannot be understood."""
        try:
            return SpecialDay(self.day.data, read_hours(self.hours.data or ""))
        except HoursError as error:
            self.hours.errors = [*self.hours.errors, _(error.problem, text=error.text)]
            return None


class LevelNameForm(BaseForm):
    """What a level is called, and whether it is that of those who have no contract; ``seen_*`` is what the form was drawn from."""

    seen_label = HiddenField()
    seen_default = HiddenField()
    label = StringField(_l("Nom du niveau"), validators=[required(), at_most(120)])
    is_default = BooleanField(_l("Niveau de ceux qui n'ont pas de contrat"))


def _pairs(rows: list[tuple[int, str]]) -> list[SelectChoice]:
    return [SelectChoice(identifier, label) for identifier, label in rows]


class ClientForm(BaseForm):
    """A client's organisation."""

    name = StringField(_l("Nom"), [required(_l("Saisissez le nom du client.")), at_most(200)])
    siret = StringField(_l("SIRET"), [Optional(), at_most(30)])
    city = StringField(_l("Ville"), [Optional(), at_most(120)])
    version = HiddenField()


class ContactForm(BaseForm):
    """Somebody who speaks for a client."""

    full_name = StringField(_l("Nom et prénom"), [required(_l("Saisissez le nom de la personne.")), at_most(200)])
    email = mail_field(_l("Adresse électronique"))
    role = ChoiceField(_l("Rôle"), [required()])
