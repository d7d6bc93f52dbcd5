"""The queue as a table for spreadsheets: what the filters select, sent while it is read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response
from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.clock import PARIS
from webapp.helpdesk.queries.queue import Wanted, exported_rows
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.desk import asked_of_queue
from webapp.helpdesk.texts import SERVICES, STATES
from webapp.spreadsheet import CSV_TYPE, XLSX_TYPE, Cell, Sheet, csv_lines, xlsx
from webapp.web.i18n import language
from webapp.web.keyset import Keyset
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import State, state

#: Lines of one file at most: more than a year's tickets, less than a browser or a spreadsheet minds.
MOST_LINES = 20_000


@blueprint.get("/assistance/file.csv")
def queue_export() -> Response:
    """Give the tickets that the queue's URL selects as CSV: UTF-8 with its mark, semicolons, times of Paris."""
    _asked, wanted, order = asked_of_queue()
    return _attached(Response(_file(state(), current_actor(), wanted, order, _words()), mimetype=CSV_TYPE), wanted, "csv")


@blueprint.get("/assistance/file.xlsx")
def queue_workbook() -> Response:
    """Give the same tickets as a workbook: instants and durations as such."""
    _asked, wanted, order = asked_of_queue()
    words = _words()
    sheet = Sheet(_("File d'assistance"), words.headings, _lines(exported_rows(get_session(), wanted, order, MOST_LINES), words))
    content = xlsx([sheet], title=_("File d'assistance"), language=language())
    return _attached(Response(content, mimetype=XLSX_TYPE), wanted, "xlsx")


def _attached(response: Response, wanted: Wanted, kind: str) -> Response:
    """Name the file after the view and the day."""
    day = current_clock().now().astimezone(PARIS)
    response.headers["Content-Disposition"] = f'attachment; filename="assistance-{wanted.view}-{day:%Y-%m-%d}.{kind}"'
    return response


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the file, in the language of who asks: the request is over when its lines are written."""

    headings: list[str]
    states: dict[str, str]
    services: dict[str, str]
    priorities: dict[int, str]
    cut: str


def _words() -> Words:
    headings = [
        _("Référence"), _("Signalement"), _("Client"), _("Contrat"), _("Service"), _("État"), _("Priorité"), _("Suivi par"),
        _("Notifié"), _("Première réponse avant"), _("Première réponse"), _("Rétablissement avant"), _("Rétabli"), _("Clos"),
        _("En heures ouvrées"), _("Écoulé depuis la première heure ouvrée"), _("Suspendu"),
    ]  # fmt: skip
    return Words(
        headings,
        {state: str(_(text)) for state, text in STATES.items()},
        {service: str(_(text)) for service, text in SERVICES.items()},
        {1: str(_("Haute")), 2: str(_("Normale")), 3: str(_("Basse"))},
        str(_("Liste limitée à %(max)s lignes.", max=MOST_LINES)),
    )


def _file(app: State, actor: Actor, wanted: Wanted, order: Keyset, words: Words) -> Iterator[bytes]:
    """Yield the file line by line. It has its own session: the request's is closed before the first line is asked for."""
    with app.database.reader() as session:
        session.acts_for(actor)
        yield from csv_lines(words.headings, _lines(exported_rows(session, wanted, order, MOST_LINES), words))


def _lines(rows: Iterable[Any], words: Words) -> Iterator[list[Cell]]:
    """Yield the lines of a file; a list that is cut says so at its end."""
    for number, row in enumerate(rows):
        if number == MOST_LINES:
            yield [words.cut]
            return
        yield _cells(row, words)


def _cells(row: Any, words: Words) -> list[Cell]:
    """Return one ticket as the cells of its line."""
    instants: list[datetime | None] = [
        row.notified_at,
        row.first_response_due_at,
        row.first_responded_at,
        row.restoration_due_at,
        row.restored_at,
        row.closed_at,
    ]
    seconds = (row.business_seconds, row.elapsed_seconds, row.paused_seconds)
    return [
        row.reference,
        row.title,
        row.client,
        row.contract or "",
        words.services[row.service],
        words.states[row.state],
        words.priorities[row.priority],
        row.assignee or "",
        *instants,
        *[None if counted is None else timedelta(seconds=counted) for counted in seconds],
    ]
