"""Forms of the clock: suspending, resuming, restoring some sites, contesting a pause and answering the contest."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from webapp.helpdesk.clockwork import LONGEST_EVIDENCE
from webapp.helpdesk.forms.tickets import ActForm, CheckboxesField
from webapp.helpdesk.rules.clock import Reason
from webapp.helpdesk.services.common import LONGEST_MESSAGE
from webapp.web.forms import BaseForm, at_most, required


class SitesForm(ActForm):
    """An act that may concern some of the ticket's sites only; ``sites`` has choices when there are several."""

    sites = CheckboxesField(_l("Sites concernés"))

    def offer_sites(self, sites: list[tuple[int, str]], *, chosen: bool) -> None:
        """Give the form the sites to choose from: none for a ticket of one site, or of none. ``chosen``: all are ticked at first."""
        self.sites.choices = sites if len(sites) > 1 else []
        if chosen:
            self.sites.data = [site_id for site_id, _name in self.sites.choices]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one site at least, where there is a choice: the field itself may be empty."""
        fine = bool(super().validate(extra_validators))
        if self.sites.choices and not self.sites.data:
            self.refuse({"sites": _("Choisissez au moins un site.")})
            return False
        return fine

    @property
    def site_ids(self) -> tuple[int, ...]:
        """The sites that were chosen, none where there was no choice."""
        return tuple(self.sites.data or ()) if self.sites.choices else ()


class PauseForm(SitesForm):
    """Suspending the count says who asked for the access, and what shows it (FL-12.6b)."""

    asked_by = StringField(_l("Accès demandé par"), validators=[at_most(200)])
    evidence = StringField(_l("Preuve"), validators=[at_most(LONGEST_EVIDENCE)])


class ReopenForm(SitesForm):
    """Reopening says whether the service had been restored in between: the count depends on it."""

    reason = RadioField(
        _l("Que s’est-il passé ?"),
        choices=[
            SelectChoice(str(Reason.NOT_RESTORED), _l("Le service n’a pas été rétabli : le temps écoulé depuis la notification compte.")),
            SelectChoice(
                str(Reason.RELAPSE),
                _l("Le service a été rétabli puis est retombé en panne : le temps de bon fonctionnement ne compte pas."),
            ),
        ],
        validators=[required(_l("Choisissez l’une des deux réponses."))],
    )


class ContestForm(BaseForm):
    """Why the time of a pause should count."""

    body = TextAreaField(
        _l("Pourquoi ce temps devrait compter"),
        validators=[required(_l("Dites pourquoi ce temps devrait compter.")), at_most(LONGEST_MESSAGE)],
    )


class AnswerForm(BaseForm):
    """What becomes of a contested pause, and why."""

    version = HiddenField()
    verdict = RadioField(
        _l("Votre réponse"),
        choices=[
            SelectChoice("upheld", _l("La suspension est maintenue : ce temps ne compte pas.")),
            SelectChoice("annulled", _l("La suspension est annulée : ce temps compte, et l’échéance avance d’autant.")),
        ],
        validators=[required(_l("Choisissez l’une des deux réponses."))],
    )
    body = TextAreaField(
        _l("Raisons, que le client lira"), validators=[required(_l("Donnez les raisons de votre réponse.")), at_most(LONGEST_MESSAGE)]
    )
