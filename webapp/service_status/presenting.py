"""Words of the service status, in the reader's language."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.service_status import rules
from webapp.service_status.queries import Status
from webapp.service_status.rules import Health
from webapp.web.i18n import business_duration


def status_words(status: Status) -> str:
    """Say the state of the services in a few words, for the footer: « tout fonctionne », « 1 perturbation »."""
    if status.all_well:
        return str(_("tout fonctionne"))
    if status.health is Health.MAINTENANCE:
        return str(_("interruption programmée en cours"))
    disturbances = sum(line.health > Health.MAINTENANCE for line in status.active)
    return str(ngettext("%(num)d perturbation", "%(num)d perturbations", disturbances))


def headline(status: Status) -> str:
    """Say it in a sentence, for the top of the page."""
    if status.all_well:
        return str(_("Tout fonctionne."))
    if status.health is Health.MAINTENANCE:
        return str(_("Une interruption programmée est en cours."))
    if status.health is Health.DEGRADED:
        return str(_("Des services sont perturbés."))
    return str(_("Des services sont interrompus."))


def duration_words(minutes: int | None) -> str:
    """Say an approximate duration; empty when none was given."""
    return business_duration(timedelta(minutes=minutes)) if minutes else ""


def labels() -> dict[str, Any]:
    """Return the labels and functions that the templates share."""
    return {
        "health_labels": rules.HEALTH_LABELS,
        "health_chips": rules.HEALTH_CHIPS,
        "kind_labels": rules.KIND_LABELS,
        "status_labels": rules.STATE_LABELS,
        "duration": duration_words,
        "headline": headline,
        "over": rules.OVER,
    }
