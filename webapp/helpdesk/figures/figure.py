"""What a figure is, and how its cells are said."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import format_date
from flask_babel import gettext as _

from webapp.charts import Chart
from webapp.clock import PARIS
from webapp.helpdesk.rules.figures import Month
from webapp.spreadsheet import Cell
from webapp.web.i18n import business_duration, number


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: its heading, its cells, and what the queue's filters must be to list its tickets (none: no link)."""

    name: str
    cells: tuple[Cell, ...]
    narrowed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: ``definition`` says what is counted, ``said`` sums the result up (it is the image's text)."""

    key: str
    title: str
    definition: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    chart: Chart
    said: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of levels and clients, and the codes of levels, read once for the whole page."""

    levels: dict[int, str]
    clients: dict[int, str]
    codes: dict[int, str] = field(default_factory=dict)

    def filter_of(self, level_id: int) -> dict[str, str]:
        """Return the queue's filter for a level; none for the general terms."""
        return {"niveau": self.codes[level_id]} if level_id in self.codes else {}

    def level(self, level_id: int | None) -> str:
        """Return the name of a level; without one the general terms hold."""
        return self.levels.get(level_id or 0) or _("Conditions générales")


def month_name(first: date) -> str:
    """Say a month briefly: « nov. 2026 »."""
    return str(format_date(first, "MMM y"))


def days_of(month: Month) -> dict[str, str]:
    """Return the queue's filters that choose the tickets notified in a month."""
    last = (month.end - timedelta(hours=1)).astimezone(PARIS).date()
    return {"notifie_du": month.start.astimezone(PARIS).date().isoformat(), "notifie_au": last.isoformat()}


def amount(value: float) -> str:
    """Write a whole number, or one with a decimal."""
    return number(value) if isinstance(value, int) else number(Decimal(str(round(value, 1))))


def shown(cell: Cell) -> str:
    """Say a cell as people read it; a dash where there is nothing."""
    match cell:
        case None:
            return "—"
        case timedelta():
            return business_duration(cell)
        case int() | float():
            return amount(cell)
        case _:
            return str(cell)


def hundredths(value: float | None) -> str:
    """Say a share: « 92,5 % »; a dash where there is none."""
    return "—" if value is None else f"{amount(value)}\N{NO-BREAK SPACE}%"


def as_share(cell: Cell) -> float | None:
    """Return the cell of a share or a mean as the chart draws it."""
    return cell if isinstance(cell, float) else None


def whole(cell: Cell) -> int:
    """Return the cell of a count."""
    return cell if isinstance(cell, int) else 0
