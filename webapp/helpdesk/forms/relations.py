"""Forms of links, merging, splitting and tags."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from webapp.helpdesk.bulk_words import LINKS
from webapp.helpdesk.forms.tickets import CheckboxesField
from webapp.helpdesk.rules.relations import BY_HAND
from webapp.web.forms import BaseForm, ChoiceField, at_most, required


class TagsOfTicketForm(BaseForm):
    """All the tags of one ticket."""

    version = HiddenField()
    tags = StringField(_l("Étiquettes"), validators=[Optional(), at_most(400)])


class LinkForm(BaseForm):
    """Another ticket, and what it is to this one."""

    kind = ChoiceField(_l("Ce ticket est"), choices=[SelectChoice(str(kind), _l(LINKS[kind])) for kind in BY_HAND])
    other = StringField(_l("Référence de l’autre ticket"), validators=[required(_l("Donnez la référence de l’autre ticket.")), at_most(40)])


class MergeForm(BaseForm):
    """The ticket that stays."""

    version = HiddenField()
    target = StringField(
        _l("Référence du ticket qui reste"), validators=[required(_l("Donnez la référence du ticket qui reste.")), at_most(40)]
    )


class SplitForm(BaseForm):
    """The messages about another problem, and its title."""

    version = HiddenField()
    title = StringField(_l("L’autre problème en une phrase"), validators=[required(_l("Résumez le problème en une phrase.")), at_most(160)])
    messages = CheckboxesField(_l("Messages qui en parlent"))
