"""Words of this counter's pages, in the reader's language."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.contracts import rules
from webapp.contracts.exceptional import SpecialDay
from webapp.contracts.rules import hours_of, write_hours
from webapp.web.i18n import language
from webapp.worktime import Territory


def labels() -> dict[str, Any]:
    """Return the labels and functions that the templates share."""
    return {
        "hosting_labels": rules.HOSTING_LABELS,
        "plan_labels": rules.PLAN_LABELS,
        "rule_labels": rules.RULE_LABELS,
        "day_rule_labels": rules.DAY_RULE_LABELS,
        "pause_labels": rules.PAUSE_LABELS,
        "territory_labels": rules.TERRITORY_LABELS,
        "state_labels": rules.STATE_LABELS,
        "state_chips": rules.STATE_CHIPS,
        "state_of": rules.contract_state,
        "target": target_words,
        "hours": hours_words,
        "holidays_words": holidays_words,
    }


def target_words(days: int, minutes: int) -> str:
    """Say a target: « 2 jours ouvrés », « 4 h ouvrées »."""
    if days:
        return str(ngettext("%(num)d jour ouvré", "%(num)d jours ouvrés", days))
    hours, rest = divmod(minutes, 60)
    if rest:
        return str(_("%(hours)s h %(minutes)02d ouvrées", hours=hours, minutes=rest))
    return str(ngettext("%(num)d heure ouvrée", "%(num)d heures ouvrées", hours))


def hours_words(code: str) -> list[tuple[str, str]]:
    """Say weekly opening hours, days of the same hours together: « Lundi à vendredi », « 8h30-12h, 13h30-18h »."""
    weekly = hours_of(code)
    runs: list[tuple[int, int, str]] = []
    for day in range(7):
        said = write_hours(weekly.get(day, ()))
        if runs and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], day, said)
        else:
            runs.append((day, day, said))
    return [(_days(first, last), said) for first, last, said in runs if said]


def day_rule_words(rule: rules.DayRule) -> str:
    """Say what a delay in business days means."""
    return str(_(rules.DAY_RULE_LABELS[rule]))


def holidays_words(territory: Territory, good_friday: bool) -> str:
    """Say whose holidays count, and whether Good Friday is one where that is a matter of choice."""
    where = str(_(rules.TERRITORY_LABELS[territory]))
    if not rules.has_good_friday(territory):
        return where
    return str(_("%(where)s, avec le Vendredi saint", where=where) if good_friday else _("%(where)s, sans le Vendredi saint", where=where))


def special_words(special: SpecialDay) -> str:
    """Say an exceptional day: « 24/12/2026 fermé », « 31/12/2026 8h30-12h »."""
    return f"{special.day:%d/%m/%Y} {day_hours_words(special)}"


def day_hours_words(special: SpecialDay) -> str:
    """Say the hours of an exceptional day: « fermé », « 8h30-12h »."""
    return write_hours(special.hours) or str(_("fermé"))


def _days(first: int, last: int) -> str:
    if first == last:
        return str(_(rules.WEEKDAYS[first]))
    last_words = _(rules.WEEKDAYS[last])
    return str(_("%(first)s à %(last)s", first=_(rules.WEEKDAYS[first]), last=last_words.lower() if language() == "fr" else last_words))
