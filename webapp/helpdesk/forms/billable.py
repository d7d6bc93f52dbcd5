"""Forms of billable requests: offering work, answering the offer, ending the work."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from webapp.helpdesk.services.common import LONGEST_MESSAGE
from webapp.web.forms import BaseForm, at_most, required


def read_figure(text: str | None) -> Decimal | None:
    """Read a figure as people type it: « 1,5 », « 1 200.50 », « 95 € »; None for nothing. Raises ``ValidationError``."""
    digits = "".join((text or "").split()).rstrip("€hH").replace(",", ".")
    if not digits:
        return None
    try:
        value = Decimal(digits)
    except InvalidOperation:
        value = Decimal("NaN")
    if not digits.replace(".", "", 1).isdigit() or not value.is_finite():
        raise ValidationError(_("Écrivez un nombre, comme 1,5."))
    return value


class FigureField(StringField):
    """A number as people type it; ``figure`` is its exact value once validated, None when nothing was typed."""

    figure: Decimal | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the figure."""
        super().pre_validate(form)
        self.figure = read_figure(self.data)


class ProposeForm(BaseForm):
    """The work, its hours, and who pays for it."""

    version = HiddenField()
    what = TextAreaField(_l("Prestation"), validators=[required(_l("Décrivez la prestation proposée.")), at_most(2000)])
    hours = FigureField(_l("Heures"), validators=[required(_l("Donnez un nombre d’heures.")), at_most(12)])
    basis = RadioField(
        _l("Facturation"),
        choices=[
            SelectChoice("hourly", _l("À l’heure, au prix ci-dessous")),
            SelectChoice("support", _l("Sur les heures de support avancé")),
        ],
        default="hourly",
        validators=[required(_l("Choisissez l’une des deux réponses."))],
    )
    hourly_price = FigureField(_l("Prix de l’heure, en euros hors taxes"), validators=[at_most(12)])
    body = TextAreaField(_l("Message au client"), validators=[at_most(LONGEST_MESSAGE)])

    def validate_hourly_price(self, item: FigureField) -> None:
        """Needed when the work is billed by the hour."""
        if self.basis.data == "hourly" and item.figure is None:
            raise ValidationError(_("Donnez le prix de l’heure."))


class OfferAnswerForm(BaseForm):
    """The client accepts or refuses."""

    version = HiddenField()
    verdict = RadioField(
        _l("Votre réponse"),
        choices=[
            SelectChoice("accept", _l("J’accepte cette prestation")),
            SelectChoice("refuse", _l("Je la refuse : le ticket sera clos")),
        ],
        validators=[required(_l("Choisissez l’une des deux réponses."))],
    )
    body = TextAreaField(_l("Message au service d’assistance"), validators=[at_most(LONGEST_MESSAGE)])


class EndWorkForm(BaseForm):
    """The work is done, with the hours spent, or taken back."""

    version = HiddenField()
    verdict = RadioField(
        _l("Que s’est-il passé ?"),
        choices=[
            SelectChoice("complete", _l("La prestation est réalisée : le ticket sera clos avec les heures passées")),
            SelectChoice("withdraw", _l("La proposition est retirée : rien n’est facturé, le ticket sera clos")),
        ],
        validators=[required(_l("Choisissez l’une des deux réponses."))],
    )
    hours_spent = FigureField(_l("Heures passées"), validators=[at_most(12)])
    body = TextAreaField(
        _l("Message au client"), validators=[required(_l("Écrivez au client ce qui a été fait, ou pourquoi.")), at_most(LONGEST_MESSAGE)]
    )

    def validate_hours_spent(self, item: FigureField) -> None:
        """Needed when the work is done."""
        if self.verdict.data == "complete" and item.figure is None:
            raise ValidationError(_("Donnez les heures passées."))
