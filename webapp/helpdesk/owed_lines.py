"""What the pages show of an obligation: its words, its chip, where it is done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.helpdesk.commitments import calendar_named
from webapp.helpdesk.presenting import Chip
from webapp.helpdesk.queries.obligations import OwedRow
from webapp.helpdesk.rules.deadlines import Urgency
from webapp.helpdesk.rules.owed import KINDS, Owed, nearness
from webapp.web.i18n import business_duration


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One line of the list: ``label`` leads to ``endpoint``, where it is done."""

    row: OwedRow
    label: str
    endpoint: str
    clause: str
    chip: Chip
    mine: bool


def owed_lines(rows: list[OwedRow], now: datetime, account_id: int | None) -> list[OwedLine]:
    """Return the rows as they are drawn."""
    return [
        OwedLine(
            row,
            str(_(KINDS[row.kind].label)),
            KINDS[row.kind].endpoint,
            KINDS[row.kind].clause,
            owed_chip(row.kind, row.calendar, row.due_at, now),
            mine=row.assignee_id is not None and row.assignee_id == account_id,
        )
        for row in rows
    ]


def owed_chip(kind: Owed, calendar: str, due_at: datetime, now: datetime) -> Chip:
    """Say how long is left, in business time: in whole days of the calendar's usual length while there are two or more."""
    counted = calendar_named(calendar)
    near, left = nearness(counted, kind, due_at, now)
    words = _amount(left, counted.usual_day)
    return Chip(str(_("Dépassé de %(time)s", time=words) if near is Urgency.LATE else _("Reste %(time)s", time=words)), str(near))


def _amount(time: timedelta, day: timedelta) -> str:
    days = abs(time) // day if day else 0
    if days < 2:
        return business_duration(time)
    return str(ngettext("%(num)d jour ouvré", "%(num)d jours ouvrés", days))
