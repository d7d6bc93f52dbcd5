"""The help desk's blueprint: reporting, tickets, the agents' queue."""

from datetime import datetime

from flask import Blueprint
from flask_babel import gettext as _
from markupsafe import Markup

from webapp.clock import PARIS
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.texts import VERBS
from webapp.web import html
from webapp.web.i18n import exact_duration

blueprint = Blueprint("helpdesk", __name__)
blueprint.add_app_template_filter(exact_duration, "exact_duration")


@blueprint.app_template_filter("exact_instant")
def exact_instant(instant: datetime) -> str:
    """Say an instant to the second, in Paris time: « 23/11/2026 11:10:05 »."""
    return f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


@blueprint.app_template_filter("paragraphs")
def paragraphs(text: str) -> Markup:
    """Show a plain text with its paragraphs and line ends; every character is escaped."""
    return html.paragraphs(text)


@blueprint.app_template_global("verb_label")
def verb_label(verb: Verb) -> str:
    """Return the words of a transition's button."""
    return str(_(VERBS[verb]))


from webapp.helpdesk.routes import acts, desk, export, qualification, reporting, tickets  # noqa: E402 -- each adds its views to the blueprint

__all__ = ["acts", "blueprint", "desk", "export", "qualification", "reporting", "tickets"]
