"""Business time: opening hours, holidays, and clocks that run on them. Pure: no Flask, no database."""

from webapp.worktime.calendar import Closure, WorkCalendar
from webapp.worktime.desk_hours import DESK_HOURS, desk_calendar
from webapp.worktime.holidays import TIME_ZONES, Territory, french_holidays, holidays_in
from webapp.worktime.hours import CalendarNeverOpens, Interval, OutsideCalendarRange
from webapp.worktime.sla import Piece, PieceKind, SlaClock

__all__ = [
    "DESK_HOURS",
    "TIME_ZONES",
    "CalendarNeverOpens",
    "Closure",
    "Interval",
    "OutsideCalendarRange",
    "Piece",
    "PieceKind",
    "SlaClock",
    "Territory",
    "WorkCalendar",
    "desk_calendar",
    "french_holidays",
    "holidays_in",
]
