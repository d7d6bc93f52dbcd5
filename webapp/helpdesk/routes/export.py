"""The queue as a table for spreadsheets: what the filters select, sent while it is read."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.clock import PARIS
from webapp.helpdesk.queue import Wanted, exported_rows
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.desk import asked_of_queue
from webapp.helpdesk.texts import SERVICES, STATES
from webapp.web.request import current_actor, current_clock
from webapp.web.state import State, state

#: Lines of one file at most: more than a year's tickets, less than a browser or a spreadsheet minds.
MOST_LINES = 20_000
#: What makes a spreadsheet take a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/assistance/file.csv")
def queue_export() -> Response:
    """Give the tickets that the queue's URL selects as CSV: UTF-8 with its mark, semicolons, times of Paris."""
    _listing, wanted, order = asked_of_queue()
    day = current_clock().now().astimezone(PARIS)
    response = Response(_file(state(), current_actor(), wanted, order, _words()), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="assistance-{wanted.view}-{day:%Y-%m-%d}.csv"'
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


def _file(app: State, actor: Actor, wanted: Wanted, order: tuple[Any, ...], words: Words) -> Iterator[bytes]:
    """Yield the file line by line. It has its own session: the request's is closed before the first line is asked for."""
    yield "\ufeff".encode() + _line(words.headings)
    with app.database.reader() as session:
        session.acts_for(actor)
        for number, row in enumerate(exported_rows(session, wanted, order, MOST_LINES)):
            if number == MOST_LINES:
                yield _line([words.cut])
                return
            yield _line(_cells(row, words))


def _cells(row: Any, words: Words) -> list[str]:
    """Return one ticket as the cells of its line."""
    instants = (
        row.notified_at,
        row.first_response_due_at,
        row.first_responded_at,
        row.restoration_due_at,
        row.restored_at,
        row.closed_at,
    )
    return [
        row.reference,
        row.title,
        row.client,
        row.contract or "",
        words.services[row.service],
        words.states[row.state],
        words.priorities[row.priority],
        row.assignee or "",
        *[f"{at.astimezone(PARIS):%Y-%m-%d %H:%M:%S}" if at else "" for at in instants],
        *[_duration(seconds) for seconds in (row.business_seconds, row.elapsed_seconds, row.paused_seconds)],
    ]


def _duration(seconds: int | None) -> str:
    """Say a fixed duration as spreadsheets read it: « 13:20:05 »."""
    return "" if seconds is None else f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _line(cells: list[str]) -> bytes:
    """Return one line of the file; a cell that a spreadsheet would compute is led by an apostrophe."""
    held = io.StringIO()
    csv.writer(held, delimiter=";", lineterminator="\r\n").writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return held.getvalue().encode()
