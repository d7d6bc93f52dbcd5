"""The help desk's blueprint: reporting, tickets, the agents' queue."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask_babel import gettext as _
from markupsafe import Markup

from webapp.clock import PARIS
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.site_time import on_site
from webapp.helpdesk.texts import VERBS
from webapp.web import html
from webapp.web.i18n import exact_duration

blueprint = Blueprint("helpdesk", __name__)
blueprint.add_app_template_filter(exact_duration, "exact_duration")
blueprint.add_app_template_filter(on_site, "on_site")


@blueprint.app_template_filter("exact_instant")
def exact_instant(instant: datetime, zone: str = "") -> str:
    """Say an instant to the second, in Paris time or in that of a ``zone``: « 23/11/2026 11:10:05 »."""
    return f"{instant.astimezone(ZoneInfo(zone) if zone else PARIS):%d/%m/%Y %H:%M:%S}"


@blueprint.app_template_filter("paragraphs")
def paragraphs(text: str) -> Markup:
    """Show a plain text with its paragraphs and line ends; every character is escaped."""
    return html.paragraphs(text)


@blueprint.app_template_global("verb_label")
def verb_label(verb: Verb) -> str:
    """Return the words of a transition's button."""
    return str(_(VERBS[verb]))


from webapp.helpdesk.routes import (  # noqa: E402 -- each adds its views to the blueprint
    absences,
    acts,
    attachments,
    billable,
    bulk,
    canned,
    contests,
    desk,
    diagnostic,
    export,
    figures,
    keyboard,
    levels,
    messages,
    owed,
    public_reports,
    qualification,
    relations,
    reporting,
    reports,
    saved_views,
    settings,
    shifting,
    talk,
    teams,
    tickets,
    time_spent,
)

__all__ = [
    "absences",
    "acts",
    "attachments",
    "billable",
    "blueprint",
    "bulk",
    "canned",
    "contests",
    "desk",
    "diagnostic",
    "export",
    "figures",
    "keyboard",
    "levels",
    "messages",
    "owed",
    "public_reports",
    "qualification",
    "relations",
    "reporting",
    "reports",
    "saved_views",
    "settings",
    "shifting",
    "talk",
    "teams",
    "tickets",
    "time_spent",
]
