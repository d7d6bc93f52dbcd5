"""The forms of acts on many tickets: each act asks for one thing at most."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from webapp.accounts.queries import everyone_with_role
from webapp.actor import Role
from webapp.helpdesk.rules.bulk import BulkRule, Field, Order
from webapp.helpdesk.services.common import LONGEST_MESSAGE
from webapp.helpdesk.services.tags import read_tags, suggestions
from webapp.web.forms import BaseForm, ChoiceField, at_most, required


class AssigneeForm(BaseForm):
    """Who handles the tickets."""

    assignee = ChoiceField(_l("Suivi par"))


class PriorityForm(BaseForm):
    """How urgent the tickets are."""

    priority = ChoiceField(
        _l("Priorité"),
        choices=[SelectChoice("1", _l("Haute")), SelectChoice("2", _l("Normale")), SelectChoice("3", _l("Basse"))],
        validators=[required()],
    )


class TagsForm(BaseForm):
    """Words, separated by spaces or commas."""

    tags = StringField(_l("Étiquettes"), validators=[required(_l("Écrivez au moins une étiquette.")), at_most(400)])


class BodyForm(BaseForm):
    """A message that every client concerned reads."""

    body = TextAreaField(_l("Message aux clients"), validators=[at_most(LONGEST_MESSAGE)])


class NeededBodyForm(BaseForm):
    """The same, where no words stand in for it."""

    body = TextAreaField(
        _l("Message aux clients"), validators=[required(_l("Écrivez le message que chaque client lira.")), at_most(LONGEST_MESSAGE)]
    )


class TargetForm(BaseForm):
    """The ticket that stays."""

    target = StringField(_l("Référence du ticket qui reste"), validators=[at_most(40)])


_FORMS: dict[Field, type[BaseForm]] = {
    Field.ASSIGNEE: AssigneeForm,
    Field.PRIORITY: PriorityForm,
    Field.TAGS: TagsForm,
    Field.BODY: BodyForm,
    Field.TARGET: TargetForm,
}


def form_of(session: Session, rule: BulkRule) -> Any:
    """Return the form of an act, with the choices and suggestions that it offers."""
    if rule.field is None:
        return BaseForm()
    kind = NeededBodyForm if rule.field is Field.BODY and rule.needed else _FORMS[rule.field]
    form: Any = kind()
    if rule.field is Field.ASSIGNEE:
        agents = everyone_with_role(session, Role.DESK_AGENT, Role.DESK_LEAD)
        form.assignee.choices = [("", _l("Personne")), *[(str(row.account_id), row.full_name) for row in agents]]
    form.words = suggestions(session) if rule.field is Field.TAGS else []
    return form


def order_from(rule: BulkRule, form: Any) -> Order:
    """Return what a valid form orders. Raises ``Invalid`` for words that cannot be tags."""
    match rule.field:
        case Field.ASSIGNEE:
            chosen = form.assignee.data
            name = dict(form.assignee.choices).get(chosen, "") if chosen else ""
            return Order(rule.act, assignee_id=int(chosen) if chosen else None, assignee_name=str(name))
        case Field.PRIORITY:
            return Order(rule.act, priority=int(form.priority.data))
        case Field.TAGS:
            return Order(rule.act, tags=read_tags(form.tags.data))
        case Field.BODY:
            return Order(rule.act, body=form.body.data or "")
        case Field.TARGET:
            return Order(rule.act, target=form.target.data or "")
    return Order(rule.act)
